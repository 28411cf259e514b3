// The cursors of named consumers: everything up to the cursor has been processed. A name with a colon belongs to the
// daemon (a webhook, media prefetch) and is closed to peers: it counts for no limit and does not expire.
import { Fault } from '../protocol/fault.js';
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';
import type { Journal } from './journal.js';

export interface Consumer {
  readonly name: string;
  readonly cursor: number;
  /** When it last acknowledged or asked, as far as that was noted; ms since 1970. */
  readonly atMs: number;
}

/** Names are a few words of an administrator; more than this is a mistake that would fill the disk. */
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
   * Keeps a place, which never moves back (acknowledgements may overtake each other), nor beyond the newest event.
   * @returns the place that is kept
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

  /** It is in use, whether or not it has acknowledged anything. */
  touch(tx: Tx, name: string, nowMs: number): void {
    tx.check();
    this.#touch.run(nowMs, name);
  }

  /** Those of peers, by name. */
  list(): Consumer[] {
    return this.#list.all().map((row) => ({ ...row }));
  }

  /** @returns false when there was none of this name */
  remove(tx: Tx, name: string): boolean {
    tx.check();
    return this.#remove.run(name) > 0;
  }
}
