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

/** WhatsApp's own periods: the first of a round lives longer. */
const FIRST_MS = 60_000;
const LATER_MS = 20_000;
/** After so many the page idles until it is told to begin a new round. */
const ROUND = 6;

export class CurrentQr {
  #qr: Qr | null = null;
  readonly #bell = new Condition();
  readonly #onChange: (qr: Qr) => void;
  readonly #now: () => number;

  /**
   * @param onChange told of each new QR; must not pass its payload on
   * @param now wall clock, ms
   */
  constructor(onChange: (qr: Qr) => void, now: () => number = Date.now) {
    this.#onChange = onChange;
    this.#now = now;
  }

  /** The page shows a QR; the same one again (after a re-injection) changes nothing. */
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
    this.#bell.notifyAll();
  }

  /** Used, or the page that showed it is gone. */
  clear(): void {
    this.#qr = null;
    this.#bell.notifyAll();
  }

  /** The one that can be scanned at this moment, or null. */
  current(): Qr | null {
    return this.#qr !== null && this.#qr.expiresAtMs > this.#now() ? this.#qr : null;
  }

  /** Resolves at the next change; rejects with no_qr when the signal aborts first. */
  changed(options: { signal: AbortSignal }): Promise<void> {
    return this.#bell.wait(options).catch(() => {
      throw new Fault('no_qr');
    });
  }
}
