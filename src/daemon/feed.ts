// Who hears of an event: whoever asks by cursor, and whoever subscribed. Owns subscriptions, the places of named
// consumers, and the pace of a replay. Refuses to know: where events come from, and what they say.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Peer } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import type { WireEvent } from '../protocol/schema.js';
import type { EventType } from '../protocol/state.js';
import { Ring } from './ring.js';

export interface FeedOptions {
  readonly account: string;
  /** Events kept for those who come later; 10 000 when left out. */
  readonly capacity?: number;
  /** Bytes kept, whatever the number; 32 MiB when left out. */
  readonly maxBytes?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Where to begin, and what to hear of. Without `after` a consumer goes on where it has acknowledged; one that never
 * did begins at the oldest that is kept, since it has seen nothing.
 */
export interface Place {
  readonly after?: number | undefined;
  readonly types?: readonly EventType[] | undefined;
  readonly consumer?: string | undefined;
}

interface Subscription {
  readonly id: string;
  readonly peer: Peer;
  /** A `gap` is heard whatever the filter: that events may be missing is no matter of taste. */
  readonly types: ReadonlySet<EventType> | undefined;
  /** The last cursor dealt with. */
  position: number;
  /** `replaying` waits for a slow peer; `live` does not, and the socket cuts off who does not read. */
  phase: 'replaying' | 'live' | 'ended';
  /** Lets go of the peer's signal, which may outlive many subscriptions. */
  readonly leave: () => void;
}

const CAPACITY = 10_000;
const MAX_BYTES = 32 * 1024 * 1024;
/** A page ends here even if `limit` would allow more: an answer is held in memory whole, on both ends. */
const PAGE_BYTES = 1024 * 1024;
/** A replay waits while so much waits for its peer: well below what the socket cuts off at. */
const REPLAY_BACKLOG_BYTES = 256 * 1024;
/** Events of a replay between two turns of the loop, so that a long one holds up nobody else. */
const REPLAY_BURST = 200;
const MAX_SUBSCRIPTIONS = 16;
const MAX_CONSUMERS = 1_000;

/** Nothing to close: a subscription ends with its peer. */
export class Feed {
  readonly #ring: Ring;
  readonly #now: () => number;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #consumers = new Map<string, number>();
  #lastId = 0;

  constructor({ account, capacity = CAPACITY, maxBytes = MAX_BYTES, now = Date.now }: FeedOptions) {
    this.#ring = new Ring(account, now(), { capacity, maxBytes });
    this.#now = now;
  }

  /** The newest cursor. */
  get last(): number {
    return this.#ring.last;
  }

  /** Keeps an event and tells everybody who is subscribed. */
  append(type: EventType, data: Record<string, unknown>): WireEvent {
    const event = this.#ring.append(type, data, this.#time());
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.phase === 'live') this.#deliver(subscription, event);
    }
    return event;
  }

  /**
   * A page of what came after a place, oldest first. `next` is where to go on: behind everything that was looked at,
   * so it moves on even when the filter lets nothing through. The end is reached when `next` is where one asked from.
   */
  list(place: Place & { readonly limit?: number | undefined }): { events: WireEvent[]; next: number } {
    const { limit = 100 } = place;
    const types = place.types && new Set(place.types);
    const time = this.#time();
    const events: WireEvent[] = [];
    let next = this.#from(place, 0);
    for (let bytes = 0; events.length < limit; ) {
      const found = this.#ring.after(next, time);
      if (found === undefined) return { events, next: Math.max(next, this.last) };
      if (wanted(found.event, types)) {
        bytes += found.bytes;
        if (bytes > PAGE_BYTES && events.length > 0) break;
        events.push(found.event);
      }
      next = found.event.cursor;
    }
    return { events, next };
  }

  /**
   * Replays what came after a place, then goes on with each new event: every one once, in order, none left out in
   * between. With neither a cursor nor a consumer only what comes from now on. Ends with the peer.
   * @returns the place it begins after
   * @throws Fault busy: the connection has as many subscriptions as it may
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
    const subscription: Subscription = {
      id: `s-${this.#lastId}`,
      peer,
      types: place.types && new Set(place.types),
      position: after,
      phase: 'replaying',
      leave: () => peer.closed.removeEventListener('abort', onClosed),
    };
    if (!peer.closed.aborted) {
      this.#subscriptions.set(subscription.id, subscription);
      peer.closed.addEventListener('abort', onClosed, { once: true });
      void this.#replay(subscription);
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
   * hear things again asks with `after`. In memory; the journal makes it durable.
   * @returns the place that is kept
   * @throws Fault busy: there are as many consumers as there may be
   */
  ack(consumer: string, cursor: number): number {
    const before = this.#consumers.get(consumer);
    if (before === undefined && this.#consumers.size >= MAX_CONSUMERS) {
      throw new Fault('busy', { reason: `there are ${MAX_CONSUMERS} consumers already`, hint: null });
    }
    const kept = Math.max(before ?? 0, Math.min(cursor, this.last));
    this.#consumers.set(consumer, kept);
    return kept;
  }

  /** @param otherwise where somebody begins who names neither cursor nor consumer */
  #from({ after, consumer }: Place, otherwise: number): number {
    if (after !== undefined) return after;
    return consumer === undefined ? otherwise : (this.#consumers.get(consumer) ?? 0);
  }

  async #replay(subscription: Subscription): Promise<void> {
    const { peer } = subscription;
    // The answer to `subscribe` goes out first.
    await nextTurn();
    for (let sent = 1; subscription.phase === 'replaying'; sent += 1) {
      const next = this.#ring.after(subscription.position, this.#time());
      if (next === undefined) {
        // In the same turn as the look at the ring, so no event can come between.
        subscription.phase = 'live';
      } else if (peer.backlogBytes > REPLAY_BACKLOG_BYTES) {
        await peer.drained();
        await nextTurn();
      } else {
        this.#deliver(subscription, next.event);
        if (sent % REPLAY_BURST === 0) await nextTurn();
      }
    }
  }

  #deliver(subscription: Subscription, event: WireEvent): void {
    // A place beyond the newest event (of a run whose clock was ahead): nothing, until the cursors get there.
    if (event.cursor <= subscription.position) return;
    subscription.position = event.cursor;
    if (wanted(event, subscription.types) && !subscription.peer.notify('event', event)) {
      this.#end(subscription);
    }
  }

  #end(subscription: Subscription): void {
    subscription.phase = 'ended';
    subscription.leave();
    this.#subscriptions.delete(subscription.id);
  }

  #time(): string {
    return new Date(this.#now()).toISOString();
  }
}

const wanted = (event: WireEvent, types: ReadonlySet<EventType> | undefined): boolean =>
  types === undefined || event.type === 'gap' || types.has(event.type);
