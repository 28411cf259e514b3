// Stores the known restrictions of the account, across restarts. Their consequences are decided elsewhere.
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';

/** Nothing to close. */
export class Restriction {
  readonly #get: Statement<{ facts: string }>;
  readonly #set: Statement<never>;

  constructor(db: Database) {
    this.#get = db.prepare('SELECT facts FROM restriction WHERE wid = ?');
    this.#set = db.prepare(
      `INSERT INTO restriction (only, wid, facts) VALUES (1, ?, ?)
       ON CONFLICT DO UPDATE SET wid = excluded.wid, facts = excluded.facts`,
    );
  }

  /** The facts about this account; null when none are stored. */
  of(wid: string): Readonly<Record<string, unknown>> | null {
    const row = this.#get.get(wid);
    return row === undefined ? null : (JSON.parse(row.facts) as Record<string, unknown>);
  }

  /** Replaces the stored facts, also those of another account. */
  keep(tx: Tx, wid: string, facts: object): void {
    tx.check();
    this.#set.run(wid, JSON.stringify(facts));
  }
}
