// Files over HTTP: takes the body of a request as a file, and answers with the bytes of one. Neither is ever whole in memory.
import { upload } from '../client/upload.js';
import { MAX_FILE_BYTES } from '../protocol/content.js';
import { Fault } from '../protocol/fault.js';
import { FORM_BYTES, formFile, isForm } from './multipart.js';
import { rangeOf } from './range.js';
import { faultReply, json, type Reply, type StreamedReply } from './reply.js';
import type { Asked } from './route.js';

/**
 * The bytes of one piece. While 60 MiB passed, daemon and gateway grew by up to 24 MiB of garbage with this size, and by up to
 * 37 MiB with 384 KiB, at the same speed.
 */
const PIECE_BYTES = 64 * 1024;

/** Stores the body as a file: the bytes themselves, with the name in `?name=`, or a form with one file. @throws Fault */
export async function takeFile({ ask, bytes, headers, query }: Asked): Promise<Reply> {
  const { account, name: wanted } = only(query, ['name', 'account']);
  const { 'content-type': type = '' } = headers;
  const form = isForm(type) ? await formFile(bytes(MAX_FILE_BYTES + FORM_BYTES), type) : null;
  const name = wanted || form?.name;
  const put = (params: object) => ask('media.put', { ...params, ...(account !== undefined && { account }) });
  const body = form?.bytes ?? bytes(MAX_FILE_BYTES);
  const file = await upload(put, body, name ? { name } : {}, PIECE_BYTES);
  return json(file, 201);
}

/** Answers with a file, or with the range of it that the request names. @throws (rejects) Fault */
export async function giveFile({ ask, headers, names, query }: Asked): Promise<Reply | StreamedReply> {
  const { id = '' } = names;
  const { account } = only(query, ['account']);
  const read = (offset: number, length: number) =>
    ask('media.read', { id, offset, length, ...(account !== undefined && { account }) });
  const { mimetype, name, size } = await read(0, 1);
  // The id is made from the content.
  const etag = `"${id}"`;
  const isSame = headers['if-range'] === undefined || headers['if-range'] === etag;
  const range = isSame ? rangeOf(headers.range, size) : null;
  if (range === 'unsatisfiable') {
    const reply = faultReply(
      new Fault('invalid_params', { reason: `the file has ${size} bytes`, hint: null }),
    );
    return { ...reply, status: 416, headers: { ...reply.headers, 'Content-Range': `bytes */${size}` } };
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  return {
    status: range === null ? 200 : 206,
    headers: {
      'Content-Type': safeType(mimetype),
      'Content-Disposition': disposition(name ?? id),
      // Even a type that a browser would run has no origin, no script and no form.
      'Content-Security-Policy': "sandbox; default-src 'none'",
      'Accept-Ranges': 'bytes',
      ETag: etag,
      ...(range !== null && { 'Content-Range': `bytes ${first}-${last}/${size}` }),
    },
    body: { bytes: last - first + 1, pieces: pieces(read, first, last) },
  };
}

async function* pieces(
  read: (offset: number, length: number) => Promise<{ readonly data: string }>,
  first: number,
  last: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let offset = first; offset <= last; ) {
    const wanted = Math.min(PIECE_BYTES, last - offset + 1);
    const { data } = await read(offset, wanted);
    const piece = Buffer.from(data, 'base64');
    // More than was asked for would be taken for the beginning of the next response.
    if (piece.length > wanted)
      throw new Fault('bad_answer', { reason: 'a piece of a file is too long', hint: null });
    if (piece.length === 0) throw new Fault('no_such_media', { reason: 'The file became shorter.' });
    yield piece;
    offset += piece.length;
  }
}

/** @throws Fault invalid_params: another parameter */
function only(query: URLSearchParams, known: readonly string[]): Readonly<Record<string, string>> {
  const unknown = [...query.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Fault('invalid_params', { reason: `${unknown.slice(0, 64)}: unknown key`, hint: null });
  return Object.fromEntries(query);
}

const TYPE = /^[a-z0-9][\w.+-]{0,63}\/[a-z0-9][\w.+-]{0,127}(?:; ?codecs=[\w.,-]{1,64})?$/i;
/** Types that a browser would run as a page of this address, if anything made it show the file. */
const ACTIVE = /^(?:text\/html|(?:text|application)\/(?:xml|(?:x-)?(?:java|ecma)script)|.*\+xml)(?:;|$)/i;

/** The sender of a file chose its type. */
export const safeType = (mimetype: string): string =>
  TYPE.test(mimetype) && !ACTIVE.test(mimetype) ? mimetype : 'application/octet-stream';

/** RFC 6266: the name in ASCII, and in full (RFC 5987). The sender of a file chose its name. */
export function disposition(name: string): string {
  // Controls, and characters that make a name look like another one: the direction of writing.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
  const plain = name.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '_');
  const ascii = plain.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  // Half of a surrogate pair cannot be encoded; Buffer replaces it.
  const full = encodeURIComponent(Buffer.from(plain).toString()).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${full}`;
}
