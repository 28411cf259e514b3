// Measures agents and leases at many accounts, on one NATS server of its own: real agents and real leases, each agent in a process of
// its own, and daemons that are no more than their lease. Needs a build, and nats-server.
//   placed   from the first account in the bucket until a machine holds every one
//   again    from the kill -9 of one machine until the others hold its accounts
//   quiet    what the servers and an agent do while nothing happens
//   node bench/fleet-scale.mjs [--accounts N] [--machines N] [--json FILE]
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { report, row } from './table.mjs';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { connectFleet } = await import(at('build/src/fleet/connection.js'));
const { openObjects } = await import(at('build/src/fleet/objects.js'));
const { leaseBucket } = await import(at('build/src/fleet/lease-bucket.js'));
const { leaseTimes } = await import(at('build/src/fleet/lease.js'));
const { LeaseTaker } = await import(at('build/src/fleet/take-lease.js'));
const { machineClock } = await import(at('build/src/fleet/clock.js'));
const { FRESH } = await import(at('build/src/fleet/accounts.js'));
const { Agent, monotonicMs } = await import(at('build/src/agent/agent.js'));
const { configIdOf } = await import(at('build/src/agent/view.js'));
const { fleetConfig } = await import(at('build/test/harness/fleet.js'));

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '1000' },
    machines: { type: 'string', default: '10' },
    json: { type: 'string' },
    machine: { type: 'string' },
  },
});
const PORT = 14_556;
const MONITOR = 14_557;
const LEASE_S = 30;
const QUIET_S = 20;
const url = `nats://127.0.0.1:${PORT}`;
const log = { debug() {}, info() {}, warn: console.error, error: console.error };

/** Daemons that are no more than their lease. */
async function unitsOf(machine, changed) {
  const fleet = await connectFleet(fleetConfig({ url }), { name: `daemons of ${machine}`, log });
  const objects = await openObjects(fleet, fleetConfig({ url }));
  const units = new Map();
  const take = async (account, unit) => {
    const record = {
      ...{ machine, host: `${machine} ${account}`, daemon: randomUUID() },
      since: new Date().toISOString(),
    };
    const bucket = leaseBucket(fleet, objects.leases, { account, leaseMs: LEASE_S * 1_000 });
    const taker = new LeaseTaker(bucket, record, { clock: machineClock, times: leaseTimes(LEASE_S * 1_000) });
    while (unit.state === 'running') {
      const taken = await taker.try().catch(() => null);
      if (taken !== null) {
        unit.lease = taken.lease;
        return;
      }
      await sleep(5_000);
    }
  };
  const stop = async (account) => {
    const unit = units.get(account);
    unit.state = 'ended';
    await unit.lease?.release().catch(() => undefined);
    changed();
  };
  const start = async (account, config) => {
    const configId = configIdOf(config);
    const unit = { state: 'running', sinceMs: monotonicMs(), retryAtMs: 0, configId };
    units.set(account, unit);
    void take(account, unit).then(changed);
  };
  return {
    current: () => units,
    start,
    restart: start,
    stop,
    forget: async (account) => units.delete(account),
    look: async () => undefined,
    close: async () => undefined,
  };
}

if (values.machine !== undefined) {
  let changed = () => undefined;
  const units = await unitsOf(values.machine, () => changed());
  const { machine } = values;
  const config = {
    fleet: fleetConfig({ url }, { machine, leaseSeconds: LEASE_S }),
    agent: { run: 'children', credentialsFile: null, maxAccounts: 0, memoryPerAccountMb: 1, parallel: 2 },
  };
  const openUnits = (report) => {
    changed = report;
    return units;
  };
  const agent = await Agent.open({ config, log, openUnits }, new AbortController().signal);
  throw await agent.failed;
}

const home = mkdtempSync(join(tmpdir(), 'bench-fleet-'));
const running = [];
const start = (file, args) => {
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  running.push(child);
  return child;
};
const cpuMs = ({ pid }) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .split(') ')[1]
    .split(' ')
    .slice(11, 13)
    .reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
const rssMb = ({ pid }) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
const served = async () => (await fetch(`http://127.0.0.1:${MONITOR}/varz`)).json();

try {
  const nats = start('nats-server', [
    ...['-js', '-sd', home, '-a', '127.0.0.1', '-p', String(PORT), '-m', String(MONITOR)],
    ...['-l', join(home, 'log')],
  ]);
  let fleet;
  while (fleet === undefined) {
    const connecting = connectFleet(fleetConfig({ url }), { name: 'bench', log });
    fleet = await connecting.catch(() => sleep(50));
  }
  const objects = await openObjects(fleet, fleetConfig({ url }));
  const holders = new Map();
  const watching = await objects.leases.watch();
  void (async () => {
    for await (const { key, operation, value } of watching) {
      const { machine, next } =
        operation === 'PUT' ? JSON.parse(new TextDecoder().decode(value)) : { next: '*' };
      if (next === undefined) holders.set(key, machine);
      else holders.delete(key);
    }
  })();
  const agents = Array.from({ length: Number(values.machines) }, (_, n) =>
    start(process.execPath, [fileURLToPath(import.meta.url), '--machine', `m${n}`]),
  );
  const machines = async () => {
    const names = [];
    for await (const name of await objects.machines.keys()) names.push(name);
    return names.length;
  };
  while ((await machines()) < agents.length) await sleep(100);
  const count = Number(values.accounts);
  const startedAt = performance.now();
  const record = JSON.stringify(FRESH);
  await Promise.all(Array.from({ length: count }, (_, n) => objects.accounts.put(`account-${n}`, record)));
  while (holders.size < count) await sleep(50);
  const placedS = (performance.now() - startedAt) / 1_000;
  console.error(`${count} accounts on ${agents.length} machines: ${placedS.toFixed(1)} s`);

  await sleep(5_000);
  const before = { ...(await served()), cpu: cpuMs(nats), agent: cpuMs(agents[0]) };
  await sleep(QUIET_S * 1_000);
  const after = { ...(await served()), cpu: cpuMs(nats), agent: cpuMs(agents[0]) };
  const perS = (what) => (after[what] - before[what]) / QUIET_S;

  const lost = [...holders].filter(([, machine]) => machine === 'm0').map(([name]) => name);
  agents[0].kill('SIGKILL');
  const killedAt = performance.now();
  while (lost.some((name) => holders.get(name) === 'm0')) await sleep(50);
  const againS = (performance.now() - killedAt) / 1_000;
  report(
    [
      row({ name: `${count} accounts placed`, unit: 's', ours: placedS }),
      row({
        name: `${lost.length} of a lost machine placed again`,
        unit: 's',
        ours: againS,
        goal: { value: 60 },
      }),
      row({ name: 'messages to the server, quiet', unit: '/s', ours: perS('in_msgs') }),
      row({ name: 'messages from the server, quiet', unit: '/s', ours: perS('out_msgs') }),
      row({ name: 'CPU of the server, quiet', unit: '% of a core', ours: perS('cpu') / 10 }),
      row({ name: 'memory of the server (RSS)', unit: 'MB', ours: rssMb(nats) }),
      row({ name: 'CPU of an agent, quiet', unit: '% of a core', ours: perS('agent') / 10 }),
      row({ name: 'memory of an agent with its leases (RSS)', unit: 'MB', ours: rssMb(agents[1]) }),
    ],
    values.json,
  );
  await fleet.nats.close();
} finally {
  for (const child of running.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(home, { recursive: true, force: true });
}
