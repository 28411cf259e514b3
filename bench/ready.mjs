// Measures the cost of the daemon over bare whatsapp-web.js on the same simulator. Needs a build.
//   time    from the start of the process with a saved session to ready
//   memory  VmRSS of the Node process alone, some seconds after ready
// The two take turns (A B A B …) in one run, so that other load affects both.
//   node bench/ready.mjs [--pairs N] [--settle SECONDS] [--generation G] [--json FILE]
// Goals: 1.03 of the time, 20 MB over its memory.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Rig, rssMb } from './rig.mjs';
import { median } from './sample.mjs';
import { report, row } from './table.mjs';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '7' },
    settle: { type: 'string', default: '5' },
    // With later generations a bare library with a saved session never becomes ready (docs/drift.md, D4).
    generation: { type: 'string', default: '2026-04' },
    json: { type: 'string' },
  },
});

async function measure(subject) {
  const startedAt = performance.now();
  const child = subject.start();
  await subject.reached(child, 'ready');
  const ms = performance.now() - startedAt;
  await sleep(Number(values.settle) * 1_000);
  const mb = rssMb(child);
  await subject.stop(child);
  return { ms, mb };
}

const rig = await Rig.open({ generation: values.generation });
try {
  const subjects = [rig.bare('bare', '15550003333'), rig.wad('wad', '15550001111')];
  for (const subject of subjects) await rig.link(subject);
  const runs = { bare: [], wad: [] };
  for (let pair = -1; pair < Number(values.pairs); pair += 1) {
    for (const subject of subjects) {
      const run = await measure(subject);
      if (pair >= 0) runs[subject.name].push(run); // the first pair warms the disk's cache
      console.error(`${subject.name.padEnd(5)} ${run.ms.toFixed(0)} ms  ${run.mb.toFixed(1)} MB`);
    }
  }
  const of = (name, what) => runs[name].map((run) => run[what]);
  const pair = (what) => ({ ours: median(of('wad', what)), rival: median(of('bare', what)) });
  const ratios = of('wad', 'ms').map((time, i) => time / of('bare', 'ms')[i]);
  report(
    [
      row({ name: 'saved session to ready', unit: 'ms', ...pair('ms'), goal: { ratio: 1.03 } }),
      row({
        name: "the same, median of the pairs' ratios",
        unit: '×',
        ours: median(ratios),
        goal: { value: 1.03 },
      }),
      row({ name: 'Node process, RSS', unit: 'MB', ...pair('mb'), goal: { over: 20 } }),
    ],
    values.json,
  );
} finally {
  await rig.close();
}
