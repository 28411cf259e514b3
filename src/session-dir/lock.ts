// The lock that keeps one daemon per session directory. proper-lockfile keeps the lock fresh and notices its loss; this
// file says who owns it, waits for a dead owner's lock to become stale, and lets exactly one waiter break it. It does
// not know what the lock protects: when the lock is lost, the caller stops the browser without touching the profile.
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
  /** Ends the wait for a dead holder's lock. */
  readonly signal?: AbortSignal;
  /** A lock that was not refreshed for this long belongs to nobody. At least 2000. */
  readonly staleMs?: number;
  /** How often the lock is refreshed, which is also how soon its loss is seen. At least 1000. */
  readonly updateMs?: number;
}

export interface SessionLock {
  readonly holder: LockOwner;
  /** Aborted, with a Fault lock_held, when the lock turns out to be no longer ours. */
  readonly lost: AbortSignal;
  /** Gives the lock back and removes holder file and lock, unless they are another's by now. Twice is fine. */
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How long an unrefreshed lock may be waited for beyond its staleness before we give up. */
const SPARE_MS = 5_000;
/** A lock raises no event that Node could wait for; a check costs two system calls. */
const LOOK_MS = 100;

/**
 * Takes the lock of a session directory, which must exist (`prepare`).
 * @throws Fault lock_held at once when its holder lives, or after the wait when somebody we cannot see refreshes it;
 *   permission_denied, disk_full
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
    const holder = await readLockOwner(dir);
    if (holder !== null && (await isAlive(holder))) throw heldBy(dir, holder);
    // From here on the owner is unknown: a crash, or a process that has locked and not yet written its name.
    const now = performance.now();
    if (seen.id === '') log.info('lock.waiting', { holderPid: holder?.pid ?? null, atMostMs: staleMs });
    if (seen.id !== found.id) seen = { id: found.id, at: now };
    dead = holder;
    // The second clause is for clocks that were set back: such a lock's time lies in the future for long.
    if (Date.now() - found.mtimeMs > staleMs || now - seen.at > staleMs)
      await breakStale(dir, found.id, staleMs);
    else if (now > giveUpAt) throw heldBy(dir, null);
    await delay(LOOK_MS, undefined, { signal });
  }
}

/** Who holds the lock now, for people: free, held by a living process, or left behind. */
export async function lockState(dir: SessionDir): Promise<'free' | 'left behind' | LockOwner> {
  if ((await look(dir)) === null) return 'free';
  const holder = await readLockOwner(dir);
  return holder !== null && (await isAlive(holder)) ? holder : 'left behind';
}

function heldBy(dir: SessionDir, holder: LockOwner | null): Fault {
  const who = holder === null ? 'a process that cannot be seen from here' : `process ${holder.pid}`;
  return new Fault('lock_held', {
    reason: `${dir.profile} is held by ${who}${holder === null ? '' : ` since ${holder.since}`}`,
    hint: holder === null ? null : `ps -fp ${holder.pid}`,
    more: holder === null ? {} : { pid: holder.pid, since: holder.since },
  });
}

/** This very incarnation of the lock: a refresh or another taking gives another id. */
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
 * Removes a stale lock. proper-lockfile would do so itself, but checks first and removes later: of two that wait for
 * the same lock the slower one then removes the lock that the faster one has just taken. Here the remover holds a claim
 * and checks again under it.
 */
async function breakStale(dir: SessionDir, id: string, staleMs: number): Promise<void> {
  const claim = `${dir.lock}.claim`;
  try {
    await (await open(claim, 'wx', 0o600)).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw diskFault(error, claim);
    const left = await stat(claim).catch(() => null);
    // Its owner died within the few lines below.
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

/** Null when another was faster. */
async function lock(
  dir: SessionDir,
  log: SessionLog,
  staleMs: number,
  updateMs: number,
): Promise<SessionLock | null> {
  let holder: LockOwner | null = null;
  const stillOurs = (): boolean => {
    const named = holder && readLockOwnerSync(dir);
    return holder === null || named === null || sameLockOwner(named, holder);
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
        // A refresh that was under way when we let go finds nothing, and proper-lockfile calls that a loss.
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
    holder = await writeLockOwner(dir);
  } catch (error) {
    await unlock();
    throw error;
  }
  const release = () => {
    // Once compromised, proper-lockfile has let go by itself and must not be asked to remove anything.
    released ??= lost.signal.aborted ? Promise.resolve() : unlock();
    return released;
  };
  return { holder, lost: lost.signal, release, [Symbol.asyncDispose]: release };
}

/**
 * The file system that proper-lockfile works on. It knows its lock by the modification time only, which two takings
 * within one second can share; so a look at a lock that names another holder finds nothing, which is a loss, and a
 * removal spares such a lock. Else a removal takes the holder file along.
 *
 * That also goes for the removal at exit which proper-lockfile registers through signal-exit 3. That package listens
 * to SIGTERM, SIGINT, SIGHUP and others from its import on, but acts only where nobody else listens: then it gives
 * the lock back and sends the signal again, which ends the process as it would have ended. The daemon has listeners
 * of its own for the signals that it survives, so there the lock stays until `release` or the end of the process.
 */
const ownFs = (dir: SessionDir, stillOurs: () => boolean) => ({
  ...fs,
  stat(path: string, done: (error: NodeJS.ErrnoException | null, stats?: fs.Stats) => void) {
    if (stillOurs()) fs.stat(path, done);
    else done(Object.assign(new Error('another process has taken it'), { code: 'ENOENT' }));
  },
  rmdir(path: string, done: (error: NodeJS.ErrnoException | null) => void) {
    if (!stillOurs()) return done(null);
    fs.rm(dir.holder, { force: true }, () => fs.rmdir(path, done));
  },
  rmdirSync(path: string) {
    if (!stillOurs()) return;
    fs.rmSync(dir.holder, { force: true });
    fs.rmdirSync(path);
  },
});
