// The size of the next step of a long work, so that each step takes about as long as it may.

export interface PaceLimits {
  /** The intended duration of a step. */
  readonly ms: number;
  readonly first: number;
  readonly smallest: number;
  readonly largest: number;
}

/** Nothing to close. */
export class Pace {
  readonly #limits: PaceLimits;
  #limit: number;
  #longestMs = 0;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
    this.#limit = limits.first;
  }

  /** How much the next step does, at most. */
  get limit(): number {
    return this.#limit;
  }

  get longestMs(): number {
    return this.#longestMs;
  }

  /** @param done how much the step did; one that did less than it might have says little */
  took(ms: number, done: number): void {
    const { ms: intended, smallest, largest } = this.#limits;
    this.#longestMs = Math.max(this.#longestMs, ms);
    if (ms > intended) this.#limit = Math.max(smallest, Math.floor(this.#limit / 2));
    else if (ms < intended / 2 && done >= this.#limit) this.#limit = Math.min(largest, this.#limit * 2);
  }
}
