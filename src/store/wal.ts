// Checks whether the write-ahead log is whole. SQLite takes the first frame with a wrong checksum as the end of the log,
// as after a crash, and silently drops the later commits: messages that were reported as safe. So the log is checked
// here before SQLite opens it. Format: https://sqlite.org/fileformat2.html#walformat
import { readFileSync, statSync } from 'node:fs';

const HEADER = 32;
const FRAME = 24;
const MAGIC = 0x377f0682;
const VERSION = 3_007_000;
/** A larger log is not checked: reading this much takes about 1 s of the start. */
const MAX_BYTES = 256 * 1024 * 1024;

type Sum = readonly [number, number];

/**
 * The damage of a write-ahead log; null for a whole one, and for one whose last transaction was cut off by a crash, which
 * was never reported as done. Damage in the last transaction looks the same and cannot be distinguished from it.
 * @param path of the log; the file may be missing
 * @throws the kernel's error when the file cannot be read
 */
export function walDamage(path: string): string | null {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= HEADER || size > MAX_BYTES) return null;
  const log = new Log(readFileSync(path));
  // Never synced, so nothing was committed: the power failed before any of it was on disk.
  if (log.isBlank) return null;
  if (!log.isHeaderSound) return 'the header of the write-ahead log is damaged';
  const broken = log.firstUnsound();
  // The commit with the broken frame may have been in progress. No later commit can exist then, because each is synced
  // before the next begins.
  const cutOff = log.nextCommit(broken);
  if (cutOff === null) return null;
  for (let frame = cutOff + 1; frame < log.frames; frame += 1) {
    if (log.isSound(frame))
      return `frame ${broken + 1} of the write-ahead log is damaged, and there are commits after it`;
  }
  return null;
}

class Log {
  readonly frames: number;
  readonly #bytes: DataView;
  readonly #pageSize: number;
  readonly #littleEndian: boolean;

  constructor(buffer: Buffer) {
    this.#bytes = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    this.#littleEndian = this.#bytes.getUint32(0) === MAGIC;
    this.#pageSize = this.#bytes.getUint32(8);
    this.frames = Math.floor((buffer.byteLength - HEADER) / (FRAME + this.#pageSize));
  }

  get isBlank(): boolean {
    for (let at = 0; at < HEADER; at += 4) if (this.#bytes.getUint32(at) !== 0) return false;
    return true;
  }

  get isHeaderSound(): boolean {
    const size = this.#pageSize;
    return (
      (this.#bytes.getUint32(0) & ~1) === MAGIC &&
      this.#bytes.getUint32(4) === VERSION &&
      size >= 512 &&
      size <= 65_536 &&
      (size & (size - 1)) === 0 &&
      same(this.#sum([0, 0], 0, HEADER - 8), this.#stored(HEADER - 8))
    );
  }

  /** The first frame that SQLite would not read; the number of frames when all are valid. */
  firstUnsound(): number {
    let frame = 0;
    while (frame < this.frames && this.isSound(frame)) frame += 1;
    return frame;
  }

  /** The first frame at or after `from` that ends a transaction of this log, or null. */
  nextCommit(from: number): number | null {
    for (let frame = from; frame < this.frames; frame += 1)
      if (this.#isOurs(frame) && this.#bytes.getUint32(this.#at(frame) + 4) !== 0) return frame;
    return null;
  }

  /** True when the frame belongs to this log and its checksum continues that of the frame before it. */
  isSound(frame: number): boolean {
    const at = this.#at(frame);
    if (!this.#isOurs(frame)) return false;
    const before = frame === 0 ? HEADER - 8 : this.#at(frame - 1) + 16;
    const sum = this.#sum(this.#stored(before), at, 8);
    return same(this.#sum(sum, at + FRAME, this.#pageSize), this.#stored(at + 16));
  }

  /** A copied log is overwritten from its beginning. Frames left from before have other salts. */
  #isOurs(frame: number): boolean {
    const at = this.#at(frame) + 8;
    return (
      this.#bytes.getUint32(at) === this.#bytes.getUint32(16) &&
      this.#bytes.getUint32(at + 4) === this.#bytes.getUint32(20)
    );
  }

  #at(frame: number): number {
    return HEADER + frame * (FRAME + this.#pageSize);
  }

  #stored(at: number): Sum {
    return [this.#bytes.getUint32(at), this.#bytes.getUint32(at + 4)];
  }

  #sum([a, b]: Sum, at: number, length: number): Sum {
    for (let i = at; i < at + length; i += 8) {
      a = (a + this.#bytes.getUint32(i, this.#littleEndian) + b) >>> 0;
      b = (b + this.#bytes.getUint32(i + 4, this.#littleEndian) + a) >>> 0;
    }
    return [a, b];
  }
}

const same = (one: Sum, other: Sum): boolean => one[0] === other[0] && one[1] === other[1];
