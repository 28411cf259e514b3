// Sends to one peer: one message per line, with a bound on what waits for the peer. A peer that does not read is cut
// off here. It does not know what is sent, or what was asked.
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
  /** Handed to the socket and not called back for. */
  #unsentBytes = 0;

  /**
   * @param maxBacklogBytes what may wait for the peer to read; a message that would pass it ends the connection
   * @param all what waits for every peer
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
   * Bytes that wait in this process, or a few more; what the kernel holds for the peer (about 200 kB) is not counted. The
   * socket counts characters, of which none has more than three bytes a unit, but counts down at once; we hear a turn late.
   */
  get backlogBytes(): number {
    return Math.min(this.#unsentBytes, 3 * this.#socket.writableLength);
  }

  /** True when the peer should be asked nothing more before it has read; 'drain' follows on the socket. */
  get isHalfFull(): boolean {
    return this.#socket.writableNeedDrain && this.backlogBytes > this.#maxBacklogBytes / 2;
  }

  /** 'error' tells the connection why; what waited is dropped with the socket. */
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

  /** False when it was not sent: the peer has gone, or has just been cut off. */
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
    // The socket would count characters.
    const bytes = Buffer.byteLength(text) + 1;
    if (this.backlogBytes + bytes > this.#maxBacklogBytes) {
      this.cutOff();
      return false;
    }
    this.#unsentBytes += bytes;
    // As a string: what waits as buffers is memory of malloc, whose heap a burst would leave large for good.
    this.#socket.write(`${text}\n`, 'utf8', (error) => {
      // What was left when it closed is counted there.
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
