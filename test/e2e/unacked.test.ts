/**
 * A message without the server's ack is sent again under the same id, or its failure is explained.
 * No page resends messages from its store by itself.
 */
import t from 'tap';
import { Home } from '../harness/home.js';
import { signal } from '../harness/processes.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a fifth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const AWAIT = { for: 'delivered', timeoutMs: 60_000 } as const;
const WITHIN = { timeoutMs: 65_000 };

for (const generation of ['2026-04', '2026-09'] as const)
  for (const resendsAtLogin of [false, true])
    t.test(
      `a message cut off before its ack is sent again by the next page, once (${generation}, page resends: ${resendsAtLogin})`,
      async (t) => {
        await using sim = await Simulator.start({ generation, knobs: { resendsAtLogin } });
        await using home = await Home.make(sim, { t });
        const phone = sim.createPhone({ number: NUMBER });
        const contact = sim.createContact({ number: '15550002222' });
        const first = await home.startLinked(phone);
        await sim.set('sendFault', 'never-leaves');
        const { id } = await first.request('message.send', { to: contact.number, text: 'cut off' });
        await first.logged('message.state', (line) => line.id === id && line.to === 'sending');
        const behind = await first.request('message.send', { to: contact.number, text: 'behind it' });
        t.equal((await first.request('outbox.get', { id })).state, 'sending');
        await first.kill();
        for (const pid of await home.browsers()) signal(pid, 'SIGKILL');
        await sim.set('sendFault', 'none');
        const wad = await home.start();
        for (const one of [id, behind.id])
          t.match(await wad.request('message.wait', { id: one, ...AWAIT }, WITHIN), { error: null });
        t.same(
          contact.received.map(({ body }) => body),
          ['cut off', 'behind it'],
          'each message arrives once, in order',
        );
        const ids = sim.ledger.filter(({ body }) => body === 'cut off').map((entry) => entry.id);
        t.equal(new Set(ids).size, 1, 'all transmissions have one id');
        await wad.stop();
        t.same(await wad.leftBehind({ profile: 'kept' }), []);
      },
    );

t.test('a message that the page has given up fails with the reason', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
  await ana.send('hello');
  await ben.send('hello');
  const wad = await home.start();
  await wad.link(phone);

  await wad.request('contact.block', { contact: ana.number });
  const refused = await wad.wactl(['send', ana.number, 'to somebody blocked']);
  t.equal(refused.code, 1);
  t.match(refused.stderr, /blocked the contact\.\s+try: wactl .*contacts --blocked/);
  await wad.request('contact.block', { contact: ana.number, blocked: false });

  await sim.set('sendFault', 'fails');
  const failed = await wad.request('message.send', { to: ben.number, text: 'fails' });
  t.match(await wad.request('message.wait', { id: failed.id, ...AWAIT }, WITHIN), {
    state: 'failed',
    error: { kind: 'send_failed', reason: /ERROR_UNKNOWN/ },
  });

  await sim.set('sendFault', 'network');
  const later = await wad.request('message.send', { to: ben.number, text: 'network' });
  await wad.logged('message.state', (line) => line.id === later.id && line.to === 'unknown');
  await sim.set('sendFault', 'none');
  t.match(await wad.request('message.wait', { id: later.id, ...AWAIT }, WITHIN), { error: null });
  t.same(
    ben.received.map(({ body }) => body),
    ['network'],
  );
  t.match(await wad.status(), { status: 'ready', outbox: { queued: 0, unknown: 0 } });
  await wad.stop();
});
