// Stores which phone number and which LID are the same person, as reported by the page, so that it is known before a page
// is loaded. Ids are complete: `…@c.us` and `…@lid`. Names of people and groups are kept in memory only.
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';

/** Both identities of one person. */
export interface Pair {
  readonly number: string;
  readonly lid: string;
}

/** The names of a person or a group; null: not known. */
export interface Names {
  /** As the account saved it; the verified name of a business; the subject of a group. */
  readonly name: string | null;
  /** What the person calls themselves. */
  readonly pushname: string | null;
}

/** How many ids have names in memory: 4 MB at most, and more than a page remembers to have reported. */
const NAMED = 25_000;
const NAMELESS: Names = { name: null, pushname: null };

/** Nothing to close. */
export class Identities {
  readonly #byLid: Statement<Pair>;
  readonly #byNumber: Statement<Pair>;
  readonly #put: Statement<never>;
  readonly #names = new Map<string, Names>();

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

  /**
   * Keeps the names of an id in memory. They are not written to the disk: the page reports them in each of its
   * documents, and an event keeps those that were known when it was stored.
   */
  putNames(id: string, names: Names): void {
    this.#names.delete(id);
    this.#names.set(id, names);
    const [oldest] = this.#names.keys();
    if (this.#names.size > NAMED && oldest !== undefined) this.#names.delete(oldest);
  }

  /** The names that were reported under either identity; null: none were, so the page may be asked. */
  namesOf(id: string): Names | null {
    const found = this.#names.get(id);
    if (found?.name && found.pushname) return found;
    const pair = this.pairOf(id);
    const other = pair && this.#names.get(pair.lid === id ? pair.number : pair.lid);
    if (!other) return found ?? null;
    const { name, pushname } = found ?? NAMELESS;
    return { name: name ?? other.name, pushname: pushname ?? other.pushname };
  }

  /** The newer report wins: numbers are reassigned, and people change theirs. @returns whether the pair is new */
  put(tx: Tx, { number, lid }: Pair): boolean {
    tx.check();
    if (this.pairOf(lid)?.number === number) return false;
    this.#put.run(lid, number);
    return true;
  }
}
