// Runs tasks in order of arrival, a limited number at a time.

/** Nothing to close. */
export class AtOnce {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param limit tasks at a time */
  constructor(limit: number) {
    this.#free = limit;
  }

  /** Resolves and rejects as the task does. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
