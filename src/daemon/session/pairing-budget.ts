// Limits how often a pairing code may be requested. WhatsApp answers too many requests with a
// long ban (H24), and a code for a number that is already linked unlinks it (U3), so the daemon
// counts before it asks the page.
import { Fault } from '../../protocol/fault.js';

const APART_MS = 180_000;
const PER_DAY = 5;
const DAY_MS = 86_400_000;

export interface PairingCode {
  readonly code: string;
  readonly number: string;
  readonly expiresAtMs: number;
}

export class PairingBudget {
  readonly #askedAtMs: number[] = [];
  #last: PairingCode | null = null;

  /** The code that can still be typed in for this number, or null. */
  current(number: string, nowMs: number): PairingCode | null {
    return this.#last?.number === number && this.#last.expiresAtMs > nowMs ? this.#last : null;
  }

  /** Counts one request. @throws Fault pairing_limited with retryAfterMs */
  spend(nowMs: number): void {
    while (this.#askedAtMs[0] !== undefined && nowMs - this.#askedAtMs[0] >= DAY_MS) this.#askedAtMs.shift();
    const last = this.#askedAtMs.at(-1);
    const oldest = this.#askedAtMs[this.#askedAtMs.length - PER_DAY];
    const waitMs = Math.max(
      last === undefined ? 0 : last + APART_MS - nowMs,
      oldest === undefined ? 0 : oldest + DAY_MS - nowMs,
    );
    if (waitMs > 0) {
      throw new Fault('pairing_limited', {
        reason: `The next pairing code can be asked for in ${Math.ceil(waitMs / 1000)} s; a QR code can be scanned now.`,
        retryAfterMs: waitMs,
      });
    }
    this.#askedAtMs.push(nowMs);
  }

  /** Stores the issued code. */
  issued(number: string, code: string, nowMs: number): PairingCode {
    this.#last = { code, number, expiresAtMs: nowMs + APART_MS };
    return this.#last;
  }

  /** Called when the account is linked, or the page is gone: the code is no longer valid. */
  forget(): void {
    this.#last = null;
  }
}
