// Bounds what waits in this process for peers that do not read, over every connection of both doors. When they pass the
// bound together, those are cut off first that have gone longest without reading. Refuses to know: sockets and messages.

/** A connection that bytes wait for. */
export interface Unread {
  /** Bytes that wait for its peer, as they are counted now. */
  readonly backlogBytes: number;
  /** Ends the connection, and drops what waits. */
  cutOff(): void;
}

export const MAX_TOTAL_BYTES = 32 * 1024 * 1024;

/** Nothing to close. */
export class Backlog {
  readonly #maxBytes: number;
  /** Who has gone longest without reading stands first. */
  readonly #waiting = new Set<Unread>();
  /** Bytes written and not yet reported as read: at least what really waits. */
  #bytes = 0;

  constructor(maxBytes = MAX_TOTAL_BYTES) {
    this.#maxBytes = maxBytes;
  }

  wrote(to: Unread, bytes: number): void {
    this.#bytes += bytes;
    this.#waiting.add(to);
    if (this.#bytes > this.#maxBytes) this.#relieve(to);
  }

  /** The kernel took them. @param isAll nothing waits for this peer any more */
  read(by: Unread, bytes: number, isAll: boolean): void {
    this.#bytes -= bytes;
    this.#waiting.delete(by);
    if (!isAll) this.#waiting.add(by);
  }

  /** The connection has ended, with so many bytes unread. */
  left(from: Unread, bytes: number): void {
    this.#bytes -= bytes;
    this.#waiting.delete(from);
  }

  /**
   * A write is reported as read a turn late, so everything is counted once more before anybody is cut off. Who was written
   * to last is not: one answer may be longer than the bound, and of such there is one at a time.
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
