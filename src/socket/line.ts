// NDJSON: bytes in, lines out. Owns the size bound, UTF-8 and what is left at the end.
// Refuses to know: what stands in a line.
import { isUtf8 } from 'node:buffer';
import { Fault } from '../protocol/fault.js';

/** A line without its end, or why there is none. After `line_too_long` nothing more comes. */
export type Line = { readonly text: string } | { readonly fault: Fault };

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const NOTHING = Buffer.alloc(0);

/**
 * Splits a stream into lines. Empty ones are left out, and CRLF is taken for LF. What waits for its newline is held
 * in one buffer that grows by doubling, never in a list of chunks: a megabyte that comes byte by byte costs linear
 * time and at most twice its size.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  #held = NOTHING;
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
        this.#closed = true;
        this.#drop();
        yield { fault: new Fault('line_too_long', { reason: this.#tooLong(), hint: null }) };
        return;
      }
      if (end === -1) {
        this.#hold(piece);
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

  #hold(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.#held.length * 2, 256));
      this.#held.copy(grown, 0, 0, this.#length);
      this.#held = grown;
    }
    piece.copy(this.#held, this.#length);
    this.#length = length;
  }

  #take(piece: Buffer): Line | undefined {
    let bytes = piece;
    if (this.#length > 0) {
      this.#hold(piece);
      bytes = this.#held.subarray(0, this.#length);
      this.#drop();
    }
    if (bytes.at(-1) === RETURN) bytes = bytes.subarray(0, -1);
    if (bytes.length === 0) return undefined;
    // Buffer.toString would put U+FFFD for what it cannot read, and the text would no longer be the sender's.
    if (!isUtf8(bytes))
      return { fault: new Fault('parse_error', { reason: 'the line is not UTF-8', hint: null }) };
    return { text: bytes.toString('utf8') };
  }

  #drop(): void {
    this.#held = NOTHING;
    this.#length = 0;
  }

  #tooLong(): string {
    return `a line may have at most ${this.#maxBytes} bytes`;
  }
}
