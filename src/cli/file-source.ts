// Reads the file that a person names, or stdin, in pieces. No read blocks the program: Ctrl-C ends it also while a pipe has
// no writer, or one that writes nothing.
import { constants, fstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Opening a FIFO blocks until it has a writer, without O_NONBLOCK. */
const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
const RETRY_MS = 20;
/** How long to wait for the first byte of a named pipe. */
const FIRST_BYTE_MS = 30_000;
/** A pipe of the shell, such as `<(pass show wad)`: its writer was there before it was opened, so its end is the end. */
const OF_SHELL = /^\/(dev\/(fd|std)|proc\/)/;

export interface FileSource {
  /** Null when it is not known before the end. */
  readonly size: number | null;
  /** To be read once, and closed by `close`. */
  readonly chunks: AsyncIterable<Buffer>;
  /** May be called twice. */
  close(): Promise<void>;
}

/**
 * Opens a file, or stdin for `-`. The caller closes it.
 * @param waitMs how long to wait for the first byte of a named pipe
 * @throws (rejects) the kernel's error, also EISDIR; from the chunks, also ETIMEDOUT
 */
export async function openSource(path: string, waitMs = FIRST_BYTE_MS): Promise<FileSource> {
  if (path === '-') {
    const stats = fstatSync(0);
    if (stats.isDirectory()) throw failure('EISDIR');
    const size = stats.isFile() ? stats.size : null;
    return { size, chunks: process.stdin as AsyncIterable<Buffer>, close: async () => undefined };
  }
  const file = await open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw failure('EISDIR');
    const isNamedPipe = stats.isFIFO() && !OF_SHELL.test(path);
    return {
      size: stats.isFile() ? stats.size : null,
      chunks: chunksOf(file, isNamedPipe ? waitMs : 0),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

const failure = (code: string): Error => Object.assign(new Error(code), { code });

async function* chunksOf(file: FileHandle, waitMs: number): AsyncGenerator<Buffer> {
  const until = performance.now() + waitMs;
  for (let isFirst = true; ; ) {
    const chunk = Buffer.allocUnsafe(65_536);
    const bytes = await file.read(chunk, 0, chunk.length, null).then(
      ({ bytesRead }) => bytesRead,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EAGAIN') return null; // there is a writer, which has written nothing yet
        throw error;
      },
    );
    if (bytes) {
      isFirst = false;
      yield chunk.subarray(0, bytes);
    } else if (bytes === null) await sleep(RETRY_MS);
    else if (!isFirst || waitMs === 0) return;
    else if (performance.now() < until) await sleep(RETRY_MS);
    else throw failure('ETIMEDOUT');
  }
}

/** Groups chunks into pieces of one size; the last one is smaller, and may be empty. */
export async function* piecesOf(chunks: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let piece = Buffer.alloc(0);
  for await (const chunk of chunks) {
    piece = Buffer.concat([piece, chunk]);
    for (; piece.length >= size; piece = piece.subarray(size)) yield piece.subarray(0, size);
  }
  yield piece;
}
