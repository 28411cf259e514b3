// NDJSON framing: turns bytes into lines. Owns the size bound, UTF-8 and what is left at the end. It does not know what
// a line contains.
import { isUtf8 } from 'node:buffer';
import { Fault } from '../protocol/fault.js';

/** A line without its end, or why there is none. After `line_too_long` nothing more comes. */
export type Line = { readonly text: string } | { readonly fault: Fault };

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const NOTHING = Buffer.alloc(0);
/** By how much the held memory grows; the rest of a short line, as most are, fits at once. */
const PAGE = 4_096;
/** A peer's state between two lines. */
const KEPT = 16 * PAGE;

/**
 * Splits a stream into lines. Empty ones are left out, and CRLF is taken for LF. What waits for its newline is held in
 * one place that grows where it is, never in a list of chunks: a megabyte that comes byte by byte costs linear time and
 * its size. That place is a resizable ArrayBuffer, which has pages of its own: shrunk, it gives them back to the kernel
 * at once, where a freed Buffer would leave its hole in the heap of malloc for good.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  #held: ArrayBuffer | undefined;
  #length = 0;
  #closed = false;

  /** @param maxBytes the longest line taken, without its end */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of the line that has begun. */
  get heldBytes(): number {
    return this.#length;
  }

  /** The lines that end in this chunk. Lazy: take all of them before the next chunk goes in. */
  *push(chunk: Buffer): Generator<Line, void, void> {
    let from = 0;
    while (!this.#closed) {
      const end = chunk.indexOf(NEWLINE, from);
      const piece = chunk.subarray(from, end === -1 ? chunk.length : end);
      if (this.#length + piece.length > this.#maxBytes) {
        this.close();
        yield { fault: new Fault('line_too_long', { reason: this.#tooLong(), hint: null }) };
        return;
      }
      if (end === -1) {
        if (piece.length > 0) this.#hold(piece);
        return;
      }
      from = end + 1;
      const line = this.#take(piece);
      if (line !== undefined) yield line;
    }
  }

  /**
   * What stands behind the last newline. It is given out as a line: no beginning of a JSON object is itself one, so
   * a request that was cut off never passes for a whole one, and `printf '{…}' | nc` need not end its line.
   */
  *end(): Generator<Line, void, void> {
    if (this.#closed) return;
    this.#closed = true;
    const line = this.#take(NOTHING);
    if (line !== undefined) yield line;
  }

  /** Takes nothing more, and releases the buffer. */
  close(): void {
    this.#closed = true;
    this.#length = 0;
    this.#held?.resize(0);
  }

  /** @returns the bytes of the line that has begun; they are good until the next call */
  #hold(piece: Buffer): Buffer {
    const length = this.#length + piece.length;
    this.#held ??= new ArrayBuffer(0, { maxByteLength: this.#maxBytes });
    if (length > this.#held.byteLength)
      this.#held.resize(Math.min(Math.ceil(length / PAGE) * PAGE, this.#maxBytes));
    const bytes = Buffer.from(this.#held, 0, length);
    piece.copy(bytes, this.#length);
    this.#length = length;
    return bytes;
  }

  #take(piece: Buffer): Line | undefined {
    const line = this.#read(this.#length > 0 ? this.#hold(piece) : piece);
    this.#length = 0;
    if (this.#held !== undefined && this.#held.byteLength > KEPT) this.#held.resize(KEPT);
    return line;
  }

  #read(whole: Buffer): Line | undefined {
    const bytes = whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
    if (bytes.length === 0) return undefined;
    // Buffer.toString would replace invalid bytes by U+FFFD, and the text would no longer be the sender's.
    if (!isUtf8(bytes))
      return { fault: new Fault('parse_error', { reason: 'the line is not UTF-8', hint: null }) };
    return { text: bytes.toString('utf8') };
  }

  #tooLong(): string {
    return `a line may have at most ${this.#maxBytes} bytes`;
  }
}
