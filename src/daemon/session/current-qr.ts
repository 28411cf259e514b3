// The QR payload that can be scanned now. A payload is a secret: it is returned on request and never logged.
import { Fault } from '../../protocol/fault.js';
import { Condition } from './condition.js';

export interface Qr {
  readonly payload: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** Counted within one round of the page, from 1. */
  readonly number: number;
}

/** WhatsApp's own periods: the first QR of a round is valid for longer. */
const FIRST_MS = 60_000;
const LATER_MS = 20_000;
/** The number of QRs in a round. After the last one the page idles until a new round is requested. */
const ROUND = 6;

export class CurrentQr {
  #qr: Qr | null = null;
  readonly #changed = new Condition();
  readonly #onChange: (qr: Qr) => void;
  readonly #now: () => number;

  /**
   * @param onChange called with each new QR; must not pass its payload on
   * @param now wall clock, ms
   */
  constructor(onChange: (qr: Qr) => void, now: () => number = Date.now) {
    this.#onChange = onChange;
    this.#now = now;
  }

  /** Called when the page shows a QR. The same QR again (after a re-injection) changes nothing. */
  show(payload: string): void {
    if (this.#qr?.payload === payload) return;
    const number = ((this.#qr?.number ?? 0) % ROUND) + 1;
    const now = this.#now();
    this.#qr = {
      payload,
      number,
      issuedAtMs: now,
      expiresAtMs: now + (number === 1 ? FIRST_MS : LATER_MS),
    };
    this.#onChange(this.#qr);
    this.#changed.notifyAll();
  }

  /** Called when the QR was used, or the page that showed it is gone. */
  clear(): void {
    this.#qr = null;
    this.#changed.notifyAll();
  }

  /** The QR that can be scanned now, or null. */
  current(): Qr | null {
    return this.#qr !== null && this.#qr.expiresAtMs > this.#now() ? this.#qr : null;
  }

  /** Resolves at the next change; rejects with no_qr when the signal aborts first. */
  changed(options: { signal: AbortSignal }): Promise<void> {
    return this.#changed.wait(options).catch(() => {
      throw new Fault('no_qr');
    });
  }
}
