// Wakes whoever waits for the next of something.

/** Nothing to close. */
export class Bell {
  readonly #waiters = new Set<() => void>();

  ring(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  /** Resolves when it rings; rejects with the signal's reason when that aborts first. */
  next({ signal }: { signal: AbortSignal }): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        signal.removeEventListener('abort', late);
        resolve();
      };
      const late = (): void => {
        this.#waiters.delete(wake);
        reject(signal.reason);
      };
      if (signal.aborted) return late();
      signal.addEventListener('abort', late, { once: true });
      this.#waiters.add(wake);
    });
  }
}
