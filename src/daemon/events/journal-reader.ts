// Reads the journal for peers: pages of events after a cursor, with a gap event where events are no longer
// kept. Decides where a reader without a cursor begins. It does not know who reads, or how events are sent.
import type { EventData, WireEvent } from '../../protocol/events/index.js';
import type { EventType } from '../../protocol/state.js';
import { isoTime } from '../../protocol/time.js';
import type { StoredEvent } from '../../store/event.js';
import type { Store } from '../../store/store.js';

/**
 * Where to begin, and which events. Without `after` a consumer continues where it has acknowledged. A new
 * consumer, and a reader without a consumer, begins where `from` says: `now`, `oldest`, or an ISO time.
 */
export interface Place {
  readonly after?: number | undefined;
  readonly from?: string | undefined;
  readonly types?: readonly EventType[] | undefined;
  readonly consumer?: string | undefined;
}

export interface JournalReaderOptions {
  readonly account: string;
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A part of a replay. */
export interface Page {
  readonly events: WireEvent[];
  /** The cursor to continue from. */
  readonly next: number;
}

/** Nothing to close. */
export class JournalReader {
  readonly #account: string;
  readonly #store: Store;
  readonly #now: () => number;
  /**
   * Set when the earlier store, with the places of its consumers, was lost: the newest cursor
   * then, and the gap's data.
   */
  #replaced: { readonly after: number; readonly says: EventData<'gap'> } | null = null;
  /** Consumers that began since then, each with the cursor of its gap about the loss. */
  readonly #newcomers = new Map<string, number>();

  constructor({ account, store, now }: JournalReaderOptions) {
    this.#account = account;
    this.#store = store;
    this.#now = now;
  }

  /** The newest cursor. */
  get last(): number {
    return this.#store.journal.last;
  }

  /** Called before the first event of a store that replaces a lost one. @param says the data of the gap */
  replaced(says: EventData<'gap'>): void {
    this.#replaced = { after: this.last, says };
  }

  /** A consumer was removed. */
  forget(consumer: string): void {
    this.#newcomers.delete(consumer);
  }

  /** @param otherwise where a reader begins that names neither a cursor nor a consumer nor `from` */
  begin({ after, from, consumer }: Place, otherwise: number): number {
    if (after !== undefined) return after;
    if (consumer !== undefined) return this.#store.consumers.place(consumer) ?? this.beginNew(consumer, from);
    if (from === undefined) return otherwise;
    return this.#placeOf(from);
  }

  /**
   * Where a new consumer begins. Its name may have had a place in a lost store, so a gap
   * about the loss comes first.
   */
  beginNew(consumer: string, from: Place['from'] = 'now'): number {
    if (from !== 'now') return this.#placeOf(from);
    const { last } = this;
    if (this.#replaced === null || last === this.#replaced.after) return last;
    // The gap has the cursor of the newest event, which is not new to this consumer.
    this.#newcomers.set(consumer, last);
    return last - 1;
  }

  /** A gap passes every filter: no reader may miss that events are missing. */
  page(after: number, { types, consumer }: Pick<Place, 'types' | 'consumer'>, limit: number): Page {
    const wanted = types && [...new Set([...types, 'gap' as const])];
    const lossAt = consumer === undefined ? undefined : this.#newcomers.get(consumer);
    if (this.#replaced !== null && lossAt !== undefined && after === lossAt - 1)
      return this.#behindGap(lossAt, this.#replaced.says, wanted, limit);
    const { gap, events, next } = this.#store.journal.page({ after, limit, types: wanted });
    if (gap === null) return { events: events.map((event) => this.wire(event)), next };
    const { oldest } = gap;
    return this.#behindGap(oldest - 1, { reason: 'not_kept', after, oldest }, wanted, limit);
  }

  /**
   * An event as it is sent. Its data is not checked: data that an earlier version stored is sent unchanged.
   */
  wire({ cursor, type, timeMs, data }: StoredEvent): WireEvent {
    const time = isoTime(timeMs);
    return { cursor, type, time, account: this.#account, data: { ...data } } as WireEvent;
  }

  #placeOf(from: string): number {
    if (from === 'now') return this.last;
    return from === 'oldest' ? 0 : this.#store.journal.before(Date.parse(from));
  }

  /** A gap that is in no journal, and the events after it. */
  #behindGap(
    cursor: number,
    data: EventData<'gap'>,
    types: readonly EventType[] | undefined,
    limit: number,
  ): Page {
    const gap = this.wire({ cursor, type: 'gap', timeMs: this.#now(), wid: null, data });
    if (limit === 1) return { events: [gap], next: cursor };
    const rest = this.#store.journal.page({ after: cursor, limit: limit - 1, types });
    return { events: [gap, ...rest.events.map((event) => this.wire(event))], next: rest.next };
  }
}
