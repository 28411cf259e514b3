// The places of named consumers: everything up to the cursor has been dealt with.
import { Fault } from '../protocol/fault.js';
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';
import type { Journal } from './journal.js';

export interface Consumer {
  readonly name: string;
  readonly cursor: number;
  /** Of its last acknowledgement, ms since 1970. */
  readonly atMs: number;
}

/** Names are a few words of an administrator; more than this is a mistake that would fill the disk. */
const MAX_CONSUMERS = 1_000;

/** Nothing to close. */
export class Consumers {
  readonly #journal: Journal;
  readonly #get: Statement<{ cursor: number }>;
  readonly #set: Statement<{ cursor: number }>;
  readonly #count: Statement<{ n: number }>;
  readonly #list: Statement<Consumer>;
  readonly #remove: Statement<never>;

  constructor(db: Database, journal: Journal) {
    this.#journal = journal;
    this.#get = db.prepare('SELECT cursor FROM consumers WHERE name = ?');
    this.#set = db.prepare(
      `INSERT INTO consumers (name, cursor, at) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET cursor = max(cursor, excluded.cursor), at = excluded.at RETURNING cursor`,
    );
    this.#count = db.prepare('SELECT count(*) AS n FROM consumers');
    this.#list = db.prepare('SELECT name, cursor, at AS atMs FROM consumers ORDER BY name');
    this.#remove = db.prepare('DELETE FROM consumers WHERE name = ?');
  }

  /** Where it has come to; null when it never acknowledged anything. */
  place(name: string): number | null {
    return this.#get.get(name)?.cursor ?? null;
  }

  /**
   * Keeps a place, which never moves back (acknowledgements may overtake each other), nor beyond the newest event.
   * @returns the place that is kept
   * @throws Fault busy: there are as many consumers as there may be
   */
  ack(tx: Tx, name: string, cursor: number, nowMs: number): number {
    tx.check();
    const known = this.place(name);
    if (known === null && (this.#count.get()?.n ?? 0) >= MAX_CONSUMERS)
      throw new Fault('busy', { reason: `there are ${MAX_CONSUMERS} consumers already`, hint: null });
    const kept = this.#set.get(name, Math.min(cursor, this.#journal.last), nowMs);
    return kept?.cursor ?? 0;
  }

  list(): Consumer[] {
    return this.#list.all().map((row) => ({ ...row }));
  }

  /** @returns false when there was none of this name */
  remove(tx: Tx, name: string): boolean {
    tx.check();
    return this.#remove.run(name) > 0;
  }
}
