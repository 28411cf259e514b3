// Limits the unread output in this process, over all connections of socket and HTTP. When it exceeds
// the limit, the connections that have gone longest without reading are closed first. It does not
// know sockets and messages.

/** A connection with unread output. */
export interface Unread {
  /** Bytes that wait for its peer, counted now. */
  readonly backlogBytes: number;
  /** Ends the connection, and drops its unread output. */
  cutOff(): void;
}

export const MAX_TOTAL_BYTES = 32 * 1024 * 1024;

/** Nothing to close. */
export class Backlog {
  readonly #maxBytes: number;
  /** The connection that has gone longest without reading is first. */
  readonly #waiting = new Set<Unread>();
  /** Bytes written and not yet reported as read: at least the real number. */
  #bytes = 0;

  constructor(maxBytes = MAX_TOTAL_BYTES) {
    this.#maxBytes = maxBytes;
  }

  wrote(to: Unread, bytes: number): void {
    this.#bytes += bytes;
    this.#waiting.add(to);
    if (this.#bytes > this.#maxBytes) this.#relieve(to);
  }

  /** The kernel took these bytes. @param isAll nothing waits for this peer any more */
  read(by: Unread, bytes: number, isAll: boolean): void {
    this.#bytes -= bytes;
    this.#waiting.delete(by);
    if (!isAll) this.#waiting.add(by);
  }

  /** The connection has ended, with this many bytes unread. */
  left(from: Unread, bytes: number): void {
    this.#bytes -= bytes;
    this.#waiting.delete(from);
  }

  /**
   * A write is reported as read one event-loop turn late, so everything is counted once more before a
   * connection is closed. The connection that was written to last is kept: one answer may be longer than the
   * limit, and there is one such answer at a time.
   */
  #relieve(last: Unread): void {
    const waiting = [...this.#waiting].map((peer) => ({ peer, bytes: peer.backlogBytes }));
    let total = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { peer, bytes } of waiting) {
      if (total <= this.#maxBytes) return;
      if (peer === last) continue;
      total -= bytes;
      if (bytes > 0) peer.cutOff();
    }
  }
}
