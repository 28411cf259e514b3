// Bytes to the daemon in pieces: it opens no path that a peer names, and may run as somebody else.
import { ReadStream, statSync } from 'node:fs';
import { MAX_FILE_BYTES } from '../protocol/content.js';
import { Fault } from '../protocol/fault.js';
import type { Answered } from '../protocol/types.js';
import type { CallOptions } from './api.js';

export interface UploadOptions extends CallOptions {
  /** For people to see. */
  readonly name?: string;
}

export type File = NonNullable<Answered<'media.put'>['file']>;

const PIECE = 384 * 1024;

/** Bytes that come in whatever lots, in lots of a piece; the last one may be shorter, and is there even when empty. */
async function* pieces(
  data: Uint8Array | AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly bytes: Buffer; readonly done: boolean }> {
  let held = Buffer.alloc(0);
  for await (const lot of data instanceof Uint8Array ? [data] : data) {
    held = Buffer.concat([held, lot]);
    for (; held.length > PIECE; held = held.subarray(PIECE))
      yield { bytes: held.subarray(0, PIECE), done: false };
  }
  yield { bytes: held, done: true };
}

/** Before any of it, or of what goes beyond, is sent. @throws Fault media_too_large */
function checkSize(bytes: number): void {
  if (bytes <= MAX_FILE_BYTES) return;
  const reason = `A file has ${MAX_FILE_BYTES / 2 ** 20} MiB at most.`;
  throw new Fault('media_too_large', { reason, outcome: 'none' });
}

/** A stream of a whole file: its size is known before. @throws Fault media_too_large, with the stream closed */
function checkStream(stream: ReadStream): void {
  const { path, start, end } = stream as ReadStream & { start?: number; end?: number };
  if (typeof path !== 'string' || start !== undefined || end !== Number.POSITIVE_INFINITY) return;
  const stats = statSync(path, { throwIfNoEntry: false });
  try {
    if (stats?.isFile()) checkSize(stats.size);
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

/** @throws Fault those of media.put */
export async function upload(
  put: (params: object) => Promise<unknown>,
  data: Uint8Array | AsyncIterable<Uint8Array>,
  { name }: UploadOptions,
): Promise<File> {
  if (data instanceof Uint8Array) checkSize(data.byteLength);
  else if (data instanceof ReadStream) checkStream(data);
  let id: string | undefined;
  let offset = 0;
  for await (const { bytes, done } of pieces(data)) {
    checkSize(offset + bytes.length);
    const first = name === undefined ? {} : { name };
    const answer = (await put({
      ...(id === undefined ? first : { upload: id }),
      ...{ offset, done, data: bytes.toString('base64') },
    })) as Answered<'media.put'>;
    if (answer.file !== null) return answer.file;
    id = answer.upload;
    offset += bytes.length;
  }
  throw new Error('the last piece makes it a file');
}
