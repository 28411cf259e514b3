// The guard of a browser, with real processes: the browser ends with the lease whatever happens to the daemon, and no other
// process is killed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { BrowserGuard } from '../../../../src/daemon/fleet/guard.js';
import { processStatSync } from '../../../../src/session-dir/process-id.js';
import { eventually } from '../../../harness/eventually.js';

const GUARD = new URL('../../../../src/daemon/fleet/guard.js', import.meta.url).href;
const SCRIPT = fileURLToPath(new URL('../../../../../systemd/browser-guard.pl', import.meta.url));
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
/** For a machine on which other tests run. */
const SLOW_MS = 3_000;

const uptimeMs = (): number => uptime() * 1_000;
const runs = (pid: number): boolean => processStatSync(pid) !== null;

/** Stands for a browser: leads a group with a child in it, and ignores every signal that can be ignored. */
async function startBrowser(t: Test): Promise<{ pid: number; child: number; process: ChildProcess }> {
  const browser = spawn('sh', ['-c', "trap '' TERM INT HUP; sleep 300 & echo $!; wait"], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const pid = browser.pid as number;
  t.teardown(() => kill(-pid));
  const [line] = (await once(createInterface(browser.stdout), 'line')) as [string];
  return { pid, child: Number(line), process: browser };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** The guards of this browser. */
const guardsOf = (browser: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => commandOf(pid).includes(`\0${SCRIPT}\0${browser}\0`));

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

const gone = (pid: number): Promise<unknown> => eventually(() => !runs(pid), `the end of process ${pid}`);

/** A new process ends at a SIGTERM until it has set its handlers. */
const ignoresTerm = (pid: number): boolean => {
  const [, ignored = '0'] = /^SigIgn:\s*(\w+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (BigInt(`0x${ignored}`) & (1n << 14n)) !== 0n;
};

const guardOf = (browser: number, besides?: number): Promise<number> =>
  eventually(() => guardsOf(browser).find((guard) => guard !== besides), 'a guard');

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function guardFor(t: Test, heldForMs: number) {
  const lines: string[] = [];
  const note = (event: string): void => void lines.push(event);
  const held = { untilMs: uptimeMs() + heldForMs };
  const log = { debug: note, info: note, warn: note, error: note };
  const guard = new BrowserGuard({ log, heldUntilMs: () => held.untilMs });
  t.teardown(() => guard.end());
  return { guard, lines, held };
}

/** A daemon of its own that guards the browser, and confirms the lease every 100 ms for `heldForMs` each. */
async function startDaemon(t: Test, browser: number, heldForMs: number): Promise<ChildProcess> {
  const code = `
    import { uptime } from 'node:os';
    const { BrowserGuard } = await import(${JSON.stringify(GUARD)});
    let until = 0;
    const hold = () => { until = uptime() * 1000 + ${heldForMs}; };
    const none = () => {};
    const guard = new BrowserGuard({ log: { debug: none, info: none, warn: none, error: none }, heldUntilMs: () => until });
    hold();
    guard.watch(${browser});
    setInterval(() => { hold(); guard.confirm(); }, 100);
    console.log('guards');`;
  const daemon = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(() => kill(daemon.pid as number));
  await once(daemon.stdout, 'data');
  return daemon;
}

for (const signal of ['SIGSTOP', 'SIGKILL'] as const)
  t.test(`a browser whose daemon gets ${signal} ends with the lease, and its children with it`, async (t) => {
    const { pid, child } = await startBrowser(t);
    const daemon = await startDaemon(t, pid, 1_000);
    // Longer than one confirmation lasts.
    await pause(1_700);
    t.ok(runs(pid), 'a confirmed lease keeps the browser');
    const [guard] = guardsOf(pid);
    const atMs = uptimeMs();
    daemon.kill(signal);
    await gone(pid);
    await gone(child);
    const tookMs = uptimeMs() - atMs;
    t.ok(tookMs > 800, `not before the end of the lease: ${tookMs} ms`);
    t.ok(tookMs < 1_000 + SLOW_MS, `with the end of the lease: ${tookMs} ms`);
    await gone(guard as number);
  });

t.test('a suspended browser is killed as well', async (t) => {
  const { pid, child } = await startBrowser(t);
  process.kill(-pid, 'SIGSTOP');
  const { guard, lines } = guardFor(t, 300);
  guard.watch(pid);
  await gone(pid);
  await gone(child);
  await eventually(() => lines.includes('fleet.guard-killed-browser'), 'the line');
});

t.test('a lease that has ended before the browser is guarded leaves it no time', async (t) => {
  const { pid } = await startBrowser(t);
  const { guard, held } = guardFor(t, 0);
  held.untilMs = 0;
  guard.watch(pid);
  await gone(pid);
});

t.test('a guard that was killed is replaced', async (t) => {
  const { pid } = await startBrowser(t);
  const { guard, lines, held } = guardFor(t, 60_000);
  guard.watch(pid);
  const first = await guardOf(pid);
  // One that ends at once would end again, and waits for the next confirmation.
  kill(first);
  await eventually(() => lines.includes('fleet.guard-ended'), 'the line');
  guard.confirm();
  const second = await guardOf(pid, first);
  await pause(1_100);
  kill(second);
  const third = await guardOf(pid, second);
  t.ok(runs(pid));
  held.untilMs = uptimeMs() + 200;
  guard.confirm();
  await gone(pid);
  await gone(third);
});

t.test(
  'signals that end other programs do not end it, and what it does not understand changes nothing',
  async (t) => {
    const { pid } = await startBrowser(t);
    const { guard, lines, held } = guardFor(t, 60_000);
    guard.watch(pid);
    const [helper] = [await guardOf(pid)];
    await eventually(() => ignoresTerm(helper), 'a guard that is up');
    held.untilMs = Number.NaN;
    guard.confirm();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(helper, signal);
    await pause(700);
    t.same(guardsOf(pid), [helper]);
    t.ok(runs(pid));
    t.same(lines, ['fleet.guard-started']);
  },
);

t.test('it ends with the browser, also when nobody tells it', async (t) => {
  const { pid } = await startBrowser(t);
  const { guard, lines } = guardFor(t, 60_000);
  guard.watch(pid);
  const helper = await guardOf(pid);
  const atMs = uptimeMs();
  kill(-pid);
  await gone(helper);
  const tookMs = uptimeMs() - atMs;
  t.ok(tookMs < SLOW_MS, `${tookMs} ms`);
  guard.confirm();
  t.same(guardsOf(pid), []);
  t.same(lines, ['fleet.guard-started']);
});

t.test('the end of the guard leaves the browser alone', async (t) => {
  const { pid } = await startBrowser(t);
  const { guard, lines } = guardFor(t, 500);
  guard.watch(pid);
  const helper = await guardOf(pid);
  guard.end();
  await gone(helper);
  await pause(700);
  t.ok(runs(pid));
  t.ok(guard.kill(0), 'it guards none');
  t.ok(runs(pid));
  t.same(lines, ['fleet.guard-started']);
});

t.test('another process that has the same pid is not killed', async (t) => {
  const { pid } = await startBrowser(t);
  const ticks = (processStatSync(pid)?.startTicks ?? 0) + 1;
  const helper = spawn('perl', [SCRIPT, String(pid), String(ticks), '0'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const [code] = (await once(helper, 'exit')) as [number];
  t.equal(code, 0);
  t.ok(runs(pid));
});

t.test('the wall clock does not matter', { skip: !existsSync(FAKETIME) && 'no libfaketime' }, async (t) => {
  for (const jump of ['+3h', '-3h']) {
    const { pid } = await startBrowser(t);
    const args = [SCRIPT, pid, processStatSync(pid)?.startTicks, Math.floor(uptimeMs()) + 1_000].map(String);
    const env = { ...process.env, LD_PRELOAD: FAKETIME, FAKETIME: jump };
    const [seen] = execFileSync('perl', ['-e', 'print time'], { env, encoding: 'utf8' }).split('\n');
    t.ok(Math.abs(Number(seen) - Date.now() / 1_000) > 10_000, 'the clock has jumped');
    const atMs = uptimeMs();
    const helper = spawn('perl', args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
    const [code] = (await once(helper, 'exit')) as [number];
    t.equal(code, 3);
    t.ok(uptimeMs() - atMs > 900, `${jump}: not before the end of the lease`);
    t.ok(uptimeMs() - atMs < 1_000 + SLOW_MS, `${jump}: with it`);
  }
});

t.test('the kill at the end of the lease has happened when it returns', async (t) => {
  const { pid, child, process: browser } = await startBrowser(t);
  const { guard } = guardFor(t, 60_000);
  guard.watch(pid);
  const ended = once(browser, 'exit');
  t.equal(guard.kill(10_000), true);
  t.same([runs(pid), runs(child)], [false, false]);
  t.same((await ended)[1], 'SIGKILL');
});
