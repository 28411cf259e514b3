// Answers requests that come over NATS: one JSON-RPC 2.0 request a message, one answer, through the same dispatch as the
// socket. Only the holder of the account's lease subscribes. NATS reports no hang-up: a request without `deadlineMs` is given
// a minute.
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Dispatch, Peer } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { type RequestId, readRequest, refusal } from '../socket/request.js';
import type { FleetConnection } from './connection.js';
import type { Msg, Subscription } from './nats.js';

export interface RpcServerOptions {
  readonly fleet: Pick<FleetConnection, 'nats' | 'names'>;
  readonly account: string;
  readonly dispatch: Dispatch;
  readonly log: Log;
  readonly limits?: Partial<RpcLimits>;
}

export interface RpcLimits {
  /** Requests of all callers that have no answer yet. */
  readonly maxInFlight: number;
  /** Of one request. NATS has a limit of its own, 1 MiB unless its operator raises it. */
  readonly maxRequestBytes: number;
  /** For a request that names no deadline. */
  readonly deadlineMs: number;
}

const LIMITS: RpcLimits = { maxInFlight: 256, maxRequestBytes: 1024 * 1024, deadlineMs: 60_000 };
/** How long a close waits for servers that do not answer. */
const DRAIN_MS = 1_000;
/** Events are sent to a connection, and there is none. */
const NEED_CONNECTION: ReadonlySet<string> = new Set(['events.subscribe', 'events.unsubscribe']);
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The caller closes it when the lease ends, before the connection. */
export class RpcServer {
  readonly #options: RpcServerOptions;
  readonly #limits: RpcLimits;
  readonly #subscription: Subscription;
  readonly #closing = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  /** All callers are one peer: unfinished uploads of theirs outlast a request. */
  readonly #peer: Peer = {
    id: 0,
    closed: this.#closing.signal,
    backlogBytes: 0,
    notify: () => false,
    drained: async () => undefined,
  };

  constructor(options: RpcServerOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    // Every request in flight listens to it.
    setMaxListeners(0, this.#closing.signal);
    const { nats, names } = options.fleet;
    this.#subscription = nats.subscribe(names.rpc(options.account), {
      callback: (error, msg) => {
        if (error === null || error === undefined) this.#receive(msg);
        else options.log.warn('fleet.rpc_refused', { err: error });
      },
    });
  }

  /**
   * Accepts no further requests, answers those in flight with `shutting_down`, and waits until the answers are out. Bounded;
   * never rejects.
   */
  async close(): Promise<void> {
    const isOpen = !this.#options.fleet.nats.isClosed() && !this.#subscription.isClosed();
    // What has arrived already is answered, too.
    const drained = isOpen ? this.#subscription.drain().catch(() => undefined) : Promise.resolve();
    this.#closing.abort(new Fault('shutting_down'));
    const enough = new AbortController();
    const late = delay(DRAIN_MS, undefined, { signal: enough.signal }).catch(() => undefined);
    await Promise.race([drained, late]);
    enough.abort();
    await Promise.all(this.#inFlight);
  }

  #receive(msg: Msg): void {
    const reading = this.#read(msg.data);
    if ('fault' in reading) this.#refuse(msg, reading.id, reading.fault);
    else if (this.#inFlight.size >= this.#limits.maxInFlight) {
      const reason = `${this.#limits.maxInFlight} requests are in flight already`;
      this.#refuse(msg, reading.request.id, new Fault('busy', { reason, hint: null }));
    } else {
      const { method, params, id } = reading.request;
      const served = this.#serve(msg, method, params, id).finally(() => this.#inFlight.delete(served));
      this.#inFlight.add(served);
    }
  }

  #read(data: Uint8Array): ReturnType<typeof readRequest> {
    if (data.length > this.#limits.maxRequestBytes) return { fault: new Fault('line_too_long'), id: null };
    try {
      return readRequest(UTF8.decode(data));
    } catch {
      return {
        fault: new Fault('parse_error', { reason: 'the request is not UTF-8', hint: null }),
        id: null,
      };
    }
  }

  /** Never rejects. */
  async #serve(
    msg: Msg,
    method: string,
    params: Record<string, unknown> = {},
    id: RequestId | undefined,
  ): Promise<void> {
    const { dispatch, log } = this.#options;
    try {
      if (NEED_CONNECTION.has(method)) throw needsConnection(method);
      const given = { deadlineMs: this.#limits.deadlineMs, ...params };
      const result = await dispatch(method, given, { peer: this.#peer, signal: this.#closing.signal });
      if (id !== undefined) this.#answer(msg, id, { jsonrpc: '2.0', id, result: result ?? null });
    } catch (error) {
      if (!(error instanceof Fault)) log.error('fleet.rpc_dispatch_threw', { err: error });
      this.#refuse(msg, id, Fault.of(error));
    }
  }

  /** @param id undefined: no answer is expected */
  #refuse(msg: Msg, id: RequestId | null | undefined, fault: Fault): void {
    this.#options.log.debug('fleet.rpc_fault', { kind: fault.kind, answered: id !== undefined });
    if (id !== undefined) this.#answer(msg, id, refusal(id, fault));
  }

  #answer(msg: Msg, id: RequestId | null, response: object): void {
    const { nats } = this.#options.fleet;
    // The requester's wait ends by its own time-out.
    if (nats.isClosed()) return;
    const text = JSON.stringify(response);
    const max = nats.info?.max_payload ?? LIMITS.maxRequestBytes;
    if (Buffer.byteLength(text) <= max) msg.respond(text);
    else msg.respond(JSON.stringify(refusal(id, new Fault('answer_too_long'))));
  }
}

const needsConnection = (method: string): Fault =>
  new Fault('invalid_request', {
    reason: `${method} needs a connection, which a request over NATS does not have: read the stream of events, or call events.list`,
    hint: null,
  });
