// A condition variable: wakes everyone who waits for the next notification.

/** Nothing to close. */
export class Condition {
  readonly #waiters = new Set<() => void>();

  notifyAll(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  /** Resolves at the next notification; rejects with the signal's reason when that aborts first. */
  wait({ signal }: { signal: AbortSignal }): Promise<void> {
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
