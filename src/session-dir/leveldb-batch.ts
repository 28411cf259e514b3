// Decodes the records of a LevelDB database: the batches of writes in its log, and the edits in the list of its files
// (MANIFEST). Any other input throws a RangeError. The formats: db/write_batch.cc and db/version_edit.cc of
// https://github.com/google/leveldb, version 1.23.

/** One write: a value put at a key, or, with null, the key removed. */
export interface Write {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

export interface Batch {
  /** The number of the first write; the others follow. */
  readonly sequence: bigint;
  readonly writes: readonly Write[];
}

/** Sequence number (8 bytes) and count (4). */
const HEADER = 12;
const [DELETE, PUT] = [0, 1];

/** @throws RangeError */
export function readBatch(record: Buffer): Batch {
  if (record.length < HEADER) throw new RangeError('a batch without its header');
  const reader = new Reader(record.subarray(HEADER));
  const writes: Write[] = [];
  while (!reader.ended) {
    const kind = reader.number();
    if (kind !== PUT && kind !== DELETE) throw new RangeError(`a write of kind ${kind}`);
    writes.push({ key: reader.bytes(), value: kind === PUT ? reader.bytes() : null });
  }
  if (writes.length !== record.readUInt32LE(8)) throw new RangeError('a batch with another count');
  return { sequence: record.readBigUInt64LE(0), writes };
}

export function writeBatch({ sequence, writes }: Batch): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeBigUInt64LE(sequence, 0);
  header.writeUInt32LE(writes.length, 8);
  const sized = (bytes: Buffer): Buffer[] => [varint(bytes.length), bytes];
  const parts = writes.flatMap(({ key, value }) =>
    value === null ? [varint(DELETE), ...sized(key)] : [varint(PUT), ...sized(key), ...sized(value)],
  );
  return Buffer.concat([header, ...parts]);
}

/** The fields of a database's list of files that are needed here. */
export interface FileList {
  readonly comparator: string;
  /** Logs with a lower number are in tables already. */
  readonly oldestLog: number;
  readonly lastSequence: number;
}

/**
 * @param records of the MANIFEST
 * @throws RangeError
 */
export function readFileList(records: readonly Buffer[]): FileList {
  const list = { comparator: '', oldestLog: 0, lastSequence: 0 };
  for (const record of records) {
    const reader = new Reader(record);
    while (!reader.ended) {
      const tag = reader.number();
      if (tag === 1) list.comparator = reader.bytes().toString();
      else if (tag === 2) list.oldestLog = reader.number();
      else if (tag === 4) list.lastSequence = reader.number();
      else if (tag === 3 || tag === 9) reader.number();
      else if (tag === 5) [reader.number(), reader.bytes()];
      else if (tag === 6) [reader.number(), reader.number()];
      else if (tag === 7) [reader.number(), reader.number(), reader.number(), reader.bytes(), reader.bytes()];
      else throw new RangeError(`a list of files with tag ${tag}`);
    }
  }
  return list;
}

/** Reads varints and length-prefixed bytes. Protocol buffers have the same encoding. */
export class Reader {
  readonly #from: Buffer;
  #at = 0;

  constructor(from: Buffer) {
    this.#from = from;
  }

  get ended(): boolean {
    return this.#at >= this.#from.length;
  }

  /** @throws RangeError when the input ends, or the value is above MAX_SAFE_INTEGER */
  number(): number {
    let number = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#from[this.#at++];
      if (byte === undefined) throw new RangeError('a number that breaks off');
      number += (byte & 127) * factor;
      if (number > Number.MAX_SAFE_INTEGER) throw new RangeError('a number that is too large');
      if (byte < 128) return number;
    }
  }

  /** @throws RangeError when the input ends */
  bytes(): Buffer {
    const length = this.number();
    if (length > this.#from.length - this.#at) throw new RangeError('bytes that break off');
    this.#at += length;
    return this.#from.subarray(this.#at - length, this.#at);
  }
}

export function varint(number: number): Buffer {
  const bytes: number[] = [];
  for (let left = number; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) + 128);
  }
}
