/** Three minutes of scripts/torture: kills at random, and each message once all the same. */
import t from 'tap';
import { torture } from './torture.js';

const SEED = Number(process.env.WAD_SEED ?? Date.now() % 1_000_000);
// For a slow machine.
t.setTimeout(900_000);

t.test(`kills at random moments lose and double nothing (WAD_SEED=${SEED})`, async (t) => {
  const report = await torture({
    ...{ seed: SEED, generation: '2026-07', kills: 16, messages: 160, clients: 8, contacts: 3, t },
    say: (text) => t.comment(text),
  });
  t.comment(JSON.stringify(report.kills), `${report.repeated} crossed the wire more than once`);
  t.same(report.wrong, []);
});
