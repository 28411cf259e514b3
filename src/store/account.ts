// Which linked account the store belongs to. Remembered across restarts, so that messages can be accepted for it
// while nothing is connected.
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';

/** Nothing to close. */
export class Account {
  readonly #get: Statement<{ wid: string }>;
  readonly #set: Statement<never>;

  constructor(db: Database) {
    this.#get = db.prepare('SELECT wid FROM account');
    this.#set = db.prepare(
      `INSERT INTO account (only, wid, linked_at) VALUES (1, ?, ?)
       ON CONFLICT DO UPDATE SET wid = excluded.wid, linked_at = excluded.linked_at`,
    );
  }

  /** The wid that was linked last, also after an unlink; null when there never was one. */
  get wid(): string | null {
    return this.#get.get()?.wid ?? null;
  }

  /** @returns true when it is another account than before, or the first one */
  link(tx: Tx, wid: string, nowMs: number): boolean {
    tx.check();
    if (this.wid === wid) return false;
    this.#set.run(wid, nowMs);
    return true;
  }
}
