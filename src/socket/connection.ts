// One connection of the control socket: reads request lines, tracks requests in flight, writes answers and events, applies
// back-pressure in both directions, and closes.
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers';
import type { JSONRPCServer } from 'json-rpc-2.0';
import type { Backlog } from '../protocol/backlog.js';
import type { ConnectionSlots } from '../protocol/connection-slots.js';
import type { Call, Peer } from '../protocol/dispatch.js';
import type { WireEvent } from '../protocol/events/index.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { type Line, LineSplitter } from './line.js';
import { Outlet } from './outlet.js';
import { type Request, type RequestId, readRequest, refusal } from './request.js';

export interface ConnectionLimits {
  readonly maxLineBytes: number;
  readonly maxInFlight: number;
  /** A peer with more unread bytes than this is cut off. Above half of it, no requests are read from the peer. */
  readonly maxBacklogBytes: number;
  /** How long a peer without a subscription may leave its answers unread. */
  readonly unreadMs: number;
}

/**
 * `open`: requests are read. `answering`: no new ones are read; those in flight are answered, then the connection ends.
 * `ending`: our side has ended; further input is discarded. `gone`: the socket is closed.
 */
type State = 'open' | 'answering' | 'ending' | 'gone';

/** How long a peer may take to read the last line before the socket is destroyed. */
const LINGER_MS = 1_000;
/** How long requests in flight may take to notice that the server closes. */
const SETTLE_MS = 1_000;
/** How often to check whether a peer that has ended its side is still connected. */
const PROBE_MS = 1_000;

/** Closes when the peer disconnects; `end()` is for a server that closes. */
export class Connection implements Peer {
  readonly id: number;
  readonly #socket: Socket;
  readonly #rpc: JSONRPCServer<Call>;
  readonly #limits: ConnectionLimits;
  readonly #slots: ConnectionSlots;
  readonly #log: Log;
  readonly #splitter: LineSplitter;
  readonly #out: Outlet;
  readonly #inFlight = new Set<AbortController>();
  readonly #closed = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  #lines: Iterator<Line> = [][Symbol.iterator]();
  #turn: NodeJS.Immediate | undefined;
  #state: State = 'open';
  /** The number of subscriptions: a connection with one is not idle. */
  #holds = 0;
  #releasePlace: () => void = () => undefined;
  #usedAtMs = performance.now();

