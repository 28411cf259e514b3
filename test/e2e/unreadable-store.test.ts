/** WhatsApp Web cannot read the messages in its own store: that is not the start of a chat, and nothing is lost by it (H11). */
import t, { type Test } from 'tap';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import { BareClient } from '../simulator/bare-client.js';
import type { Contact } from '../simulator/contact.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(600_000);

const LONG = { timeoutMs: 120_000 };
const MISSED = ['missed 1', 'missed 2', 'missed 3'];

/** A daemon whose page has received these messages before it listened, and has none of them in memory. */
async function daemonThatMissed(
  t: Test,
  storeFault: Simulator['knobs']['storeFault'],
): Promise<{ sim: Simulator; home: Home; wad: Wad; ana: Contact }> {
  const sim = await Simulator.start({ knobs: { messagesAtStart: 0 } });
  t.teardown(() => sim.close());
  const home = await Home.make(sim, { t });
  t.teardown(() => home[Symbol.asyncDispose]());
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  await home.saveSession(phone);
  const other = await BareClient.start(sim, { directory: home.authDir, clientId: 'default' });
  t.teardown(() => other.close());
  await other.wait('ready');
  for (const text of MISSED) {
    await ana.send(text);
    await other.wait('message', ({ body }: { body: string }) => body === text);
  }
  await other.close();
  await sim.set('storeFault', storeFault);
  const wad = await home.start();
  await wad.until('ready');
  return { sim, home, wad, ana };
}

const bodies = async (wad: Wad) =>
  [...(await wad.events('message', 0)), ...(await wad.events('message.history', 0))].map(
    ({ data }) => data.body,
  );

for (const storeFault of ['fails', 'aborts'] as const)
  t.test(
    `missed messages are reported once when the store can be read again (it ${storeFault})`,
    async (t) => {
      const { sim, home, wad, ana } = await daemonThatMissed(t, storeFault);
      await wad.logged('backfill.failed', ({ what }) => what === 'chat');
      await ana.send('live');
      await wad.event('message', ({ body }) => body === 'live');
      t.same(await bodies(wad), ['live'], 'the rest is not read yet');

      await sim.set('storeFault', 'none');
      for (const text of MISSED)
        t.match(await wad.event('message', ({ body }) => body === text), { data: { backfilled: true } });
      await wad.stop();

      const again = await home.start();
      await again.until('ready');
      await ana.send('the end');
      await again.event('message', ({ body }) => body === 'the end');
      await again.logged('backfill.nothing');
      t.same(await bodies(again), ['live', ...MISSED, 'the end'], 'each once');
      t.same(await again.events('gap', 0), []);
      await again.stop();
    },
  );

t.test('a store that stays unreadable is a gap, and its messages are fetched later', async (t) => {
  const { sim, wad, ana } = await daemonThatMissed(t, 'fails');
  await ana.send('live');
  await wad.event('message', ({ body }) => body === 'live');
  const request = { chat: ana.number, count: 50 };
  const fetched = await wad.request('history.fetch', request, LONG).catch((error: unknown) => error);
  t.match(fetched, { kind: 'page_error', message: /Connection is closing/ }, 'not the start of the chat');
  t.match(await wad.wactl(['history', ana.number]), { code: 1, stderr: /Connection is closing/ });
  const { messages, more } = await wad.request('chat.messages', { chat: ana.number }, LONG);
  t.match(
    [messages.map(({ body }) => body), more],
    [['live'], true],
    'what is in memory, and that there is more',
  );

  const gap = await wad.event('gap', undefined, { timeoutMs: 120_000 });
  t.match(gap.data, { reason: 'unreadable', chatId: ana.wid });
  t.same(await bodies(wad), ['live']);

  await sim.set('storeFault', 'none');
  t.match(await wad.request('history.fetch', request, LONG), { fetched: 3, known: 1, end: 'start' });
  t.match(await wad.request('history.fetch', request, LONG), { fetched: 0, known: 4, end: 'start' });
  t.same(await bodies(wad), ['live', ...MISSED]);
  await wad.stop();
});
