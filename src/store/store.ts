// The durable store of one account, as the daemon uses it: the outbox, the journal, and the cursors of consumers.
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
import { Restriction } from './restriction.js';
import { Retention, type RetentionOptions, type Swept } from './retention.js';

/** Made by `openStore` and closed by its caller. Reading and writing throw Fault shutting_down after that. */
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
  readonly #db: Database;
  readonly #hold: OwnerLock;
  readonly #commit: GroupCommit;
  readonly #retention: Retention;

  constructor(db: Database, hold: OwnerLock, report: OpenReport) {
    this.report = report;
    this.#db = db;
    this.#hold = hold;
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
    this.#retention = new Retention(db, this.#commit);
  }

  /**
   * Runs a write together with the others of this turn; resolves when it is on disk.
   * @throws (rejects) what the write throws; Fault disk_full, busy, shutting_down
   */
  write<T>(run: Write<T>, options?: WriteOptions): Promise<T> {
    return this.#commit.write(run, options);
  }

  /** Has what waits for the sync of others written now. */
  hurry(): void {
    this.#commit.hurry();
  }

  /** The same at once, with all that wait; for the last words of a process. */
  writeNow<T>(run: Write<T>): T {
    return this.#commit.writeNow(run);
  }

  /** Deletes what need not be kept, in small steps. @throws (rejects) Fault disk_full, shutting_down */
  sweep(options: RetentionOptions): Promise<Swept> {
    return this.#retention.sweep(options);
  }

  /** Bytes of the file that hold something. */
  get bytes(): number {
    return this.#retention.bytes;
  }

  /** Writes what waits, empties the log into the file, lets go of it. Twice is fine; never throws. */
  close(): void {
    if (this.#db.isClosed) return;
    this.#commit.close();
    this.#db.close();
    this.#hold.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
