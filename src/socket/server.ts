// The server of the control socket: accepts connections up to a limit, and closes them all at the end. JSON-RPC comes
// from json-rpc-2.0, after the validation of request.ts; connection.ts serves the requests.
import { createServer, type Server, type Socket } from 'node:net';
import { type JSONRPCResponse, JSONRPCServer } from 'json-rpc-2.0';
import { Backlog } from '../protocol/backlog.js';
import { ConnectionSlots } from '../protocol/connection-slots.js';
import type { Call, Dispatch } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { Connection, type ConnectionLimits } from './connection.js';
import { putSocket, type SocketFile } from './file.js';
import { refusal } from './request.js';

export interface ListenOptions extends Partial<ConnectionLimits> {
  readonly path: string;
  /** True when a person chose the path: its directory is neither created nor changed. */
  readonly explicit: boolean;
  /** Mode of the socket file: 0o660 for the system service, 0o600 (the default) elsewhere. */
  readonly mode?: number;
  /** Mode of the directory, if it is created: 0o750 for the system service, 0o700 (the default) elsewhere. */
  readonly directoryMode?: number;
  /**
   * Beyond this limit a new connection replaces the one that has been idle for longest. The last places accept no
   * subscription.
   */
  readonly maxConnections?: number;
  /** The backlog shared by the peers of all servers; default: a new one. */
  readonly unread?: Backlog;
  /** Called with the number of bytes read from a peer, whose buffer now waits for the garbage collector. */
  readonly onRead?: (bytes: number) => void;
  readonly dispatch: Dispatch;
  readonly log: Log;
}

export const SOCKET_LIMITS = {
  maxLineBytes: 1024 * 1024,
  maxConnections: 64,
  maxInFlight: 32,
  maxBacklogBytes: 4 * 1024 * 1024,
  unreadMs: 60_000,
} as const;

/** The time from a connect or an answer to the next request in which a peer is never replaced. */
const IDLE_MS = 1_000;

/** How long a refused connection may take to read its error. */
const REFUSED_MS = 1_000;

/**
 * Starts to listen.
 * @returns the server, which the caller closes
 * @throws Fault lock_held, permission_denied, usage, disk_full: see file.ts
 */
export async function listen(options: ListenOptions): Promise<SocketServer> {
  const server = new SocketServer(options);
  await server.start();
  return server;
}

/** The listening socket and its connections. */
export class SocketServer {
  readonly path: string;
  readonly #options: ListenOptions;
  readonly #limits: ConnectionLimits;
  readonly #maxConnections: number;
  readonly #rpc: JSONRPCServer<Call>;
  readonly #server: Server;
  readonly #unread: Backlog;
  readonly #slots: ConnectionSlots;
  readonly #connections = new Set<Connection>();
  /** Idle connections that were replaced, until they have closed. */
  readonly #leaving = new Set<Connection>();
  readonly #refused = new Set<Socket>();
  #file: SocketFile | undefined;
  #lastId = 0;
  #closing: Promise<void> | undefined;

  constructor(options: ListenOptions) {
    this.path = options.path;
    this.#options = options;
    this.#limits = {
      maxLineBytes: options.maxLineBytes ?? SOCKET_LIMITS.maxLineBytes,
      maxInFlight: options.maxInFlight ?? SOCKET_LIMITS.maxInFlight,
      maxBacklogBytes: options.maxBacklogBytes ?? SOCKET_LIMITS.maxBacklogBytes,
      unreadMs: options.unreadMs ?? SOCKET_LIMITS.unreadMs,
    };
    this.#unread = options.unread ?? new Backlog();
    this.#maxConnections = options.maxConnections ?? SOCKET_LIMITS.maxConnections;
    this.#slots = new ConnectionSlots(this.#maxConnections);
    this.#rpc = rpcServer(options.dispatch, options.log);
    // Half-open: a peer that has closed its sending side may still read its answers.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** The number of connected peers. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Called once, by `listen`. */
  async start(): Promise<void> {
    const { path, explicit, mode = 0o600, directoryMode = 0o700, log } = this.#options;
    try {
      this.#file = await putSocket(this.#server, { path, explicit, mode, directoryMode, log });
    } catch (error) {
      this.#server.close();
      throw error;
    }
    // Once the server listens, only accept(2) can fail, when no file descriptor is free. The next connection may succeed.
    this.#server.on('error', (error) => log.error('socket.accept_failed', { err: error }));
    log.info('socket.listening', { path, mode: `0${mode.toString(8)}` });
  }

