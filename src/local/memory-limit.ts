// Reads how much memory the kernel allows this process and its browser: the lowest limit of their control
// groups, as systemd (MemoryHigh=, MemoryMax=), a container or a pod sets it, and how much is left. Versions
// 1 and 2 of the controller; their files are described in
// https://docs.kernel.org/admin-guide/cgroup-v2.html, .../cgroup-v1/memory.html
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** More than a process can have; the kernel's value for no limit is above it. */
const NONE = 2 ** 60;

export interface GroupFiles {
  /** The file that lists the groups of the process. */
  readonly of?: string;
  readonly root?: string;
}

/**
 * Bytes; null without a limit, or if it is unknown. Read again each time, because
 * limits can be set while we run.
 */
export async function groupLimit(files: GroupFiles = {}): Promise<number | null> {
  const limits = (await limitedGroups(files)).map(({ limit }) => limit);
  return limits.length === 0 ? null : Math.min(...limits);
}

/**
 * Bytes that a new process can use before the machine or one of the control groups is full. Caches of files
 * count as free, because the kernel gives them up. Null if it is unknown.
 */
export async function availableMemory({
  meminfo = '/proc/meminfo',
  ...files
}: GroupFiles & { readonly meminfo?: string } = {}): Promise<number | null> {
  const said = /^MemAvailable:\s+(\d+) kB/m.exec(await readFile(meminfo, 'utf8').catch(() => ''));
  const left = said === null ? [] : [Number(said[1]) * 1024];
  for (const { limit, path, usage, cache } of await limitedGroups(files)) {
    const used = Number(await readFile(join(path, usage), 'utf8').catch(() => 'unknown'));
    const stat = await readFile(join(path, 'memory.stat'), 'utf8').catch(() => '');
    const cached = Number(
      stat
        .split('\n')
        .find((line) => line.startsWith(`${cache} `))
        ?.slice(cache.length) ?? 0,
    );
    if (Number.isFinite(used)) left.push(Math.max(0, limit - used + cached));
  }
  return left.length === 0 ? null : Math.min(...left);
}

/** A control group with a limit, and the names under which its version of the controller reports its use. */
interface LimitedGroup {
  readonly path: string;
  readonly limit: number;
  readonly usage: string;
  /** The field of memory.stat for the caches of files that were not used lately. */
  readonly cache: string;
}

const V1 = { usage: 'memory.usage_in_bytes', cache: 'total_inactive_file' } as const;
const V2 = { usage: 'memory.current', cache: 'inactive_file' } as const;

async function limitedGroups({
  of = '/proc/self/cgroup',
  root = '/sys/fs/cgroup',
}: GroupFiles): Promise<readonly LimitedGroup[]> {
  // NUMBER:CONTROLLERS:PATH; the path may contain colons.
  const groups = [...(await readFile(of, 'utf8').catch(() => '')).matchAll(/^(\d+):([^:]*):(.*)$/gm)];
  const old = groups.find(([, , controllers]) => controllers?.split(',').includes('memory'));
  const [path, below, files] = old
    ? [old[3], join(root, 'memory'), ['memory.limit_in_bytes']]
    : [groups.find(([, number]) => number === '0')?.[3], root, ['memory.high', 'memory.max']];
  if (path === undefined) return [];
  const limited: LimitedGroup[] = [];
  // A container may see only its own group, at the root, and nothing of the path that
  // the kernel reports for it.
  for (let group = path; ; group = dirname(group)) {
    let limit = NONE;
    for (const file of files) {
      const said = Number(await readFile(join(below, group, file), 'utf8').catch(() => 'max'));
      if (said > 0) limit = Math.min(limit, said);
    }
    if (limit < NONE) limited.push({ path: join(below, group), limit, ...(old ? V1 : V2) });
    if (group === dirname(group)) return limited;
  }
}
