// A passkey that the page asks for while it is being linked: held by the page, answered, and judged by what the page
// does next. It knows of no state of the link; the witness says when a code is shown and when there is a link.
import type { PasskeyOptions } from '../protocol/passkey.js';
import type { PasskeyEnd } from '../session/event.js';
import type { ClientListener } from '../session/port.js';

/** WhatsApp's own period for a passkey, as far as is known; the page may say less. */
const PASSKEY_MS = 600_000;
/** A code after an answer says that it was not accepted, unless a link comes within this. */
const VERDICT_MS = 3_000;

/** Ended by `over`. */
export class PasskeyRequest {
  readonly #listener: ClientListener;
  /** Held by the page, or answered and not judged yet. */
  #standing: 'asked' | 'answered' | null = null;
  #verdict: NodeJS.Timeout | undefined;

  constructor(listener: ClientListener) {
    this.#listener = listener;
  }

  get isOpen(): boolean {
    return this.#standing !== null;
  }

  asked(id: number, options: PasskeyOptions): void {
    this.#stopDoubting();
    // Asked once more after an answer: that one was not accepted.
    if (this.#standing === 'answered') this.end('wrong');
    this.#standing = 'asked';
    const { timeout = 0 } = options;
    const limitMs = timeout > 0 ? Math.min(timeout, PASSKEY_MS) : PASSKEY_MS;
    this.#listener.news({ type: 'qr-gone' });
    this.#listener.news({ type: 'passkey', id, options, limitMs });
    this.#listener.event({ type: 'client.passkey', limitMs });
  }

  /** The page has been given an answer, or is about to be. */
  answered(): void {
    if (this.#standing !== 'asked') return;
    this.#standing = 'answered';
    this.#listener.news({ type: 'passkey-gone' });
    this.#listener.event({ type: 'client.passkey-answered' });
  }

  /** The page shows a code to scan. */
  codeShown(): void {
    if (this.#standing !== 'answered') return;
    this.#verdict ??= setTimeout(() => this.end('wrong'), VERDICT_MS);
  }

  /** It came to nothing. Told once. */
  end(why: PasskeyEnd): void {
    if (this.#standing === null) return;
    this.over();
    this.#listener.news({ type: 'passkey-gone' });
    this.#listener.event({ type: 'client.passkey-over', why });
  }

  /** There is a link, or nothing to ask any more: nothing is told. Idempotent. */
  over(): void {
    this.#stopDoubting();
    this.#standing = null;
  }

  #stopDoubting(): void {
    clearTimeout(this.#verdict);
    this.#verdict = undefined;
  }
}
