// What is known about the account's restrictions, across restarts. Their consequences are decided elsewhere.
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

  /** Of this account; null where nothing was kept. */
  of(wid: string): Readonly<Record<string, unknown>> | null {
    const row = this.#get.get(wid);
    return row === undefined ? null : (JSON.parse(row.facts) as Record<string, unknown>);
  }

  /** Of one account: another one's is gone then. */
  keep(tx: Tx, wid: string, facts: object): void {
    tx.check();
    this.#set.run(wid, JSON.stringify(facts));
  }
}
