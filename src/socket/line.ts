// Splits bytes into lines (NDJSON framing): the size bound, the check of UTF-8, and an unfinished line at the end.
import { isUtf8 } from 'node:buffer';
import { Fault } from '../protocol/fault.js';

/** A line without its newline, or the fault in it. `line_too_long` is the last one. */
export type Line = { readonly text: string } | { readonly fault: Fault };

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const NOTHING = Buffer.alloc(0);
/** The step in which the buffer grows. Most lines are short and fit at once. */
const PAGE = 4_096;
/** The most memory that a peer keeps between two lines. */
const KEPT = 16 * PAGE;

/**
 * Splits a stream into lines. Empty lines are skipped, and CRLF counts as LF. An unfinished line is kept in one buffer
 * that grows in place, not in a list of chunks: a megabyte that arrives byte by byte costs linear time and its own size.
 * The buffer is a resizable ArrayBuffer with pages of its own: shrinking it returns them to the kernel at once, where a
 * freed Buffer would leave a hole in the heap of malloc.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  #held: ArrayBuffer | undefined;
  #length = 0;
  #closed = false;

  /** @param maxBytes the longest line accepted, without its newline */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of the unfinished line. */
  get heldBytes(): number {
    return this.#length;
  }

  /** The lines that end in this chunk. Lazy: consume all of them before the next push. */
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
   * The text after the last newline, as a line. No prefix of a JSON object is a JSON object, so a request that was cut off
   * never passes as a whole one, and `printf '{…}' | nc` works without a newline.
   */
  *end(): Generator<Line, void, void> {
    if (this.#closed) return;
    this.#closed = true;
    const line = this.#take(NOTHING);
    if (line !== undefined) yield line;
  }

  /** Accepts nothing more, and releases the buffer. */
  close(): void {
    this.#closed = true;
    this.#length = 0;
    this.#held?.resize(0);
  }

  /** @returns the bytes of the unfinished line, valid until the next call */
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
    // Buffer.toString would replace invalid bytes by U+FFFD and so change the sender's text.
    if (!isUtf8(bytes))
      return { fault: new Fault('parse_error', { reason: 'the line is not UTF-8', hint: null }) };
    return { text: bytes.toString('utf8') };
  }

  #tooLong(): string {
    return `a line may have at most ${this.#maxBytes} bytes`;
  }
}
