// Learns which number and which LID are the same person, from the page's reports and by asking the page, and stores the
// pair. Two queues that turn out to be one person's are joined.
import type { Log } from '../../protocol/log.js';
import type { Pair } from '../../session/port.js';
import type { Store } from '../../store/store.js';
import { limited } from '../machine/time-limit.js';
import { refusedBy } from '../outgoing/refused-write.js';

export interface PeopleOptions {
  readonly store: Store;
  readonly log: Log;
  /** Those of these whom the page knows by both. @throws (rejects) when there is no page, or it does not answer */
  readonly ask: (ids: readonly string[]) => Promise<readonly Pair[]>;
  /** These pairs are new and on disk. @param moved how many waiting messages are in another queue because of it */
  readonly learnt: (pairs: readonly Pair[], moved: number) => void;
}

/** The page answers from its memory; one that does not is not waited for. */
const ASK_MS = 2_000;
const PAIR = { number: /^\d{5,20}@c\.us$/, lid: /^\d{5,20}@lid$/ };

/** Nothing to close. */
export class People {
  readonly #options: PeopleOptions;

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  /**
   * What is written to the store after this call knows it. What the disk refuses is told again by the next page.
   * @returns settles when it is on disk, or was refused; never rejects
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

  /** Asks the page for those of whom one identity is known. Never rejects: what it does not say stays unknown. */
  async meet(ids: readonly string[]): Promise<void> {
    const { ask, log } = this.#options;
    if (ids.length === 0) return;
    try {
      const pairs = await limited(ASK_MS, [], (signal) => {
        const late = new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('the page has not said')), { once: true });
        });
        return Promise.race([ask([...new Set(ids)]), late]);
      });
      await this.learn(pairs);
    } catch (error) {
      log.debug('people.unanswered', { ids: ids.length, err: error });
    }
  }
}
