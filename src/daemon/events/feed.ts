// Appends events to the journal, and delivers each to readers once it is on disk: to peers that read by
// cursor, and to peers that subscribed. It does not know where events come from or what they contain.
import type { Peer } from '../../protocol/dispatch.js';
import type { EventData } from '../../protocol/events/index.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import type { EventType } from '../../protocol/state.js';
import { isoTime } from '../../protocol/time.js';
import type { Tx, WriteOptions } from '../../store/commit.js';
import type { StoredEvent } from '../../store/event.js';
import type { Store } from '../../store/store.js';
import { JournalReader, type Page, type Place } from './journal-reader.js';
import { RefusedEvents } from './refused-events.js';
import { Subscriptions } from './subscriptions.js';

export interface FeedOptions {
  readonly account: string;
  readonly store: Store;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Publishes an event that was appended in the current write, once that write is on disk. */
export type Keep = (event: StoredEvent | null) => void;

/** The use of a consumer is recorded at most this often. */
const TOUCH_MS = 3_600_000;

/** Nothing to close: a subscription ends with its peer, and the owner of the store closes the store. */
export class Feed {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #reader: JournalReader;
  readonly #subscriptions: Subscriptions;
  readonly #refused: RefusedEvents;
  #written: Promise<unknown> = Promise.resolve();
  /** Called when the disk takes events again after it refused some. */
  onRecovered: (refusedFromMs: number) => void = () => undefined;

  constructor({ account, store, log, now = Date.now }: FeedOptions) {
    this.#store = store;
    this.#now = now;
    this.#reader = new JournalReader({ account, store, now });
    this.#subscriptions = new Subscriptions(this.#reader);
    this.#refused = new RefusedEvents({
      log,
      now,
      writeGap: async (data) => this.#publish(await store.write((tx) => this.keepIn(tx, 'gap', data))),
      recovered: (refusedFromMs) => this.onRecovered(refusedFromMs),
    });
  }

  /** The newest cursor. */
  get last(): number {
    return this.#reader.last;
  }

  /** Called before the first event of a store that replaces a lost one. */
  replaced(movedTo: readonly string[]): void {
    const says: EventData<'gap'> = { reason: 'store_replaced', movedTo: [...movedTo] };
    this.#reader.replaced(says);
    this.append('gap', says);
  }

  /**
   * Registers a consumer. The place of a new one is on disk when this resolves, so it misses no later event,
   * whether or not it ever acknowledges one.
   * @throws (rejects) Fault too_many_consumers, disk_full
   */
  async open({ after, from, consumer }: Place): Promise<void> {
    if (consumer === undefined) return;
    const { consumers } = this.#store;
    const known = consumers.get(consumer);
    if (known === null)
      await this.#store.write((tx) => {
        if (consumers.place(consumer) === null)
          consumers.ack(tx, consumer, after ?? this.#reader.beginNew(consumer, from), this.#now());
      });
    else if (this.#now() - known.atMs > TOUCH_MS) await this.#touch([consumer]);
  }

  /**
   * Records that listening consumers are in use, even without events. Called before
   * unused ones are forgotten.
   */
  touchListening(): Promise<void> {
    return this.#touch(this.#subscriptions.consumers);
  }

  /** Records that consumers are in use. If the disk refuses that, it is recorded the next time. */
  async #touch(names: readonly string[]): Promise<void> {
    const { consumers } = this.#store;
    await this.#store
      .write(
        (tx) => {
          for (const name of names) consumers.touch(tx, name, this.#now());
        },
        { turn: 'patient' },
      )
      .catch(() => undefined);
  }

  /** Every consumer of a peer, and how far behind it is. */
  consumers(): { name: string; cursor: number; behind: number; usedAt: string }[] {
    const { last } = this;
    return this.#store.consumers.list().map(({ name, cursor, atMs }) => ({
      name,
      cursor,
      behind: Math.max(0, last - cursor),
      usedAt: isoTime(atMs),
    }));
  }

  /** @throws (rejects) Fault no_such_consumer, disk_full */
  async forget(consumer: string): Promise<void> {
    const isKnown = await this.#store.write((tx) => this.#store.consumers.remove(tx, consumer));
    this.#reader.forget(consumer);
    if (!isKnown) throw new Fault('no_such_consumer', { reason: `There is no consumer ${consumer}.` });
  }

  /** Appends an event, then publishes it. An event that the disk refuses becomes part of a gap. */
  append<T extends EventType>(type: T, data: EventData<T>): void {
    void this.write((tx, keep) => keep(this.keepIn(tx, type, data))).catch(() => undefined);
  }

  /**
   * Resolves when every event so far is on disk or was refused. The newest cursor then covers all of them.
   */
  async settled(): Promise<void> {
    this.#store.hurry();
    await this.#written;
  }

  /** Appends an event within a write. */
  keepIn<T extends EventType>(tx: Tx, type: T, data: EventData<T>): StoredEvent {
    return this.#store.journal.append(tx, { type, timeMs: this.#now(), wid: this.#store.account.wid, data });
  }

  /**
   * Runs a write of the store, then publishes the events that were appended in it.
   * @throws (rejects) what the write throws; Fault disk_full, busy, shutting_down
   */
  async write<T>(run: (tx: Tx, keep: Keep) => T, options?: WriteOptions): Promise<T> {
    const kept: StoredEvent[] = [];
    let hasRun = false;
    let result: T;
    const write = this.#store.write((tx) => {
      hasRun = true;
      kept.length = 0;
      return run(tx, (event) => {
        if (event !== null) kept.push(event);
      }) as never;
    }, options) as Promise<T>;
    this.#written = write.catch(() => undefined);
    try {
      result = await write;
    } catch (error) {
      // Refused before it ran, so the number of its events is unknown: it counts as one.
      const events = hasRun ? kept.length : 1;
      if (events > 0) this.#refused.add(events, error);
      throw error;
    }
    for (const event of kept) this.#publish(event);
    return result;
  }

  #publish(stored: StoredEvent): void {
    this.#subscriptions.publish(this.#reader.wire(stored));
  }

  /**
   * One page of the events after a place, oldest first. `next` is the cursor to continue from. It is past
   * every event that was examined, so it advances even when the filter excludes all of them. The end is
   * reached when `next` equals the requested cursor.
   */
  list({ limit = 100, ...place }: Place & { readonly limit?: number | undefined }): Page {
    return this.#reader.page(this.#reader.begin(place, 0), place, limit);
  }

  /**
   * Replays the events after a place, then sends each new event: each once, in order, without a gap in
   * between. With neither a cursor nor a consumer, only new events are sent. Ends with the peer.
   * @returns the place it begins after
   * @throws Fault busy: this connection has the most subscriptions allowed, or the most
   * connections allowed have one
   */
  subscribe(peer: Peer, place: Place): { subscription: string; after: number } {
    return this.#subscriptions.add(peer, place);
  }

  /** @throws Fault no_such_subscription: not one of this peer's */
  unsubscribe(peer: Peer, id: string): void {
    this.#subscriptions.remove(peer, id);
  }

  /**
   * Stores the place of a consumer. It never moves back, because acknowledgements may overtake each other. To
   * read events again, pass `after`.
   * @returns the stored place
   * @throws (rejects) Fault too_many_consumers, disk_full
   */
  ack(consumer: string, cursor: number): Promise<number> {
    return this.#store.write((tx) => this.#store.consumers.ack(tx, consumer, cursor, this.#now()));
  }
}
