// The newest events of one account, in memory: they reach any number of listeners without a request to the daemon. A listener
// that is further behind reads the journal page by page.
import type { WireEvent } from '../protocol/types.js';

const KEPT = 256;

/** Nothing to close. */
export class AccountFeed {
  #recent: WireEvent[] = [];
  /** The cursor before the oldest event in `#recent`. */
  #before = 0;
  #last = 0;
  #waiting: (() => void)[] = [];

  /** The newest cursor that is known; 0 before the daemon was reached for the first time. */
  get last(): number {
    return this.#last;
  }

  /** The daemon was reached: its newest cursor is this one. Events since the previous connection are in its journal only. */
  begin(newest: number): void {
    if (newest > this.#last) {
      this.#recent = [];
      this.#before = newest;
      this.#last = newest;
    }
    this.#wake();
  }

  push(event: WireEvent): void {
    if (event.cursor <= this.#last) return;
    this.#recent.push(event);
    if (this.#recent.length > KEPT) this.#before = this.#recent.shift()?.cursor ?? this.#before;
    this.#last = event.cursor;
    this.#wake();
  }

  /** The events after a cursor; null when only the journal has them. */
  since(cursor: number): readonly WireEvent[] | null {
    if (cursor >= this.#last) return [];
    if (cursor < this.#before) return null;
    return this.#recent.filter((event) => event.cursor > cursor);
  }

  /** Resolves at the next event or connection, or when the signal is aborted. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.push(done);
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const done of waiting) done();
  }
}
