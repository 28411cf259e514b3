// Measures the boot of a machine with many linked accounts, all started at the same time. Needs a build.
// With starts in line (browser.parallelStarts, by default the number of cores) and with all at once, one after the
// other in each round, so that both see the same machine.
//   first, half, all   from the start until the first, half of, and all accounts are ready
//   failed starts      those that had to be repeated
//   node bench/boot.mjs [--accounts N] [--rounds N] [--places N] [--json FILE]
// Goals: the first no later than with all at once, all at most a tenth later, and no failed start.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Client } from '../build/src/socket/client.js';
import { Rig } from './rig.mjs';
import { median } from './sample.mjs';
import { report, row } from './table.mjs';

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
    places: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'string' },
  },
});
const count = Number(values.accounts);
const BASE = 15_550_200_000;

/** Starts all accounts. Returns when the first, half of them and all were ready, ms, and how many starts failed. */
async function boot(subjects, places) {
  const since = Date.now();
  process.env.WAD_BROWSER_PARALLEL_STARTS = String(places);
  const startedAt = performance.now();
  const running = subjects.map((subject) => ({ subject, child: subject.start() }));
  const times = await Promise.all(
    running.map(async ({ subject, child }) => {
      await subject.reached(child, 'ready');
      return performance.now() - startedAt;
    }),
  );
  let attempts = 0;
  for (const { subject, child } of running) {
    const client = await Client.connect(subject.socket);
    const { events } = await client.request('events.list', { after: 0, limit: 1000, types: ['state'] });
    attempts += events.filter(
      ({ data, time }) => data.status === 'reconnecting' && Date.parse(time) > since,
    ).length;
    await client.close();
    await subject.stop(child);
  }
  times.sort((a, b) => a - b);
  return { first: times[0], half: times[Math.floor((count - 1) / 2)], all: times.at(-1), attempts };
}

const rig = await Rig.open();
try {
  // The line of this run only.
  process.env.XDG_RUNTIME_DIR = rig.home;
  const subjects = Array.from({ length: count }, (_, n) => rig.wad(`wad-${n}`, String(BASE + n)));
  for (const subject of subjects) await rig.link(subject);
  const runs = { line: [], atOnce: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    // Each is first in every second round.
    for (const kind of round % 2 === 0 ? ['line', 'atOnce'] : ['atOnce', 'line']) {
      const seen = await boot(subjects, kind === 'line' ? Number(values.places) : 0);
      runs[kind].push(seen);
      console.error(kind, JSON.stringify(seen));
    }
  }
  const of = (kind, what) => median(runs[kind].map((seen) => seen[what]));
  const compared = (what, name, goal) =>
    row({ name, unit: 'ms', ours: of('line', what), rival: of('atOnce', what), ...(goal && { goal }) });
  report(
    [
      compared('first', `the first of ${count} accounts is ready after the boot`, { ratio: 1 }),
      compared('half', 'half of them'),
      compared('all', 'all of them', { ratio: 1.1 }),
      row({
        name: 'failed starts in a boot',
        unit: '',
        ours: of('line', 'attempts'),
        rival: of('atOnce', 'attempts'),
        goal: { value: 0 },
      }),
    ],
    values.json,
  );
} finally {
  await rig.close();
}
