// The HTTP server: accepts connections up to a limit, applies time-outs, and passes requests to exchange.ts. The caller
// supplies the function that binds the address.
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { Backlog } from '../protocol/backlog.js';
import { ConnectionSlots } from '../protocol/connection-slots.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { Connection } from './connection.js';
import { type Ended, type ExchangeOptions, exchange } from './exchange.js';
import { MAX_HEADERS } from './guard.js';
import { bareReply, faultReply, send } from './reply.js';
import { Router } from './route.js';
import { Shares } from './shares.js';
import type { Site } from './site.js';
import { Transfers } from './transfers.js';

export const HTTP_LIMITS = {
  maxConnections: 256,
  /** Requests in progress on all connections; event streams are not counted. */
  maxInFlight: 64,
  /** Files that are uploaded or downloaded at the same time; each is a request in progress. */
  maxTransfers: 16,
  /** The same for each caller. */
  maxTransfersEach: 16,
  /** Event streams of each caller. */
  maxStreamsEach: 256,
  /** Requests of one connection whose answers the kernel has not taken. One more ends the connection. */
  maxUnanswered: 16,
  maxBodyBytes: 1024 * 1024,
  /** All headers of a request together. */
  maxHeaderBytes: 16 * 1024,
  /** A peer with more unread bytes than this is cut off; a single answer may be longer. */
  maxBacklogBytes: 4 * 1024 * 1024,
  /** The same as the longest line that a client of the socket accepts. */
  maxAnswerBytes: 64 * 1024 * 1024,
  /** How long a peer may leave answers unread, unless it has an event stream. */
  unreadMs: 30_000,
  /** The time from the first byte of a request to the end of its headers. */
  headersMs: 10_000,
  /** The time from there to the last byte of the body, unless it is a file. */
  requestMs: 30_000,
  /** The longest time without a byte of a file that is uploaded, and for all of it. */
  stallMs: 30_000,
  transferMs: 3_600_000,
} as const;

/** The address that was bound. */
export interface Bound {
  /** `127.0.0.1:3001`, or the path of a Unix socket. */
  readonly address: string;
  remove(): Promise<void>;
}

export interface HttpOptions<O, C> extends Partial<{ [K in keyof typeof HTTP_LIMITS]: number }> {
  readonly site: Site<O, C>;
  /** Makes the server: Node's for HTTP when left out, or one for HTTPS with these options. */
  readonly create?: (options: ServerOptions) => Server;
  /** Makes the server listen. */
  readonly bind: (server: Server) => Promise<Bound>;
  readonly log: Log;
  /** The backlog shared by the peers of all servers; default: a new one. */
  readonly unread?: Backlog;
  /** Called after every answered request. */
  readonly onEnded?: (ended: Ended<C>) => void;
}

/** The time from a connect or an answer to the next request in which a peer is never replaced. */
const IDLE_MS = 1_000;
/** How long answers in flight may take to be written when the server closes. */
const CLOSE_MS = 1_000;
/** How long a refused peer may take to read its error. */
const REFUSED_MS = 2_000;
/** At most one warning per kind in this time; further lines are logged at debug. */
const QUIET_MS = 10_000;
/** The faults that are logged as warnings, because an operator should know of them. */
const WARNED = ['unauthorized', 'foreign_host', 'foreign_origin', 'slow_reader'];

/** Starts to listen. The caller closes the server. @throws (rejects) the error of `bind` */
export async function serveHttp<O, C>(options: HttpOptions<O, C>): Promise<HttpServer> {
  const server = new Listener(options);
  await server.start();
  return server;
}

/** A server that listens. */
export interface HttpServer {
  /** The address where it listens. */
  readonly address: string;
  readonly connections: number;
  /**
   * Accepts no further connection, answers requests in flight with `shutting_down`, and ends every stream. Bounded; may be
   * called twice.
   */
  close(): Promise<void>;
}

