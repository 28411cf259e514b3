// Cleans a profile before a launch, after a daemon or browser died: ends a browser that still runs on it (H14), removes
// Chromium's lock files (H15), repairs half-written records of its databases (H31, H33) and removes its crash mark (H7).
// The caller owns the session's lock. /proc is polled, because a process that is not our child raises no event when it
// ends.
import { lstat, readdir, readFile, readlink, realpath, rm, rmdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../protocol/fault.js';
import { removeCrashMark } from './crash-mark.js';
import { diskFault } from './disk-fault.js';
import { removeUnfinished } from './durable-file.js';
import type { SessionDir, SessionLog } from './layout.js';
import { processStat } from './process-id.js';
import { mendLogs } from './torn-log.js';
import { mendTransactions } from './unfinished-transactions.js';

/** A browser process: the main one, or a child. */
export interface Leftover {
  readonly pid: number;
  readonly startTicks: number;
  /** The process group. A browser that puppeteer launched leads its own group. */
  readonly group: number;
  readonly command: string;
}

const POLL_MS = 50;
const FLAG = '--user-data-dir=';

/** The main processes of this user's browsers on this profile, whoever started them. */
export const findBrowsers = (profile: string): Promise<readonly Leftover[]> => find(profile, 'main');

async function find(profile: string, which: 'main' | 'child' | 'any'): Promise<readonly Leftover[]> {
  const names = new Set([resolve(profile), await realpath(profile).catch(() => resolve(profile))]);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => browserOn(pid, names, which)));
  return found.filter((leftover) => leftover !== null);
}

async function browserOn(
  pid: number,
  profiles: ReadonlySet<string>,
  which: 'main' | 'child' | 'any',
): Promise<Leftover | null> {
  if (pid === process.pid) return null;
  const proc = `/proc/${pid}`;
  try {
    const args = (await readFile(`${proc}/cmdline`, 'utf8')).split('\0');
    const path = args.find((arg) => arg.startsWith(FLAG))?.slice(FLAG.length);
    if (path === undefined) return null;
    const is = args.some((arg) => arg.startsWith('--type=')) ? 'child' : 'main';
    if (which !== 'any' && which !== is) return null;
    if ((await stat(proc)).uid !== process.geteuid?.()) return null;
    const full = path.startsWith('/') ? resolve(path) : resolve(await readlink(`${proc}/cwd`), path);
    if (!profiles.has(full) || !(await looksLikeBrowser(proc, args))) return null;
    const alive = await processStat(pid);
    return alive === null ? null : { pid, ...alive, command: args.slice(0, 1).join(' ') };
  } catch {
    return null; // it has ended, or may not be read
  }
}

/** Tells a browser from another process with the same argument, such as a `grep` for it. */
async function looksLikeBrowser(proc: string, args: readonly string[]): Promise<boolean> {
  if (args.some((arg) => arg.startsWith('--remote-debugging-'))) return true;
  return /chrom|headless_shell|brave|edge|vivaldi/i.test(await readlink(`${proc}/exe`));
}

export interface ClearOptions {
  readonly log: SessionLog;
  /** The time from SIGTERM to SIGKILL. */
  readonly termMs?: number;
  /** The time from SIGKILL to giving up. */
  readonly killMs?: number;
}

/**
 * Ends every browser on the profile, removes Chromium's lock files and crash mark, and repairs its databases. The waits
 * are bounded by termMs and killMs.
 * @throws Fault launch_failed when a browser process does not end; its lock files are left alone then
 */
export async function clearLeftovers(dir: SessionDir, options: ClearOptions): Promise<void> {
  // Usually there is none, and one scan of /proc is enough.
  if ((await find(dir.profile, 'any')).length > 0) await endAll(dir, options);
  const { log } = options;
  for (const file of [dir.marker, dir.owner]) await removeUnfinished(file);
  await removeSingletons(dir, log);
  await mendLogs(dir, log);
  await mendTransactions(dir, log);
  if (await removeCrashMark(dir.profile)) log.info('leftover.crash-mark-removed');
}

