// Appends events to the journal and delivers them to readers, none before it is on disk: peers that read by cursor, and
// peers that subscribed. It does not know where events come from or what they say.
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

/** Tells of an event that was kept in the write at hand, once that is on disk. */
export type Keep = (event: StoredEvent | null) => void;

/** That a consumer is in use is noted so often at most. */
const TOUCH_MS = 3_600_000;

/** Nothing to close: a subscription ends with its peer, and the store with whoever opened it. */
export class Feed {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #reader: JournalReader;
  readonly #subscriptions: Subscriptions;
  readonly #refused: RefusedEvents;
  #written: Promise<unknown> = Promise.resolve();
  /** Called when the disk takes events again after it had refused some. */
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

  /** The store is new, in place of one that was lost. Before its first event. */
  replaced(movedTo: readonly string[]): void {
    const says: EventData<'gap'> = { reason: 'store_replaced', movedTo: [...movedTo] };
    this.#reader.replaced(says);
    this.append('gap', says);
  }

  /**
   * Notes that a consumer is there. The place of a new one is on disk when this resolves, so that nothing that comes behind it
   * is lost, whether or not it ever acknowledges anything.
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

  /** Consumers that listen are in use, however quiet it is: before those are forgotten of which nothing was heard. */
  touchListening(): Promise<void> {
    return this.#touch(this.#subscriptions.consumers);
  }

  /** What the disk refuses of this is noted the next time. */
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

  /** Keeps an event, then tells everybody who is subscribed. One that the disk refuses becomes part of a gap. */
  append<T extends EventType>(type: T, data: EventData<T>): void {
    void this.write((tx, keep) => keep(this.keepIn(tx, type, data))).catch(() => undefined);
  }

  /** Resolves when all that was to be kept so far is on disk, or was refused: the newest cursor speaks of it then. */
  async settled(): Promise<void> {
    this.#store.hurry();
    await this.#written;
  }

  /** Keeps an event within a write. */
  keepIn<T extends EventType>(tx: Tx, type: T, data: EventData<T>): StoredEvent {
    return this.#store.journal.append(tx, { type, timeMs: this.#now(), wid: this.#store.account.wid, data });
  }

  /**
   * Runs a write of the store, then tells of the events that were kept in it.
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
      // Refused before it could say what it keeps: that was something.
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
   * A page of what came after a place, oldest first. `next` is where to go on: behind everything that was looked at,
   * so it moves on even when the filter lets nothing through. The end is reached when `next` is where one asked from.
   */
  list({ limit = 100, ...place }: Place & { readonly limit?: number | undefined }): Page {
    return this.#reader.page(this.#reader.begin(place, 0), place, limit);
  }

  /**
   * Replays what came after a place, then goes on with each new event: every one once, in order, none left out in
   * between. With neither a cursor nor a consumer only what comes from now on. Ends with the peer.
   * @returns the place it begins after
   * @throws Fault busy: the connection has as many subscriptions as it may, or as many connections have one as may
   */
  subscribe(peer: Peer, place: Place): { subscription: string; after: number } {
    return this.#subscriptions.add(peer, place);
  }

  /** @throws Fault no_such_subscription: not one of this peer's */
  unsubscribe(peer: Peer, id: string): void {
    this.#subscriptions.remove(peer, id);
  }

  /**
   * Keeps the place of a consumer, which never moves back: acknowledgements may overtake each other. Who wants to
   * hear things again asks with `after`.
   * @returns the place that is kept
   * @throws (rejects) Fault too_many_consumers, disk_full
   */
  ack(consumer: string, cursor: number): Promise<number> {
    return this.#store.write((tx) => this.#store.consumers.ack(tx, consumer, cursor, this.#now()));
  }
}
