// Files of a foreign request: `data` in base64, or a `url`, which is fetched from public addresses only. Either is uploaded to
// the daemon of the account. Files of an answer are read from the daemon.
import { upload } from '../../client/upload.js';
import { json, type Reply } from '../../http/reply.js';
import { Fault } from '../../protocol/fault.js';
import type { Fields } from './fields.js';
import type { Door } from './row.js';

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const DATA_URL = /^data:[^,]{0,256};base64,/i;

/**
 * Uploads the file of a request and returns its id, which `message.send` takes as `media`. The declared media type is ignored:
 * the daemon reads it from the bytes.
 * @param file `{ data, filename }` or `{ url, filename }`
 * @throws (rejects) Fault invalid_params, not_fetched, and those of media.put
 */
export async function putFile(door: Door, account: string, file: Fields): Promise<string> {
  const name = file.optional('filename')?.slice(0, 255);
  const data = file.optional('data');
  const bytes = data === undefined ? door.fetchFile(file.text('url')) : decoded(data);
  const { id } = await upload(
    (params) => door.ask(account, 'media.put', params as never),
    bytes,
    name === undefined ? {} : { name },
  );
  return id;
}

/** Base64, also as a data URL, with URL-safe characters or line breaks. @throws Fault invalid_params */
export function decoded(data: string): Buffer {
  const text = data.replace(DATA_URL, '').replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/');
  if (!BASE64.test(text))
    throw new Fault('invalid_params', { reason: '"data" must be a file in base64', hint: null });
  return Buffer.from(text, 'base64');
}

/** Files are returned whole, in base64. A larger one is read in pieces. */
const MAX_MEDIA_BYTES = 16 * 2 ** 20;

/**
 * Answers with a file of the daemon, in base64, when there is a place for it.
 * @throws (rejects) Fault answer_too_long, busy, no_such_media, and those of media.read
 */
export async function answerWithFile(
  door: Door,
  account: string,
  { id, size }: { readonly id: string; readonly size: number },
  answer: (data: string) => object,
): Promise<Reply> {
  if (size > MAX_MEDIA_BYTES) {
    const reason = `A file of more than ${MAX_MEDIA_BYTES / 2 ** 20} MiB is read in pieces, with media.read.`;
    throw new Fault('answer_too_long', { reason });
  }
  return door.holdFile(account, size, async () => {
    const data = (await wholeFile(door, account, id, size)).toString('base64');
    // As bytes: whoever waits for the place may be next when this one ends.
    return json(answer(data));
  });
}

/** @throws (rejects) Fault no_such_media: it has another size; and those of media.read */
async function wholeFile(door: Door, account: string, id: string, size: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let offset = 0; offset < size; ) {
    const bytes = Buffer.from((await door.ask(account, 'media.read', { id, offset })).data, 'base64');
    if (bytes.length === 0 || offset + bytes.length > size)
      throw new Fault('no_such_media', { reason: 'The size of the file is not the announced one.' });
    pieces.push(bytes);
    offset += bytes.length;
  }
  return Buffer.concat(pieces);
}
