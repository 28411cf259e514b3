// Stores the cursor of each named consumer: it has processed everything up to the cursor. A name with a colon belongs to
// the daemon (a webhook, media prefetch). Peers cannot use such a name; it counts towards no limit and never expires.
import { Fault } from '../protocol/fault.js';
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';
import type { Journal } from './journal.js';

export interface Consumer {
  readonly name: string;
  readonly cursor: number;
  /** When it was last recorded as active (an ack or a request), ms since 1970. */
  readonly atMs: number;
}

/** An administrator chooses a few names. More than this are a mistake that would fill the disk. */
const MAX_CONSUMERS = 1_000;
const OF_PEERS = "instr(name, ':') = 0";

/** Nothing to close. */
export class Consumers {
  readonly #journal: Journal;
  readonly #get: Statement<Consumer>;
  readonly #set: Statement<{ cursor: number }>;
  readonly #touch: Statement<never>;
  readonly #count: Statement<{ n: number }>;
  readonly #list: Statement<Consumer>;
  readonly #remove: Statement<never>;

  constructor(db: Database, journal: Journal) {
    this.#journal = journal;
    this.#get = db.prepare('SELECT name, cursor, at AS atMs FROM consumers WHERE name = ?');
    this.#set = db.prepare(
      `INSERT INTO consumers (name, cursor, at) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET cursor = max(cursor, excluded.cursor), at = excluded.at RETURNING cursor`,
    );
    this.#touch = db.prepare('UPDATE consumers SET at = ? WHERE name = ?');
    this.#count = db.prepare(`SELECT count(*) AS n FROM consumers WHERE ${OF_PEERS}`);
    this.#list = db.prepare(`SELECT name, cursor, at AS atMs FROM consumers WHERE ${OF_PEERS} ORDER BY name`);
    this.#remove = db.prepare('DELETE FROM consumers WHERE name = ?');
  }

  get(name: string): Consumer | null {
    return this.#get.get(name) ?? null;
  }

  /** Its cursor; null for an unknown name. */
  place(name: string): number | null {
    return this.get(name)?.cursor ?? null;
  }

  /**
   * Stores a cursor. It never moves back (acknowledgements may overtake each other), nor past the newest event.
   * @returns the stored cursor
   * @throws Fault too_many_consumers
   */
  ack(tx: Tx, name: string, cursor: number, nowMs: number): number {
    tx.check();
    const isNew = this.place(name) === null;
    if (isNew && !name.includes(':') && (this.#count.get()?.n ?? 0) >= MAX_CONSUMERS)
      throw new Fault('too_many_consumers', {
        reason: `There are ${MAX_CONSUMERS} consumers already: \`wactl events consumers forget NAME\` removes one.`,
      });
    const kept = this.#set.get(name, Math.min(cursor, this.#journal.last), nowMs);
    return kept?.cursor ?? 0;
  }

  /** Records that the consumer is in use, although it acknowledged nothing. */
  touch(tx: Tx, name: string, nowMs: number): void {
    tx.check();
    this.#touch.run(nowMs, name);
  }

  /** The consumers of peers, by name. */
  list(): Consumer[] {
    return this.#list.all().map((row) => ({ ...row }));
  }

  /** @returns false when no consumer has this name */
  remove(tx: Tx, name: string): boolean {
    tx.check();
    return this.#remove.run(name) > 0;
  }
}
