// The pages of an export. Names, texts and file names come from strangers: each is escaped, and shown without characters
// that a browser or a terminal obeys. There is no script, and the policy in the page forbids any.
import { createHash } from 'node:crypto';
import { printable } from '../output.js';
import { gistOf } from '../render/gist.js';
import type { ExportedChat, Manifest } from './directory.js';
import { type Line, stemOf } from './line.js';

const STYLE = `body{font:15px/1.4 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;background:#f4f1ec;color:#222}
article{background:#fff;border-radius:8px;margin:.5rem 15% .5rem 0;padding:.5rem .8rem;overflow-wrap:anywhere}
article.me{background:#dcf4d3;margin:.5rem 0 .5rem 15%}
article:target{outline:2px solid #383}
header,footer,time,.note{color:#666;font-size:.85em}
.text{white-space:pre-wrap;margin:.2rem 0}
.quote{display:block;border-left:3px solid #9b9;padding-left:.5rem;color:#555;text-decoration:none;margin:.2rem 0}
img,video{max-width:100%;max-height:30rem;display:block}
@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}article{background:#222}article.me{background:#1d3a2a}}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
/** `file:` because 'self' matches nothing in a page that was opened from a disk. */
const POLICY = `default-src 'none'; img-src 'self' file:; media-src 'self' file:; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** For the content of an element and for a quoted attribute. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
/** A name in one line; what would change the direction of text is shown as its code. */
const nameHtml = (text: string): string => `<bdi>${escapeHtml(printable(text))}</bdi>`;
/** Controls that neither HTML nor a reader has a use for, and those that show a text backwards. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202d\u202e]/g;
const textHtml = (text: string): string =>
  escapeHtml(text.replace(/\r\n?/g, '\n').replace(CONTROLS, printable));

const page = (title: string, body: Iterable<string>): Iterable<string> =>
  (function* () {
    yield `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n`;
    yield `<meta http-equiv="Content-Security-Policy" content="${escapeHtml(POLICY)}">\n`;
    yield `<meta name="viewport" content="width=device-width">\n<meta name="referrer" content="no-referrer">\n`;
    yield `<title>${escapeHtml(printable(title))}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n`;
    yield* body;
    yield '</body>\n</html>\n';
  })();

/** `2026-01-01 00:00:00` in UTC. */
const timeHtml = (instant: string): string =>
  `<time>${escapeHtml(printable(instant.slice(0, 19).replace('T', ' ')))}</time>`;

function whoOf({ fromMe, sender, author, from }: Line): string {
  if (fromMe) return 'me';
  const number = sender?.phone ? `+${sender.phone}` : (author ?? from);
  if (sender?.name) return sender.name;
  return sender?.pushname ? `~${sender.pushname} (${number})` : number;
}

const anchor = (line: Line): string => `m-${stemOf(line)}`;
/** Without the name of the file, which is next to the file. */
const contentOf = (line: Line): string =>
  line.type === 'text' ? (line.body ?? '') : gistOf({ ...line, media: null });

const QUOTED = 120;
function quoteHtml(replyTo: string, quoted: Line | undefined): string {
  if (quoted === undefined || quoted.messageId !== replyTo)
    return '<span class="quote">(answers a message that is not in this export)</span>\n';
  const begin = [...contentOf(quoted)].slice(0, QUOTED).join('');
  return `<a class="quote" href="#${anchor(quoted)}">${nameHtml(whoOf(quoted))}: ${nameHtml(begin)}</a>\n`;
}

function fileHtml({ file, media, hasMedia }: Line): string {
  if (!hasMedia && file === null) return '';
  const name = media?.name ? nameHtml(media.name) : 'file';
  if (file === null) return `<p class="note">${name}: not exported</p>\n`;
  if ('missing' in file) return `<p class="note">${name}: missing, ${textHtml(printable(file.reason))}</p>\n`;
  const path = escapeHtml(file.path.split('/').map(encodeURIComponent).join('/'));
  const link = `<p class="note"><a href="${path}">${name}</a>, ${file.size} bytes</p>\n`;
  if (/\.(jpg|png|webp|gif)$/.test(file.path)) return `<img src="${path}" alt="" loading="lazy">\n${link}`;
  if (/\.(mp4|webm|mov)$/.test(file.path))
    return `<video src="${path}" controls preload="none"></video>\n${link}`;
  if (/\.(ogg|mp3|m4a|aac|wav)$/.test(file.path))
    return `<audio src="${path}" controls preload="none"></audio>\n${link}`;
  return link;
}

function messageHtml(line: Line, byId: ReadonlyMap<string, Line>): string {
  const { replyTo } = line;
  const content = contentOf(line);
  return (
    `<article id="${anchor(line)}"${line.fromMe ? ' class="me"' : ''}>\n` +
    `<header>${nameHtml(whoOf(line))} ${timeHtml(line.timestamp)}</header>\n` +
    (replyTo === null ? '' : quoteHtml(replyTo, byId.get(replyTo))) +
    (content === '' ? '' : `<div class="text" dir="auto">${textHtml(content)}</div>\n`) +
    `${fileHtml(line)}</article>\n`
  );
}

/** @param lines oldest first */
export function chatPage(chat: Pick<ExportedChat, 'name' | 'id'>, lines: readonly Line[]): Iterable<string> {
  const byId = new Map(lines.map((line) => [line.messageId, line]));
  return page(
    chat.name,
    (function* () {
      yield `<h1>${nameHtml(chat.name)}</h1>\n<p class="note">${nameHtml(chat.id)}, ${lines.length} messages. Times are in UTC.</p>\n`;
      for (const line of lines) yield messageHtml(line, byId);
    })(),
  );
}

/** The list of chats. */
export function indexPage({ account, phone, exportedAt, chats }: Manifest): Iterable<string> {
  const newest = [...chats].sort((a, b) => ((a.newest ?? '') > (b.newest ?? '') ? -1 : 1));
  return page(
    `WhatsApp chats of ${account}`,
    (function* () {
      yield `<h1>${nameHtml(account)}</h1>\n<p class="note">${phone === null ? '' : `+${escapeHtml(phone)}, `}${chats.length} chats, exported ${timeHtml(exportedAt)} UTC</p>\n`;
      for (const { name, id, directory, messages, newest: last } of newest)
        yield `<article><a href="${escapeHtml(encodeURIComponent(directory))}/messages.html">${nameHtml(name)}</a> <span class="note">${nameHtml(id)}, ${messages} messages${last === null ? '' : `, the last ${timeHtml(last)}`}</span></article>\n`;
    })(),
  );
}
