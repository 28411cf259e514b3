// The waits of a loop that reads the journal: until somebody wakes it, or for a time.

/** Nothing to close: the caller wakes it after the signal. */
export class Waker {
  readonly #closing: AbortSignal;
  #wake: () => void = () => undefined;

  constructor(closing: AbortSignal) {
    this.#closing = closing;
  }

  wake(): void {
    this.#wake();
  }

  /** Waits until it is woken, or this many ms have passed. Does not wait when the loop is closed: nobody would wake it. */
  rest(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closing.aborted) return resolve();
      const timer = ms === undefined ? undefined : setTimeout(() => this.#wake(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve();
      };
    });
  }

  /** Waits for the whole time even if it is woken, unless the loop is closed. */
  async whole(ms: number): Promise<void> {
    for (const until = performance.now() + ms; !this.#closing.aborted; ) {
      const left = until - performance.now();
      if (left <= 0) return;
      await this.rest(left);
    }
  }
}
