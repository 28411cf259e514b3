/**
 * Kills daemon and browser between a send and the server's ack, again and again: each message arrives once,
 * within a minute of the next start. Every other time the server had the message and only its ack was lost.
 * WAD_CUTS=100 repeats it a hundred times.
 */
import t from 'tap';
import { Home } from '../harness/home.js';
import { signal } from '../harness/processes.js';
import { Simulator } from '../simulator/simulator.js';

const CUTS = Number(process.env.WAD_CUTS ?? 4);
// For a slow machine; a round usually takes a sixth of this.
t.setTimeout(60_000 + CUTS * 90_000);

const WITHIN_MS = 60_000;

for (const generation of ['2026-10'] as const)
  t.test(`messages cut off before their ack arrive once, ${CUTS} times (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111' });
    const contact = sim.createContact({ number: '15550002222' });
    let wad = await home.startLinked(phone);
    for (let cut = 1; cut <= CUTS; cut++) {
      const text = `cut ${cut}`;
      const hadIt = cut % 2 === 0;
      if (hadIt) await sim.set('ackFault', 'never');
      else await sim.set('sendFault', 'never-leaves');
      const { id } = await wad.request('message.send', { to: contact.number, text });
      await wad.logged('message.state', (line) => line.id === id && line.to === 'sending');
      if (hadIt) await contact.waitForMessage(({ body }) => body === text);
      // The browser first, because it closes cleanly when it sees that its daemon is gone.
      for (const pid of await home.browsers()) signal(pid, 'SIGKILL');
      await wad.kill();
      await sim.set('ackFault', 'none');
      await sim.set('sendFault', 'none');

      const startedAt = performance.now();
      wad = await home.start();
      // For a repeated message the server's ack is sent again, and a lost receipt is not.
      const asked = { id, for: hadIt ? 'sent' : 'delivered', timeoutMs: WITHIN_MS } as const;
      const end = await wad.request('message.wait', asked, { timeoutMs: WITHIN_MS + 5_000 });
      const ms = Math.round(performance.now() - startedAt);
      t.match(
        end,
        { error: null },
        `${text}: ${hadIt ? 'its ack was lost' : 'it had not left'}, ${ms} ms after the start`,
      );
      t.ok(ms <= WITHIN_MS);
      t.equal(contact.received.filter(({ body }) => body === text).length, 1, 'the message arrived once');
      const ids = sim.ledger.filter(({ body }) => body === text).map((entry) => entry.id);
      t.equal(new Set(ids).size, 1, 'all transmissions have one id');
    }
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  });
