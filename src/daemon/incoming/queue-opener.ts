// Opens the account's queues when its page is ready, after asking the page which belong to the same person.
import type { Store } from '../../store/store.js';
import type { Sender } from '../outgoing/sender.js';
import type { People } from './people.js';

export interface QueueOpenerOptions {
  readonly store: Store;
  readonly people: People;
  readonly sender: Pick<Sender, 'open'>;
}

/** Nothing to close. */
export class QueueOpener {
  readonly #options: QueueOpenerOptions;
  /** Aborted when the page is no longer ready. */
  #opening = new AbortController();

  constructor(options: QueueOpenerOptions) {
    this.#options = options;
  }

  open(wid: string): void {
    this.cancel();
    const opening = new AbortController();
    this.#opening = opening;
    const { store, people, sender } = this.#options;
    const unmet = [wid, ...store.outbox.openLanes()].filter(
      (id) => /@(c\.us|lid)$/.test(id) && store.identities.pairOf(id) === null,
    );
    void people.meet(unmet).then(() => {
      if (!opening.signal.aborted) sender.open(wid);
    });
  }

  /** Called when the page is no longer ready: a queue that is not open yet stays closed. */
  cancel(): void {
    this.#opening.abort();
  }
}
