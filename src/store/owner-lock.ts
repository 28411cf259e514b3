// The lock on a store, owned by one process while it runs: two daemons on one outbox would send everything twice. It is
// an SQLite lock on an empty file next to the store, so the kernel releases it when its owner dies. The store itself is
// not locked, and `sqlite3 -readonly` can read it while the daemon runs.
import { closeSync, constants, openSync } from 'node:fs';
import { DatabaseSync } from './driver.js';

/** How long to wait for a process that is just ending. The wait blocks everything else. */
const WAIT_MS = 2_000;
const { O_WRONLY, O_CREAT, O_NONBLOCK } = constants;

/** Released by `release`, or when the process ends. */
export class OwnerLock {
  readonly #lock: InstanceType<typeof DatabaseSync>;

  /**
   * @param path of the store's file
   * @throws the driver's own error; `busy` when another process owns the lock
   */
  constructor(path: string) {
    const file = `${path}.lock`;
    // O_NONBLOCK: a FIFO in its place gives ENXIO instead of blocking.
    closeSync(openSync(file, O_WRONLY | O_CREAT | O_NONBLOCK, 0o600));
    this.#lock = new DatabaseSync(file, { timeout: WAIT_MS });
    try {
      // Nothing is ever written. `exec` and no prepared statement: until a statement is garbage-collected, the driver's
      // close leaves its connection open, and with it the lock.
      this.#lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.#lock.close();
      throw error;
    }
  }

  /** May be called twice. */
  release(): void {
    if (this.#lock.isOpen) this.#lock.close();
  }
}
