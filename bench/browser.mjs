// What the browser of a ready account costs at rest, against that of a bare whatsapp-web.js with the flags it comes with,
// on the same simulator with the same ballast (40 MB of models, a list with pictures), after the build:
//   memory  PSS of all processes of the browser, and what of it is theirs alone
//   cpu     per cent of one core that they use, and the Node process
// The two run in turn, and the order changes with each round.
//   node bench/browser.mjs [--rounds N] [--settle SECONDS] [--watch SECONDS] [--browser PATH] [--args "--a --b"]
//     [--json FILE]
// --browser is for ours alone; --args are further switches for ours. Goals: PSS 0.65, CPU of the daemon 0.5 %.
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
    browser: { type: 'string' },
    args: { type: 'string', default: '' },
    json: { type: 'string' },
  },
});

const rig = await Rig.open({ knobs: { ballastMb: 40 } });
try {
  const args = values.args.split(' ').filter(Boolean);
  const toml = args.length > 0 ? `[browser]\nargs = ${JSON.stringify(args)}\n` : '';
  const subjects = [rig.bare('bare', '15550003333'), rig.wad('wad', '15550001111', { toml })];
  for (const subject of subjects) await rig.link(subject);
  const seen = { bare: [], wad: [] };
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const order = round % 2 === 0 ? subjects : subjects.toReversed();
    for (const subject of order) {
      const child = subject.start();
      await subject.reached(child, 'ready');
      await sleep(Number(values.settle) * 1_000);
      const pids = browserOf(child);
      const before = [cpuSeconds(pids), cpuSeconds([child.pid])];
      await sleep(Number(values.watch) * 1_000);
      const [browser, node] = [cpuSeconds(pids) - before[0], cpuSeconds([child.pid]) - before[1]];
      const percent = (seconds) => (seconds / Number(values.watch)) * 100;
      const figures = { ...memoryOf(pids), browser: percent(browser), node: percent(node) };
      seen[subject.name].push(figures);
      const { pss, own } = figures;
      console.error(
        `${subject.name.padEnd(5)} ${pss.toFixed(0)} MB, ${own.toFixed(0)} its own, ${pids.length} processes, browser ${figures.browser.toFixed(2)} %, node ${figures.node.toFixed(2)} %`,
      );
      await subject.stop(child);
    }
  }
  const of = (name, what) => median(seen[name].map((figures) => figures[what]));
  const pair = (what) => ({ ours: of('wad', what), rival: of('bare', what) });
  report(
    [
      row({ name: 'browser at rest, PSS', unit: 'MB', ...pair('pss'), goal: { ratio: 0.65 } }),
      row({ name: 'browser at rest, its own', unit: 'MB', ...pair('own') }),
      row({ name: 'browser at rest, CPU', unit: '%', ...pair('browser'), goal: { ratio: 1 } }),
      row({ name: 'Node process at rest, CPU', unit: '%', ...pair('node'), goal: { value: 0.5 } }),
    ],
    values.json,
  );
} finally {
  await rig.close();
}
