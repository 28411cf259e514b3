// One HTTP connection: tracks its requests in progress and its unread answers, sends bodies as fast as the peer reads, and
// cuts off a peer that does not read.
import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Backlog, Unread } from '../protocol/backlog.js';
import type { ConnectionSlots } from '../protocol/connection-slots.js';
import { Fault } from '../protocol/fault.js';

export interface ConnectionLimits {
  /** Requests of one connection whose answers the kernel has not taken. */
  readonly maxUnanswered: number;
  /** A peer with more unread bytes than this is cut off; a single answer may be longer. */
  readonly maxBacklogBytes: number;
  readonly maxAnswerBytes: number;
}

/** A long answer is sent in pieces of this size. Each waits until the kernel has the one before, so the peer reads. */
const PIECE_BYTES = 256 * 1024;

/** Ends with its socket. */
export class Connection implements Unread {
  readonly #socket: Socket;
  readonly #limits: ConnectionLimits;
  readonly #all: Backlog;
  readonly #slots: ConnectionSlots;
  readonly #closed = new AbortController();
  readonly #unanswered = new Set<ServerResponse>();
  /** Bytes whose write callback has not come, including `#restBytes`. */
  #unsentBytes = 0;
  /** Bytes of answers that have not been handed to a response yet. */
  #restBytes = 0;
  /** Set when the peer sent too many requests: further ones are ignored. */
  #isDeaf = false;
  #inFlight = 0;
  /** The number of event streams: a connection with one is neither idle nor stalled. */
  #holds = 0;
  #releasePlace: () => void = () => undefined;
  #usedAtMs = performance.now();

  /**
   * @param all the backlog of the peers of all servers
   * @param places the places for connections of this server
   */
  constructor(socket: Socket, limits: ConnectionLimits, all: Backlog, places: ConnectionSlots) {
    this.#socket = socket;
    this.#slots = places;
    this.#limits = limits;
    this.#all = all;
    // One listener for each request in progress, and for its stream.
    setMaxListeners(0, this.#closed.signal);
    socket.once('close', () => {
      this.end(new Fault('connection_lost', { reason: 'the peer hung up', hint: null }));
      all.left(this, this.#unsentBytes);
      this.#unsentBytes = 0;
    });
  }

  /** Aborted with a Fault when the connection ends or should end. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** See Unread. A response that waits for its turn on the connection holds its own bytes. */
  get backlogBytes(): number {
    let bytes = this.#socket.writableLength;
    for (const { socket, writableLength } of this.#unanswered) if (socket === null) bytes += writableLength;
    return this.#restBytes + Math.min(bytes, this.#unsentBytes - this.#restBytes);
  }

  /** When it became idle, by performance.now(); null while it has a request in progress or a stream. */
  get idleSinceMs(): number | null {
    return this.#inFlight > 0 || this.#holds > 0 ? null : this.#usedAtMs;
  }

  /** Called after a time without traffic. Ends the connection if the peer does not read, or has no request in progress. */
  stalled(): void {
    if (this.#holds > 0) return;
    if (this.#socket.writableLength > 0) this.cutOff();
    else if (this.#inFlight === 0) this.#socket.destroy();
  }

  /**
   * Accepts a request. Its answer counts as unread until the kernel has it. After one request too many, further input is
   * ignored, and the connection ends once the earlier answers have been read.
   * @returns false when the request gets no answer
   */
  accept(response: ServerResponse): boolean {
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
    if (this.#holds === 0) this.#releasePlace = this.#slots.hold();
    this.#holds += 1;
    return () => {
      this.#holds -= 1;
      if (this.#holds === 0) this.#releasePlace();
      this.#usedAtMs = performance.now();
    };
  }

  /** True when an answer of this length is allowed. */
  fits(bytes: number): boolean {
    return bytes <= this.#limits.maxAnswerBytes;
  }

  /** Writes a part of a stream. False when the peer was cut off, because too much would be unread. */
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
   * Writes the whole body of a response, of any length, as fast as the peer reads. Cuts the peer off when earlier unread
   * answers and this one together exceed `maxBacklogBytes`.
   * @param then called when the last piece has been handed to the response; never if the peer is cut off
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

  /**
   * Writes a body that is read piece by piece. A piece is read when the kernel has the one before.
   * @param until aborted when the connection ends, or earlier
   * @throws (rejects) the reason of `until`, and what reading a piece throws
   */
  async stream(
    response: ServerResponse,
    pieces: AsyncIterable<Uint8Array>,
    until: AbortSignal,
  ): Promise<void> {
    for await (const piece of pieces) {
      if (piece.length > 0) await this.#handed(response, piece, until);
    }
  }

  #handed(response: ServerResponse, piece: Uint8Array, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      if (signal.aborted) {
        abort();
        return;
      }
      signal.addEventListener('abort', abort, { once: true });
      this.#unsentBytes += piece.length;
      this.#hand(response, piece, () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
      this.#all.wrote(this, piece.length);
    });
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

  /** @param then called when the kernel has taken the bytes */
  #hand(response: ServerResponse, bytes: Uint8Array, then?: () => void): void {
    response.write(bytes, (error) => {
      // The 'close' listener has counted the rest.
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
   * Makes Node's parser skip further requests. It would continue with the 64 KiB that it has read, and keep request and
   * response of each of the hundreds of requests in them until the socket has closed. Seen with Node 20.
   */
  #stopParser(): void {
    const { parser } = this.#socket as Socket & { parser?: { onIncoming: unknown } | null };
    if (parser) parser.onIncoming = () => 0;
  }

  /** Aborts all work for this connection. The caller closes the socket. May be called twice. */
  end(why: Fault): void {
    if (!this.#closed.signal.aborted) this.#closed.abort(why);
  }
}
