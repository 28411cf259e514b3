// The subscriptions of all peers. Each receives the events after its cursor, then every new event, once and
// in order. Controls the pace of a replay. It does not know where events come from or what they contain.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Peer } from '../../protocol/dispatch.js';
import type { WireEvent } from '../../protocol/events/index.js';
import { Fault } from '../../protocol/fault.js';
import type { EventType } from '../../protocol/state.js';
import type { JournalReader, Place } from './journal-reader.js';

interface Subscription {
  readonly id: string;
  readonly peer: Peer;
  readonly types: readonly EventType[] | undefined;
  /** The cursor of the last event that was sent or filtered out. */
  position: number;
  /**
   * `replaying` waits for a slow peer; `live` does not, and the socket cuts off a peer that does not read.
   */
  phase: 'replaying' | 'live' | 'ended';
  readonly consumer: string | undefined;
  /** Releases the peer and its signal, which may outlive many subscriptions. */
  readonly leave: () => void;
}

/**
 * A replay pauses while its peer has more than this unread: well below the limit at
 * which the socket is closed.
 */
const REPLAY_BACKLOG_BYTES = 256 * 1024;
/** Events of a replay in one event-loop turn, so that a long replay delays nothing else. */
const REPLAY_BURST = 200;
const MAX_SUBSCRIPTIONS = 16;

/** Nothing to close: a subscription ends with its peer. */
export class Subscriptions {
  readonly #reader: JournalReader;
  readonly #subscriptions = new Map<string, Subscription>();
  #lastId = 0;

  constructor(reader: JournalReader) {
    this.#reader = reader;
  }

  /** Consumers that are subscribed now. */
  get consumers(): readonly string[] {
    return [...new Set([...this.#subscriptions.values()].flatMap(({ consumer }) => consumer ?? []))];
  }

  /** See Feed. @throws Fault busy */
  add(peer: Peer, place: Place): { subscription: string; after: number } {
    const held = [...this.#subscriptions.values()].filter((other) => other.peer === peer).length;
    if (held >= MAX_SUBSCRIPTIONS) {
      const reason = `a connection has at most ${MAX_SUBSCRIPTIONS} subscriptions`;
      throw new Fault('busy', { reason, hint: null });
    }
    this.#lastId += 1;
    const after = this.#reader.begin(place, this.#reader.last);
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
  remove(peer: Peer, id: string): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription?.peer !== peer) throw new Fault('no_such_subscription');
    this.#end(subscription);
  }

  /** Sends a new event to every subscription that has caught up; the others reach it in their replay. */
  publish(event: WireEvent): void {
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.phase === 'live') this.#deliver(subscription, event);
    }
  }

  async #replay(subscription: Subscription): Promise<void> {
    const { peer } = subscription;
    // The answer to `subscribe` goes out first.
    await nextTurn();
    while (subscription.phase === 'replaying') {
      if (peer.backlogBytes > REPLAY_BACKLOG_BYTES) {
        await peer.drained();
        await nextTurn();
        continue;
      }
      const before = subscription.position;
      const { events, next } = this.#reader.page(before, subscription, REPLAY_BURST);
      const waits = events.find((event) => {
        if (peer.backlogBytes > REPLAY_BACKLOG_BYTES) return true;
        this.#deliver(subscription, event);
        return false;
      });
      if (waits !== undefined) continue;
      subscription.position = Math.max(subscription.position, next);
      // In the same event-loop turn as the read of the journal, so no event is missed in between.
      if (events.length === 0 && next <= before) {
        if (subscription.phase === 'replaying') subscription.phase = 'live';
        return;
      }
      await nextTurn();
    }
  }

  #deliver(subscription: Subscription, event: WireEvent): void {
    // The replay has already sent it. Or the place is beyond the newest event (from a clock that was ahead):
    // then nothing is sent until the cursors get there.
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
}
