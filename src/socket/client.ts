// The client of the control socket: connects, sends requests and receives events. Every request settles, and always with
// a Fault when it fails. It is on the start-up path of wactl, so it imports only the types of methods and loads neither
// zod nor a table.
import { connect as connectSocket, type Socket } from 'node:net';
import { JSONRPCClient, type JSONRPCResponse } from 'json-rpc-2.0';
import type { Connection, RequestOptions } from '../protocol/connection.js';
import { Fault, type Outcome } from '../protocol/fault.js';
import type { FaultKind } from '../protocol/fault-table.js';
import type { Answered, Asked, MethodName, WireEvent } from '../protocol/types.js';
import { readAnswer } from './answer.js';
import { LineSplitter } from './line.js';
import { type ClientPath, clientPath } from './path.js';
import { checkSafePath } from './safe-path.js';
import { connectFault, olderDaemon } from './unreachable.js';

export type { Answered, Asked, RequestOptions };

export interface ConnectOptions {
  /** How long to wait for a place in the daemon's queue of connections; default 5 s. */
  readonly timeoutMs?: number;
  /** The id of one more user whose socket is accepted, in addition to this user, root and the service's user. */
  readonly owner?: number | undefined;
  /** The longest line accepted from the daemon; default 64 MiB. */
  readonly maxLineBytes?: number;
}

interface Pending {
  readonly writes: boolean;
}

const CONNECT_MS = 5_000;
const RETRY_MS = 10;
const MAX_LINE_BYTES = 64 * 1024 * 1024;
/** How much longer than the daemon the client waits. */
const LATE_MS = 1_000;
const MAX_DEADLINE_MS = 86_400_000;
const uid = process.getuid?.() ?? 0;

/** One connection. The caller calls `close()`. */
export class Client implements Connection {
  /** Resolves when the connection has ended, from either side. Never rejects. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #target: ClientPath;
  readonly #rpc: JSONRPCClient;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: WireEvent) => void>();
  #lastId = 0;
  /** Why the connection has ended; later requests fail with it. */
  #lost: Fault | undefined;

