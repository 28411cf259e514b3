// Measures the idle cost of a ready account's browser, against that of a bare whatsapp-web.js with its
// default flags, on the same simulator with the same ballast (40 MB of models, a list with pictures). Needs a
// build.
//   memory  PSS of all processes of the browser, and their private memory
//   cpu     per cent of one core that the browser and the Node process use
// The two take turns, and the order changes with each round. Ours is measured on the same Chromium, and on
// its headless shell if one is installed, which the daemon prefers.
//   node bench/browser.mjs [--rounds N] [--settle SECONDS] [--watch SECONDS] [--args "--a --b"] [--json FILE]
// --args are additional switches for ours. Goals: PSS 0.65, CPU of the daemon 0.5 %.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { browserOf, cpuSeconds, memoryOf, Rig } from './rig.mjs';
import { median } from './sample.mjs';
import { report, row } from './table.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    settle: { type: 'string', default: '20' },
    watch: { type: 'string', default: '30' },
    args: { type: 'string', default: '' },
    json: { type: 'string' },
  },
});

const rig = await Rig.open({ knobs: { ballastMb: 40 } });
try {
  const args = values.args.split(' ').filter(Boolean);
  const toml = args.length > 0 ? `[browser]\nargs = ${JSON.stringify(args)}\n` : '';
  const shell = await rig.wrap({ path: 'chromium-headless-shell', headed: false });
  const subjects = [
    rig.bare('bare', '15550003333'),
    rig.wad('wad', '15550001111', { toml }),
    ...(shell === null ? [] : [rig.wad('shell', '15550002222', { toml, browser: shell })]),
  ];
  const seen = {};
  for (const subject of subjects) {
    await rig.link(subject);
    seen[subject.name] = [];
  }
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const figures = await watch(subject);
      seen[subject.name].push(figures);
      const { pss, own, count, browser, node } = figures;
      console.error(
        `${subject.name.padEnd(5)} ${pss.toFixed(0)} MB, ${own.toFixed(0)} its own, ${count} processes, browser ${browser.toFixed(2)} %, node ${node.toFixed(2)} %`,
      );
    }
  }
  const of = (name, what) => median(seen[name].map((figures) => figures[what]));
  const rows = ['wad', 'shell'].flatMap((name) => {
    if (seen[name] === undefined) return [];
    const says = name === 'wad' ? 'Chromium' : 'headless shell';
    const pair = (what) => ({ ours: of(name, what), rival: of('bare', what) });
    return [
      row({ name: `${says} at rest, PSS`, unit: 'MB', ...pair('pss'), goal: { ratio: 0.65 } }),
      row({ name: `${says} at rest, private memory`, unit: 'MB', ...pair('own') }),
      row({ name: `${says} at rest, CPU`, unit: '%', ...pair('browser'), goal: { ratio: 1 } }),
      row({ name: 'its daemon at rest, CPU', unit: '%', ours: of(name, 'node'), goal: { value: 0.5 } }),
    ];
  });
  report(rows, values.json);
} finally {
  await rig.close();
}

/** Starts the subject with its saved session, measures it when it has come to rest, and stops it. */
async function watch(subject) {
  const child = subject.start();
  await subject.reached(child, 'ready');
  await sleep(Number(values.settle) * 1_000);
  const pids = browserOf(child);
  const before = { browser: cpuSeconds(pids), node: cpuSeconds([child.pid]) };
  await sleep(Number(values.watch) * 1_000);
  const percent = (now, then) => ((now - then) / Number(values.watch)) * 100;
  const figures = {
    ...memoryOf(pids),
    count: pids.length,
    browser: percent(cpuSeconds(pids), before.browser),
    node: percent(cpuSeconds([child.pid]), before.node),
  };
  await subject.stop(child);
  return figures;
}
