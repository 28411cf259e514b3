// The lock of a session directory, so that only one daemon uses it. proper-lockfile refreshes the lock and detects its
// loss. This file records the owner, waits until a dead owner's lock is stale, and lets exactly one waiter break it. When
// the lock is lost, the caller stops the browser without touching the profile.
import fs from 'node:fs';
import { open, rm, rmdir, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { Fault } from '../protocol/fault.js';
import { diskFault } from './disk-fault.js';
import type { SessionDir, SessionLog } from './layout.js';
import {
  type LockOwner,
  readLockOwner,
  readLockOwnerSync,
  sameLockOwner,
  writeLockOwner,
} from './lock-owner.js';
import { isAlive } from './process-id.js';

export interface LockOptions {
  readonly log: SessionLog;
  /** Aborts the wait for a dead owner's lock. */
  readonly signal?: AbortSignal;
  /** A lock that was not refreshed for this long is stale and may be broken. At least 2000. */
  readonly staleMs?: number;
  /** How often the lock is refreshed, and so how soon its loss is detected. At least 1000. */
  readonly updateMs?: number;
}

export interface SessionLock {
  readonly owner: LockOwner;
  /** Aborted with a Fault lock_held when the lock is no longer ours. */
  readonly lost: AbortSignal;
  /** Removes the owner file and the lock, unless they are another process's by now. May be called twice. */
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How much longer than `staleMs` to wait before giving up. */
const SPARE_MS = 5_000;
/** The polling interval: a lock raises no event to wait for. One check costs two system calls. */
const POLL_MS = 100;

/**
 * Takes the lock of a session directory, which must exist (`prepare`).
 * @throws Fault lock_held at once when its owner lives, or after the wait when an invisible process keeps refreshing it
 *   (another machine or container); permission_denied, disk_full
 */
export async function takeLock(dir: SessionDir, options: LockOptions): Promise<SessionLock> {
  const { log, signal, staleMs = 10_000, updateMs = 2_500 } = options;
  const giveUpAt = performance.now() + staleMs + SPARE_MS;
  let seen = { id: '', at: 0 };
  let dead: LockOwner | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const found = await look(dir);
    if (found === null) {
      const taken = await lock(dir, log, staleMs, updateMs);
      if (taken === null) continue;
      if (seen.id !== '')
        log.warn('lock.taken-over', { fromPid: dead?.pid ?? null, since: dead?.since ?? null });
      return taken;
    }
    const owner = await readLockOwner(dir);
    if (owner !== null && (await isAlive(owner))) throw ownedBy(dir, owner);
    // From here on the owner is unknown: it crashed, or it has locked and not yet written the owner file.
    const now = performance.now();
    if (seen.id === '') log.info('lock.waiting', { holderPid: owner?.pid ?? null, atMostMs: staleMs });
    if (seen.id !== found.id) seen = { id: found.id, at: now };
    dead = owner;
    // The second condition is for a clock that was set back, which leaves the time of the lock in the future.
    if (Date.now() - found.mtimeMs > staleMs || now - seen.at > staleMs)
      await breakStale(dir, found.id, staleMs);
    else if (now > giveUpAt) throw ownedBy(dir, null);
    await delay(POLL_MS, undefined, { signal });
  }
}

/** The state of the lock, for people: free, the living owner, or left behind by a dead one. */
export async function lockState(dir: SessionDir): Promise<'free' | 'left behind' | LockOwner> {
  if ((await look(dir)) === null) return 'free';
  const owner = await readLockOwner(dir);
  return owner !== null && (await isAlive(owner)) ? owner : 'left behind';
}

function ownedBy(dir: SessionDir, owner: LockOwner | null): Fault {
  const who = owner === null ? 'a process that cannot be seen from here' : `process ${owner.pid}`;
  return new Fault('lock_held', {
    reason: `${dir.profile} is held by ${who}${owner === null ? '' : ` since ${owner.since}`}`,
    hint: owner === null ? null : `ps -fp ${owner.pid}`,
    more: owner === null ? {} : { pid: owner.pid, since: owner.since },
  });
}

/** The lock on disk, with an id that every refresh and every new lock changes. */
async function look(dir: SessionDir): Promise<{ id: string; mtimeMs: number } | null> {
  try {
    const { ino, mtimeMs } = await stat(dir.lock);
    return { id: `${ino}:${mtimeMs}`, mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw diskFault(error, dir.lock);
  }
}

/**
 * Removes a stale lock. proper-lockfile could do so itself, but it checks first and removes later: of two waiters, the
 * slower one would remove the lock that the faster one has just taken. Here the remover first creates a claim file, and
 * checks again while it has it.
 */
async function breakStale(dir: SessionDir, id: string, staleMs: number): Promise<void> {
  const claim = `${dir.lock}.claim`;
  try {
    await (await open(claim, 'wx', 0o600)).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw diskFault(error, claim);
    const left = await stat(claim).catch(() => null);
    // The process that made the claim died within the few lines below.
    if (left !== null && Date.now() - left.mtimeMs > staleMs) await rm(claim, { force: true });
    return;
  }
  try {
    if ((await look(dir))?.id === id) await rmdir(dir.lock);
  } catch (error) {
    throw diskFault(error, dir.lock);
  } finally {
    await rm(claim, { force: true });
  }
}

/** Null when another process was faster. */
async function lock(
  dir: SessionDir,
  log: SessionLog,
  staleMs: number,
  updateMs: number,
): Promise<SessionLock | null> {
  let owner: LockOwner | null = null;
  const stillOurs = (): boolean => {
    const named = owner && readLockOwnerSync(dir);
    return owner === null || named === null || sameLockOwner(named, owner);
  };
  const lost = new AbortController();
  let released: Promise<void> | null = null;
  let unlock: () => Promise<void>;
  try {
    unlock = await lockfile.lock(dir.profile, {
      lockfilePath: dir.lock,
      realpath: false,
      stale: staleMs,
      update: updateMs,
      retries: 0,
      fs: ownFs(dir, stillOurs),
      onCompromised: (cause) => {
        // A refresh that was in progress during the release finds no lock, and proper-lockfile reports that as a loss.
        if (released !== null) return;
        log.warn('lock.lost', { why: cause.message });
        lost.abort(
          new Fault('lock_held', { reason: `the lock on ${dir.profile} was lost: ${cause.message}`, cause }),
        );
      },
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOCKED' || code === 'ENOENT') return null;
    throw diskFault(error, dir.lock);
  }
  try {
    owner = await writeLockOwner(dir);
  } catch (error) {
    await unlock();
    throw error;
  }
  const release = () => {
    // Once compromised, proper-lockfile has released the lock itself, and must not remove anything.
    released ??= lost.signal.aborted ? Promise.resolve() : unlock();
    return released;
  };
  return { owner, lost: lost.signal, release, [Symbol.asyncDispose]: release };
}

/**
 * The file system for proper-lockfile, which recognises its lock only by the modification time. Two processes that lock
 * within one second can have the same. So `stat` of a lock with another owner fails, which counts as a loss, and `rmdir`
 * leaves such a lock alone. Otherwise `rmdir` removes the owner file, too.
 *
 * The same applies to the removal at exit, which proper-lockfile registers through signal-exit 3. That package listens to
 * SIGTERM, SIGINT, SIGHUP and others from its import on, but acts only if there is no other listener: then it removes the
 * lock and sends the signal again, which ends the process as usual. The daemon has listeners of its own for the signals
 * that it survives, so its lock stays until `release` or the end of the process.
 */
const ownFs = (dir: SessionDir, stillOurs: () => boolean) => ({
  ...fs,
  stat(path: string, done: (error: NodeJS.ErrnoException | null, stats?: fs.Stats) => void) {
    if (stillOurs()) fs.stat(path, done);
    else done(Object.assign(new Error('another process has taken it'), { code: 'ENOENT' }));
  },
  rmdir(path: string, done: (error: NodeJS.ErrnoException | null) => void) {
    if (!stillOurs()) return done(null);
    fs.rm(dir.owner, { force: true }, () => fs.rmdir(path, done));
  },
  rmdirSync(path: string) {
    if (!stillOurs()) return;
    fs.rmSync(dir.owner, { force: true });
    fs.rmdirSync(path);
  },
});
