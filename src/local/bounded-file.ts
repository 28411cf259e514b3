// Reads whole files up to a maximum size. Opening never blocks (O_NONBLOCK): a FIFO without a writer would hang the
// program, even at process.exit. Reading a growing file, or an endless device, stops at the maximum.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
const READ_ONLY = O_RDONLY | O_NONBLOCK | O_NOCTTY;
/** The size of one read. */
const PIECE = 65_536;
const RETRY_MS = 20;
/** How long to wait for the first byte of a pipe. */
const FIRST_BYTE_MS = 30_000;
/** The device number of /dev/null, which counts as an empty file. */
const NULL_DEVICE = 0x103;

/** A file exists but is refused. The message names the file; `why` does not. */
export class UnfitFile extends Error {
  readonly why: string;

  constructor(path: string, why: string) {
    super(`${path} ${why}`);
    this.why = why;
  }
}

export interface BoundedOptions {
  /** False refuses a symbolic link, with ELOOP; default true. */
  readonly follow?: boolean;
  /** Called with the open file; throws when it must not be read. */
  readonly check?: (stats: Stats) => void;
}

/**
 * Reads a regular file, or /dev/null, of at most `maxBytes`.
 * @throws UnfitFile; the kernel's error; the error of `check`
 */
export function readBounded(path: string, maxBytes: number, options: BoundedOptions = {}): Buffer {
  const { follow = true, check } = options;
  const fd = openSync(path, follow ? READ_ONLY : READ_ONLY | O_NOFOLLOW);
  try {
    const stats = fstatSync(fd);
    checkKind(path, stats);
    check?.(stats);
    checkSize(path, stats.size, maxBytes);
    const pieces: Buffer[] = [];
    for (let bytes = 0; ; ) {
      const piece = Buffer.alloc(roomFor(stats.size, bytes, maxBytes));
      const read = readSync(fd, piece, 0, piece.length, null);
      if (read === 0) return Buffer.concat(pieces);
      bytes += read;
      checkSize(path, bytes, maxBytes);
      pieces.push(piece.subarray(0, read));
    }
  } finally {
    closeSync(fd);
  }
}

/** The asynchronous form, for files of several MB. @throws (rejects) as `readBounded` throws */
export async function readBoundedAsync(path: string, maxBytes: number): Promise<Buffer> {
  await using file = await openRegular(path);
  const { size } = await file.stat();
  checkSize(path, size, maxBytes);
  return await readOn(file, path, size, maxBytes);
}

/** Opens a regular file for reading; the caller closes it. @throws (rejects) UnfitFile; the kernel's error */
export async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, READ_ONLY);
  try {
    checkKind(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads a file that a person names: a regular file, a character device, or a pipe such as `<(pass show wad)`, for whose
 * first byte it waits.
 * @throws (rejects) UnfitFile; the kernel's error; an AbortError
 */
export async function readNamed(path: string, maxBytes: number, signal?: AbortSignal): Promise<Buffer> {
  await using file = await open(path, READ_ONLY);
  const stats = await file.stat();
  if (!stats.isFIFO() && !stats.isCharacterDevice()) checkKind(path, stats);
  checkSize(path, stats.size, maxBytes);
  return await readOn(file, path, stats.size, maxBytes, stats.isFIFO() ? FIRST_BYTE_MS : 0, signal);
}

async function readOn(
  file: FileHandle,
  path: string,
  size: number,
  maxBytes: number,
  waitMs = 0,
  signal?: AbortSignal,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const until = performance.now() + waitMs;
  for (let bytes = 0; ; ) {
    signal?.throwIfAborted();
    const piece = Buffer.alloc(roomFor(size, bytes, maxBytes));
    const read = await file.read(piece, 0, piece.length, null).then(
      ({ bytesRead }) => bytesRead,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EAGAIN') return null; // there is a writer, which has written nothing yet
        throw error;
      },
    );
    const isEarly = read === 0 && bytes === 0 && performance.now() < until;
    if (read === null || isEarly) await sleep(RETRY_MS, undefined, { signal });
    else if (read === 0) return Buffer.concat(pieces);
    else {
      bytes += read;
      checkSize(path, bytes, maxBytes);
      pieces.push(piece.subarray(0, read));
    }
  }
}

/** One byte more than expected, so that the end is detected. */
const roomFor = (size: number, bytes: number, maxBytes: number): number =>
  Math.min(Math.max(size - bytes + 1, PIECE), maxBytes - bytes + 1);

function checkSize(path: string, bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new UnfitFile(path, `has more than ${maxBytes} bytes`);
}

function checkKind(path: string, stats: Stats): void {
  if (stats.isFile() || (stats.isCharacterDevice() && stats.rdev === NULL_DEVICE)) return;
  const is = stats.isDirectory() ? 'a directory' : stats.isFIFO() ? 'a pipe' : 'a device';
  throw new UnfitFile(path, `is ${is}, not a regular file`);
}
