// Clears what a dead daemon leaves in a profile: a browser that still runs on it (H14), Chromium's own lock files
// (H15), a half-written record in its databases and its note of a crash (H7). Called while we hold the session's lock,
// before a launch. A process that is not our child raises no event when it ends, so its end is detected by polling
// /proc.
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

/** A browser's main process. */
export interface Leftover {
  readonly pid: number;
  readonly startTicks: number;
  /** The process group; the browser leads one of its own when puppeteer launched it. */
  readonly group: number;
  readonly command: string;
}

const LOOK_MS = 50;
const FLAG = '--user-data-dir=';

/** The main processes of browsers of this user on this profile, wherever they came from. */
export const findBrowsers = (profile: string): Promise<readonly Leftover[]> => find(profile, 'main');

async function find(profile: string, which: 'main' | 'child'): Promise<readonly Leftover[]> {
  const names = new Set([resolve(profile), await realpath(profile).catch(() => resolve(profile))]);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => browserOn(pid, names, which)));
  return found.filter((leftover) => leftover !== null);
}

async function browserOn(
  pid: number,
  profiles: ReadonlySet<string>,
  which: 'main' | 'child',
): Promise<Leftover | null> {
  if (pid === process.pid) return null;
  const proc = `/proc/${pid}`;
  try {
    const args = (await readFile(`${proc}/cmdline`, 'utf8')).split('\0');
    const path = args.find((arg) => arg.startsWith(FLAG))?.slice(FLAG.length);
    if (path === undefined || args.some((arg) => arg.startsWith('--type=')) !== (which === 'child'))
      return null;
    if ((await stat(proc)).uid !== process.geteuid?.()) return null;
    const full = path.startsWith('/') ? resolve(path) : resolve(await readlink(`${proc}/cwd`), path);
    if (!profiles.has(full) || !(await looksLikeBrowser(proc, args))) return null;
    const alive = await processStat(pid);
    return alive === null ? null : { pid, ...alive, command: args.slice(0, 1).join(' ') };
  } catch {
    return null; // ended meanwhile, or not for us to see
  }
}

/** A search for our profile's name in the process list carries the argument too. */
async function looksLikeBrowser(proc: string, args: readonly string[]): Promise<boolean> {
  if (args.some((arg) => arg.startsWith('--remote-debugging-'))) return true;
  return /chrom|headless_shell|brave|edge|vivaldi/i.test(await readlink(`${proc}/exe`));
}

export interface ClearOptions {
  readonly log: SessionLog;
  /** From SIGTERM to SIGKILL. */
  readonly termMs?: number;
  /** From SIGKILL to giving up. */
  readonly killMs?: number;
}

/**
 * Ends every browser on the profile, and removes Chromium's lock files, what it had half written, and its note of a
 * crash. Bounded by termMs + killMs.
 * @throws Fault launch_failed when one, or a child of one, cannot be ended; its lock files are left alone then
 */
export async function clearLeftovers(dir: SessionDir, options: ClearOptions): Promise<void> {
  const { log, termMs = 5_000, killMs = 5_000 } = options;
  for (const leftover of await findBrowsers(dir.profile)) {
    log.warn('leftover.found', { pid: leftover.pid, command: leftover.command });
    signal(leftover, 'SIGTERM', false);
    const ended = await gone(leftover, termMs);
    // The command line is read again right before the kill: the number may be another process by now.
    if (!ended && (await findBrowsers(dir.profile)).some((still) => isSame(still, leftover))) {
      signal(leftover, 'SIGKILL', leftover.group === leftover.pid);
      await gone(leftover, killMs);
    }
    log.warn('leftover.ended', { pid: leftover.pid, by: ended ? 'SIGTERM' : 'SIGKILL' });
  }
  refuse(dir, await findBrowsers(dir.profile));
  await killChildren(dir, log, killMs);
  refuse(dir, await find(dir.profile, 'child'));
  for (const file of [dir.marker, dir.holder]) await removeUnfinished(file);
  await removeSingletons(dir, log);
  await mendLogs(dir, log);
  await mendTransactions(dir, log);
  if (await removeCrashMark(dir.profile)) log.info('leftover.crash-mark-removed');
}

/** @throws Fault launch_failed when anything is left */
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
 * Without a browser its children go by themselves, except for one that is frozen and never sees it. Waited for: two
 * browsers' processes in one profile is one too many, whatever each of them writes.
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
    // Gone already.
  }
}

async function gone({ pid, startTicks }: Leftover, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while ((await processStat(pid))?.startTicks === startTicks) {
    if (performance.now() > until) return false;
    await delay(LOOK_MS);
  }
  return true;
}

/**
 * Chromium's lock files go with the browser that has made them, where it was killed and could not remove them itself.
 * Those of any other stay: the profile may be somebody else's by now. Never rejects.
 */
export async function clearAfter(mainPid: number, dir: SessionDir, log: SessionLog): Promise<void> {
  const holder = await readlink(join(dir.profile, 'SingletonLock')).catch(() => '');
  if (holder !== `${hostname()}-${mainPid}`) return;
  await removeSingletons(dir, log).catch((error: unknown) => log.warn('leftover.singletons', { err: error }));
}

/** Links to a host name and a pid: with another host name (a renamed machine, a container) Chromium would exit 21. */
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

/** The socket itself is in a folder of Chromium's own for temporary files, which only an orderly end removes. */
async function removeSocketFolder(profile: string): Promise<void> {
  // A copy of a profile whose browser runs names the socket of that one.
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
  // Not ours, or with more in it than Chromium puts there: it stays.
  await rmdir(folder).catch(() => undefined);
}