/** @throws Fault launch_failed when a process does not end */
async function endAll(dir: SessionDir, options: ClearOptions): Promise<void> {
  const { log, termMs = 5_000, killMs = 5_000 } = options;
  for (const leftover of await findBrowsers(dir.profile)) {
    log.warn('leftover.found', { pid: leftover.pid, command: leftover.command });
    signal(leftover, 'SIGTERM', false);
    const ended = await gone(leftover, termMs);
    // The command line is read again right before the kill, because the pid may have been reused.
    if (!ended && (await findBrowsers(dir.profile)).some((still) => isSame(still, leftover))) {
      signal(leftover, 'SIGKILL', leftover.group === leftover.pid);
      await gone(leftover, killMs);
    }
    log.warn('leftover.ended', { pid: leftover.pid, by: ended ? 'SIGTERM' : 'SIGKILL' });
  }
  refuse(dir, await findBrowsers(dir.profile));
  await killChildren(dir, log, killMs);
  refuse(dir, await find(dir.profile, 'child'));
}

/** @throws Fault launch_failed when a process is left */
function refuse({ profile }: SessionDir, left: readonly Leftover[]): void {
  if (left.length === 0) return;
  const pids = left.map(({ pid }) => pid);
  throw new Fault('launch_failed', {
    reason: `process ${pids.join(', ')} uses ${profile} and does not end`,
    hint: `kill -9 ${pids.join(' ')}`,
    more: { pids },
  });
}

/**
 * Kills the children of a browser that has ended. They usually end by themselves, but a frozen one does not. It waits for
 * their end, because processes of two browsers must not write to one profile.
 */
async function killChildren({ profile }: SessionDir, log: SessionLog, killMs: number): Promise<void> {
  const children = await find(profile, 'child');
  if (children.length === 0) return;
  for (const child of children) signal(child, 'SIGKILL', false);
  await Promise.all(children.map((child) => gone(child, killMs)));
  log.warn('leftover.children', { pids: children.map(({ pid }) => pid) });
}

const isSame = (a: Leftover, b: Leftover): boolean => a.pid === b.pid && a.startTicks === b.startTicks;

function signal({ pid }: Leftover, name: 'SIGTERM' | 'SIGKILL', group: boolean): void {
  try {
    process.kill(group ? -pid : pid, name);
  } catch {
    // It has ended already.
  }
}

async function gone({ pid, startTicks }: Leftover, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while ((await processStat(pid))?.startTicks === startTicks) {
    if (performance.now() > until) return false;
    await delay(POLL_MS);
  }
  return true;
}

/**
 * Removes the lock files of a browser that was killed and could not remove them itself. Those of another browser stay,
 * because another process may use the profile by now. Never rejects.
 */
export async function clearAfter(mainPid: number, dir: SessionDir, log: SessionLog): Promise<void> {
  const owner = await readlink(join(dir.profile, 'SingletonLock')).catch(() => '');
  if (owner !== `${hostname()}-${mainPid}`) return;
  await removeSingletons(dir, log).catch((error: unknown) => log.warn('leftover.singletons', { err: error }));
}

/** The lock links to a host name and a pid: with another host name (renamed machine, container) Chromium would exit 21. */
async function removeSingletons({ profile }: SessionDir, log: SessionLog): Promise<void> {
  const names = (await readdir(profile).catch(() => [])).filter((name) =>
    ['SingletonLock', 'SingletonSocket', 'SingletonCookie'].includes(name),
  );
  if (names.includes('SingletonSocket')) await removeSocketFolder(profile);
  for (const name of names) {
    const path = join(profile, name);
    await rm(path, { force: true }).catch((error: unknown) => {
      throw diskFault(error, path);
    });
  }
  if (names.length > 0) log.info('leftover.singletons-removed', { names });
}

/** Removes the folder of Chromium's socket, which is in the directory for temporary files and survives a kill. */
async function removeSocketFolder(profile: string): Promise<void> {
  // In a copy of a profile, the link names the socket of the original's browser, which may still run.
  const lock = await readlink(join(profile, 'SingletonLock')).catch(() => '');
  const [, host, pid] = /^(.*)-(\d+)$/.exec(lock) ?? [];
  if (host === hostname() && (await processStat(Number(pid))) !== null) return;
  const folder = dirname(await readlink(join(profile, 'SingletonSocket')).catch(() => ''));
  if (
    !/^\.?(?:org\.chromium\.Chromium|com\.google\.Chrome(?:\.for\.Testing)?)\.\w{6}$/.test(basename(folder))
  )
    return;
  if (!(await lstat(folder).catch(() => null))?.isDirectory()) return;
  for (const name of ['SingletonSocket', 'SingletonCookie'])
    await rm(join(folder, name), { force: true }).catch(() => undefined);
  // Fails, and leaves the folder, if another user owns it or it contains other files.
  await rmdir(folder).catch(() => undefined);
}