class Listener<O, C> implements HttpServer {
  readonly #options: HttpOptions<O, C>;
  readonly #limits: { readonly [K in keyof typeof HTTP_LIMITS]: number };
  readonly #exchange: ExchangeOptions<O, C>;
  readonly #server: Server;
  readonly #unread: Backlog;
  readonly #slots: ConnectionSlots;
  readonly #transfers: Transfers;
  readonly #streams: Shares;
  readonly #connections = new Map<Socket, Connection>();
  readonly #closed = new AbortController();
  /** One owner for all clients, because one client may use several connections. */
  readonly #owner = { closed: this.#closed.signal };
  readonly #warnedAt = new Map<string, number>();
  #bound: Bound | undefined;
  #inFlight = 0;
  #lastId = 0;
  #closing: Promise<void> | undefined;

  constructor(options: HttpOptions<O, C>) {
    this.#options = options;
    this.#unread = options.unread ?? new Backlog();
    const limits = { ...HTTP_LIMITS, ...options };
    this.#limits = limits;
    this.#slots = new ConnectionSlots(limits.maxConnections);
    const { site, create = createServer } = options;
    this.#transfers = new Transfers(limits.maxTransfers, limits.maxTransfersEach);
    this.#streams = new Shares(limits.maxStreamsEach, (share) => ({
      reason: `this token has ${share} event streams open, which is its share`,
      hint: 'close the event streams that nobody reads, or create another token',
    }));
    const { maxBodyBytes, stallMs, transferMs } = limits;
    this.#exchange = { site, maxBodyBytes, stallMs, transferMs, router: new Router(site.routes) };
    this.#server = create({
      headersTimeout: limits.headersMs,
      // It would end an upload as well; see #limitBody.
      requestTimeout: 0,
      // guard.ts refuses it, with a reason.
      requireHostHeader: false,
      maxHeaderSize: limits.maxHeaderBytes,
      connectionsCheckingInterval: Math.min(limits.headersMs, 1_000),
    });
    // One more than allowed, so that guard.ts can refuse the request.
    this.#server.maxHeadersCount = MAX_HEADERS + 1;
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response);
    this.#server
      .on('request', serve)
      // By default, Node would ask for the body (100 Continue) before the request is authenticated.
      .on('checkContinue', serve)
      .on('checkExpectation', serve)
      .on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => this.#refuse(error, socket))
      // Of HTTPS, the socket of a request is the one after the handshake.
      .on(this.#server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) =>
        this.#accept(socket),
      );
    // Also fires for an idle keep-alive connection, which Node's keepAliveTimeout usually ends first.
    this.#server.setTimeout(limits.unreadMs, (socket) => {
      const connection = this.#connections.get(socket);
      if (connection === undefined) socket.destroy();
      else connection.stalled();
    });
  }

  get address(): string {
    return this.#bound?.address ?? '';
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Called once, by `serveHttp`. */
  async start(): Promise<void> {
    try {
      this.#bound = await this.#options.bind(this.#server);
    } catch (error) {
      // `bind` may fail after the server has begun to listen.
      this.#server.close();
      throw error;
    }
    this.#server.on('error', (error) => this.#options.log.error('http.accept_failed', { err: error }));
    this.#options.log.info('http.listening', { address: this.address });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#bound?.remove();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const fault = new Fault('shutting_down');
    this.#closed.abort(fault);
    for (const connection of this.#connections.values()) connection.end(fault);
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), CLOSE_MS);
    await closed;
    clearTimeout(timer);
    this.#options.log.info('http.closed', { address: this.address });
  }

  /** Beyond the limit, a new connection replaces the one that has been idle for longest. */
  #accept(socket: Socket): void {
    if (this.#connections.size >= this.#limits.maxConnections) {
      this.#note('http.too_many', 'busy', { connections: this.#connections.size });
      const idle = this.#longestIdle();
      if (idle === undefined) {
        socket.destroy();
        return;
      }
      this.#connections.delete(idle);
      idle.destroy();
    }
    const connection = new Connection(socket, this.#limits, this.#unread, this.#slots);
    this.#connections.set(socket, connection);
    socket.once('close', () => this.#connections.delete(socket));
    connection.closed.addEventListener('abort', () => {
      const { kind } = connection.closed.reason as Fault;
      if (kind === 'slow_reader') this.#note('http.cut_off', kind, {});
    });
  }

  #longestIdle(): Socket | undefined {
    let found: Socket | undefined;
    let sinceMs = performance.now() - IDLE_MS;
    for (const [socket, { idleSinceMs }] of this.#connections) {
      if (idleSinceMs === null || idleSinceMs > sinceMs) continue;
      found = socket;
      sinceMs = idleSinceMs;
    }
    return found;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // The peer has disconnected: 'close' follows, and aborts its work.
    request.on('error', () => {});
    response.on('error', () => {});
    const connection = this.#connections.get(request.socket);
    // Already cut off: requests that the parser had read before are ignored.
    if (connection === undefined || request.socket.destroyed) return;
    if (!connection.accept(response)) {
      this.#note('http.refused', 'busy', { unanswered: this.#limits.maxUnanswered });
      return;
    }
    if (this.#inFlight >= this.#limits.maxInFlight) {
      const reason = `${this.#limits.maxInFlight} requests are being answered`;
      const busy = new Fault('busy', { reason, hint: null, retryAfterMs: 1_000 });
      send(connection, response, faultReply(busy), true, () => response.end());
      this.#note('http.refused', 'busy', {});
      return;
    }
    this.#inFlight += 1;
    this.#lastId += 1;
    const id = this.#lastId;
    const release = connection.use();
    const unlimit = this.#limitBody(request);
    const ended = await exchange(request, response, {
      ...this.#exchange,
      id,
      connection,
      owner: this.#owner,
      transfer: (caller, until) => {
        unlimit();
        const ends = until === undefined ? [connection.closed] : [connection.closed, until];
        return this.#transfers.begin(caller, ends);
      },
      stream: (caller) => this.#streams.take(caller),
    });
    release();
    this.#inFlight -= 1;
    this.#report(id, request.method, ended);
  }

  /** Ends a connection whose body does not arrive in time. @returns removes the limit */
  #limitBody(request: IncomingMessage): () => void {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    if (request.complete || (coding === undefined && Number(length ?? 0) === 0)) return () => undefined;
    const late = Object.assign(new Error('the body is late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    const end = () => {
      if (!request.complete && !request.socket.destroyed) this.#refuse(late, request.socket);
    };
    // Of a request that was answered before its body had come, neither event comes when the connection ends.
    const timer = setTimeout(end, this.#limits.requestMs).unref();
    const clear = () => clearTimeout(timer);
    request.once('end', clear).once('close', clear);
    return clear;
  }

  #report(peer: number, verb: string | undefined, ended: Ended<C>): void {
    const { route, status, fault, ms } = ended;
    const fields = { peer, verb, route: route?.path ?? null, status, ms: Math.round(ms) };
    if (ended.bug !== null) this.#options.log.error('http.internal', { ...fields, ...ended.bug });
    else if (fault === null) this.#options.log.debug('http.answered', fields);
    else this.#note('http.refused', fault.kind, fields);
    this.#options.onEnded?.(ended);
  }

  /** Answers input that is not HTTP, or arrived too slowly. */
  #refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    const fault = faultOf(error);
    this.#note('http.refused', fault.kind, { code: error.code });
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), REFUSED_MS);
    socket.once('close', () => clearTimeout(timer));
    socket.end(bareReply(fault), () => socket.destroy());
  }

  #note(event: string, kind: string, fields: Record<string, unknown>): void {
    const { log } = this.#options;
    const now = performance.now();
    const isWarned = WARNED.includes(kind) || event === 'http.too_many';
    const isDue = now - (this.#warnedAt.get(kind) ?? -QUIET_MS) >= QUIET_MS;
    if (isWarned && isDue) this.#warnedAt.set(kind, now);
    log[isWarned && isDue ? 'warn' : 'debug'](event, { kind, ...fields });
  }
}

function faultOf({ code }: NodeJS.ErrnoException): Fault {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Fault('body_too_slow');
    case 'HPE_HEADER_OVERFLOW':
      return new Fault('body_too_large', { reason: 'the headers are too long', hint: null });
    default:
      return new Fault('invalid_request', { reason: 'the input is not HTTP/1.1', hint: null });
  }
}
