// Who hears of an event: whoever asks by cursor, and whoever subscribed; nobody before it is on disk. Owns
// subscriptions and the pace of a replay. Refuses to know: where events come from, and what they say.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Peer } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import type { WireEvent } from '../protocol/schema.js';
import type { EventType } from '../protocol/state.js';
import type { Tx, WriteOptions } from '../store/commit.js';
import type { StoredEvent } from '../store/event.js';
import type { Store } from '../store/store.js';

export interface FeedOptions {
  readonly account: string;
  readonly store: Store;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Where to begin, and what to hear of. Without `after` a consumer goes on where it has acknowledged; a new one, and whoever
 * names no consumer, begins where `from` says.
 */
export interface Place {
  readonly after?: number | undefined;
  readonly from?: 'now' | 'oldest' | undefined;
  readonly types?: readonly EventType[] | undefined;
  readonly consumer?: string | undefined;
}

/** Tells of an event that was kept in the write at hand, once that is on disk. */
export type Keep = (event: StoredEvent | null) => void;

interface Subscription {
  readonly id: string;
  readonly peer: Peer;
  readonly types: readonly EventType[] | undefined;
  /** The last cursor dealt with. */
  position: number;
  /** `replaying` waits for a slow peer; `live` does not, and the socket cuts off who does not read. */
  phase: 'replaying' | 'live' | 'ended';
  readonly consumer: string | undefined;
  /** Lets go of the peer and its signal, which may outlive many subscriptions. */
  readonly leave: () => void;
}

/** A replay waits while so much waits for its peer: well below what the socket cuts off at. */
const REPLAY_BACKLOG_BYTES = 256 * 1024;
/** Events of a replay between two turns of the loop, so that a long one holds up nobody else. */
const REPLAY_BURST = 200;
const MAX_SUBSCRIPTIONS = 16;
/** That a consumer is in use is noted so often at most. */
const TOUCH_MS = 3_600_000;
/** How long after a refusal by the disk it is tried again. */
const RETRY_MS = 5_000;

/** Nothing to close: a subscription ends with its peer, and the store with whoever opened it. */
export class Feed {
  readonly #account: string;
  readonly #store: Store;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #subscriptions = new Map<string, Subscription>();
  #lastId = 0;
  #written: Promise<unknown> = Promise.resolve();
  /** Events that the disk refused, and of which there is a gap to tell as soon as it takes one. */
  #refused = 0;
  /** When the first of them was refused, ms since 1970. */
  #refusedFromMs = 0;
  #retry: NodeJS.Timeout | undefined;
  /** An earlier store is lost, and the places of its consumers with it: the newest cursor then, and what a gap says of it. */
  #replaced: { readonly after: number; readonly says: Record<string, unknown> } | null = null;
  /** Consumers that begin since then, each with the cursor at which it hears of that loss. */
  readonly #newcomers = new Map<string, number>();
  /** Called when the disk takes events again after it had refused some. */
  onRecovered: (refusedFromMs: number) => void = () => undefined;

  constructor({ account, store, log, now = Date.now }: FeedOptions) {
    this.#account = account;
    this.#store = store;
    this.#log = log;
    this.#now = now;
  }

  /** The newest cursor. */
  get last(): number {
    return this.#store.journal.last;
  }

  /** The store is new, in place of one that was lost. Before its first event. */
  replaced(movedTo: readonly string[]): void {
    const says = { reason: 'store_replaced', movedTo: [...movedTo] };
    this.#replaced = { after: this.last, says };
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
          consumers.ack(tx, consumer, after ?? this.#begin(consumer, from), this.#now());
      });
    else if (this.#now() - known.atMs > TOUCH_MS) await this.#touch([consumer]);
  }

