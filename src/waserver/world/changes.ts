/** Waits for the world to become something, without polling. */

export interface WaitOptions {
  /** milliseconds; default 60 s */
  readonly timeoutMs?: number;
}

export class Changes {
  readonly #waiting = new Set<() => void>();

  /** To be called after each change. */
  changed(): void {
    for (const check of [...this.#waiting]) check();
  }

  /** Resolves with the first result of `pick` that is not undefined. Rejects with `no <what> within N ms`. */
  until<T>(what: string, pick: () => T | undefined, { timeoutMs = 60_000 }: WaitOptions = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`no ${what} within ${timeoutMs} ms`));
      }, timeoutMs);
      const check = (): void => {
        const found = pick();
        if (found === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }
}
