// Learns which number and which LID are the same person, from the page's reports and by asking the page, and
// stores the pair. Two queues that turn out to be one person's are joined.
import type { Log } from '../../protocol/log.js';
import type { Pair } from '../../session/port.js';
import type { Store } from '../../store/store.js';
import { within } from '../machine/time-limit.js';
import { refusedBy } from '../outgoing/refused-write.js';

export interface PeopleOptions {
  readonly store: Store;
  readonly log: Log;
  /** The pairs that the page knows of these ids. @throws (rejects) without a page, or without its answer */
  readonly ask: (ids: readonly string[]) => Promise<readonly Pair[]>;
  /** Called when new pairs are on disk. @param moved how many waiting messages changed their queue */
  readonly learnt: (pairs: readonly Pair[], moved: number) => void;
}

/** The page answers from its memory; a later answer is not awaited. */
const ASK_MS = 2_000;
const PAIR = { number: /^\d{5,20}@c\.us$/, lid: /^\d{5,20}@lid$/ };

/** Nothing to close. */
export class People {
  readonly #options: PeopleOptions;

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  /**
   * Stores pairs; writes that start after this call see them. Pairs that the disk refuses are reported again
   * by the next page.
   * @returns settles when they are on disk, or were refused; never rejects
   */
  async learn(pairs: readonly Pair[]): Promise<void> {
    const { store, log, learnt } = this.#options;
    const fresh = pairs.filter(
      ({ number, lid }) =>
        PAIR.number.test(number) && PAIR.lid.test(lid) && store.identities.pairOf(lid)?.number !== number,
    );
    if (fresh.length === 0) return;
    try {
      const moved = await store.write((tx) => {
        let moved = 0;
        for (const pair of fresh) if (store.identities.put(tx, pair)) moved += store.outbox.join(tx, pair);
        return moved;
      });
      log.debug('people.learnt', { pairs: fresh.length, moved });
      learnt(fresh, moved);
    } catch (error) {
      refusedBy(log)(error);
    }
  }

  /**
   * Asks the page for the other identity of these people. Never rejects: without an answer it stays unknown.
   */
  async meet(ids: readonly string[]): Promise<void> {
    const { ask, log } = this.#options;
    if (ids.length === 0) return;
    try {
      await this.learn(await within(ASK_MS, ask([...new Set(ids)]), 'the page did not answer'));
    } catch (error) {
      log.debug('people.unanswered', { ids: ids.length, err: error });
    }
  }
}
