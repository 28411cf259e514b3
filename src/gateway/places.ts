// Limits how many uses of one kind there are at a time. It does not know what they are for.
import { Fault } from '../protocol/fault.js';

/** Nothing to close. */
export class Places {
  readonly #max: number;
  #taken = 0;
  /** In order. Each is called with the place of a use that has ended. */
  readonly #waiting = new Set<() => void>();

  constructor(max: number) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.#taken >= this.#max;
  }

  /** @returns gives the place back; may be called twice @throws Fault busy: there is none */
  take(): () => void {
    if (this.isFull)
      throw new Fault('busy', {
        reason: `${this.#max} requests to this account that wait for something are in progress`,
        hint: null,
        retryAfterMs: 1_000,
      });
    this.#taken += 1;
    return this.#release();
  }

  /** Waits for a place, in order. @throws (rejects) Fault interrupted: the signal was aborted */
  async wait(signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) throw new Fault('interrupted');
    if (!this.isFull) return this.take();
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(enter);
        reject(new Fault('interrupted'));
      };
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        this.#waiting.delete(enter);
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(enter);
    });
    const release = this.#release();
    // It may have been aborted after the place was handed over.
    if (!signal.aborted) return release;
    release();
    throw new Fault('interrupted');
  }

  /** The place goes to the first that waits. If it became free in between, a newcomer could take it. */
  #release(): () => void {
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const [next] = this.#waiting;
      if (next === undefined) this.#taken -= 1;
      else next();
    };
  }
}
