// A separate disk for the session, small enough to be filled: a tmpfs over the state directory. Needs root.
import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

export const CAN_MOUNT = process.getuid?.() === 0;

const MB = 2 ** 20;
/** A browser writes all the time, so the free space may change between measuring and filling. */
const TRIES = 20;

export class SmallDisk implements Disposable {
  readonly path: string;
  readonly #ballast: string;
  readonly #over: string[] = [];

  /** Mounts the disk over an empty directory. */
  constructor(path: string, sizeMb: number) {
    this.path = path;
    this.#ballast = join(path, 'ballast');
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=700`, 'wad-test', path]);
    this.#over.push(path);
  }

  get freeMb(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return (bavail * bsize) / MB;
  }

  /** Fills the disk up to this free space, and measures again if a process has written meanwhile. */
  fill(leaveMb: number): void {
    rmSync(this.#ballast, { force: true });
    for (let tries = 1; ; tries += 1) {
      const bytes = Math.floor((this.freeMb - leaveMb) * MB);
      if (bytes <= 0) return;
      try {
        execFileSync('fallocate', ['-l', String(bytes), this.#ballast], { stdio: 'pipe' });
        return;
      } catch (error) {
        if (tries === TRIES) throw error;
      }
    }
  }

  /** Takes what is free now, without giving anything back first. */
  topUp(): void {
    try {
      for (;;) appendFileSync(this.#ballast, Buffer.alloc(4_096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  /** Makes a directory on it read-only, until `writable`. */
  readOnly(directory: string): void {
    execFileSync('mount', ['--bind', directory, directory]);
    this.#over.push(directory);
    execFileSync('mount', ['-o', 'remount,bind,ro', directory]);
  }

  writable(directory: string): void {
    this.#over.splice(this.#over.indexOf(directory), 1);
    // Lazily: the daemon, which tries again, may have a file open there.
    execFileSync('umount', ['--lazy', directory]);
  }

  /** Unmounts lazily: the mounts disappear when no process uses them any more. */
  [Symbol.dispose](): void {
    for (const directory of this.#over.splice(0).reverse()) execFileSync('umount', ['--lazy', directory]);
  }
}
