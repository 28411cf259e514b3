// A disk of its own for the session, small enough to be filled: a tmpfs over the state directory. Needs root.
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

export const CAN_MOUNT = process.getuid?.() === 0;

const MB = 2 ** 20;
/** A browser writes all the time. */
const TRIES = 20;

export class SmallDisk implements Disposable {
  readonly path: string;
  readonly #ballast: string;
  readonly #over: string[] = [];

  /** Mounts it over an empty directory. */
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

  /** Leaves so much room, and no more: measured anew where somebody has written meanwhile. */
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

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  /** A directory on it can be read, and no more, until `writable`. */
  readOnly(directory: string): void {
    execFileSync('mount', ['--bind', directory, directory]);
    this.#over.push(directory);
    execFileSync('mount', ['-o', 'remount,bind,ro', directory]);
  }

  writable(directory: string): void {
    this.#over.splice(this.#over.indexOf(directory), 1);
    execFileSync('umount', [directory]);
  }

  /** When nothing uses it any more, or it goes when nothing does. */
  [Symbol.dispose](): void {
    for (const directory of this.#over.splice(0).reverse()) execFileSync('umount', ['--lazy', directory]);
  }
}
