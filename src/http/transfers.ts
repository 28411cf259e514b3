// Limits how many files are transferred at the same time. A transfer lasts as long as its peer takes, so fewer are allowed than
// other requests. What an interrupted one leaves unfinished is dropped with it.
import type { Owner } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import { type Refusal, Shares } from './shares.js';

/** Owns what its request leaves unfinished, such as an upload. */
export interface Transfer extends Owner {
  /** Called when the request ends, however it ends. May be called twice. */
  end(): void;
}

const refusal: Refusal = (max) => ({
  reason: `${max} files are being transferred already`,
  hint: null,
});

/** Nothing to close. */
export class Transfers {
  readonly #max: number;
  #count = 0;
  readonly #shares: Shares;

  /** @param maxEach for each caller, so that one of them leaves places to the others */
  constructor(max: number, maxEach: number) {
    this.#max = max;
    this.#shares = new Shares(maxEach, refusal);
  }

  /** @param ends each of these ends the transfer, too. @throws Fault busy */
  begin(caller: unknown, ends: readonly AbortSignal[]): Transfer {
    if (this.#count >= this.#max) throw new Fault('busy', { ...refusal(this.#max), retryAfterMs: 1_000 });
    const leave = this.#shares.take(caller);
    this.#count += 1;
    const over = new AbortController();
    const releases = ends.map((signal) => {
      const stop = () => over.abort(signal.reason);
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      return () => signal.removeEventListener('abort', stop);
    });
    let isOver = false;
    return {
      closed: over.signal,
      end: () => {
        if (isOver) return;
        isOver = true;
        this.#count -= 1;
        leave();
        for (const release of releases) release();
        over.abort(new Fault('interrupted', { reason: 'the request ended', hint: null }));
      },
    };
  }
}
