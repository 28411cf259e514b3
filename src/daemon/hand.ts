// Messages in hand: each marked on disk as handed over while the one before it in its chat is with the page still, so
// that it follows on the server's word, and no sync of the disk lies between the two. The page has heard of none of
// them: one whose turn does not come waits again as if it had never been marked.
import type { Addressee } from '../protocol/wid.js';
import type { StoredMessage } from '../store/outbox-row.js';

/** One a chat at most. Nothing to close. */
export class Hand {
  readonly #rows = new Map<Addressee, StoredMessage>();

  /** Takes the next of a chat; of one that has none. */
  hold(row: StoredMessage): void {
    this.#rows.set(row.chatId, row);
  }

  /** The next of a chat, which stays. */
  of(chatId: Addressee): StoredMessage | undefined {
    return this.#rows.get(chatId);
  }

  has(id: string): boolean {
    return this.all.some((row) => row.id === id);
  }

  get all(): readonly StoredMessage[] {
    return [...this.#rows.values()];
  }

  /** It goes to the page now, or is not to go any more. */
  drop({ id, chatId }: StoredMessage): void {
    if (this.#rows.get(chatId)?.id === id) this.#rows.delete(chatId);
  }
}
