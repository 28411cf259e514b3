// Tracks a passkey request of the page: pending, answered, then accepted or refused, as the page's next steps
// show. page-state.ts reports requests, codes and links to it.
import type { PasskeyOptions } from '../../protocol/passkey.js';
import type { PasskeyEnd } from '../../session/event.js';
import type { ClientListener } from '../../session/port.js';

/** WhatsApp's own time limit for a passkey (WAWebIntegrityChallengeUtils, 2026-04-27); the page may set a shorter one. */
const PASSKEY_MS = 600_000;
/** A QR code after an answer means that it was refused, unless a link follows within this time. */
const VERDICT_MS = 3_000;

/** `link`: a device is being linked. `account`: it is linked, and WhatsApp asks for proof of the owner's presence. */
export type PasskeyPurpose = 'link' | 'account';

/** Ended by `over`. */
export class PasskeyRequest {
  readonly #listener: ClientListener;
  /** Pending, or answered without a result yet. */
  #state: { readonly is: 'asked' | 'answered'; readonly purpose: PasskeyPurpose } | null = null;
  #verdict: NodeJS.Timeout | undefined;

  constructor(listener: ClientListener) {
    this.#listener = listener;
  }

  /** The purpose of the required passkey, until the result is known; null when none is required. */
  get purpose(): PasskeyPurpose | null {
    return this.#state?.purpose ?? null;
  }

  /** The purpose of the request that the page is waiting on now; null when it is not waiting. */
  get asks(): PasskeyPurpose | null {
    return this.#state?.is === 'asked' ? this.#state.purpose : null;
  }

  asked(id: number, options: PasskeyOptions, purpose: PasskeyPurpose): void {
    this.#stopDoubting();
    // A second request after an answer means that the answer was not accepted.
    if (this.#state?.is === 'answered') this.end('wrong');
    this.#state = { is: 'asked', purpose };
    const { timeout = 0 } = options;
    const limitMs = timeout > 0 ? Math.min(timeout, PASSKEY_MS) : PASSKEY_MS;
    if (purpose === 'link') this.#listener.report({ type: 'qr-gone' });
    this.#listener.report({ type: 'passkey', id, options, limitMs });
    if (purpose === 'link') this.#listener.event({ type: 'client.passkey', limitMs });
  }

  /** The page has received an answer, or is about to. */
  answered(): void {
    if (this.#state?.is !== 'asked') return;
    const { purpose } = this.#state;
    this.#state = { is: 'answered', purpose };
    this.#listener.report({ type: 'passkey-gone' });
    if (purpose === 'link') this.#listener.event({ type: 'client.passkey-answered' });
  }

  /** The page shows a code to scan. */
  codeShown(): void {
    if (this.#state?.is !== 'answered') return;
    this.#verdict ??= setTimeout(() => this.end('wrong'), VERDICT_MS);
  }

  /** The request failed. Reported once. */
  end(why: PasskeyEnd): void {
    if (this.#state === null) return;
    const { purpose } = this.#state;
    this.over();
    this.#listener.report({ type: 'passkey-gone' });
    if (purpose === 'link') this.#listener.event({ type: 'client.passkey-over', why });
  }

  /** Called when the account is linked, which settles the request. */
  linked(): void {
    if (this.#state?.purpose === 'link') this.over();
  }

  /** Ends the request without a report. Idempotent. */
  over(): void {
    this.#stopDoubting();
    this.#state = null;
  }

  #stopDoubting(): void {
    clearTimeout(this.#verdict);
    this.#verdict = undefined;
  }
}