  /**
   * @param to with only a path, the daemon of any account is accepted there
   * @throws Fault unreachable: no daemon listens there. unsafe_socket: another user made it, or can replace it.
   * permission_denied: this user may not open the socket or its directory. busy: the daemon's queue of connections stays
   * full.
   */
  static async connect(to: string | ClientPath, options: ConnectOptions = {}): Promise<Client> {
    const { timeoutMs = CONNECT_MS, owner, maxLineBytes = MAX_LINE_BYTES } = options;
    const target = typeof to === 'string' ? clientPath({ socket: to, env: {}, uid }) : to;
    const { path } = target;
    try {
      checkSafePath(target, { uid, owner });
    } catch (error) {
      throw error instanceof Fault ? error : await connectFault(target, error as NodeJS.ErrnoException);
    }
    const until = performance.now() + timeoutMs;
    for (;;) {
      const met = await new Promise<NodeJS.ErrnoException | Client>((resolve) => {
        const socket = connectSocket(path);
        socket.once('error', resolve);
        socket.once('connect', () => {
          socket.off('error', resolve);
          resolve(new Client(socket, target, maxLineBytes));
        });
      });
      if (met instanceof Client) return met;
      // The daemon's queue is full. A blocking connect(2) would wait for a place; Node's fails with EAGAIN at once.
      if (met.code !== 'EAGAIN' || performance.now() > until) throw await connectFault(target, met);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  private constructor(socket: Socket, target: ClientPath, maxLineBytes: number) {
    this.#socket = socket;
    this.#target = target;
    this.#rpc = new JSONRPCClient(async (request) => {
      try {
        socket.write(`${JSON.stringify(request)}\n`);
      } catch (cause) {
        const reason = 'the parameters cannot be written as JSON';
        this.#settle(request.id, new Fault('invalid_params', { reason, outcome: 'none', cause }), true);
      }
    });
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    const splitter = new LineSplitter(maxLineBytes);
    socket.on('data', (chunk: Buffer) => {
      for (const line of splitter.push(chunk)) {
        if ('fault' in line) this.#lose(badAnswer(line.fault.message));
        else this.#hear(line.text);
        if (this.#lost) return;
      }
    });
    // Whatever the code (EPIPE, ECONNRESET), 'close' follows; unread answers may still come before it.
    socket.on('error', () => {});
    socket.on('close', () => this.#lose(new Fault('connection_lost')));
  }

  /**
   * Asks one of the daemon's methods.
   * @throws Fault the daemon's own; connection_lost; deadline_exceeded; interrupted; bad_answer
   */
  request<M extends MethodName>(
    method: M,
    params: Asked<M>,
    options: RequestOptions = {},
  ): Promise<Answered<M>> {
    return this.call(method, params, options) as Promise<Answered<M>>;
  }

  /** Like `request`, for a method and parameters that the compiler does not know. */
  async call(method: string, params: object = {}, options: RequestOptions = {}): Promise<unknown> {
    const { timeoutMs, signal, writes = true } = options;
    if (signal?.aborted) throw new Fault('interrupted');
    if (this.#lost) throw this.#lost.addressedTo(this.#target.address);
    this.#lastId += 1;
    const id = this.#lastId;
    this.#pending.set(id, { writes });
    const { account, named, address } = this.#target;
    // Every request names the account, so that a daemon of another account does nothing, without a round trip to ask.
    const only = named ? { account } : {};
    const deadline = timeoutMs === undefined ? {} : { deadlineMs: asDeadline(timeoutMs) };
    const interrupt = () => this.#settle(id, new Fault('interrupted'));
    const late = () => {
      const reason = `the daemon did not answer within ${timeoutMs} ms`;
      this.#settle(id, new Fault('deadline_exceeded', { reason }));
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs + LATE_MS);
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      const response = await this.#rpc.requestAdvanced({
        jsonrpc: '2.0',
        id,
        method,
        params: { ...deadline, ...params, ...only },
      });
      if (response.error) {
        const fault = Fault.fromWire(response.error);
        throw (named ? olderDaemon(this.#target, fault) : null) ?? fault.addressedTo(address);
      }
      return response.result;
    } finally {
      this.#pending.delete(id);
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupt);
    }
  }

  /**
   * Calls the listener for every event of every subscription of this connection. Attach it before subscribing: the first
   * event may follow the answer immediately. A listener must not throw.
   * @returns a function that detaches the listener
   */
  onEvent(listener: (event: WireEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the connection; pending requests settle with `connection_lost`. May be called twice. */
  close(): Promise<void> {
    this.#lose(new Fault('connection_lost', { reason: 'this end closed the connection', hint: null }));
    return this.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #hear(text: string): void {
    const answer = readAnswer(text);
    switch (answer.is) {
      case 'event':
        for (const listener of this.#listeners) listener(answer.event);
        return;
      case 'other notification': // from a newer daemon
        return;
      case 'response':
        this.#respond(answer.id, answer.response);
        return;
      case 'refusal': // about the connection, not about one request: busy, connection_idle, line_too_long
        this.#lose(answer.fault);
        return;
      case 'garbage':
        this.#lose(badAnswer(answer.why));
    }
  }

  #respond(id: number, response: JSONRPCResponse): void {
    // An answer that arrives after the client stopped waiting is dropped; an answer to no request is a bug of the
    // daemon.
    if (id > this.#lastId) this.#lose(badAnswer(`an answer to request ${id}, which was never sent`));
    else this.#rpc.receive(response);
  }

  #lose(fault: Fault): void {
    if (this.#lost) return;
    const alone = this.#pending.size === 1;
    for (const id of this.#pending.keys()) this.#settle(id, fault, alone);
    // Requests from now on are not even sent.
    this.#lost = new Fault(fault.kind, { ...fault.details, outcome: 'none' });
    this.#socket.destroy();
  }

  /**
   * Settles a request from this side. It goes through the library, which would otherwise keep waiting for the answer.
   * @param known true when the outcome in the fault applies to this request, because it was the only one
   */
  #settle(id: number, fault: Fault, known = false): void {
    const writes = this.#pending.get(id)?.writes ?? true;
    const said = known ? fault.details.outcome : undefined;
    const outcome: Outcome = said ?? (writes && !UNTAKEN.includes(fault.kind) ? 'unknown' : 'none');
    const error = new Fault(fault.kind, { ...fault.details, outcome }).toWire();
    this.#rpc.receive({ jsonrpc: '2.0', id, error });
  }
}

/** With these faults the daemon has not accepted any further request of the connection. */
const UNTAKEN: readonly FaultKind[] = ['busy', 'connection_idle'];

const badAnswer = (reason: string): Fault => new Fault('bad_answer', { reason });
const asDeadline = (ms: number): number => Math.min(Math.max(Math.ceil(ms), 1), MAX_DEADLINE_MS);
