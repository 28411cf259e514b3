// Which chat a recipient has, as WhatsApp says. Remembered for a while, so that a thousand messages to one person are
// one question; that a number is not on WhatsApp is not remembered, since it may come tomorrow.
import type { Addressee } from '../../protocol/wid.js';

export type AskRecipient = (recipient: Addressee, signal: AbortSignal) => Promise<Addressee | null>;

const KEEP = 10_000;
const FRESH_MS = 3_600_000;

export class Recipients {
  readonly #ask: AskRecipient;
  readonly #known = new Map<Addressee, { readonly chatId: Addressee; readonly atMs: number }>();
  /** Which account's answers these are, counted from the start. */
  #asker = 0;

  constructor(ask: AskRecipient) {
    this.#ask = ask;
  }

  /**
   * The chat, or null when the number is not on WhatsApp.
   * @throws Fault no_such_chat, not_allowed; what else the question throws: nobody knows
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

  /** Another account is linked: what WhatsApp told the one before is not what it tells this one. */
  forget(): void {
    this.#asker += 1;
    this.#known.clear();
  }
}
