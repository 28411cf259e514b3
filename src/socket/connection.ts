// One peer of the control socket: its lines in, its answers and events out, its requests in flight. Owns back-pressure
// in both directions and the ways a connection ends. It does not know methods, or what a request means.
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers';
import type { JSONRPCServer } from 'json-rpc-2.0';
import type { Backlog } from '../protocol/backlog.js';
import type { Call, Peer } from '../protocol/dispatch.js';
import type { WireEvent } from '../protocol/events/index.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import type { Places } from '../protocol/places.js';
import { type Line, LineSplitter } from './line.js';
import { Outlet } from './outlet.js';
import { type Request, type RequestId, readRequest, refusal } from './request.js';

export interface ConnectionLimits {
  readonly maxLineBytes: number;
  readonly maxInFlight: number;
  /** More than this waiting for a peer to read, and it is cut off. From half of it on nothing is read from it. */
  readonly maxBacklogBytes: number;
  /** How long a peer without a subscription may leave its answers unread. */
  readonly unreadMs: number;
}

/**
 * `open`: lines are read. `answering`: nothing new is read; what is in flight is answered, then we end.
 * `ending`: our side has ended; what still comes is thrown away. `gone`: the socket is closed.
 */
type State = 'open' | 'answering' | 'ending' | 'gone';

/** How long a peer may take to read the last words before the socket is closed on it. */
const LINGER_MS = 1_000;
/** How long requests in flight may take to notice that the server closes. */
const SETTLE_MS = 1_000;
/** How often a peer that has ended its side is asked whether it is still there. */
const PROBE_MS = 1_000;

/** Closes itself when the peer disconnects; `end()` is for a server that closes. */
export class Connection implements Peer {
  readonly id: number;
  readonly #socket: Socket;
  readonly #rpc: JSONRPCServer<Call>;
  readonly #limits: ConnectionLimits;
  readonly #places: Places;
  readonly #log: Log;
  readonly #splitter: LineSplitter;
  readonly #out: Outlet;
  readonly #inFlight = new Set<AbortController>();
  readonly #closed = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  #lines: Iterator<Line> = [][Symbol.iterator]();
  #turn: NodeJS.Immediate | undefined;
  #state: State = 'open';
  /** Subscriptions, for which the connection is kept although nothing is asked on it. */
  #holds = 0;
  #letGo: () => void = () => undefined;
  #usedAtMs = performance.now();

  /**
   * @param socket with `allowHalfOpen`; it belongs to the connection from now on
   * @param unread what waits for the peers of every door
   * @param places of this door
   */
  constructor(
    id: number,
    socket: Socket,
    rpc: JSONRPCServer<Call>,
    limits: ConnectionLimits,
    unread: Backlog,
    places: Places,
    log: Log,
  ) {
    this.id = id;
    this.#socket = socket;
    this.#rpc = rpc;
    this.#limits = limits;
    this.#places = places;
    this.#log = log;
    this.#splitter = new LineSplitter(limits.maxLineBytes);
    this.#out = new Outlet(socket, limits.maxBacklogBytes, unread, log);
    socket.on('data', (chunk: Buffer) => {
      if (this.#state !== 'open') return;
      this.#lines = this.#splitter.push(chunk);
      this.#read();
    });
    socket.on('drain', () => this.#read());
    // Nothing went either way. Node does not count a write that makes progress.
    socket.setTimeout(limits.unreadMs, () => {
      if (this.#holds === 0 && this.backlogBytes > 0) this.#out.cutOff();
    });
    socket.on('end', () => this.#peerEnded());
    // A Fault when the peer was cut off; else EPIPE or ECONNRESET, since it has gone. 'close' follows.
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
    if (this.#holds === 0) this.#letGo = this.#places.hold();
    this.#holds += 1;
    return () => {
      this.#holds -= 1;
      if (this.#holds === 0) this.#letGo();
      this.#usedAtMs = performance.now();
    };
  }

  /** Since when it has had neither a request in flight nor a subscription, by performance.now(); null while it has one. */
  get idleSinceMs(): number | null {
    return this.#inFlight.size > 0 || this.#holds > 0 ? null : this.#usedAtMs;
  }

  /** Ends an idle connection to make room for another: further input is ignored, and the peer is notified. */
  giveWay(): void {
    if (this.#state === 'ending' || this.#state === 'gone') return;
    this.#refuse(null, new Fault('connection_idle'));
    this.#finish(2 * LINGER_MS);
  }

  /** Stops reading, aborts what is in flight with `shutting_down`, answers it, and closes. Bounded; never rejects. */
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

  /** Takes lines until the chunk is used up or the peer has to wait; only then does the socket go on. */
  #read(waited = false): void {
    // A turn of the loop is waited for, and goes on by itself.
    if (!waited && this.#turn !== undefined) return;
    this.#turn = undefined;
    let patient = !waited;
    while (this.#state === 'open') {
      // A peer that asks and asks and does not read must not fill our memory with answers.
      if (this.#out.isHalfFull) {
        this.#socket.pause(); // 'drain' goes on
        return;
      }
      // "In flight" means: takes longer than a turn of the loop. A burst of quick requests is not `busy`.
      if (patient && this.#inFlight.size >= this.#limits.maxInFlight) {
        this.#socket.pause();
        this.#turn = setImmediate(() => this.#read(true));
        return;
      }
      patient = true;
      const next = this.#lines.next();
      if (next.done) {
        if (this.#socket.readableEnded) this.#heardAll();
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

  /** The peer will say no more. It may still read: `printf '{…}' | nc` does. */
  #peerEnded(): void {
    if (this.#state !== 'open') {
      this.#finishWhenIdle();
      return;
    }
    // Behind the lines that still wait for their turn.
    this.#lines = inOrder(this.#lines, this.#splitter.end());
    this.#read();
  }

  #heardAll(): void {
    this.#state = 'answering';
    this.#probe();
    this.#finishWhenIdle();
  }

  /**
   * A peer that has closed looks like one that has only ended its side. Writing zero bytes distinguishes them: the
   * kernel checks for a reader before it checks the length, and EPIPE closes the socket.
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
   * Last words are out or on their way; what comes in is read and dropped, or the peer would see a reset.
   * @param withinMs closes then, whether or not the last words were read
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

/** Lazy, as both are. */
function* inOrder(first: Iterator<Line>, second: Iterable<Line>): Generator<Line, void, void> {
  for (let next = first.next(); !next.done; next = first.next()) yield next.value;
  yield* second;
}
