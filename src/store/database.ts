// One open database file: its settings, and statements whose errors are Faults. It does not know the schema.
import { statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '../protocol/fault.js';
import { backup, DatabaseSync, type Value } from './driver.js';
import { isDamage, storeFault } from './errors.js';
import { damageMark } from './quarantine.js';

export interface Statement<Row> {
  /** @returns how many rows it changed */
  run(...values: Bound): number;
  get(...values: Bound): Row | undefined;
  /** All rows at once: an open cursor would keep the checkpoint from emptying the WAL. */
  all(...values: Bound): Row[];
}
type Bound = readonly Value[] | readonly [Readonly<Record<string, Value>>];

/** How long to wait for another reader of the file. The wait blocks everything else. */
const BUSY_MS = 2_000;
/** The WAL is truncated to this size once it has been copied into the file. */
const WAL_BYTES = 16 * 1024 * 1024;

/**
 * The caller closes it. While it is open, this process must not open the file in another way: under POSIX, closing the
 * other descriptor would drop the locks of this one.
 */
export class Database {
  readonly path: string;
  readonly #db: InstanceType<typeof DatabaseSync>;
  #closed = false;

  /**
   * Opens a file, which may be empty; the caller has created it with its mode.
   * @throws the driver's own error, so that the caller can tell damage from other errors
   */
  constructor(path: string) {
    this.path = path;
    this.#db = new DatabaseSync(path, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
    try {
      // Lets the retention return space in small steps. Only for a new file: on any other it would be a write.
      if (this.pragma('page_count') === 0) this.#db.exec('PRAGMA auto_vacuum = INCREMENTAL');
      this.#db.exec('PRAGMA journal_mode = WAL');
      // With WAL, FULL syncs at every commit; NORMAL would lose the newest commits in a power failure.
      this.#db.exec('PRAGMA synchronous = FULL');
      this.#db.exec(`PRAGMA journal_size_limit = ${WAL_BYTES}`);
      // Deleted and replaced rows are overwritten where that costs no further page; a purge writes the file anew.
      this.#db.exec('PRAGMA secure_delete = FAST');
      this.#db.exec('PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF');
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Runs one or more statements without parameters. @throws Fault */
  exec(sql: string): void {
    this.#guard(() => this.#db.exec(sql));
  }

  /** @throws Fault, here and from each call */
  prepare<Row>(sql: string): Statement<Row> {
    const statement = this.#guard(() => this.#db.prepare(sql));
    return {
      run: (...values) => this.#guard(() => Number(statement.run(...values).changes)),
      get: (...values) => this.#guard(() => statement.get(...values) as Row | undefined),
      all: (...values) => this.#guard(() => statement.all(...values) as Row[]),
    };
  }

  /** The value of a pragma that returns a single one. */
  pragma(name: string): Value {
    const row = this.prepare<Record<string, Value>>(`PRAGMA ${name}`).get();
    return Object.values(row ?? {})[0] ?? null;
  }

  /** Copies it, with the WAL, to a new file, while it stays in use. @throws (rejects) Fault */
  async copyTo(path: string): Promise<void> {
    this.#guard(() => undefined);
    await backup(this.#db, path).catch((error: unknown) => {
      throw storeFault(error, path);
    });
  }

  /** Bytes of the file, without its log. */
  get bytes(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Bytes that `rewrite` needs on the disk, beside the file: those of a copy, and of the log by which it takes the place of the file. */
  get rewriteBytes(): number {
    const pages = Number(this.pragma('page_count')) - Number(this.pragma('freelist_count'));
    return 2 * pages * Number(this.pragma('page_size'));
  }

  /**
   * Writes the file anew, so that it has no byte of rows that are gone: SQLite leaves parts of them in pages that it rewrites or uses
   * again, also with `secure_delete`. Blocks for some seconds a GB, and takes twice the file's space beside it for that time.
   * Temporary tables are gone afterwards, also after a failure.
   * @throws Fault disk_full, busy (another program reads the file, so its log cannot be emptied)
   */
  rewrite(): void {
    // In memory, the copy would take as much as the file; elsewhere, it would be on another disk.
    this.exec('PRAGMA temp_store = FILE');
    process.env.SQLITE_TMPDIR = dirname(this.path);
    let isRead = false;
    try {
      this.exec('VACUUM');
    } finally {
      delete process.env.SQLITE_TMPDIR;
      this.exec('PRAGMA temp_store = MEMORY');
      // A failure leaves a part of the copy in the log.
      isRead = Number(this.pragma('wal_checkpoint(TRUNCATE)')) === 1;
    }
    if (isRead)
      throw new Fault('busy', {
        reason: `another program has ${this.path} open; close it, and try again`,
        hint: null,
      });
  }

  /**
   * Copies the WAL into the file and closes it. May be called twice. Never throws: pages that could not be copied stay in
   * the WAL. The driver closes the file descriptor only once the statements are garbage-collected, too; until then it
   * holds no lock that matters.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {}
    this.#db.close();
  }

  /** Closes a file that has been moved away, without copying the WAL into it. */
  abandon(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#db.close();
    } catch {}
  }

  #guard<T>(act: () => T): T {
    if (this.#closed) throw new Fault('shutting_down', { reason: 'the store is closed' });
    try {
      return act();
    } catch (error) {
      if (isDamage(error)) this.#mark();
      throw storeFault(error, this.path);
    }
  }

  #mark(): void {
    try {
      writeFileSync(damageMark(this.path), '', { mode: 0o600 });
    } catch {}
  }
}
