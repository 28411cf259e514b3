// One HTTP connection: the answers that its peer has not read yet, the work in progress for it, and its end. It does
// not know what is asked or answered.
import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Backlog, Unread } from '../protocol/backlog.js';
import { Fault } from '../protocol/fault.js';
import type { Places } from '../protocol/places.js';

export interface ConnectionLimits {
  /** Requests of one connection whose answers the kernel has not taken. */
  readonly maxUnanswered: number;
  /** More than this waiting for a peer to read, and it is cut off; one answer alone may be longer. */
  readonly maxBacklogBytes: number;
  readonly maxAnswerBytes: number;
}

/** A long answer is sent in pieces of this size, each when the one before has been read: this shows that the peer reads. */
const PIECE_BYTES = 256 * 1024;

/** Ends with its socket. */
export class Connection implements Unread {
  readonly #socket: Socket;
  readonly #limits: ConnectionLimits;
  readonly #all: Backlog;
  readonly #places: Places;
  readonly #closed = new AbortController();
  readonly #unanswered = new Set<ServerResponse>();
  /** Handed to the socket and not called back for. */
  #unsentBytes = 0;
  /** Of answers: not handed to a response yet. */
  #restBytes = 0;
  #isDeaf = false;
  #inFlight = 0;
  /** Streams of events, whose peers may read as slowly as they like. */
  #holds = 0;
  #letGo: () => void = () => undefined;
  #usedAtMs = performance.now();

  /**
   * @param all what waits for the peers of every door
   * @param places of this door
   */
  constructor(socket: Socket, limits: ConnectionLimits, all: Backlog, places: Places) {
    this.#socket = socket;
    this.#places = places;
    this.#limits = limits;
    this.#all = all;
    // One for each request that is being answered, and for its stream.
    setMaxListeners(0, this.#closed.signal);
    socket.once('close', () => {
      this.end(new Fault('connection_lost', { reason: 'the peer hung up', hint: null }));
      all.left(this, this.#unsentBytes);
      this.#unsentBytes = 0;
    });
  }

  /** Aborted with a Fault when the connection ends, or is to. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** See Unread. A response that waits for its turn on the connection holds its own bytes. */
  get backlogBytes(): number {
    let bytes = this.#socket.writableLength;
    for (const { socket, writableLength } of this.#unanswered) if (socket === null) bytes += writableLength;
    return this.#restBytes + Math.min(bytes, this.#unsentBytes - this.#restBytes);
  }

  /** Since when nothing has been done for it, by performance.now(); null while something is. */
  get idleSinceMs(): number | null {
    return this.#inFlight > 0 || this.#holds > 0 ? null : this.#usedAtMs;
  }

  /** Nothing went either way for a while. Ends it when that is up to the peer: it does not read, or asks for nothing. */
  stalled(): void {
    if (this.#holds > 0) return;
    if (this.#socket.writableLength > 0) this.cutOff();
    else if (this.#inFlight === 0) this.#socket.destroy();
  }

  /**
   * Takes a request in. An answer counts until the kernel has it, and not until it was written. With one request more than
   * there may be, nothing is heard from the peer any more; once it has read its answers, the connection ends.
   * @returns false when nothing is to be answered
   */
  take(response: ServerResponse): boolean {
    if (this.#socket.destroyed || this.#isDeaf) return false;
    if (this.#unanswered.size >= this.#limits.maxUnanswered) {
      this.#isDeaf = true;
      this.#stopParser();
      return false;
    }
    this.#unanswered.add(response);
    response.once('finish', () => {
      this.#unanswered.delete(response);
      if (this.#isDeaf && this.#unanswered.size === 0) this.#socket.end(() => this.#socket.destroy());
    });
    return true;
  }

  /** Marks work for the peer as in progress until the returned function is called. */
  use(): () => void {
    this.#inFlight += 1;
    return () => {
      this.#inFlight -= 1;
      this.#usedAtMs = performance.now();
    };
  }

  /** Keeps the connection for a stream of events until the returned function is called. @throws Fault busy */
  hold(): () => void {
    if (this.#holds === 0) this.#letGo = this.#places.hold();
    this.#holds += 1;
    return () => {
      this.#holds -= 1;
      if (this.#holds === 0) this.#letGo();
      this.#usedAtMs = performance.now();
    };
  }

  /** Whether an answer of this length could be sent to anybody. */
  fits(bytes: number): boolean {
    return bytes <= this.#limits.maxAnswerBytes;
  }

  /** Writes a part of a stream. False when the peer was cut off instead: it would leave too much unread. */
  write(response: ServerResponse, bytes: Uint8Array): boolean {
    if (this.#socket.destroyed) return false;
    if (this.backlogBytes + bytes.length > this.#limits.maxBacklogBytes) {
      this.cutOff();
      return false;
    }
    this.#unsentBytes += bytes.length;
    this.#hand(response, bytes);
    this.#all.wrote(this, bytes.length);
    return !this.#socket.destroyed;
  }

  /**
   * Writes the whole body of a response, however long, as fast as the peer reads. Cuts it off when it would leave too
   * much unread in addition to an answer that it has not read.
   * @param then called when the last piece has been handed to the response; never when the peer is cut off
   */
  answer(response: ServerResponse, body: Uint8Array, then: () => void): void {
    if (this.#socket.destroyed) return;
    const before = this.backlogBytes;
    if (before > 0 && before + body.length > this.#limits.maxBacklogBytes) {
      this.cutOff();
      return;
    }
    this.#unsentBytes += body.length;
    this.#restBytes += body.length;
    this.#handPieces(response, body, then);
    this.#all.wrote(this, body.length);
  }

  #handPieces(response: ServerResponse, body: Uint8Array, then: () => void): void {
    const piece = body.subarray(0, PIECE_BYTES);
    const rest = body.subarray(piece.length);
    this.#restBytes -= piece.length;
    this.#hand(response, piece, () => {
      if (rest.length > 0) this.#handPieces(response, rest, then);
    });
    if (rest.length === 0) then();
  }

  /** @param then called when the kernel has taken it */
  #hand(response: ServerResponse, bytes: Uint8Array, then?: () => void): void {
    response.write(bytes, (error) => {
      // What was left when it closed is counted there.
      if (error || this.#socket.destroyed) return;
      this.#unsentBytes -= bytes.length;
      this.#all.read(this, bytes.length, this.#unsentBytes === 0);
      then?.();
    });
  }

  /** See Unread. */
  cutOff(): void {
    this.end(new Fault('slow_reader'));
    this.#socket.destroy();
    this.#stopParser();
  }

  /**
   * Node's parser goes on with the 64 KiB that it has read, and would keep request and response for each of the hundreds
   * of requests in them until the socket has closed. Seen with Node 20.
   */
  #stopParser(): void {
    const { parser } = this.#socket as Socket & { parser?: { onIncoming: unknown } | null };
    if (parser) parser.onIncoming = () => 0;
  }

  /** Aborts everything that is being done for this connection. The caller closes the socket. Twice is fine. */
  end(why: Fault): void {
    if (!this.#closed.signal.aborted) this.#closed.abort(why);
  }
}
