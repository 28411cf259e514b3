// Sends lines to one peer, with a bound on the bytes that wait for it. A peer that does not read is disconnected here.
import type { Socket } from 'node:net';
import type { JSONRPCResponse } from 'json-rpc-2.0';
import type { Backlog, Unread } from '../protocol/backlog.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { type RequestId, refusal } from './request.js';

/** Nothing to close: it ends with the socket. */
export class Outlet implements Unread {
  readonly #socket: Socket;
  readonly #maxBacklogBytes: number;
  readonly #all: Backlog;
  readonly #log: Log;
  /** Bytes handed to the socket whose callback has not come. */
  #unsentBytes = 0;

  /**
   * @param maxBacklogBytes how many bytes may wait for the peer; a message beyond that ends the connection
   * @param all the backlog of all peers
   */
  constructor(socket: Socket, maxBacklogBytes: number, all: Backlog, log: Log) {
    this.#socket = socket;
    this.#maxBacklogBytes = maxBacklogBytes;
    this.#all = all;
    this.#log = log;
    socket.once('close', () => {
      all.left(this, this.#unsentBytes);
      this.#unsentBytes = 0;
    });
  }

  /**
   * Bytes that wait in this process, at most a few too many. The kernel's buffer (about 200 kB) is not counted. The socket
   * counts UTF-16 units, of at most three bytes each, and counts down at once; our own count lags one event-loop turn.
   */
  get backlogBytes(): number {
    return Math.min(this.#unsentBytes, 3 * this.#socket.writableLength);
  }

  /** True when no more requests should be read from the peer until it has read; 'drain' follows on the socket. */
  get isHalfFull(): boolean {
    return this.#socket.writableNeedDrain && this.backlogBytes > this.#maxBacklogBytes / 2;
  }

  /** Destroys the socket with Fault slow_reader; the waiting bytes are dropped. */
  cutOff(): void {
    this.#socket.destroy(new Fault('slow_reader'));
  }

  /** See Peer. */
  async drained(): Promise<void> {
    if (this.#socket.destroyed || !this.#socket.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#socket.off('drain', done).off('close', done);
        resolve();
      };
      this.#socket.on('drain', done).on('close', done);
    });
  }

  /** False when it was not sent: the peer has disconnected, or has just been cut off. */
  write(message: object): boolean {
    const text = serialize(message);
    return text !== null && this.#writeLine(text);
  }

  /** Sends an answer; one that cannot be sent becomes an error, so that the request settles. */
  answer(response: JSONRPCResponse): void {
    const text = serialize(response);
    if (text !== null && Buffer.byteLength(text) < this.#maxBacklogBytes) {
      this.#writeLine(text);
      return;
    }
    const fault =
      text === null
        ? new Fault('internal', { reason: 'the answer cannot be written as JSON' })
        : new Fault('answer_too_long');
    this.#log.error('socket.bad_answer', { kind: fault.kind });
    this.write(refusal(response.id as RequestId, fault));
  }

  #writeLine(text: string): boolean {
    if (!this.#socket.writable) return false;
    const bytes = Buffer.byteLength(text) + 1;
    if (this.backlogBytes + bytes > this.#maxBacklogBytes) {
      this.cutOff();
      return false;
    }
    this.#unsentBytes += bytes;
    // As a string: waiting buffers are memory of malloc, whose heap would stay large after a burst.
    this.#socket.write(`${text}\n`, 'utf8', (error) => {
      // The 'close' listener has counted the rest.
      if (error) return;
      this.#unsentBytes -= bytes;
      this.#all.read(this, bytes, this.#unsentBytes === 0);
    });
    this.#all.wrote(this, bytes);
    return this.#socket.writable;
  }
}

function serialize(message: object): string | null {
  try {
    return JSON.stringify(message);
  } catch {
    return null; // a cycle, a BigInt, or deeper than the stack
  }
}
