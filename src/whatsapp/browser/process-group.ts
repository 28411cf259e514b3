// A browser's process group: puppeteer starts a browser as the leader of one, and its children stay in it. No event reports the
// end of a group, so it is polled.
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;
/** What reading the file of a process says when it has ended. */
const ENDED: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ESRCH']);

/** Sends SIGKILL to every process of the group; nothing happens when it has ended. */
export function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // The group has ended.
  }
}

/** Waits until no process of the group runs. @returns (never rejects) false when one still does after this time */
export async function groupEnds(group: number, withinMs: number): Promise<boolean> {
  for (const until = performance.now() + withinMs; await groupLives(group); ) {
    if (performance.now() > until) return false;
    await delay(POLL_MS);
  }
  return true;
}

/**
 * As `groupEnds`, while nothing else of this process runs. Never throws: while the processes cannot be read, as when this
 * process may open no more files, the group counts as running.
 * @param proc where the processes are listed
 */
export function groupEndsSync(group: number, withinMs: number, proc = '/proc'): boolean {
  for (const until = performance.now() + withinMs; livesSync(group, proc); ) {
    if (performance.now() > until) return false;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  }
  return true;
}

function livesSync(group: number, proc: string): boolean {
  try {
    const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
    return pids.some((pid) => runsIn(group, statSync(proc, pid)));
  } catch {
    return true;
  }
}

/** True when a process runs in the group. Zombies, whose parent has not waited for them, do not count. */
async function groupLives(group: number): Promise<boolean> {
  try {
    process.kill(-group, 0);
  } catch {
    return false;
  }
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return stats.some((stat) => runsIn(group, stat));
}

/** @throws when the file of a process that runs cannot be read */
function statSync(proc: string, pid: string): string {
  try {
    return readFileSync(`${proc}/${pid}/stat`, 'utf8');
  } catch (error) {
    if (ENDED.has((error as NodeJS.ErrnoException).code)) return '';
    throw error;
  }
}

/** @param stat /proc/PID/stat; empty when the process has ended */
function runsIn(group: number, stat: string): boolean {
  // The second field may itself contain blanks and brackets.
  const [state = 'Z', , itsGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(itsGroup) === group && !/[ZX]/.test(state);
}