  /** Consumers that listen are in use, however quiet it is: before those are forgotten of which nothing was heard. */
  touchListening(): Promise<void> {
    const names = [...this.#subscriptions.values()].flatMap(({ consumer }) => consumer ?? []);
    return this.#touch([...new Set(names)]);
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
      ...{ name, cursor, behind: Math.max(0, last - cursor) },
      usedAt: new Date(atMs).toISOString(),
    }));
  }

  /** @throws (rejects) Fault no_such_consumer, disk_full */
  async forget(consumer: string): Promise<void> {
    const isKnown = await this.#store.write((tx) => this.#store.consumers.remove(tx, consumer));
    this.#newcomers.delete(consumer);
    if (!isKnown) throw new Fault('no_such_consumer', { reason: `There is no consumer ${consumer}.` });
  }

  /** Keeps an event, then tells everybody who is subscribed. One that the disk refuses becomes part of a gap. */
  append(type: EventType, data: Record<string, unknown>): void {
    void this.write((tx, keep) => keep(this.keepIn(tx, type, data))).catch(() => undefined);
  }

  /** Resolves when all that was to be kept so far is on disk, or was refused: the newest cursor speaks of it then. */
  async settled(): Promise<void> {
    this.#store.hurry();
    await this.#written;
  }

  /** Keeps an event within a write. */
  keepIn(tx: Tx, type: EventType, data: Record<string, unknown>): StoredEvent {
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
      if (events > 0) this.#wasRefused(events, error);
      throw error;
    }
    for (const event of kept) this.#publish(event);
    return result;
  }

  #publish(stored: StoredEvent): void {
    const event = this.#wire(stored);
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.phase === 'live') this.#deliver(subscription, event);
    }
  }

  /** Nothing of what was to be told is on disk: that there was something is told when there is room again. */
  #wasRefused(events: number, error: unknown): void {
    const { kind } = Fault.of(error);
    if (kind === 'shutting_down') return;
    // That the disk is full is told once, as an alert.
    const say = kind === 'disk_full' ? this.#log.warn : this.#log.error;
    if (this.#refused === 0) {
      this.#refusedFromMs = this.#now();
      say('journal.refused', { kind, err: error });
    }
    this.#refused += events;
    this.#retry ??= setInterval(() => this.#tellOfRefused(kind), RETRY_MS).unref();
  }

  #tellOfRefused(reason: string): void {
    const events = this.#refused;
    const gap = { reason, events };
    this.#store
      .write((tx) => this.keepIn(tx, 'gap', gap))
      .then(
        (stored) => {
          clearInterval(this.#retry);
          this.#retry = undefined;
          this.#refused -= events;
          this.#publish(stored);
          this.#log.warn('journal.recovered', { events });
          this.onRecovered(this.#refusedFromMs);
        },
        () => undefined, // still no room
      );
  }

  /**
   * A page of what came after a place, oldest first. `next` is where to go on: behind everything that was looked at,
   * so it moves on even when the filter lets nothing through. The end is reached when `next` is where one asked from.
   */
  list(place: Place & { readonly limit?: number | undefined }): { events: WireEvent[]; next: number } {
    return this.#page(this.#from(place, 0), place.types, place.limit ?? 100, place.consumer);
  }

  /** A gap is heard whatever the filter: that events may be missing is no matter of taste. */
  #page(
    after: number,
    types: readonly EventType[] | undefined,
    limit: number,
    consumer: string | undefined,
  ): { events: WireEvent[]; next: number } {
    const { journal } = this.#store;
    const wanted = types && [...new Set([...types, 'gap' as const])];
    const lossAt = consumer === undefined ? undefined : this.#newcomers.get(consumer);
    if (this.#replaced !== null && lossAt !== undefined && after === lossAt - 1) {
      const { says } = this.#replaced;
      const loss = this.#wire({ cursor: lossAt, type: 'gap', timeMs: this.#now(), wid: null, data: says });
      if (limit === 1) return { events: [loss], next: lossAt };
      const rest = journal.page({ after: lossAt, limit: limit - 1, types: wanted });
      return { events: [loss, ...rest.events.map((event) => this.#wire(event))], next: rest.next };
    }
    const found = journal.page({ after, limit, types: wanted });
    if (found.gap === null)
      return { events: found.events.map((event) => this.#wire(event)), next: found.next };
    const { oldest } = found.gap;
    const gap = this.#wire({
      ...{ cursor: oldest - 1, type: 'gap', timeMs: this.#now(), wid: null },
      data: { reason: 'not_kept', after, oldest },
    });
    if (limit === 1) return { events: [gap], next: oldest - 1 };
    const rest = journal.page({ after: oldest - 1, limit: limit - 1, types: wanted });
    return { events: [gap, ...rest.events.map((event) => this.#wire(event))], next: rest.next };
  }

  /**
   * Replays what came after a place, then goes on with each new event: every one once, in order, none left out in
   * between. With neither a cursor nor a consumer only what comes from now on. Ends with the peer.
   * @returns the place it begins after
   * @throws Fault busy: the connection has as many subscriptions as it may, or as many connections have one as may
   */
  subscribe(peer: Peer, place: Place): { subscription: string; after: number } {
    const held = [...this.#subscriptions.values()].filter((other) => other.peer === peer).length;
    if (held >= MAX_SUBSCRIPTIONS) {
      const reason = `a connection has at most ${MAX_SUBSCRIPTIONS} subscriptions`;
      throw new Fault('busy', { reason, hint: null });
    }
    this.#lastId += 1;
    const after = this.#from(place, this.last);
    const onClosed = () => this.#end(subscription);
    const release = peer.hold?.();
    const subscription: Subscription = {
      id: `s-${this.#lastId}`,
      peer,
      types: place.types,
      consumer: place.consumer,
      position: after,
      phase: 'replaying',
      leave: () => {
        peer.closed.removeEventListener('abort', onClosed);
        release?.();
      },
    };
    if (peer.closed.aborted) subscription.leave();
    else {
      this.#subscriptions.set(subscription.id, subscription);
      peer.closed.addEventListener('abort', onClosed, { once: true });
      this.#replay(subscription).catch(() => this.#end(subscription));
    }
    return { subscription: subscription.id, after };
  }

  /** @throws Fault no_such_subscription: not one of this peer's */
  unsubscribe(peer: Peer, id: string): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription?.peer !== peer) throw new Fault('no_such_subscription');
    this.#end(subscription);
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

  /** @param otherwise where somebody begins who names neither cursor nor consumer, nor where from */
  #from({ after, from, consumer }: Place, otherwise: number): number {
    if (after !== undefined) return after;
    if (consumer !== undefined) return this.#store.consumers.place(consumer) ?? this.#begin(consumer, from);
    if (from === undefined) return otherwise;
    return from === 'oldest' ? 0 : this.last;
  }

  /** Where a new consumer begins. Its name may have had a place in a store that was lost: then it hears of that first. */
  #begin(consumer: string, from: Place['from'] = 'now'): number {
    if (from === 'oldest') return 0;
    const { last } = this;
    if (this.#replaced === null || last === this.#replaced.after) return last;
    // A gap takes the place of the newest event, which is not new to it.
    this.#newcomers.set(consumer, last);
    return last - 1;
  }

  async #replay(subscription: Subscription): Promise<void> {
    const { peer, types } = subscription;
    // The answer to `subscribe` goes out first.
    await nextTurn();
    while (subscription.phase === 'replaying') {
      if (peer.backlogBytes > REPLAY_BACKLOG_BYTES) {
        await peer.drained();
        await nextTurn();
        continue;
      }
      const before = subscription.position;
      const { events, next } = this.#page(before, types, REPLAY_BURST, subscription.consumer);
      const waits = events.find((event) => {
        if (peer.backlogBytes > REPLAY_BACKLOG_BYTES) return true;
        this.#deliver(subscription, event);
        return false;
      });
      if (waits !== undefined) continue;
      subscription.position = Math.max(subscription.position, next);
      // In the same turn as the look at the journal, so no event can come between.
      if (events.length === 0 && next <= before) {
        if (subscription.phase === 'replaying') subscription.phase = 'live';
        return;
      }
      await nextTurn();
    }
  }

  #deliver(subscription: Subscription, event: WireEvent): void {
    // Read by the replay already; or a place beyond the newest event (of a clock that was ahead): nothing, until the
    // cursors get there.
    if (event.cursor <= subscription.position || subscription.phase === 'ended') return;
    subscription.position = event.cursor;
    const { types } = subscription;
    const isWanted = types === undefined || event.type === 'gap' || types.includes(event.type);
    if (isWanted && !subscription.peer.notify('event', event)) this.#end(subscription);
  }

  #end(subscription: Subscription): void {
    if (subscription.phase === 'ended') return;
    subscription.phase = 'ended';
    subscription.leave();
    this.#subscriptions.delete(subscription.id);
  }

  #wire({ cursor, type, timeMs, data }: StoredEvent): WireEvent {
    return { cursor, type, time: new Date(timeMs).toISOString(), account: this.#account, data: { ...data } };
  }
}