  /**
   * Removes the file (if it is still ours), accepts no further connection, answers the requests in flight with
   * `shutting_down` and closes every connection, within about two seconds whatever the peers do. May be called twice.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    // The file first: a new client then gets "not running", not a connection that ends at once.
    await this.#file?.remove();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#refused) socket.destroy();
    await Promise.all([...this.#connections, ...this.#leaving].map((connection) => connection.end()));
    await closed;
    this.#options.log.info('socket.closed_all', { path: this.path });
  }

  #accept(socket: Socket): void {
    if (this.#closing !== undefined) {
      socket.destroy();
      return;
    }
    const { log, onRead } = this.#options;
    if (onRead) socket.on('data', (chunk: Buffer) => onRead(chunk.length));
    if (this.#connections.size >= this.#maxConnections && !this.#makeRoom()) {
      this.#refuse(socket);
      return;
    }
    this.#lastId += 1;
    const connection = new Connection(
      ...([this.#lastId, socket, this.#rpc, this.#limits, this.#unread, this.#slots, log] as const),
    );
    this.#connections.add(connection);
    const forget = (): void => {
      this.#connections.delete(connection);
      this.#leaving.delete(connection);
    };
    connection.closed.addEventListener('abort', forget, { once: true });
    log.debug('socket.connected', { peer: connection.id, connections: this.#connections.size });
  }

  /** Ends the connection that has been idle for longest. False when none has been idle for `IDLE_MS`. */
  #makeRoom(): boolean {
    let oldest: Connection | undefined;
    let sinceMs = performance.now() - IDLE_MS;
    for (const connection of this.#connections) {
      const { idleSinceMs } = connection;
      if (idleSinceMs === null || idleSinceMs > sinceMs) continue;
      oldest = connection;
      sinceMs = idleSinceMs;
    }
    if (oldest === undefined) return false;
    this.#connections.delete(oldest);
    this.#leaving.add(oldest);
    oldest.giveWay();
    this.#options.log.debug('socket.idle_ended', { peer: oldest.id });
    return true;
  }

  #refuse(socket: Socket): void {
    const reason = `${this.#maxConnections} clients are connected`;
    // One warning for a whole flood of connections.
    const level = this.#refused.size === 0 ? 'warn' : 'debug';
    this.#options.log[level]('socket.too_many', { connections: this.#connections.size });
    this.#refused.add(socket);
    const timer = setTimeout(() => socket.destroy(), REFUSED_MS);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      this.#refused.delete(socket);
    });
    socket.resume(); // unread input would turn the close into a reset
    socket.end(`${JSON.stringify(refusal(null, new Fault('busy', { reason, hint: null })))}\n`);
  }
}

/**
 * Configures json-rpc-2.0. By default (1.8.1) it answers an ordinary throw with code 0, drops an error's code and data,
 * and prints errors with console.warn.
 */
function rpcServer(dispatch: Dispatch, log: Log): JSONRPCServer<Call> {
  const rpc = new JSONRPCServer<Call>({ errorListener: () => {} });
  // A middleware that calls no next one: dispatch handles every method, including unknown ones.
  rpc.applyMiddleware(async (_next, request, call): Promise<JSONRPCResponse | null> => {
    const result = await dispatch(request.method, request.params, call);
    return request.id === undefined ? null : { jsonrpc: '2.0', id: request.id, result: result ?? null };
  });
  rpc.mapErrorToJSONRPCErrorResponse = (id, error) => {
    if (!(error instanceof Fault)) log.error('socket.dispatch_threw', { err: error });
    return { jsonrpc: '2.0', id, error: Fault.of(error).toWire() };
  };
  return rpc;
}
