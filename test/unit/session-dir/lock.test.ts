/** The lock of a session has one owner at a time, and a stale lock is taken over by exactly one process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { Fault } from '../../../src/protocol/fault.js';
import type { SessionDir } from '../../../src/session-dir/layout.js';
import { lockState, takeLock } from '../../../src/session-dir/lock.js';
import { readLockOwner } from '../../../src/session-dir/lock-owner.js';
import { ownProcessId } from '../../../src/session-dir/process-id.js';
import { suspend } from '../../harness/processes.js';
import { place } from './place.js';

const STALE = 2_000;
const SOON = { staleMs: STALE, updateMs: 1_000 };
const OWNER = fileURLToPath(new URL('./lock-owner.js', import.meta.url));

interface Said {
  readonly says: string;
  readonly kind?: string;
  readonly message?: string;
}
interface Other {
  readonly child: ChildProcess;
  readonly first: Promise<Said>;
}

function other(t: { teardown(end: () => void): unknown }, dir: SessionDir, mode = 'plain'): Other {
  const child = fork(OWNER, [dir.dataPath, dir.clientId, String(STALE), mode], { stdio: 'inherit' });
  t.teardown(() => child.kill('SIGKILL'));
  return { child, first: once(child, 'message').then(([said]) => said as Said) };
}
const refused = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'not refused',
    (error: unknown) => error,
  );
// Neither the refresh of a lock nor a wait for it keeps the process alive.
const awake = setInterval(() => {}, 1_000);
t.teardown(() => clearInterval(awake));
const end = async (child: ChildProcess, signal: NodeJS.Signals) => {
  const exit = once(child, 'exit');
  child.kill(signal);
  return exit;
};

t.test(
  'an acquired lock names its owner, a release leaves no file, and a second release has no effect',
  async (t) => {
    const { dir, log, said } = place(t);
    const lock = await takeLock(dir, { log, ...SOON });
    t.match(await readLockOwner(dir), { pid: process.pid, since: lock.owner.since });
    t.match(await lockState(dir), { pid: process.pid });
    await Promise.all([lock.release(), lock.release()]);
    await lock.release();
    t.notOk(existsSync(dir.lock));
    t.notOk(existsSync(dir.owner));
    t.equal(await lockState(dir), 'free');
    t.notOk(lock.lost.aborted);
    t.same(said, [], 'nothing is logged');
    await (await takeLock(dir, { log, ...SOON })).release();
  },
);

t.test('a running owner refuses a second daemon at once, and is named', async (t) => {
  const { dir, log } = place(t);
  const { child, first } = other(t, dir);
  t.match(await first, { says: 'taken' });
  const before = performance.now();
  const fault: unknown = await takeLock(dir, { log, ...SOON }).catch((error: unknown) => error);
  t.ok(performance.now() - before < 1_000, 'without a wait');
  t.ok(fault instanceof Fault);
  t.match(fault, { kind: 'lock_held', message: `process ${child.pid} since 20` });
  t.match((fault as Fault).details.more, { pid: child.pid, since: /^20/ });
  await end(child, 'SIGTERM');
});

t.test('a second acquisition in the same process is refused too', async (t) => {
  const { dir, log } = place(t);
  await using lock = await takeLock(dir, { log, ...SOON });
  t.match(await refused(takeLock(dir, { log, ...SOON })), { kind: 'lock_held' });
  t.notOk(lock.lost.aborted);
});

t.test('the lock of a killed owner is taken over after a wait', async (t) => {
  const { dir, log, said } = place(t);
  const { child, first } = other(t, dir);
  await first;
  await end(child, 'SIGKILL');
  t.equal(await lockState(dir), 'left behind');
  const before = performance.now();
  await using lock = await takeLock(dir, { log, ...SOON });
  t.ok(performance.now() - before < 5 * STALE, 'in time');
  t.equal(lock.owner.pid, process.pid);
  t.match(said, [
    ['lock.waiting', { holderPid: child.pid }],
    ['lock.taken-over', { fromPid: child.pid }],
  ]);
});

t.test('a killed owner whose pid was reused counts as dead', async (t) => {
  const own = ownProcessId();
  for (const [what, other] of [
    ['in another boot', { bootId: 'another boot' }],
    ['at another time', { startTicks: own.startTicks + 1 }],
  ] as const) {
    const { dir, log, said } = place(t);
    mkdirSync(dir.lock);
    const old = new Date(Date.now() - 60_000);
    utimesSync(dir.lock, old, old);
    writeFileSync(dir.owner, JSON.stringify({ ...own, ...other, since: old.toISOString() }));
    await using lock = await takeLock(dir, { log, ...SOON });
    t.match(lock.owner, own, what);
    t.same(await readLockOwner(dir), lock.owner, 'the file names the new owner');
    t.match(said.at(-1), ['lock.taken-over', { fromPid: process.pid, since: old.toISOString() }], what);
  }
});

t.test('a stale lock that another process acquires between check and removal stays', async (t) => {
  const { dir } = place(t);
  mkdirSync(dir.lock);
  const old = new Date(Date.now() - 60_000);
  utimesSync(dir.lock, old, old);
  let isReplaced = false;
  const log = {
    warn: () => t.fail('nothing is taken over'),
    // Logged between the check of the stale lock and its removal.
    info: (event: string) => {
      t.equal(event, 'lock.waiting');
      rmdirSync(dir.lock);
      mkdirSync(dir.lock);
      isReplaced = true;
    },
  };
  const taking = takeLock(dir, { log, ...SOON, signal: AbortSignal.timeout(STALE / 2) });
  t.match(await refused(taking), { name: /Abort|Timeout/ });
  t.ok(isReplaced);
  t.ok(existsSync(dir.lock), 'the lock of the other process is there');
  t.notOk(existsSync(`${dir.lock}.claim`), 'no claim is left');
});

t.test('a lock with a time in the future (a clock that was set back) is taken over', async (t) => {
  const { dir, log, said } = place(t);
  mkdirSync(dir.lock);
  const later = new Date(Date.now() + 3_600_000);
  utimesSync(dir.lock, later, later);
  await using lock = await takeLock(dir, { log, ...SOON });
  t.same(await readLockOwner(dir), lock.owner);
  t.match(said.at(-1), ['lock.taken-over', { fromPid: null }]);
});

t.test('of many processes that start at once exactly one gets the lock', async (t) => {
  for (const [name, prepare] of [
    ['on a free directory', async (_: SessionDir) => {}],
    [
      'on the lock of a killed owner',
      async (dir: SessionDir) => {
        const { child, first } = other(t, dir);
        await first;
        await end(child, 'SIGKILL');
      },
    ],
  ] as const) {
    const { dir } = place(t);
    await prepare(dir);
    const all = [1, 2, 3, 4].map(() => other(t, dir));
    const said = await Promise.all(all.map(({ first }) => first));
    const winners = all.filter((_, i) => said[i]?.says === 'taken');
    t.equal(winners.length, 1, `${name}: ${JSON.stringify(said)}`);
    const winner = winners[0]?.child;
    for (const answer of said) if (answer.says !== 'taken') t.match(answer, { kind: 'lock_held' });
    t.equal((await readLockOwner(dir))?.pid, winner?.pid);
    await Promise.all(all.map(({ child }) => child.exitCode ?? child.signalCode ?? end(child, 'SIGKILL')));
  }
});

t.test('a wait can be aborted', async (t) => {
  const { dir, log } = place(t);
  mkdirSync(dir.lock);
  t.match(await refused(takeLock(dir, { log, ...SOON, signal: AbortSignal.timeout(150) })), {
    name: /Abort|Timeout/,
  });
});

t.test('a lock that is refreshed by a process we cannot see is refused after a while', async (t) => {
  const { dir, log } = place(t);
  mkdirSync(dir.lock);
  const refresh = setInterval(() => utimesSync(dir.lock, new Date(), new Date()), 200);
  t.teardown(() => clearInterval(refresh));
  t.match(await refused(takeLock(dir, { log, ...SOON })), { kind: 'lock_held', message: /cannot be seen/ });
});

t.test('a lock whose file is removed counts as lost, and a release then removes nothing', async (t) => {
  const { dir, log, said } = place(t);
  const lock = await takeLock(dir, { log, ...SOON });
  rmSync(dir.lock, { recursive: true });
  await once(lock.lost, 'abort');
  t.match(lock.lost.reason, { kind: 'lock_held' });
  t.match(said.at(-1), ['lock.lost', {}]);
  mkdirSync(dir.lock);
  await lock.release();
  t.ok(existsSync(dir.lock), 'the lock of the next owner stays');
});

t.test('a release leaves a lock that another process acquired unnoticed', async (t) => {
  const { dir, log } = place(t);
  const lock = await takeLock(dir, { log, ...SOON });
  writeFileSync(dir.owner, JSON.stringify({ ...lock.owner, pid: 1 }));
  await lock.release();
  t.ok(existsSync(dir.lock));
  t.match(JSON.parse(readFileSync(dir.owner, 'utf8')), { pid: 1 });
});

t.test(
  'a stopped owner that wakes up after a takeover reports the loss, and its end leaves the new lock',
  async (t) => {
    const { dir, log } = place(t);
    const { child, first } = other(t, dir);
    await first;
    await suspend(child.pid as number);
    // The owner is still alive, so a request does not take the lock over. The test breaks the lock itself.
    t.match(await refused(takeLock(dir, { log, ...SOON })), { kind: 'lock_held' });
    rmSync(dir.lock, { recursive: true });
    await using lock = await takeLock(dir, { log, ...SOON });
    const lost = once(child, 'message');
    child.kill('SIGCONT');
    t.match(await lost, [{ says: 'lost' }]);
    await end(child, 'SIGTERM');
    t.ok(existsSync(dir.lock) && existsSync(dir.owner), 'the lock is still ours');
    t.notOk(lock.lost.aborted);
  },
);

t.test(
  "proper-lockfile's own signal handlers neither end a daemon with handlers nor release its lock",
  async (t) => {
    const { dir } = place(t);
    const { child, first } = other(t, dir, 'graceful');
    await first;
    const stopping = once(child, 'message');
    child.kill('SIGTERM');
    t.match(await stopping, [{ says: 'stopping' }]);
    t.ok(existsSync(dir.lock), 'held while the daemon stops');
    const exit = once(child, 'exit');
    child.send({ go: true });
    t.match(await exit, [0, null], 'with its own exit status');
    t.notOk(existsSync(dir.lock), 'released at the exit');
    t.notOk(existsSync(dir.owner));
  },
);

t.test('an unhandled signal ends the process as usual, and releases the lock', async (t) => {
  const { dir } = place(t);
  const { child, first } = other(t, dir);
  await first;
  t.match(await end(child, 'SIGTERM'), [null, 'SIGTERM']);
  t.notOk(existsSync(dir.lock));
});
