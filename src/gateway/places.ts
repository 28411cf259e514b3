// Limits how many connections of one kind are open. It does not know what they are for.
import { Fault } from '../protocol/fault.js';

/** Nothing to close. */
export class Places {
  readonly #max: number;
  #taken = 0;
  readonly #waiting = new Set<() => void>();

  constructor(max: number) {
    this.#max = max;
  }

  /** @returns gives the place back; may be called twice @throws Fault busy: there is none */
  take(): () => void {
    if (this.#taken >= this.#max)
      throw new Fault('busy', {
        reason: `${this.#max} requests to this account that wait for something are in progress`,
        hint: null,
        retryAfterMs: 1_000,
      });
    this.#taken += 1;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#taken -= 1;
      const [next] = this.#waiting;
      next?.();
    };
  }

  /** Waits for a place, in order. @throws (rejects) Fault interrupted: the signal was aborted */
  async wait(signal: AbortSignal): Promise<() => void> {
    while (this.#taken >= this.#max && !signal.aborted)
      await new Promise<void>((resolve) => {
        const done = (): void => {
          signal.removeEventListener('abort', done);
          this.#waiting.delete(done);
          resolve();
        };
        signal.addEventListener('abort', done, { once: true });
        this.#waiting.add(done);
      });
    if (signal.aborted) throw new Fault('interrupted');
    return this.take();
  }
}
