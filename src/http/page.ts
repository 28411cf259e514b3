// Serves the linking page: three files that are read once and served unchanged, with a Content-Security-Policy that
// forbids loading anything from elsewhere.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Reply, typed } from './reply.js';

export type Page = Readonly<Record<'index' | 'script' | 'style', Reply>>;

/** No outside resource, inline code, frame, outgoing form, or markup made from text. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** @param directory with index.html, link.js and link.css @throws (rejects) when a file is missing */
export async function readPage(directory: string): Promise<Page> {
  const file = async (name: string, type: string): Promise<Reply> => {
    const { status, headers, body } = typed(type, await readFile(join(directory, name)));
    return { status, headers: { ...headers, 'Content-Security-Policy': POLICY }, body };
  };
  const [index, script, style] = await Promise.all([
    file('index.html', 'text/html; charset=utf-8'),
    file('link.js', 'text/javascript; charset=utf-8'),
    file('link.css', 'text/css; charset=utf-8'),
  ]);
  return { index, script, style };
}
