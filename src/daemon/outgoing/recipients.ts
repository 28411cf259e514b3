// Resolves a recipient to a chat by asking WhatsApp. Answers are cached for a while, so that a
// thousand messages to one person are one question. "Not on WhatsApp" is not cached, because the
// number may join at any time.
import type { Addressee } from '../../protocol/wid.js';

export type AskRecipient = (recipient: Addressee, signal: AbortSignal) => Promise<Addressee | null>;

const KEEP = 10_000;
const FRESH_MS = 3_600_000;

export class Recipients {
  readonly #ask: AskRecipient;
  readonly #known = new Map<Addressee, { readonly chatId: Addressee; readonly atMs: number }>();
  /** Counts the linked accounts, so that an answer for an earlier one is not cached. */
  #asker = 0;

  constructor(ask: AskRecipient) {
    this.#ask = ask;
  }

  /**
   * The chat, or null when the number is not on WhatsApp.
   * @throws Fault no_such_chat, not_allowed; any other error means that the answer is unknown
   */
  async find(recipient: Addressee, signal: AbortSignal): Promise<Addressee | null> {
    const known = this.#known.get(recipient);
    if (known !== undefined && performance.now() - known.atMs < FRESH_MS) return known.chatId;
    const asker = this.#asker;
    const chatId = await this.#ask(recipient, signal);
    if (chatId !== null && asker === this.#asker) {
      this.#known.delete(recipient);
      this.#known.set(recipient, { chatId, atMs: performance.now() });
      for (const oldest of this.#known.keys()) {
        if (this.#known.size <= KEEP) break;
        this.#known.delete(oldest);
      }
    }
    return chatId;
  }

  /** Another account is linked: the answers of the previous one do not hold for it. */
  forget(): void {
    this.#asker += 1;
    this.#known.clear();
  }
}
