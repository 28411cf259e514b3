// Uploads bytes to the daemon in pieces. The daemon opens no path that a peer names, and may run as another user.
import { ReadStream, statSync } from 'node:fs';
import { MAX_FILE_BYTES } from '../protocol/content.js';
import { Fault } from '../protocol/fault.js';
import type { Answered } from '../protocol/types.js';
import type { CallOptions } from './api.js';

export interface UploadOptions extends CallOptions {
  /** The name that is shown to people. */
  readonly name?: string;
}

export type File = NonNullable<Answered<'media.put'>['file']>;

const PIECE = 384 * 1024;

/** Regroups bytes into pieces of the same size. The last one may be shorter, and is yielded even when empty. */
async function* pieces(
  data: Uint8Array | AsyncIterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<{ readonly bytes: Buffer; readonly done: boolean }> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const lot of data instanceof Uint8Array ? [data] : data) {
    held.push(lot);
    length += lot.length;
    if (length <= pieceBytes) continue;
    let all = Buffer.concat(held);
    for (; all.length > pieceBytes; all = all.subarray(pieceBytes))
      yield { bytes: all.subarray(0, pieceBytes), done: false };
    held = [all];
    length = all.length;
  }
  yield { bytes: Buffer.concat(held), done: true };
}

/** Called before the bytes are sent. @throws Fault media_too_large */
function checkSize(bytes: number): void {
  if (bytes <= MAX_FILE_BYTES) return;
  const reason = `A file has ${MAX_FILE_BYTES / 2 ** 20} MiB at most.`;
  throw new Fault('media_too_large', { reason, outcome: 'none' });
}

/** Checks the stream of a whole file, whose size is known in advance. @throws Fault media_too_large; the stream is closed then */
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

/** @param pieceBytes the bytes that are held and sent at a time @throws Fault of media.put */
export async function upload(
  put: (params: object) => Promise<unknown>,
  data: Uint8Array | AsyncIterable<Uint8Array>,
  { name }: UploadOptions,
  pieceBytes = PIECE,
): Promise<File> {
  if (data instanceof Uint8Array) checkSize(data.byteLength);
  else if (data instanceof ReadStream) checkStream(data);
  let id: string | undefined;
  let offset = 0;
  for await (const { bytes, done } of pieces(data, pieceBytes)) {
    checkSize(offset + bytes.length);
    const first = name === undefined ? {} : { name };
    const answer = (await put({
      ...(id === undefined ? first : { upload: id }),
      offset,
      done,
      data: bytes.toString('base64'),
    })) as Answered<'media.put'>;
    if (answer.file !== null) return answer.file;
    id = answer.upload;
    offset += bytes.length;
  }
  throw new Error('the daemon did not complete the file after its last piece');
}
