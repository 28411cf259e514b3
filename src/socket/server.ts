// The control socket's server: who may connect, how many, and how connections end. JSON-RPC comes from json-rpc-2.0,
// behind the guard of request.ts. It does not know methods (the daemon's dispatch) or single requests (connection.ts).
import { createServer, type Server, type Socket } from 'node:net';
import { type JSONRPCResponse, JSONRPCServer } from 'json-rpc-2.0';
import { Backlog } from '../protocol/backlog.js';
import type { Call, Dispatch } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { Places } from '../protocol/places.js';
import { Connection, type ConnectionLimits } from './connection.js';
import { putSocket, type SocketFile } from './file.js';
import { refusal } from './request.js';

export interface ListenOptions extends Partial<ConnectionLimits> {
  readonly path: string;
  /** A person chose the path: its directory is neither made nor changed. */
  readonly explicit: boolean;
  /** Of the socket file: 0o660 for the system service, 0o600 (the default) elsewhere. */
  readonly mode?: number;
  /** Of the directory, where it is ours to make: 0o750 for the system service, 0o700 (the default) elsewhere. */
  readonly directoryMode?: number;
  /**
   * Beyond this limit a new connection replaces the one that has been idle for longest. The last places take no
   * subscription.
   */
  readonly maxConnections?: number;
  /** What waits for the peers of every door; one of its own when left out. */
  readonly unread?: Backlog;
  /** So many bytes came from a peer, which Node put into a buffer that now waits to be collected. */
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

/** How long a peer may take from its connect, or its last answer, to its next request, however many wait for its place. */
const IDLE_MS = 1_000;

/** How long a connection that is one too many may take to read so. */
const REFUSED_MS = 1_000;

/**
 * Listens.
 * @returns what the caller must `close()`
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
  readonly #places: Places;
  readonly #connections = new Set<Connection>();
  /** Idle ones that had to give way, until they have closed. */
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
    this.#places = new Places(this.#maxConnections);
    this.#rpc = rpcServer(options.dispatch, options.log);
    // Half-open: a peer that has ended its side may still read its answers.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** Peers connected now. */
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
    // After listening only accept(2) fails, for want of descriptors; the next connection is tried again.
    this.#server.on('error', (error) => log.error('socket.accept_failed', { err: error }));
    log.info('socket.listening', { path, mode: `0${mode.toString(8)}` });
  }

  /**
   * Takes the file away (if it is still ours), accepts nobody more, answers what is in flight with `shutting_down`
   * and closes every connection. Within about two seconds, however the peers behave. Calling it twice is fine.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    // The file first: who comes now reads "not running", not a connection that ends at once.
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
      ...([this.#lastId, socket, this.#rpc, this.#limits, this.#unread, this.#places, log] as const),
    );
    this.#connections.add(connection);
    const forget = (): void => {
      this.#connections.delete(connection);
      this.#leaving.delete(connection);
    };
    connection.closed.addEventListener('abort', forget, { once: true });
    log.debug('socket.connected', { peer: connection.id, connections: this.#connections.size });
  }

  /** Ends the connection that has been idle for longest. False when none has been for long enough. */
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
    // One line for a whole flood of them.
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
 * json-rpc-2.0 as we want it. Left alone (1.8.1) it answers an ordinary throw with code 0, drops an error's code and
 * data, and prints errors with console.warn.
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
