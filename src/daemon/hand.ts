// Messages in hand: each marked on disk as handed over while the one before it in its lane is with the page still, so
// that it follows on the server's word, and no sync of the disk lies between the two. The page has heard of none of
// them: one whose turn does not come waits again as if it had never been marked.
import type { Addressee } from '../protocol/wid.js';
import type { StoredMessage } from '../store/outbox-row.js';

/** One a lane at most. Nothing to close. */
export class Hand {
  readonly #rows = new Map<Addressee, StoredMessage>();

  /** Takes the next of a lane; of one that has none. */
  hold(row: StoredMessage): void {
    this.#rows.set(row.lane, row);
  }

  /** The next of a lane, which stays. */
  of(lane: Addressee): StoredMessage | undefined {
    return this.#rows.get(lane);
  }

  has(id: string): boolean {
    return this.all.some((row) => row.id === id);
  }

  get all(): readonly StoredMessage[] {
    return [...this.#rows.values()];
  }

  /** It goes to the page now, or is not to go any more. */
  drop({ id }: StoredMessage): void {
    // By its id: the lane may have got another name meanwhile.
    for (const [lane, row] of this.#rows) if (row.id === id) this.#rows.delete(lane);
  }
}