  /**
   * @param socket with `allowHalfOpen`; the connection owns it from now on
   * @param unread the backlog of the peers of all servers
   * @param places the places for connections of this server
   */
  constructor(
    id: number,
    socket: Socket,
    rpc: JSONRPCServer<Call>,
    limits: ConnectionLimits,
    unread: Backlog,
    places: ConnectionSlots,
    log: Log,
  ) {
    this.id = id;
    this.#socket = socket;
    this.#rpc = rpc;
    this.#limits = limits;
    this.#slots = places;
    this.#log = log;
    this.#splitter = new LineSplitter(limits.maxLineBytes);
    this.#out = new Outlet(socket, limits.maxBacklogBytes, unread, log);
    socket.on('data', (chunk: Buffer) => {
      if (this.#state !== 'open') return;
      this.#lines = this.#splitter.push(chunk);
      this.#read();
    });
    socket.on('drain', () => this.#read());
    // Fires when nothing was sent or received; a write that makes progress restarts it.
    socket.setTimeout(limits.unreadMs, () => {
      if (this.#holds === 0 && this.backlogBytes > 0) this.#out.cutOff();
    });
    socket.on('end', () => this.#peerEnded());
    // A Fault when the peer was cut off; otherwise EPIPE or ECONNRESET, because it has disconnected. 'close' follows.
    socket.on('error', (error) => this.#gone(error instanceof Fault ? error : undefined));
    socket.on('close', () => this.#gone());
  }

  get backlogBytes(): number {
    return this.#out.backlogBytes;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  notify(method: 'event', event: WireEvent): boolean {
    return this.#out.write({ jsonrpc: '2.0', method, params: event });
  }

  drained(): Promise<void> {
    return this.#out.drained();
  }

  /** See Peer. @throws Fault busy */
  hold(): () => void {
    if (this.#holds === 0) this.#releasePlace = this.#slots.hold();
    this.#holds += 1;
    return () => {
      this.#holds -= 1;
      if (this.#holds === 0) this.#releasePlace();
      this.#usedAtMs = performance.now();
    };
  }

  /** When it became idle (no request in flight, no subscription), by performance.now(); null while it is in use. */
  get idleSinceMs(): number | null {
    return this.#inFlight.size > 0 || this.#holds > 0 ? null : this.#usedAtMs;
  }

  /** Ends an idle connection to make room for another: sends `connection_idle` and ignores further input. */
  giveWay(): void {
    if (this.#state === 'ending' || this.#state === 'gone') return;
    this.#refuse(null, new Fault('connection_idle'));
    this.#finish(2 * LINGER_MS);
  }

  /** Stops reading, aborts and answers the requests in flight with `shutting_down`, and closes. Bounded; never rejects. */
  async end(): Promise<void> {
    if (this.#state === 'gone') return;
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    if (this.#state === 'open') this.#state = 'answering';
    const fault = new Fault('shutting_down');
    for (const call of this.#inFlight) call.abort(fault);
    this.#later(SETTLE_MS, () => this.#finish());
    this.#later(SETTLE_MS + LINGER_MS, () => this.#socket.destroy());
    this.#finishWhenIdle();
    await closed;
  }

  /** Handles the lines of the chunk until it is used up or the peer has to wait; only then is the socket resumed. */
  #read(waited = false): void {
    // The scheduled `setImmediate` continues.
    if (!waited && this.#turn !== undefined) return;
    this.#turn = undefined;
    let patient = !waited;
    while (this.#state === 'open') {
      // A peer that sends requests and reads no answers must not fill our memory.
      if (this.#out.isHalfFull) {
        this.#socket.pause(); // continues on 'drain'
        return;
      }
      // Only requests that take longer than one event-loop turn count as in flight, so a burst of quick ones is not `busy`.
      if (patient && this.#inFlight.size >= this.#limits.maxInFlight) {
        this.#socket.pause();
        this.#turn = setImmediate(() => this.#read(true));
        return;
      }
      patient = true;
      const next = this.#lines.next();
      if (next.done) {
        if (this.#socket.readableEnded) this.#readAll();
        else this.#socket.resume();
        return;
      }
      this.#line(next.value);
    }
  }

  #line(line: Line): void {
    if ('fault' in line) {
      this.#refuse(null, line.fault);
      if (line.fault.kind === 'line_too_long') this.#finish(2 * LINGER_MS);
      return;
    }
    const reading = readRequest(line.text);
    if ('fault' in reading) {
      this.#refuse(reading.id, reading.fault);
    } else if (this.#inFlight.size >= this.#limits.maxInFlight) {
      const reason = `${this.#limits.maxInFlight} requests are in flight on this connection`;
      this.#refuse(reading.request.id, new Fault('busy', { reason, hint: null }));
    } else {
      void this.#serve(reading.request);
    }
  }

  #refuse(id: RequestId | null | undefined, fault: Fault): void {
    this.#log.debug('socket.refused', { peer: this.id, kind: fault.kind, answered: id !== undefined });
    if (id !== undefined) this.#out.write(refusal(id, fault));
  }

  async #serve(request: Request): Promise<void> {
    const call = new AbortController();
    this.#inFlight.add(call);
    // Never rejects: server.ts maps whatever is thrown.
    const response = await this.#rpc.receive(request, { peer: this, signal: call.signal });
    this.#inFlight.delete(call);
    this.#usedAtMs = performance.now();
    if (response !== null) this.#out.answer(response);
    this.#finishWhenIdle();
  }

  /** The peer sends no more, but may still read, as `printf '{…}' | nc` does. */
  #peerEnded(): void {
    if (this.#state !== 'open') {
      this.#finishWhenIdle();
      return;
    }
    // After the lines that are still waiting.
    this.#lines = inOrder(this.#lines, this.#splitter.end());
    this.#read();
  }

  #readAll(): void {
    this.#state = 'answering';
    this.#probe();
    this.#finishWhenIdle();
  }

  /**
   * Finds out whether a peer has closed or only ended its side, which look the same. Writing zero bytes distinguishes
   * them: the kernel checks for a reader before it checks the length, and EPIPE closes the socket.
   */
  #probe(): void {
    if (this.#state !== 'answering' || this.#inFlight.size === 0) return;
    this.#socket.write('');
    this.#later(PROBE_MS, () => this.#probe());
  }

  #finishWhenIdle(): void {
    if (this.#state === 'answering' && this.#inFlight.size === 0) this.#finish();
  }

  /**
   * Ends our side after the last answer. Further input is read and dropped: unread, it would turn the close into a reset.
   * @param withinMs destroys the socket after this time, even if the peer has not read everything
   */
  #finish(withinMs?: number): void {
    if (this.#state === 'ending' || this.#state === 'gone') return;
    this.#state = 'ending';
    this.#lines = [][Symbol.iterator]();
    this.#socket.end(() => this.#later(LINGER_MS, () => this.#socket.destroy()));
    this.#socket.resume();
    if (withinMs !== undefined) this.#later(withinMs, () => this.#socket.destroy());
  }

  #gone(why = new Fault('connection_lost', { reason: 'the peer hung up', hint: null })): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#splitter.close();
    this.#closed.abort(why);
    for (const call of this.#inFlight) call.abort(why);
    const level = why.kind === 'slow_reader' ? 'warn' : 'debug';
    this.#log[level]('socket.closed', { peer: this.id, why: why.kind });
  }

  #later(ms: number, act: () => void): void {
    if (this.#state === 'gone') return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}

/** One iterator after the other, lazily. */
function* inOrder(first: Iterator<Line>, second: Iterable<Line>): Generator<Line, void, void> {
  for (let next = first.next(); !next.done; next = first.next()) yield next.value;
  yield* second;
}
