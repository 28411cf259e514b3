// Keeps the last places of a door free for short requests: only so many connections may be held by a subscription or an
// upload. Refuses to know: sockets, and what a connection is held for.
import { Fault } from './fault.js';

/** So many places at most are kept for connections that are not held. */
const KEPT = 4;

/** Nothing to close. */
export class Places {
  readonly #max: number;
  readonly #mayHold: number;
  #held = 0;

  /** @param max connections of the door; of fewer than eight, half are kept free */
  constructor(max: number) {
    this.#max = max;
    this.#mayHold = max - Math.min(KEPT, Math.floor(max / 2));
  }

  /**
   * Holds a connection. Called once for each connection, however much it is held for.
   * @returns lets go of it; called once
   * @throws Fault busy: as many are held as may be
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
