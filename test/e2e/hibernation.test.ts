/**
 * An idle account closes its browser and keeps its link. A message, a scheduled message, a request and a person wake it,
 * and it wakes by itself to fetch what came in. Nothing is lost or doubled on the way.
 */
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { diceOf } from '../harness/dice.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

const CYCLES = Number(process.env.WAD_CYCLES ?? 4);
// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000 + CYCLES * 30_000);

/** Sleeps after two seconds. */
const SLEEPY = { WAD_HIBERNATE_AFTER_MINUTES: '0.034', WAD_HIBERNATE_WAKE_MINUTES: '0' };

t.test('an idle account sleeps, and wakes for a message, a request, its time, and a person', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const contact = sim.createContact({ number: '15550002222' });
  const wad = await home.start({ env: SLEEPY });
  await wad.link(phone);
  const bodies = () => contact.received.map(({ body }) => body);
  const asleep = async () => {
    await wad.until('hibernating');
    await eventually(async () => (await home.browsers()).length === 0, 'the browser has ended');
  };

  await asleep();
  const { status, reason, hint, session, nextAttemptAt } = await wad.status();
  t.match(
    { status, reason, hint, session, nextAttemptAt },
    {
      ...{ status: 'hibernating', reason: 'none', hint: null, nextAttemptAt: null },
      session: { hasSession: true, connected: false, phone: '15550001111' },
    },
  );
  t.match((await wad.wactl(['status'])).stdout, /wakes\s+wakes for a message or a request/);

  const { id } = await wad.request('message.send', { to: contact.number, text: 'out' });
  await wad.request('message.wait', { id, for: 'sent', timeoutMs: 60_000 });
  t.same(bodies(), ['out'], 'a message wakes it, and goes out once');

  await asleep();
  const received = await contact.send('while asleep');
  const { chats } = await wad.request('chat.list', {});
  t.ok(
    chats.some(({ id }) => id === contact.wid),
    'a request wakes it, and is answered',
  );
  const { data } = await wad.event('message', ({ messageId }) => messageId === received);
  t.match(data, { body: 'while asleep', chatId: contact.wid });

  await asleep();
  const notBefore = new Date(Date.now() + 8_000).toISOString();
  const later = await wad.request('message.send', { to: contact.number, text: 'later', notBefore });
  t.match(await wad.status(), { status: 'hibernating', nextAttemptAt: notBefore }, 'it sleeps until then');
  await wad.request('message.wait', { id: later.id, for: 'sent', timeoutMs: 60_000 });
  t.ok(Date.now() >= Date.parse(notBefore));
  t.same(bodies(), ['out', 'later']);

  await asleep();
  t.match(await wad.wactl(['init']), { code: 0 });
  await wad.until('ready');
  await asleep();
  t.match(await wad.wactl(['wait', 'ready']), { code: 0 });

  await asleep();
  const { code, ms } = await wad.stop();
  t.equal(code, 0);
  t.ok(ms < 5_000, `a stop needs no browser: ${ms} ms`);
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
  const again = await home.start({ env: SLEEPY });
  await again.until('hibernating');
  t.match(await again.request('session.disconnect'), { unlinked: true }, 'the phone is notified');
  t.equal((await again.stop()).code, 0);
});

t.test('a stop that unlinks wakes a hibernating account first, for as long as is configured', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const asleep = async (more: Record<string, string> = {}) => {
    const wad = await home.start({ env: { ...SLEEPY, WAD_SHUTDOWN_ON_TERM: 'logout', ...more } });
    if (phone.devices.length === 0) await wad.link(phone);
    await wad.until('hibernating');
    await eventually(async () => (await home.browsers()).length === 0, 'the browser has ended');
    return wad;
  };

  // Longer than a busy machine takes to launch Chromium: until it has its page, it would be killed.
  const late = await asleep({ WAD_SHUTDOWN_WAKE_MS: '8000' });
  await sim.faults.load('hang');
  const { code, ms } = await late.stop();
  t.equal(code, 0);
  t.ok(ms > 8_000, `it was tried for the configured time: ${ms} ms`);
  await late.logged('session.alert', ({ says }) => /do it on the phone/.test(String(says)));
  t.same(await late.leftBehind({ profile: 'kept' }), []);
  t.equal(phone.devices.length, 1, 'the session is kept');

  await sim.faults.load('none');
  const hurried = await asleep({ WAD_SHUTDOWN_WAKE_MS: '300000' });
  await sim.faults.load('hang');
  hurried.child.kill('SIGTERM');
  await hurried.became('logging-out', { reason: 'shutting_down' });
  t.match(await hurried.wactl(['status', '-o', 'json']), { code: 0, stdout: /"isShuttingDown": ?true/ });
  t.match(
    await hurried.wactl(['send', '15550002222', 'too late']),
    { code: 5 },
    'no new message is accepted',
  );
  // While Chromium is being launched, it would be killed.
  const launches = () => hurried.log.filter(({ step }) => step === 'page_prepared').length;
  await eventually(() => launches() === 2, 'the browser has its page');
  hurried.child.kill('SIGTERM');
  t.equal((await hurried.ended()).code, 0, 'a second signal ends the wait');
  await hurried.logged('session.alert', ({ says }) => /do it on the phone/.test(String(says)));
  t.same(await hurried.leftBehind({ profile: 'kept' }), []);

  await sim.faults.load('none');
  const wad = await asleep();
  t.equal((await wad.stop()).code, 0);
  t.equal(phone.devices.length, 0, 'the phone is unlinked');
  t.same(await wad.leftBehind({ profile: 'gone' }), []);
});

t.test(`nothing is lost or doubled in ${CYCLES} cycles with messages at random times`, async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const contact = sim.createContact({ number: '15550002222' });
  const wad = await home.start({ env: { ...SLEEPY, WAD_HIBERNATE_WAKE_MINUTES: '0.05' } });
  await wad.link(phone);
  const seed = Number(process.env.WAD_SEED ?? Date.now() % 100_000);
  t.comment(`WAD_SEED=${seed}`);
  const dice = diceOf(seed);
  const [sent, received]: [string[], string[]] = [[], []];
  for (let cycle = 0, after = await wad.mark(); cycle < CYCLES; cycle++) {
    for (let n = 0; n < 3; n++) {
      // A random time within the cycle: this is no wait for anything.
      await delay(dice.roll() * 2_500);
      const text = `${cycle} ${n}`;
      if (dice.roll() < 0.6) {
        await contact.send(text);
        received.push(text);
      } else {
        await wad.request('message.send', { to: contact.number, text });
        sent.push(text);
      }
    }
    await wad.became('hibernating', { after });
    after = await wad.mark();
  }
  await contact.send('the last one');
  received.push('the last one');
  // What came in during a sleep is read from the page, and may be an event after what the page reports meanwhile.
  for (const text of received)
    await wad.event('message', ({ body, fromMe }) => !fromMe && body === text, { timeoutMs: 60_000 });
  await eventually(() => contact.received.length >= sent.length, 'all are sent', 60_000);
  t.same(
    contact.received.map(({ body }) => body),
    sent,
    'each message went out once, in order',
  );
  const events = await wad.events('message');
  const heard = events.filter(({ data }) => data.fromMe === false).map(({ data }) => String(data.body));
  t.same(heard.sort(), received.toSorted(), 'each message that came in is one event');
  t.equal((await wad.stop()).code, 0);
});
