/** Waits for the world to become something, without polling. */

export interface WaitOptions {
  /** milliseconds, 0 to 2147483647; default 60 s */
  readonly timeoutMs?: number;
}

/** A timer of Node.js that is longer ends after 1 ms. */
const LONGEST_MS = 2 ** 31 - 1;

export class Changes {
  readonly #waiting = new Set<() => void>();
  #ended = false;

  /** To be called after each change. */
  changed(): void {
    for (const check of [...this.#waiting]) check();
  }

  /** Nothing changes any more: everything that is waited for rejects, so that no timer is left. */
  end(): void {
    this.#ended = true;
    this.changed();
  }

  /**
   * Resolves with the first result of `pick` that is not undefined. Rejects with `no <what> within N ms`, with what `pick` throws,
   * after the end, and with RangeError for a timeout that no timer has.
   */
  until<T>(what: string, pick: () => T | undefined, { timeoutMs = 60_000 }: WaitOptions = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!(timeoutMs >= 0 && timeoutMs <= LONGEST_MS))
        throw new RangeError(`timeoutMs must be a number from 0 to ${LONGEST_MS}`);
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`no ${what} within ${timeoutMs} ms`));
      }, timeoutMs);
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
      };
      const check = (): void => {
        try {
          const found = pick();
          if (found === undefined && this.#ended) throw new Error(`no ${what}: the server has ended`);
          if (found === undefined) return;
          end();
          resolve(found);
        } catch (error) {
          // It concerns who waits, and not who made the change.
          end();
          reject(error);
        }
      };
      this.#waiting.add(check);
      check();
    });
  }
}
