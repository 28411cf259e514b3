// Limits the memory of processes, so far that the kernel may end one of them, by a control group of the
// memory controller, version 1 or 2. Needs root, and a memory controller that can be used here.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../harness/eventually.js';

const V1 = '/sys/fs/cgroup/memory';
const V2 = '/sys/fs/cgroup';
const isV1 = existsSync(join(V1, 'memory.limit_in_bytes'));
const ROOT = isV1 ? V1 : V2;
/** The files with the limit, and with the kernel's count of ended processes. */
const [LIMIT, COUNT] = isV1
  ? ['memory.limit_in_bytes', 'memory.oom_control']
  : ['memory.max', 'memory.events'];

export class SmallMemory implements Disposable {
  readonly #path: string;

  /**
   * @param bytes what the processes in it may take from now on; version 1 does not count what they have
   * already
   */
  constructor(bytes: number) {
    this.#path = join(ROOT, `wad-test-${process.pid}`);
    mkdirSync(this.#path);
    try {
      writeFileSync(join(this.#path, LIMIT), String(bytes));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  take(pid: number): void {
    writeFileSync(join(this.#path, 'cgroup.procs'), String(pid));
  }

  /** How many of its processes the kernel has ended. */
  get killed(): number {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(this.#path, COUNT), 'utf8'))?.[1] ?? 0);
  }

  /** Resolves when the group has no processes any more. */
  empty(): Promise<unknown> {
    return eventually(
      () => readFileSync(join(this.#path, 'cgroup.procs'), 'utf8') === '',
      'the group is empty',
    );
  }

  /** Moves its processes back to our own group, and removes it. */
  release(): void {
    const home = readFileSync('/proc/self/cgroup', 'utf8');
    const own = (isV1 ? /^\d+:[^:]*\bmemory\b[^:]*:(.*)$/m : /^0::(.*)$/m).exec(home)?.[1] ?? '/';
    for (const pid of readFileSync(join(this.#path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean))
      writeFileSync(join(ROOT, own, 'cgroup.procs'), pid);
    this[Symbol.dispose]();
  }

  /** Removes the group, which must be empty. */
  [Symbol.dispose](): void {
    rmdirSync(this.#path);
  }
}

/** Null when a limit can be set; else the reason to skip. */
export const NO_LIMIT = whyNot();

function whyNot(): string | null {
  if (process.getuid?.() !== 0) return 'needs root, to limit the memory of a process';
  try {
    using group = new SmallMemory(2 ** 30);
    return group.killed === 0 ? null : 'the memory controller counts other processes, too';
  } catch (error) {
    return `needs a memory controller that can be used here: ${(error as Error).message}`;
  }
}
