// Identifies a process by its pid, start time and boot id, from /proc. A pid alone is reused, the three together are not.
import { readFile, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

export interface ProcessId {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks from the boot to the start of the process. */
  readonly startTicks: number;
  readonly bootId: string;
}

export interface ProcessStat {
  readonly startTicks: number;
  /** Process group; equal to the pid for a group's leader. */
  readonly group: number;
}

let boot: string | undefined;
const bootId = (): string => {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
};

function parse(stat: string): ProcessStat | null {
  // The second field is the command in parentheses, and may contain spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] ?? 'X';
  // A zombie has ended; its parent has not waited for it yet.
  if (state === 'Z' || state === 'X') return null;
  return { group: Number(fields[2]), startTicks: Number(fields[19]) };
}

/** Start time and group of a running process, or null when there is none (or it may not be read). */
export async function processStat(pid: number): Promise<ProcessStat | null> {
  try {
    return parse(await promisify(readFile)(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}

/** As `processStat`, without giving way to anything else. */
export function processStatSync(pid: number): ProcessStat | null {
  try {
    return parse(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}

export function ownProcessId(): ProcessId {
  const stat = parse(readFileSync('/proc/self/stat', 'utf8'));
  return { pid: process.pid, startTicks: stat?.startTicks ?? 0, bootId: bootId() };
}

/** True while exactly this process runs. */
export async function isAlive({ pid, startTicks, bootId: itsBoot }: ProcessId): Promise<boolean> {
  return itsBoot === bootId() && (await processStat(pid))?.startTicks === startTicks;
}
