// Serves a page, the linking page or the console: three files that are read once and served unchanged, with a
// Content-Security-Policy that forbids loading anything from elsewhere.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Reply, typed } from './reply.js';

export type Page = Readonly<Record<'index' | 'script' | 'style', Reply>>;

interface Files {
  /** The script is NAME.js, the style sheet NAME.css. */
  readonly name: string;
  /** Sources of pictures, as in `img-src`. */
  readonly pictures: string;
}

const LINKING: Files = { name: 'link', pictures: 'data:' };

/** No outside resource, inline code, frame, outgoing form, or markup made from text. */
const policy = (pictures: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src ${pictures}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');

/** @param directory with index.html and the other two @throws (rejects) when a file is missing */
export async function readPage(directory: string, { name, pictures } = LINKING): Promise<Page> {
  const file = async (path: string, type: string): Promise<Reply> => {
    const { status, headers, body } = typed(type, await readFile(join(directory, path)));
    return { status, headers: { ...headers, 'Content-Security-Policy': policy(pictures) }, body };
  };
  const [index, script, style] = await Promise.all([
    file('index.html', 'text/html; charset=utf-8'),
    file(`${name}.js`, 'text/javascript; charset=utf-8'),
    file(`${name}.css`, 'text/css; charset=utf-8'),
  ]);
  return { index, script, style };
}
