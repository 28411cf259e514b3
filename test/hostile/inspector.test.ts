/**
 * SIGUSR1 makes Node open its inspector on a TCP port, and any client of that runs code as the account. The
 * programs must not open it.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { isAlive } from '../harness/processes.js';
import { startServer, untilAborted } from '../harness/server.js';
import { WACTL } from '../harness/wactl.js';
import { Simulator } from '../simulator/simulator.js';

// For a slow machine; it usually takes a tenth of this.
t.setTimeout(240_000);

const SIGUSR1_BIT = 1n << 9n;

/** TCP ports on which this process itself listens. */
function listeningPorts(pid: number): number[] {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // closed since the directory was read
      }
    }),
  );
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && own.has(inode ?? ''))
    .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16));
}

/** Node handles the signal long before it runs the first line of a program; before that it would end the process. */
const handlesSignal = (pid: number): boolean => {
  const caught = /^SigCgt:\s*(\w+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${caught}`) & SIGUSR1_BIT) !== 0n;
};

/** Sends the signal at the earliest time at which it could open the inspector. */
async function signalAtStart(pid: number): Promise<void> {
  await eventually(() => handlesSignal(pid), 'Node handles SIGUSR1', 20_000);
  process.kill(pid, 'SIGUSR1');
}

const closed = (pid: number): Promise<boolean> =>
  eventually(() => listeningPorts(pid).length === 0, 'no inspector listens', 20_000);

t.test('SIGUSR1 opens no inspector in the daemon, neither at its start nor later', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const wad = await home.start({ listening: false, args: ['--no-auto-init'] });
  await signalAtStart(wad.pid);
  await wad.listening();
  t.ok(await closed(wad.pid), 'an inspector that was opened at the start is closed');
  for (let n = 0; n < 3; n++) {
    process.kill(wad.pid, 'SIGUSR1');
    await wad.status();
    t.same(listeningPorts(wad.pid), []);
  }
  t.equal((await wad.stop()).code, 0);
});

/** Commands that run for a long time, and the first request that shows that they run. */
const COMMANDS = [
  { args: ['wait', 'ready'], asks: 'session.wait' },
  { args: ['events', '--follow'], asks: 'events.subscribe' },
  { args: ['mcp'], asks: null },
] as const;
const INITIALIZE = {
  ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

for (const { args, asks } of COMMANDS)
  t.test(`SIGUSR1 opens no inspector in wactl ${args.join(' ')}`, async (t) => {
    let asked: () => void = () => {};
    const runs = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const waits = (_params: unknown, { signal }: { signal: AbortSignal }) => {
      asked();
      return untilAborted(signal);
    };
    await using server = await startServer(asks === null ? {} : { [asks]: waits });
    const { NODE_OPTIONS: _, ...env } = process.env; // tap's loaders must not run in there
    // Its stdin stays open: `mcp` ends with it.
    const child = spawn(process.execPath, [WACTL, ...args], {
      env: { ...env, WAD_SOCKET: server.path },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    if (asks === null) child.stdout.once('data', asked);
    const { pid = 0 } = child;
    await signalAtStart(pid);
    if (asks === null) child.stdin.write(`${JSON.stringify(INITIALIZE)}\n`);
    await runs;
    t.ok(await closed(pid), 'an inspector that was opened at the start is closed');
    process.kill(pid, 'SIGUSR1');
    t.same(listeningPorts(pid), []);
    t.ok(isAlive(pid));
  });
