// Reads and writes the log of a LevelDB database: finds damage, and splits it into records, without decoding them. The
// format: https://github.com/google/leveldb/blob/main/doc/log_format.md
const BLOCK = 32_768;
/** Checksum (4 bytes), length (2), kind (1). If fewer bytes are left in a block, they are filled with zeros. */
const HEADER = 7;
const [FULL, FIRST, MIDDLE, LAST] = [1, 2, 3, 4];

export type Finding =
  | { readonly is: 'whole' }
  /** Ends in half a record, after this many bytes. */
  | { readonly is: 'torn'; readonly soundBytes: number }
  /** Contains half a record with whole ones after it. `mended` is the log without it. */
  | { readonly is: 'spliced'; readonly mended: Buffer }
  /** Damaged in a way that an interrupted write does not explain. */
  | { readonly is: 'damaged' };

/** The part of a record within one block. */
interface Piece {
  readonly kind: number;
  readonly data: Buffer;
  readonly end: number;
}

/** Reads a log to its end. */
export const examine = (log: Buffer): Finding => read(log).finding;

/** The records of a whole log, in their order; null for any other log. */
export function recordsOf(log: Buffer): readonly Buffer[] | null {
  const { finding, records } = read(log);
  return finding.is === 'whole' ? records.map(joined) : null;
}

function read(log: Buffer): { finding: Finding; records: readonly Buffer[][] } {
  // Views, not copies: they are copied only when the log is rewritten or its records are returned.
  const records: Buffer[][] = [];
  let open: Buffer[] | null = null;
  let sound = 0;
  let spliced = false;
  let at = 0;
  while (at < log.length) {
    const left = BLOCK - (at % BLOCK);
    if (left < HEADER) {
      at += left;
      if (open === null) sound = Math.min(at, log.length);
      continue;
    }
    const piece = pieceAt(log, at);
    if (piece === null) {
      const next = nextBeginning(log, at + 1);
      if (next === null) {
        if (!breaksOff(log, at)) return { finding: { is: 'damaged' }, records };
        break;
      }
      // Half a record is here. A later writer began a new record before its end, or, at the end of a block, exactly at its
      // end, when the missing bytes were taken for filling.
      const end = endAt(log, at);
      if (end < next || (end === next && next % BLOCK !== 0)) return { finding: { is: 'damaged' }, records };
      spliced = true;
      open = null;
      at = next;
      continue;
    }
    const begins = piece.kind === FULL || piece.kind === FIRST;
    if (!begins && open === null) return { finding: { is: 'damaged' }, records };
    if (begins && open !== null) spliced = true;
    open = begins ? [piece.data] : [...(open ?? []), piece.data];
    at = piece.end;
    if (piece.kind === FULL || piece.kind === LAST) {
      records.push(open);
      open = null;
      sound = at;
    }
  }
  const finding: Finding = spliced
    ? { is: 'spliced', mended: layOut(records.map(joined)) }
    : sound < log.length
      ? { is: 'torn', soundBytes: sound }
      : { is: 'whole' };
  return { finding, records };
}

const joined = (pieces: readonly Buffer[]): Buffer =>
  pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);

function pieceAt(log: Buffer, at: number): Piece | null {
  if (at + HEADER > log.length) return null;
  const length = log.readUInt16LE(at + 4);
  const kind = log[at + 6] ?? 0;
  const end = at + HEADER + length;
  const fits = end <= log.length && HEADER + length <= BLOCK - (at % BLOCK);
  if (kind < FULL || kind > LAST || !fits) return null;
  if (checksum(log.subarray(at + 6, end)) !== log.readUInt32LE(at)) return null;
  return { kind, data: log.subarray(at + HEADER, end), end };
}

/** The end of a piece by its own length field. */
const endAt = (log: Buffer, at: number): number =>
  at + HEADER > log.length ? Infinity : at + HEADER + log.readUInt16LE(at + 4);

/** The start of the next whole first piece of a record, in this block or a later one. */
function nextBeginning(log: Buffer, from: number): number | null {
  for (let at = from; at + HEADER <= log.length; at += 1) {
    const kind = log[at + 6];
    if ((kind === FULL || kind === FIRST) && pieceAt(log, at) !== null) return at;
  }
  return null;
}

/** True when the log ends in the beginning of a record, or in the zeros that a power failure leaves. */
function breaksOff(log: Buffer, at: number): boolean {
  if (at + HEADER > log.length) return true;
  const kind = log[at + 6] ?? 0;
  const end = endAt(log, at);
  if (kind === 0) return log.subarray(at).every((byte) => byte === 0);
  return kind <= LAST && end - at <= BLOCK - (at % BLOCK) && end >= log.length;
}

/** Encodes records as a log; with `bytes`, as the part to append to a log of that size. */
export function layOut(records: readonly Buffer[], bytes = 0): Buffer {
  const parts: Buffer[] = [];
  let at = bytes;
  const put = (part: Buffer): void => {
    parts.push(part);
    at += part.length;
  };
  for (const record of records)
    for (let from = 0, isFirst = true, isLast = false; !isLast; isFirst = false) {
      if (BLOCK - (at % BLOCK) < HEADER) put(Buffer.alloc(BLOCK - (at % BLOCK)));
      const data = record.subarray(from, from + BLOCK - (at % BLOCK) - HEADER);
      from += data.length;
      isLast = from === record.length;
      const header = Buffer.alloc(HEADER);
      header.writeUInt16LE(data.length, 4);
      header.writeUInt8(isFirst ? (isLast ? FULL : FIRST) : isLast ? LAST : MIDDLE, 6);
      header.writeUInt32LE(checksum(Buffer.concat([header.subarray(6), data])), 0);
      put(Buffer.concat([header, data]));
    }
  return Buffer.concat(parts);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? (n >>> 1) ^ 0x82f63b78 : n >>> 1;
  return n >>> 0;
});

/** A masked CRC-32C (rotated, plus a constant), as LevelDB stores it, since a log may itself contain checksums. */
export function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = ((TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)) >>> 0;
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
