// Stores which phone number and which LID are the same person, as reported by the page, so that it is known before a page
// is loaded. Ids are complete: `…@c.us` and `…@lid`.
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';

/** Both identities of one person. */
export interface Pair {
  readonly number: string;
  readonly lid: string;
}

/** Nothing to close. */
export class Identities {
  readonly #byLid: Statement<Pair>;
  readonly #byNumber: Statement<Pair>;
  readonly #put: Statement<never>;

  constructor(db: Database) {
    this.#byLid = db.prepare('SELECT lid, number FROM person WHERE lid = ?');
    this.#byNumber = db.prepare('SELECT lid, number FROM person WHERE number = ?');
    this.#put = db.prepare('INSERT OR REPLACE INTO person (lid, number) VALUES (?, ?)');
  }

  /** Both identities of a person; null for a group, and for a person with only one known identity. */
  pairOf(id: string): Pair | null {
    if (id.endsWith('@lid')) return this.#byLid.get(id) ?? null;
    return id.endsWith('@c.us') ? (this.#byNumber.get(id) ?? null) : null;
  }

  /** The id of the queue of a recipient: the number if it is known, else the id itself. */
  laneOf<Id extends string>(id: Id): Id {
    return (this.pairOf(id)?.number ?? id) as Id;
  }

  /** The newer report wins: numbers are reassigned, and people change theirs. @returns whether the pair is new */
  put(tx: Tx, { number, lid }: Pair): boolean {
    tx.check();
    if (this.pairOf(lid)?.number === number) return false;
    this.#put.run(lid, number);
    return true;
  }
}
