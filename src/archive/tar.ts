// Reads a tar as a sequence of plain files, in bounded memory. An archive may come from a stranger, so
// everything that is not a plain file is refused, and so is an archive without its end. Formats: POSIX ustar,
// and pax headers for long names.
// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13

const BLOCK = 512;
/** A pax header holds a name, a size and times. */
const MAX_PAX_BYTES = 16_384;
const MAX_NAME_BYTES = 4_096;
/** Writers fill their last record with zeros: usually 10 KiB. */
const MAX_PADDING_BYTES = 1_048_576;

export interface TarFile {
  readonly name: string;
  readonly size: number;
  /** Must be read before the next file is requested; an unread rest is skipped. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** The damage of an archive, in words that fit after "it cannot be used: ". */
export class TarError extends Error {}

/**
 * The files, in the order of the archive; ends when the archive was read to its end.
 * @throws (rejects) TarError; what the source throws
 */
export async function* filesIn(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const bytes = new Bytes(source);
  let pax: Pax = {};
  for (;;) {
    const header = readHeader(await bytes.exactly(BLOCK));
    if (header === null) break;
    if (header.type === 'x') {
      pax = readPax(await bytes.exactly(atMost(header.size, MAX_PAX_BYTES, 'a header')));
      await bytes.skip(paddingOf(header.size));
      continue;
    }
    const { name = header.name, size = header.size } = pax;
    pax = {};
    if (header.type !== '0') throw new TarError(`${name} does not belong in a session`);
    if (Buffer.byteLength(name) > MAX_NAME_BYTES)
      throw new TarError(`a name in it has more than ${MAX_NAME_BYTES} bytes`);
    const content = bytes.next(size);
    yield { name, size, content };
    for await (const _ of content);
    await bytes.skip(paddingOf(size));
  }
  if (readHeader(await bytes.exactly(BLOCK)) !== null)
    throw new TarError('it is damaged (an incomplete end)');
  await bytes.onlyZeros(MAX_PADDING_BYTES);
}

interface Header {
  readonly name: string;
  readonly size: number;
  /** '0' for a plain file, 'x' for a pax header of the next one. */
  readonly type: string;
}

/** Null for a block of zeros. */
function readHeader(block: Buffer): Header | null {
  if (block.every((byte) => byte === 0)) return null;
  // The checksum counts its own field as spaces.
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (number(block, 148, 8) !== sum) throw new TarError('it is damaged (the checksum of a header)');
  const isUstar = block.toString('latin1', 257, 262) === 'ustar';
  const prefix = isUstar ? text(block, 345, 155) : '';
  const type = String.fromCharCode(block[156] ?? 0);
  return {
    name: (prefix === '' ? '' : `${prefix}/`) + text(block, 0, 100),
    size: number(block, 124, 12),
    type: type === '\0' ? '0' : type,
  };
}

function text(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}

/** Octal digits. A binary number, for 8 GB and more, is refused as damage. */
function number(block: Buffer, at: number, length: number): number {
  const digits = text(block, at, length).trim();
  if (!/^[0-7]+$/.test(digits)) throw new TarError('it is damaged (a number in a header)');
  return Number.parseInt(digits, 8);
}

interface Pax {
  readonly name?: string;
  readonly size?: number;
}

/** Records are `LENGTH KEY=VALUE\n`; the length includes its own digits. */
function readPax(block: Buffer): Pax {
  const found: { name?: string; size?: number } = {};
  for (let at = 0; at < block.length; ) {
    const [head, digits] = /^(\d{1,6}) /.exec(block.toString('latin1', at, at + 7)) ?? [];
    const length = Number(digits);
    const record = block.toString('utf8', at + (head?.length ?? 0), at + length);
    const equals = record.indexOf('=');
    if (head === undefined || at + length > block.length || equals === -1 || !record.endsWith('\n'))
      throw new TarError('it is damaged (an extended header)');
    const value = record.slice(equals + 1, -1);
    if (record.startsWith('path=')) found.name = value;
    if (record.startsWith('size=')) found.size = sizeOf(value);
    at += length;
  }
  return found;
}

function sizeOf(digits: string): number {
  const size = /^\d{1,16}$/.test(digits) ? Number(digits) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new TarError('it is damaged (the size of a file)');
  return size;
}

function atMost(size: number, most: number, what: string): number {
  if (size > most) throw new TarError(`${what} in it has more than ${most} bytes`);
  return size;
}

const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** A source of chunks, read in pieces of any size. Holds one chunk, or what `exactly` asks for. */
class Bytes {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** @throws TarError when there are fewer */
  async exactly(size: number): Promise<Buffer> {
    const all: Uint8Array[] = [];
    for await (const part of this.next(size)) all.push(part);
    return Buffer.concat(all);
  }

  async skip(size: number): Promise<void> {
    for await (const _ of this.next(size));
  }

  /** The next bytes, in pieces as they arrive. A second iteration continues where the first stopped. */
  next(size: number): AsyncIterable<Uint8Array> {
    let left = size;
    const pieces = async function* (bytes: Bytes): AsyncGenerator<Uint8Array> {
      while (left > 0) {
        const piece = await bytes.#some(left);
        if (piece === null) throw new TarError('it is damaged (it is cut off)');
        left -= piece.length;
        yield piece;
      }
    };
    return { [Symbol.asyncIterator]: () => pieces(this) };
  }

  /** Reads to the end of the source. @throws TarError for any other byte, and for more than `most` bytes */
  async onlyZeros(most: number): Promise<void> {
    for (let count = 0; ; ) {
      const piece = await this.#some(Number.POSITIVE_INFINITY);
      if (piece === null) return;
      count += piece.length;
      if (count > most || piece.some((byte) => byte !== 0))
        throw new TarError('it is damaged (data after its end)');
    }
  }

  /** At least one byte and at most this many; null at the end. */
  async #some(most: number): Promise<Uint8Array | null> {
    while (this.#chunk.length === 0) {
      const { value, done } = await this.#source.next();
      if (done === true) return null;
      this.#chunk = value;
    }
    const piece = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(piece.length);
    return piece;
  }
}
