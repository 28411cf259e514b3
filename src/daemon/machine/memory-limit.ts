// How much memory the kernel lets this process and its browser have: the lowest limit of the control groups that they
// are in, as systemd (MemoryHigh=, MemoryMax=), a container or a pod sets it. Version 2 and 1 of the controller; what
// the files say: https://docs.kernel.org/admin-guide/cgroup-v2.html, .../cgroup-v1/memory.html
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** More than a process can have: the kernel's word for none. */
const NONE = 2 ** 60;

export interface GroupFiles {
  /** The groups of the process. */
  readonly of?: string;
  readonly root?: string;
}

/** Bytes, or null where nothing is limited, or nobody says so. Read anew each time: limits can be set while we run. */
export async function groupLimit({
  of = '/proc/self/cgroup',
  root = '/sys/fs/cgroup',
}: GroupFiles = {}): Promise<number | null> {
  // NUMBER:CONTROLLERS:PATH, and the path may hold colons.
  const groups = [...(await readFile(of, 'utf8').catch(() => '')).matchAll(/^(\d+):([^:]*):(.*)$/gm)];
  const old = groups.find(([, , controllers]) => controllers?.split(',').includes('memory'));
  const [path, below, files] = old
    ? [old[3], join(root, 'memory'), ['memory.limit_in_bytes']]
    : [groups.find(([, number]) => number === '0')?.[3], root, ['memory.high', 'memory.max']];
  if (path === undefined) return null;
  let lowest = NONE;
  // A container may see its own group only, at the root, and none of the path that the kernel gives for it.
  for (let group = path; ; group = dirname(group)) {
    for (const file of files) {
      const said = Number(await readFile(join(below, group, file), 'utf8').catch(() => 'max'));
      if (said > 0) lowest = Math.min(lowest, said);
    }
    if (group === dirname(group)) return lowest < NONE ? lowest : null;
  }
}
