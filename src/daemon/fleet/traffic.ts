// Connects the account to the fleet for as long as this machine has the lease: messages to send come from a stream, events go
// to one, and requests are answered.
import type { FleetConnection } from '../../fleet/connection.js';
import { EventPublisher } from '../../fleet/event-publisher.js';
import { RpcServer } from '../../fleet/rpc-server.js';
import { SendConsumer } from '../../fleet/send-consumer.js';
import type { Dispatch, Peer } from '../../protocol/dispatch.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import type { Answered } from '../../protocol/types.js';
import { isEnded, isTaken } from '../../session/outbox.js';
import type { StoredMessage } from '../../store/outbox-row.js';
import type { Store } from '../../store/store.js';
import type { Feed } from '../events/feed.js';
import { localPeer } from '../events/local-peer.js';
import { wholeOf } from '../outgoing/album.js';
import type { Outbox } from '../outgoing/outbox.js';

export interface TrafficOptions {
  readonly fleet: FleetConnection;
  readonly account: string;
  readonly epoch: number;
  readonly isHeld: () => boolean;
  /** Fenced by the lease. */
  readonly dispatch: Dispatch;
  readonly feed: Feed;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly log: Log;
}

/** No client can acknowledge under such a name. */
const CONSUMER = 'fleet:events';
const PAGE = 100;
/** How long an orderly end waits until the last events are in the stream. */
const SETTLE_MS = 5_000;

/** WhatsApp has it, or nothing more will happen to it. */
const isSettled = ({ state }: StoredMessage): boolean => isTaken(state) || isEnded(state);

/** The owner closes it when the account has ended, before the store. */
export class Traffic {
  readonly #feed: Feed;
  readonly #closing = new AbortController();
  readonly #rpc: RpcServer;
  readonly #sends: SendConsumer;
  readonly #events: EventPublisher;

  constructor(options: TrafficOptions) {
    const { fleet, account, epoch, isHeld, dispatch, feed, store, outbox, log } = options;
    const { signal: closed } = this.#closing;
    this.#feed = feed;
    this.#events = new EventPublisher({
      ...{ fleet, account, epoch, isHeld, log },
      source: {
        get last() {
          return feed.last;
        },
        get place() {
          return store.consumers.place(CONSUMER);
        },
        keep: (place) => feed.ack(CONSUMER, place),
        page: (after) => feed.list({ after, limit: PAGE }),
        watch: (wake) => {
          const end = new AbortController();
          feed.subscribe(localPeer(end.signal, wake), {});
          return () => end.abort();
        },
      },
    });
    const peer: Peer = localPeer(closed, () => undefined);
    this.#sends = new SendConsumer({
      ...{ fleet, account, log },
      port: {
        accept: async (params, signal) => {
          const { id } = (await dispatch('message.send', params, {
            peer,
            signal,
          })) as Answered<'message.send'>;
          return id;
        },
        isSettled: (id) => {
          const row = store.outbox.get(id);
          // A row that is kept no longer has ended long ago.
          return row === null || wholeOf(store, row).every(isSettled);
        },
        watch: (settled) =>
          outbox.watch((row) => {
            if (!isSettled(row)) return;
            const whole = wholeOf(store, row);
            if (whole.every(isSettled)) settled(whole[0].id);
          }),
      },
    });
    this.#rpc = new RpcServer({ fleet, account, dispatch, log });
  }

  /** How many cursors the stream of events is behind the journal, and how many messages of the stream are not sent yet. */
  get status(): { readonly eventsBehind: number | null; readonly unsettled: number } {
    return { eventsBehind: this.#events.behind, unsettled: this.#sends.unsettled };
  }

  /** Bounded; never rejects. */
  async close(): Promise<void> {
    this.#closing.abort(new Fault('shutting_down'));
    await Promise.all([this.#rpc.close(), this.#sends.close()]);
    await this.#feed.settled();
    await this.#events.settled(AbortSignal.timeout(SETTLE_MS));
    await this.#events.close();
  }
}
