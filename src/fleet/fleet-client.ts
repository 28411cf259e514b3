// A connection to the daemon of one account, on whichever machine runs it: requests by NATS, events from the fleet's stream of
// them. It outlasts a move of the account.
import type { Connection, RequestOptions } from '../protocol/connection.js';
import { Fault } from '../protocol/fault.js';
import type { Answered, Asked, MethodName, WireEvent } from '../protocol/types.js';
import type { FleetConnection } from './connection.js';
import { newestCursor } from './event-publisher.js';
import { type ConsumerMessages, DeliverPolicy } from './nats.js';
import { RpcClient } from './rpc-client.js';

type Query = Asked<'events.subscribe'>;

const PAGE = 200;
/** A method's own time limit, when the caller names none. */
const CALL_MS = 120_000;

/** The caller closes it, and after it the connection to NATS. */
export class FleetClient implements Connection {
  readonly closed: Promise<void>;
  readonly #fleet: FleetConnection;
  readonly #account: string;
  readonly #rpc: RpcClient;
  readonly #listeners = new Set<(event: WireEvent) => void>();
  /** By the id of the subscription. */
  readonly #streams = new Map<string, ConsumerMessages>();
  #lastId = 0;
  readonly #ended = new AbortController();

  constructor(fleet: FleetConnection, account: string) {
    this.#fleet = fleet;
    this.#account = account;
    this.#rpc = new RpcClient(fleet, account);
    const { signal } = this.#ended;
    const ended = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.closed = Promise.race([ended, fleet.nats.closed().then(() => undefined)]);
  }

  request<M extends MethodName>(
    method: M,
    params: Asked<M>,
    options: RequestOptions = {},
  ): Promise<Answered<M>> {
    return this.call(method, params, options) as Promise<Answered<M>>;
  }

  async call(method: string, params: object = {}, options: RequestOptions = {}): Promise<unknown> {
    if (this.#ended.signal.aborted) throw new Fault('connection_lost', { outcome: 'none' });
    if (method === 'events.subscribe') return this.#subscribe(params as Query, options);
    if (method === 'events.unsubscribe') return this.#unsubscribe(params as Asked<'events.unsubscribe'>);
    const { timeoutMs = CALL_MS, signal, writes } = options;
    const named = { ...params, account: this.#account };
    return this.#rpc.call(method, named, { timeoutMs, signal, writes });
  }

  onEvent(listener: (event: WireEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    for (const stream of this.#streams.values()) stream.stop();
  }

  /**
   * The stream begins first, so no event is missed between the journal's pages and it. Events of the journal may come after the
   * answer.
   */
  async #subscribe(query: Query, options: RequestOptions): Promise<Answered<'events.subscribe'>> {
    const { names, streams } = this.#fleet;
    const events = await streams.consumers.get(names.events, {
      filter_subjects: [names.eventsOf(this.#account)],
      deliver_policy: DeliverPolicy.New,
    });
    const live = await events.consume();
    this.#lastId += 1;
    const subscription = `s-${this.#lastId}`;
    this.#streams.set(subscription, live);
    const { after, types, consumer, from } = query;
    if (after === undefined && consumer === undefined) {
      const newest = await this.#newest(options);
      void this.#follow(live, newest, types);
      return { subscription, after: newest };
    }
    const begin = after ?? (await this.#placeOf({ consumer, from, types }, options));
    void this.#replay(begin, types)
      .then((place) => this.#follow(live, place, types))
      // As a lost connection: the account moves.
      .catch(() => this.close());
    return { subscription, after: begin };
  }

  /** The cursor after which a consumer continues. */
  async #placeOf(
    query: Pick<Query, 'consumer' | 'from' | 'types'>,
    options: RequestOptions,
  ): Promise<number> {
    const { events, next } = await this.request('events.list', { ...query, limit: 1 }, options);
    return (events[0]?.cursor ?? next + 1) - 1;
  }

  /** Tells the events of the journal. @returns how far they were read @throws (rejects) Fault of events.list */
  async #replay(after: number, types: Query['types']): Promise<number> {
    let place = after;
    while (!this.#ended.signal.aborted) {
      const page = await this.#page({ after: place, types }, PAGE);
      for (const event of page.events) this.#tell(event);
      if (page.events.length === 0 && page.next <= place) break;
      place = page.next;
    }
    return place;
  }

  /** An answer over NATS has 1 MiB at most, unless the servers permit more: pages of long events are shorter. */
  async #page(query: Pick<Query, 'after' | 'types'>, limit: number): Promise<Answered<'events.list'>> {
    try {
      return await this.request('events.list', { ...query, limit }, { writes: false });
    } catch (error) {
      if (limit === 1 || !(error instanceof Fault && error.kind === 'answer_too_long')) throw error;
      return this.#page(query, Math.ceil(limit / 4));
    }
  }

  #unsubscribe({ subscription }: Asked<'events.unsubscribe'>): Answered<'events.unsubscribe'> {
    const stream = this.#streams.get(subscription);
    if (stream === undefined) throw new Fault('no_such_subscription');
    this.#streams.delete(subscription);
    stream.stop();
    return { unsubscribed: true };
  }

  /** The newest cursor; from the stream while no machine runs the account. */
  async #newest(options: RequestOptions): Promise<number> {
    try {
      return (await this.request('session.status', {}, options)).journal.last;
    } catch (error) {
      if (!(error instanceof Fault && error.kind === 'unreachable')) throw error;
      return (await newestCursor(this.#fleet, this.#account)) ?? 0;
    }
  }

  async #follow(live: ConsumerMessages, after: number, types: Query['types']): Promise<void> {
    let last = after;
    try {
      for await (const message of live) {
        const event = message.json<WireEvent>();
        if (event.cursor <= last) continue;
        last = event.cursor;
        if (types === undefined || event.type === 'gap' || types.some((type) => type === event.type))
          this.#tell(event);
      }
    } catch {
      // The stream was deleted, or may not be read any more: as a lost connection.
      await this.close();
    }
  }

  #tell(event: WireEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
