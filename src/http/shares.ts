// Limits how many of something each caller has at a time, so that one of them leaves places to the others. It does not know
// who a caller is, or what is counted.
import { Fault } from '../protocol/fault.js';

/** The reason and the hint of a refusal, for a caller that has its share already. */
export type Refusal = (share: number) => { readonly reason: string; readonly hint: string | null };

/** Nothing to close. */
export class Shares {
  readonly #share: number;
  readonly #refusal: Refusal;
  readonly #taken = new Map<unknown, number>();

  /** @param share how many each caller may have */
  constructor(share: number, refusal: Refusal) {
    this.#share = share;
    this.#refusal = refusal;
  }

  /** @returns gives the place back; called once @throws Fault busy: the caller has its share */
  take(caller: unknown): () => void {
    const taken = this.#taken.get(caller) ?? 0;
    if (taken >= this.#share) throw new Fault('busy', { ...this.#refusal(this.#share), retryAfterMs: 1_000 });
    this.#taken.set(caller, taken + 1);
    return () => {
      const left = (this.#taken.get(caller) ?? 1) - 1;
      if (left === 0) this.#taken.delete(caller);
      else this.#taken.set(caller, left);
    };
  }
}
