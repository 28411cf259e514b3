/** A repeated event that can be awaited with a deadline, so that no polling is needed. */

export interface WaitOptions {
  /** milliseconds; default 10 s */
  timeoutMs?: number;
}

export class AwaitableEvent<T> {
  readonly #listeners = new Set<(value: T) => void>();

  ring(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  on(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Resolves with the first result of `pick` that is not undefined. `already` is called first, for anything
   * that happened before the call. Rejects with `no <what> within N ms`.
   */
  wait<R>(
    what: string,
    pick: (value: T) => R | undefined,
    { timeoutMs = 10_000 }: WaitOptions = {},
    already?: () => R | undefined,
  ): Promise<R> {
    const before = already?.();
    if (before !== undefined) return Promise.resolve(before);
    return new Promise((resolve, reject) => {
      const stop = this.on((value) => {
        const picked = pick(value);
        if (picked === undefined) return;
        clearTimeout(timer);
        stop();
        resolve(picked);
      });
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`no ${what} within ${timeoutMs} ms`));
      }, timeoutMs);
    });
  }
}
