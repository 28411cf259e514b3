/** Frames of a connection: three bytes of length, then the content. The first frame follows a prologue. */

/** "WA", the version of the protocol, and the version of the dictionary (WAWebOpenChatSocket). */
const PROLOGUE_BYTES = 4;
/** Precedes the prologue when the client knows where to connect: "ED", 0, 1, and a length of three bytes. */
const ROUTING = Buffer.from('ED\0\u0001');
const LENGTH_BYTES = 3;

export function frame(content: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUIntBE(content.length, 0, LENGTH_BYTES);
  return Buffer.concat([length, content]);
}

export class FrameReader {
  #rest = Buffer.alloc(0);
  /** The prologue, once it has arrived. */
  prologue: Buffer | undefined;

  /** Takes what has arrived, and returns the frames that are complete now. */
  take(chunk: Uint8Array): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    if (this.prologue === undefined) this.prologue = this.#begin();
    while (this.prologue !== undefined) {
      const content = this.#piece(0);
      if (content === undefined) break;
      frames.push(content);
    }
    return frames;
  }

  /** Takes a length and its content from the front; `before` bytes precede the length. */
  #piece(before: number): Buffer | undefined {
    const head = before + LENGTH_BYTES;
    if (this.#rest.length < head) return undefined;
    const end = head + this.#rest.readUIntBE(before, LENGTH_BYTES);
    if (this.#rest.length < end) return undefined;
    const content = this.#rest.subarray(head, end);
    this.#rest = this.#rest.subarray(end);
    return content;
  }

  #begin(): Buffer | undefined {
    if (this.#rest.length < PROLOGUE_BYTES) return undefined;
    if (this.#rest.subarray(0, ROUTING.length).equals(ROUTING) && this.#piece(ROUTING.length) === undefined)
      return undefined;
    if (this.#rest.length < PROLOGUE_BYTES) return undefined;
    const prologue = this.#rest.subarray(0, PROLOGUE_BYTES);
    if (prologue.toString('latin1', 0, 2) !== 'WA')
      throw new Error('the connection does not begin with "WA"');
    this.#rest = this.#rest.subarray(PROLOGUE_BYTES);
    return prologue;
  }
}
