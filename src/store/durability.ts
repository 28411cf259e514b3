// How what is committed comes to be on disk: the write-ahead log is synced by us, in another thread, where SQLite's own
// sync would hold up everything that this one does (two thirds of its busy time, with a disk that takes 2 ms). SQLite is
// set to `synchronous = NORMAL` for it, and still syncs at a checkpoint, which is what keeps the file itself sound.
// https://sqlite.org/pragma.html#pragma_synchronous
import { closeSync, existsSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const sync = promisify(fdatasync);

/** Closed by its GroupCommit. */
export class Durability {
  readonly #path: string;
  #fd: number | null = null;
  /** Settles when no other thread is at the file; never rejects. */
  #idle: Promise<unknown> = Promise.resolve();

  /** @param path of the database */
  constructor(path: string) {
    this.#path = `${path}-wal`;
  }

  /**
   * Resolves when all that was committed before this call is on disk.
   * @throws (rejects) the kernel's error: what the disk has of it is not known, and a second try would not tell
   */
  async reached(): Promise<void> {
    const fd = this.#open();
    if (fd === null) return;
    const running = sync(fd);
    this.#idle = Promise.allSettled([this.#idle, running]);
    await running;
  }

  /** The same before it returns. @throws as `reached` */
  reach(): void {
    const fd = this.#open();
    if (fd !== null) fdatasyncSync(fd);
  }

  /** Twice is fine. */
  close(): void {
    const fd = this.#fd;
    this.#fd = null;
    // Not while another thread is at it: its number may be somebody else's by then.
    if (fd !== null) void this.#idle.then(() => closeSync(fd));
  }

  /** SQLite makes the log with its first write, and keeps it for as long as the database is open. Null before that. */
  #open(): number | null {
    if (this.#fd !== null) return this.#fd;
    if (!existsSync(this.#path)) return null;
    const fd = openSync(this.#path, 'r+');
    // A file that has just been made is found after a loss of power only when its directory is on disk as well.
    const directory = openSync(dirname(this.#path), 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
    this.#fd = fd;
    return fd;
  }
}
