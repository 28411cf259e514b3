// The accounts that this machine gave away in a drain while they were ready, and that are not ready on another machine yet. They
// count among those that are handed over at a time. So no more wait for a start elsewhere than can start, and a drain stops by
// itself when other machines cannot run what they get.

import type { AccountState } from '../fleet/account-state.js';
import type { Log } from '../protocol/log.js';

export interface HandoversOptions {
  /** Never rejects. */
  readonly stateOf: (account: string) => Promise<AccountState>;
  readonly now: () => number;
  readonly log: Log;
  /** Called when fewer are awaited. */
  readonly changed: () => void;
}

/** `there`: another machine has its lease. `unwanted`: nobody waits for it any more. */
export type Arrival = 'leaving' | 'there' | 'unwanted';

interface Awaited {
  readonly sinceMs: number;
  isLogged: boolean;
}

/** A start with a profile of some 100 MB on a slow machine. */
const LATE_MS = 120_000;

/** Nothing to close: `look` is called as long as there is something to look for. */
export class Handovers {
  readonly #options: HandoversOptions;
  readonly #awaited = new Map<string, Awaited>();
  #look: Promise<void> | null = null;

  constructor(options: HandoversOptions) {
    this.#options = options;
  }

  get awaited(): ReadonlySet<string> {
    return new Set(this.#awaited.keys());
  }

  /** Called before the account is given away. One that is not ready now is not awaited. */
  async begin(account: string): Promise<void> {
    const { stateOf, now } = this.#options;
    if ((await stateOf(account)).isWell) this.#awaited.set(account, { sinceMs: now(), isLogged: false });
  }

  /** Asks for those that may be ready by now. One round at a time. */
  look(arrivalOf: (account: string) => Arrival): void {
    this.#look ??= this.#ask(arrivalOf).finally(() => {
      this.#look = null;
    });
  }

  async #ask(arrivalOf: (account: string) => Arrival): Promise<void> {
    const { stateOf, now, log, changed } = this.#options;
    const before = this.#awaited.size;
    await Promise.all(
      [...this.#awaited].map(async ([account, awaited]) => {
        const arrival = arrivalOf(account);
        const seen = arrival === 'there' ? await stateOf(account) : null;
        if (arrival === 'unwanted' || seen?.isWell) {
          this.#awaited.delete(account);
          return;
        }
        if (awaited.isLogged || now() - awaited.sinceMs < LATE_MS) return;
        awaited.isLogged = true;
        log.warn('agent.not-ready', { account, state: seen?.state ?? null });
      }),
    );
    if (this.#awaited.size < before) changed();
  }
}
