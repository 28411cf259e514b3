// Stores which linked account the store belongs to, so that messages can be accepted for that account while nothing is
// connected.
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';

/** Nothing to close. */
export class Account {
  readonly #get: Statement<{ wid: string }>;
  readonly #set: Statement<never>;
  /** The stored value, cached because each event and each accepted message needs it. */
  #known: string | null | undefined;
  /** The last transaction that changed it, which may be rolled back while it is open. */
  #by: Tx | undefined;

  constructor(db: Database) {
    this.#get = db.prepare('SELECT wid FROM account');
    this.#set = db.prepare(
      `INSERT INTO account (only, wid, linked_at) VALUES (1, ?, ?)
       ON CONFLICT DO UPDATE SET wid = excluded.wid, linked_at = excluded.linked_at`,
    );
  }

  /** The wid that was linked last, also after an unlink; null when none was ever linked. */
  get wid(): string | null {
    if (this.#known !== undefined) return this.#known;
    const wid = this.#get.get()?.wid ?? null;
    if (this.#by?.isOpen !== true) this.#known = wid;
    return wid;
  }

  /** @returns true for the first account, and for another one than before */
  link(tx: Tx, wid: string, nowMs: number): boolean {
    tx.check();
    if (this.wid === wid) return false;
    this.#known = undefined;
    this.#by = tx;
    this.#set.run(wid, nowMs);
    return true;
  }
}
