// A limit on the memory of some processes, which may be so little that the kernel ends one of them: a control group of
// the memory controller, of version 1 or 2, whichever there is. Needs root, and a controller that this machine lets us use.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../harness/eventually.js';

const V1 = '/sys/fs/cgroup/memory';
const V2 = '/sys/fs/cgroup';
const isV1 = existsSync(join(V1, 'memory.limit_in_bytes'));
const ROOT = isV1 ? V1 : V2;
/** Where the limit stands, and where the kernel counts whom it has ended. */
const [LIMIT, COUNT] = isV1
  ? ['memory.limit_in_bytes', 'memory.oom_control']
  : ['memory.max', 'memory.events'];

export class SmallMemory implements Disposable {
  readonly #path: string;

  /** @param bytes what those in it may take from now on; by version 1 what they have already is not counted */
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

  /** How many of them the kernel has ended. */
  get killed(): number {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(this.#path, COUNT), 'utf8'))?.[1] ?? 0);
  }

  /** Resolves when nobody is in it any more. */
  empty(): Promise<unknown> {
    return eventually(
      () => readFileSync(join(this.#path, 'cgroup.procs'), 'utf8') === '',
      'the group is empty',
    );
  }

  /** Those in it are where we are again, and it is gone. */
  release(): void {
    const home = readFileSync('/proc/self/cgroup', 'utf8');
    const own = (isV1 ? /^\d+:[^:]*\bmemory\b[^:]*:(.*)$/m : /^0::(.*)$/m).exec(home)?.[1] ?? '/';
    for (const pid of readFileSync(join(this.#path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean))
      writeFileSync(join(ROOT, own, 'cgroup.procs'), pid);
    this[Symbol.dispose]();
  }

  /** When nobody is in it any more. */
  [Symbol.dispose](): void {
    rmdirSync(this.#path);
  }
}

/** Null where a limit can be set; else why not. */
export const NO_LIMIT = whyNot();

function whyNot(): string | null {
  if (process.getuid?.() !== 0) return 'needs root, to limit the memory of a process';
  try {
    using group = new SmallMemory(2 ** 30);
    return group.killed === 0 ? null : 'the memory controller counts what it should not';
  } catch (error) {
    return `needs a memory controller that can be used here: ${(error as Error).message}`;
  }
}
