// Limits how many files are transferred at the same time. A transfer lasts as long as its peer takes, so fewer are allowed than
// other requests. What an interrupted one leaves unfinished is dropped with it.
import type { Owner } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';

/** Owns what its request leaves unfinished, such as an upload. */
export interface Transfer extends Owner {
  /** Called when the request ends, however it ends. May be called twice. */
  end(): void;
}

/** Nothing to close. */
export class Transfers {
  readonly #max: number;
  readonly #maxEach: number;
  #count = 0;
  readonly #byCaller = new Map<unknown, number>();

  /** @param maxEach for each caller, so that one of them leaves places to the others */
  constructor(max: number, maxEach: number) {
    this.#max = max;
    this.#maxEach = maxEach;
  }

  /** @param ends each of these ends the transfer, too. @throws Fault busy */
  begin(caller: unknown, ends: readonly AbortSignal[]): Transfer {
    const own = this.#byCaller.get(caller) ?? 0;
    if (this.#count >= this.#max || own >= this.#maxEach) {
      const reason = `${Math.min(this.#max, this.#maxEach)} files are being transferred already`;
      throw new Fault('busy', { reason, hint: null, retryAfterMs: 1_000 });
    }
    this.#count += 1;
    this.#byCaller.set(caller, own + 1);
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
        this.#leave(caller);
        for (const release of releases) release();
        over.abort(new Fault('interrupted', { reason: 'the request ended', hint: null }));
      },
    };
  }

  #leave(caller: unknown): void {
    const left = (this.#byCaller.get(caller) ?? 1) - 1;
    if (left === 0) this.#byCaller.delete(caller);
    else this.#byCaller.set(caller, left);
  }
}
