// Keeps the last connections of the socket or of HTTP free for short requests: it limits how many may be held
// by subscriptions or uploads. It does not know sockets, or what a connection is held for.
import { Fault } from './fault.js';

/** The most places that are kept for connections that are not held. */
const KEPT = 4;

/** Nothing to close. */
export class ConnectionSlots {
  readonly #max: number;
  readonly #mayHold: number;
  #held = 0;

  /** @param max the most connections; of fewer than eight, half are kept free */
  constructor(max: number) {
    this.#max = max;
    this.#mayHold = max - Math.min(KEPT, Math.floor(max / 2));
  }

  /**
   * Holds a connection. Called once for each connection, even if several things hold it.
   * @returns releases it; called once
   * @throws Fault busy: the most connections allowed are held
   */
  hold(): () => void {
    if (this.#held >= this.#mayHold) {
      const free = this.#max - this.#mayHold;
      const kept = free === 0 ? '' : `; the last ${free} of ${this.#max} places are kept for short requests`;
      const reason = `${this.#held} connections have a subscription or an unfinished upload${kept}`;
      throw new Fault('busy', { reason, hint: null, retryAfterMs: 1_000 });
    }
    this.#held += 1;
    return () => {
      this.#held -= 1;
    };
  }
}
