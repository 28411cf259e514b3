// Reads /proc: which processes were started from a directory, whether one is alive, and what it waits for.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { eventually } from './eventually.js';

/**
 * Returns every process that was started from the directory, including children of a browser.
 * @param groups process groups that were started by one of them; the caller keeps the set, and this function
 * adds to it
 */
export async function processesOf(
  dir: string,
  groups: Set<number>,
): Promise<{ pid: number; command: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = (await Promise.all(pids.map(seen))).filter((one) => one !== null);
  for (const { pid, group, command, environ } of found)
    if (group === pid && isOf(dir, command, environ)) groups.add(group);
  // The children of Chromium's headless shell name no directory, and overwrite their environment.
  return found
    .filter(({ group, command, environ }) => groups.has(group) || isOf(dir, command, environ))
    .map(({ pid, command }) => ({ pid, command }));
}

export const isAlive = (pid: number): boolean => signal(pid, 0);

/** Sends a signal; false when there is no such process. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** SIGSTOP, until every thread has stopped: a thread that runs on another core goes on for a moment after the signal. */
export async function suspend(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await eventually(() => threadsOf(pid).every(({ state }) => state === 'T'), `process ${pid} is stopped`);
}

/** Describes what each thread of a process does or waits for, from /proc: `node R 0 clock 812`. */
export function standstill(pid: number): string {
  const all = threadsOf(pid).map(
    ({ name, state, waitsIn, ticks }) => `${name} ${state} ${waitsIn} clock ${ticks}`,
  );
  return all.length > 0 ? all.join(', ') : 'the process has gone';
}

/** From /proc; `?` where a thread has ended meanwhile. */
function threadsOf(pid: number) {
  const read = (path: string) => {
    try {
      return readFileSync(`/proc/${pid}/task/${path}`, 'latin1').trim();
    } catch {
      return '?';
    }
  };
  const threads = existsSync(`/proc/${pid}/task`) ? readdirSync(`/proc/${pid}/task`) : [];
  return threads.map((thread) => {
    const stat = read(`${thread}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [name, waitsIn] = [read(`${thread}/comm`), read(`${thread}/wchan`)];
    return { name, state: fields[0], waitsIn, ticks: fields[11] };
  });
}

/** Null for a process that has ended: a zombie has no command line. */
async function seen(
  pid: number,
): Promise<{ pid: number; group: number; command: string; environ: string } | null> {
  if (pid === process.pid) return null;
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '');
  const command = (await read('cmdline')).replaceAll('\0', ' ').trim();
  if (command === '') return null;
  const stat = await read('stat');
  const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  return { pid, group, command, environ: await read('environ') };
}

/** True when its environment or its command line names the directory. */
const isOf = (dir: string, command: string, environ: string): boolean =>
  command.includes(`${dir}/`) || environ.split('\0').includes(`HOME=${dir}`);
