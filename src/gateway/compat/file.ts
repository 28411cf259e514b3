// Files of a foreign request: `data` in base64, or a `url`, which is fetched from public addresses only. Either is uploaded to
// the daemon of the account.
import { upload } from '../../client/upload.js';
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
