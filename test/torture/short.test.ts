/** Runs scripts/torture for three minutes: random kills, and still each message arrives once. */
import t from 'tap';
import { torture } from './torture.js';

const SEED = Number(process.env.WAD_SEED ?? Date.now() % 1_000_000);
// For a slow machine.
t.setTimeout(900_000);

for (const generation of ['2026-04', '2026-07', '2026-09'] as const) {
  t.test(
    `kills at random times neither lose nor repeat a message (${generation}, WAD_SEED=${SEED})`,
    async (t) => {
      const report = await torture({
        ...{ seed: SEED, generation, kills: 6, messages: 60, clients: 8, contacts: 3, t },
        say: (text) => t.comment(text),
      });
      t.comment(JSON.stringify(report.kills), `${report.repeated} were transmitted more than once`);
      t.same(report.wrong, []);
    },
  );
}
