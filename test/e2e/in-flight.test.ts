/** A message in flight when browser or page end is neither lost, nor sent twice, nor guessed at (H6). */
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const SHORT = { WAD_RECONNECT_DELAYS_MS: '100' };
const NUMBER = '15550001111';

// The progress of the message in the page when the browser died, and the required outcome.
const FATES = [
  ['hangs-after-send', 1, 'sent', 'it was sent, and the server recognises it'],
  ['hangs-after-store', 1, 'read', 'it was stored, and the page sends it'],
  ['hangs-before-store', 1, 'read', 'the page never had it, and it is sent again under its id'],
] as const;

t.test('the outcome of a message in flight when the browser died is queried afterwards', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-07' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: '15550002222' });
  const wad = await home.startLinked(phone, { env: SHORT });
  for (const [fault, arrivals, fate, why] of FATES) {
    // An ack would end the wait before the browser dies.
    if (fault === 'hangs-after-send') await sim.faults.ack('never');
    await sim.faults.send(fault);
    const sent = await wad.request('message.send', { to: contact.number, text: fault });
    if (fault === 'hangs-after-send') await contact.waitForMessage(({ body }) => body === fault);
    await wad.logged('message.state', ({ id, to }) => id === sent.id && to === 'sending');
    if (fault === 'hangs-after-store') {
      const stored = async () => JSON.stringify(await sim.pages[0]?.messages()).includes(sent.messageId);
      await eventually(stored, 'the page has stored the message');
    }
    const after = await wad.mark();
    for (const pid of await home.browsers()) process.kill(pid, 'SIGKILL');
    await wad.became('reconnecting', { after });
    await wad.logged('message.state', ({ id, to }) => id === sent.id && to === 'unknown');
    await sim.faults.send('none');
    await sim.faults.ack('none');
    await wad.became('ready', { after });
    const end = await eventually(async () => {
      const message = await wad.request('message.get', { id: sent.id });
      return message.state === fate && message;
    }, `${fault}: ${fate}, since ${why}`);
    t.equal(end.error, null);
    t.equal(
      contact.received.filter(({ id }) => id === sent.messageId).length,
      arrivals,
      'the message arrives once',
    );
  }
  t.match(await wad.status(), { outbox: { queued: 0, unknown: 0, failed: 0 } });
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});

t.test('a message in flight when the page reloads is sent once, and is not reported as failed', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-07' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: '15550002222' });
  const wad = await home.start();
  await wad.link(phone);
  await sim.faults.send('hangs-before-store');
  const { id, messageId } = await wad.request('message.send', { to: contact.number, text: 'hello' });
  await eventually(
    async () => ((await sim.pages[0]?.look()) as { hanging?: number } | undefined)?.hanging === 1,
    'the page has accepted the message',
  );
  await sim.faults.send('none');
  await sim.pages[0]?.reload();
  t.match(await wad.request('message.wait', { id, for: 'sent', timeoutMs: 60_000 }), { error: null });
  t.same(
    contact.received.map((one) => one.id),
    [messageId],
  );
  await wad.stop();
});

t.test('an abandoned send that has not yet reached the page is not sent when it arrives there', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-07' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: '15550002222' });
  const wad = await home.start();
  await wad.link(phone);
  await sim.set('coldChat', 'held');
  const { id } = await wad.request('message.send', { to: contact.number, text: 'given up' });
  // Three times the limit of one send, which is half a minute.
  const failed = await wad.request(
    'message.wait',
    { id, for: 'sent', timeoutMs: 180_000 },
    { timeoutMs: 200_000 },
  );
  t.match(failed, { state: 'failed', error: { kind: 'send_failed' } });
  await sim.set('coldChat', 'opens');
  const next = await wad.request('message.send', { to: contact.number, text: 'next' });
  t.match(await wad.request('message.wait', { id: next.id, for: 'read' }), { error: null });
  t.same(
    contact.received.map(({ body }) => body),
    ['next'],
  );
  await wad.stop();
});
