// Measures what a program of an operator sees of accounts whose machines come and go: three machines with real agents, daemons and
// browsers, one NATS server, a lease of 30 s. For each account the program publishes a message and asks for a page of the chats
// every second, with more than four accounts less often (--every), asks for the status twice a second, and reads every event.
// Needs a build, and nats-server.
//   drain     all accounts are on one machine, which is drained
//   upgrade   examples/fleet-upgrade.sh with all three machines: an upgrade is a restart of the agent
//   loss      SIGKILL of everything on the machine that has the most accounts: agent, daemons, guards, browsers
// All machines are this one, so what starts elsewhere takes the time of what is still running.
//   node bench/fleet-upgrade.mjs [--accounts N] [--every MS] [--json FILE]
// Goals: nothing refused, lost or sent twice; no account away for more than 15 s in a planned move, and 60 s in a loss.
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from './sample.mjs';
import { report, row } from './table.mjs';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { findBrowser } = await import(at('build/src/config/browser.js'));
const { FleetProgram } = await import(at('build/test/harness/fleet-program.js'));
const { upgrade } = await import(at('build/test/harness/fleet-upgrade.js'));
const { FleetWorld, MACHINES } = await import(at('build/test/harness/fleet-world.js'));

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '16' },
    every: { type: 'string' },
    json: { type: 'string' },
  },
});
const count = Number(values.accounts);
const everyMs = Number(values.every ?? Math.max(1_000, count * 250));
const ends = [];
let passing = false;
const stage = {
  teardown: (end) => ends.unshift(end),
  passing: () => passing,
  comment: (text) => console.error(text),
};

/** @param concerned the accounts whose times count; by default all */
async function watched(world, { name, goalS, concerned }, act) {
  console.error(`==> ${name}`);
  const program = new FleetProgram({ fleet: world.fleet, subjects: world.subjects, everyMs });
  await program.begin();
  const startedAt = performance.now();
  await act();
  const tookMs = performance.now() - startedAt;
  const figures = await program.end(120_000);
  console.error(JSON.stringify(figures));
  const seen = Object.entries(figures.accounts).filter(([name]) => concerned?.includes(name) ?? true);
  const gaps = seen.map(([, { gapMs }]) => gapMs / 1_000);
  const sent = seen.map(([, { sentMs }]) => sentMs / 1_000);
  const never = { goal: { value: 0 } };
  return [
    row({ name: `${name}: time`, unit: 's', ours: tookMs / 1_000 }),
    row({ name: 'an account is not ready, median', unit: 's', ours: median(gaps) }),
    row({ name: '… at most', unit: 's', ours: Math.max(...gaps), goal: { value: goalS } }),
    row({ name: 'accepted until sent, at most', unit: 's', ours: Math.max(...sent) }),
    row({ name: 'reads that were answered', unit: '%', ours: figures.answered * 100 }),
    row({ name: `of ${figures.sends} messages: refused`, unit: '', ours: figures.refused, ...never }),
    row({ name: '… lost', unit: '', ours: figures.lost, ...never }),
    row({ name: '… sent twice', unit: '', ours: figures.twice, ...never }),
    row({ name: `of ${figures.heard} received: not an event`, unit: '', ours: figures.unheard }),
    row({ name: '… more than one', unit: '', ours: figures.heardTwice, ...never }),
  ];
}

/** The machine that has the most accounts, and these. */
async function fullest(world) {
  const places = [...(await world.places())];
  const on = (machine) => places.filter(([, place]) => place === machine).map(([name]) => name);
  const [machine] = MACHINES.toSorted((a, b) => on(b).length - on(a).length);
  return { machine, concerned: on(machine) };
}

/** Ends what was started, the newest first. Once. */
async function endAll() {
  for (const end of ends.splice(0)) await end();
}
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void endAll().finally(() => process.exit(1)));

try {
  const { path } = findBrowser({ browser: { path: null, headed: true }, env: process.env, home: homedir() });
  const world = await FleetWorld.make(stage, { browser: path });
  for (let n = 0; n < count; n += 1) {
    await world.link('m1');
    console.error(`${n + 1} accounts are ready`);
  }
  const [first] = world.subjects;
  const planned = { goalS: 15 };
  const rows = [
    ...(await watched(world, { ...planned, name: `drain of ${count} accounts` }, () =>
      world.machine('m2').wactl('fleet', 'drain', 'm1'),
    )),
    ...(await watched(world, { ...planned, name: 'upgrade of three machines' }, async () => {
      await world.machine('m2').wactl('fleet', 'undrain', 'm1');
      const { status, stderr } = await upgrade(world, { canary: first.account, machines: MACHINES });
      if (status !== 0) throw new Error(`the upgrade ended with ${status}: ${stderr}`);
    })),
  ];
  const { machine, concerned } = await fullest(world);
  rows.push(
    ...(await watched(
      world,
      { name: `loss of ${concerned.length} accounts`, goalS: 60, concerned },
      async () => {
        await world.machine(machine).lose();
        await world.ready();
      },
    )),
    row({ name: 'two pages of one session', unit: '', ours: world.conflicts(), goal: { value: 0 } }),
  );
  passing = true;
  report(rows, values.json);
} finally {
  await endAll();
}
