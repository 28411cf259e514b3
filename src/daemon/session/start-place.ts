// The place of this account in the queue of starting browsers: waits for it, holds it, and gives it back.
import type { Log } from '../../protocol/log.js';
import type { StartPlace as Held, StartLine } from '../machine/start-line.js';

/** The owner calls `leave`. When the process ends, the kernel closes the socket, which has the same effect. */
export class StartPlace {
  readonly #line: Pick<StartLine, 'enter'>;
  readonly #log: Log;
  #held: Held | null = null;
  /** Aborted when the place that is waited for, or held, is no longer needed. */
  #need = new AbortController();

  constructor(line: Pick<StartLine, 'enter'>, log: Log) {
    this.#line = line;
    this.#log = log;
  }

  /** Returns at once. `taken` is called unless `leave` comes first. */
  take(taken: () => void): void {
    this.leave();
    const { signal } = this.#need;
    this.#line.enter(signal).then(
      (place) => {
        if (signal.aborted) return place.leave();
        this.#held = place;
        taken();
      },
      (error: unknown) => {
        if (signal.aborted) return;
        // An account must not stay down because the line is broken.
        this.#log.warn('start-line.broken', { err: error });
        taken();
      },
    );
  }

  leave(): void {
    this.#need.abort();
    this.#need = new AbortController();
    this.#held?.leave();
    this.#held = null;
  }
}
