// Bytes to the daemon in pieces: it opens no path that a peer names, and may run as somebody else.
import type { Answered } from '../socket/client.js';
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

/** @throws Fault those of media.put */
export async function upload(
  put: (params: object) => Promise<unknown>,
  data: Uint8Array | AsyncIterable<Uint8Array>,
  { name }: UploadOptions,
): Promise<File> {
  let id: string | undefined;
  let offset = 0;
  for await (const { bytes, done } of pieces(data)) {
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
