// The durable store of one account: outbox, journal, consumers and the other tables, behind one group commit.
import { Account } from './account.js';
import { GroupCommit, type Write, type WriteOptions } from './commit.js';
import { Consumers } from './consumers.js';
import type { Database } from './database.js';
import { DeadLetters } from './dead-letters.js';
import { Identities } from './identities.js';
import { Journal } from './journal.js';
import { Messages } from './messages.js';
import type { OpenReport } from './open-report.js';
import { Outbox } from './outbox.js';
import type { OwnerLock } from './owner-lock.js';
import { Pacing } from './pacing.js';
import { Purge } from './purge.js';
import { Restriction } from './restriction.js';
import { Retention, type RetentionOptions, type Swept } from './retention.js';

/** Created by `openStore` and closed by its caller. After that, every read and write throws Fault shutting_down. */
export class Store {
  readonly report: OpenReport;
  readonly account: Account;
  readonly identities: Identities;
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly messages: Messages;
  readonly consumers: Consumers;
  readonly deadLetters: DeadLetters;
  readonly pacing: Pacing;
  readonly restriction: Restriction;
  readonly purge: Purge;
  readonly #db: Database;
  readonly #lock: OwnerLock;
  readonly #commit: GroupCommit;
  readonly #retention: Retention;

  constructor(db: Database, lock: OwnerLock, report: OpenReport) {
    this.report = report;
    this.#db = db;
    this.#lock = lock;
    this.#commit = new GroupCommit(db);
    this.account = new Account(db);
    this.identities = new Identities(db);
    this.outbox = new Outbox(db, this.identities);
    this.journal = new Journal(db);
    this.messages = new Messages(db, this.journal);
    this.consumers = new Consumers(db, this.journal);
    this.deadLetters = new DeadLetters(db);
    this.pacing = new Pacing(db);
    this.restriction = new Restriction(db);
    this.purge = new Purge(db);
    this.#retention = new Retention(db, this.#commit);
  }

  /**
   * Runs a write together with the others of this event-loop turn; resolves when it is on disk.
   * @throws (rejects) the error of the write; Fault disk_full, busy, shutting_down
   */
  write<T>(run: Write<T>, options?: WriteOptions): Promise<T> {
    return this.#commit.write(run, options);
  }

  /** Commits the patient writes in this event-loop turn. */
  hurry(): void {
    this.#commit.hurry();
  }

  /** Runs a write, and all waiting ones, before it returns; for the end of the process. */
  writeNow<T>(run: Write<T>): T {
    return this.#commit.writeNow(run);
  }

  /**
   * Whether a purge has removed this event since this process read it: who still has it in memory must drop it. The
   * retention alone is no reason to.
   */
  isPurged(cursor: number): boolean {
    return this.purge.hasRun && this.journal.get(cursor) === null;
  }

  /** Deletes expired rows in small steps. @throws (rejects) Fault disk_full, shutting_down */
  sweep(options: RetentionOptions): Promise<Swept> {
    return this.#retention.sweep(options);
  }

  /**
   * Copies everything that is on disk to a new file, while the store stays in use.
   * @throws (rejects) Fault disk_full, shutting_down
   */
  copyTo(path: string): Promise<void> {
    return this.#db.copyTo(path);
  }

  /** Bytes of the file that are in use. */
  get bytes(): number {
    return this.#retention.bytes;
  }

  /** Commits the waiting writes, copies the WAL into the file and closes it. May be called twice; never throws. */
  close(): void {
    if (this.#db.isClosed) return;
    this.#commit.close();
    this.#db.close();
    this.#lock.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
