// Reads how much memory the kernel allows this process and its browser: the lowest limit of their control
// groups, as systemd (MemoryHigh=, MemoryMax=), a container or a pod sets it. Versions 1 and 2 of the
// controller; their files are described in https://docs.kernel.org/admin-guide/cgroup-v2.html,
// .../cgroup-v1/memory.html
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
export async function groupLimit({
  of = '/proc/self/cgroup',
  root = '/sys/fs/cgroup',
}: GroupFiles = {}): Promise<number | null> {
  // NUMBER:CONTROLLERS:PATH; the path may contain colons.
  const groups = [...(await readFile(of, 'utf8').catch(() => '')).matchAll(/^(\d+):([^:]*):(.*)$/gm)];
  const old = groups.find(([, , controllers]) => controllers?.split(',').includes('memory'));
  const [path, below, files] = old
    ? [old[3], join(root, 'memory'), ['memory.limit_in_bytes']]
    : [groups.find(([, number]) => number === '0')?.[3], root, ['memory.high', 'memory.max']];
  if (path === undefined) return null;
  let lowest = NONE;
  // A container may see only its own group, at the root, and nothing of the path that
  // the kernel reports for it.
  for (let group = path; ; group = dirname(group)) {
    for (const file of files) {
      const said = Number(await readFile(join(below, group, file), 'utf8').catch(() => 'max'));
      if (said > 0) lowest = Math.min(lowest, said);
    }
    if (group === dirname(group)) return lowest < NONE ? lowest : null;
  }
}
