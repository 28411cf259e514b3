// Which linked account the store belongs to. It survives restarts, so that messages can be accepted for that account
// while nothing is connected.
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';

/** Nothing to close. */
export class Account {
  readonly #get: Statement<{ wid: string }>;
  readonly #set: Statement<never>;
  /** As it is on disk, once that was read: each event and each accept asks. */
  #known: string | null | undefined;
  /** The last write that changed it: until that is over it may be undone. */
  #by: Tx | undefined;

  constructor(db: Database) {
    this.#get = db.prepare('SELECT wid FROM account');
    this.#set = db.prepare(
      `INSERT INTO account (only, wid, linked_at) VALUES (1, ?, ?)
       ON CONFLICT DO UPDATE SET wid = excluded.wid, linked_at = excluded.linked_at`,
    );
  }

  /** The wid that was linked last, also after an unlink; null when there never was one. */
  get wid(): string | null {
    if (this.#known !== undefined) return this.#known;
    const wid = this.#get.get()?.wid ?? null;
    if (this.#by?.isOpen !== true) this.#known = wid;
    return wid;
  }

  /** @returns true when it is another account than before, or the first one */
  link(tx: Tx, wid: string, nowMs: number): boolean {
    tx.check();
    if (this.wid === wid) return false;
    this.#known = undefined;
    this.#by = tx;
    this.#set.run(wid, nowMs);
    return true;
  }
}
