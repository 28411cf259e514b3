/** Runs random faults for three minutes. The long form is scripts/soak. */
import t from 'tap';
import { soak } from './soak.js';

const SEED = Number(process.env.WAD_SOAK_SEED ?? 1);
const MINUTES = 3;
t.setTimeout((MINUTES + 10) * 60_000);

t.test(`${MINUTES} minutes of faults (WAD_SOAK_SEED=${SEED})`, async (t) => {
  const report = await soak({ seed: SEED, faults: 10_000, minutes: MINUTES, say: (line) => t.comment(line) });
  t.same(report.wrong, [], `wrong: ${report.wrong.join('; ') || 'nothing'}`);
  t.ok(report.faults > 10, `${report.faults} faults`);
  t.comment(`${report.recovery.medianS.toFixed(1)} s (median), ${report.recovery.maxS.toFixed(1)} s at most`);
});
