// Learns which number and which LID are the same person, and the names of people and groups, from the page's
// reports and by asking the page. It stores the pairs. Two queues that turn out to be one person's are joined.
import type { Log } from '../../protocol/log.js';
import type { Named, Pair, PeopleKnown } from '../../session/port.js';
import type { Store } from '../../store/store.js';
import { within } from '../machine/time-limit.js';
import { refusedBy } from '../outgoing/refused-write.js';

export interface PeopleOptions {
  readonly store: Store;
  readonly log: Log;
  /** What the page knows of these ids. @throws (rejects) without a page, or without its answer */
  readonly ask: (ids: readonly string[]) => Promise<PeopleKnown>;
  /** Called when new pairs are on disk. @param moved how many waiting messages changed their queue */
  readonly learnt: (pairs: readonly Pair[], moved: number) => void;
}

/** The page answers from its memory; a later answer is not awaited. */
const ASK_MS = 2_000;
const NAMED = /@(c\.us|lid|g\.us)$/;
/** People choose their own names, of any length. */
const MAX_NAME = 256;
const short = (name: unknown): string | null =>
  typeof name === 'string' && name !== '' ? name.slice(0, MAX_NAME) : null;
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

  /** Keeps names from the page's reports and answers; events that are stored after this call have them. */
  name(names: readonly Named[]): void {
    const { identities } = this.#options.store;
    for (const { id, name, pushname } of names)
      if (NAMED.test(id)) identities.putNames(id, { name: short(name), pushname: short(pushname) });
  }

  /**
   * Asks the page for the other identity and the names of these people. Never rejects: without an answer
   * they stay unknown.
   */
  async meet(ids: readonly string[]): Promise<void> {
    const { ask, log } = this.#options;
    if (ids.length === 0) return;
    try {
      const { pairs, names } = await within(ASK_MS, ask([...new Set(ids)]), 'the page did not answer');
      this.name(names);
      await this.learn(pairs);
    } catch (error) {
      log.debug('people.unanswered', { ids: ids.length, err: error });
    }
  }
}
