// `wactl export`: writes chats with their files into a directory.
import { resolve } from 'node:path';
import { Fault } from '../../protocol/fault.js';
import type { Answered } from '../../protocol/types.js';
import { command } from '../command.js';
import { type AskTyped, askTyped } from '../export/ask.js';
import { Directory } from '../export/directory.js';
import { type ChatResult, Exporter, type Wanted } from '../export/exporter.js';
import { past } from '../moment.js';
import { printable } from '../output.js';
import { renderExported } from '../render/export.js';

const FORMATS = ['jsonl', 'html'] as const;
const PAGE = 1000;
/** How often the list of chats is read when it changes meanwhile. */
const ROUNDS = 3;

export const exportChats = command({
  name: 'export',
  group: 'Messages and events',
  does: 'write chats with their files into a directory',
  notes:
    'Writes JSON Lines and a page for reading of each chat, from what WhatsApp Web and the journal have; the phone is\n' +
    'not asked (wactl history does that). A second run into the same directory adds only new messages, and continues\n' +
    'after Ctrl-C or a crash. messages.jsonl is always written, because the next run continues from it.\n\n' +
    'The exit status is 1 when a chat or a file is missing; the output has the reasons.\n\n' +
    'TIME is 2026-01-31, 2026-01-31T08:00Z, or a time ago: 12h, 7d, 4w.',
  args: [{ name: 'CHAT', required: false, does: 'phone number with country code, or chat id' }],
  options: {
    all: { type: 'flag', does: 'every chat' },
    to: { type: 'text', value: 'DIR', does: 'the directory: a new one, or that of an earlier export' },
    format: { type: 'list', value: 'F', choices: FORMATS, does: 'jsonl, html (default: both)' },
    media: { type: 'flag', does: 'also the files of the messages' },
    since: { type: 'text', value: 'TIME', does: 'only messages sent at this time or later' },
  },
  examples: [
    ['wactl export 15550002222 --to ana', 'one chat, without files'],
    ['wactl export --all --media --to backup', 'everything; from a timer, only what is new'],
    ['wactl export --all --format jsonl --since 30d --to month', 'for another program'],
  ],
  async run({ askAny, args: [chat], options, show, note, warn, account }) {
    const { all = false, to, format = FORMATS, media = false, since } = options;
    if ((chat === undefined) !== all) throw refuse('name a chat, or give --all');
    if (to === undefined) throw refuse('name the directory with --to DIR');
    for (const one of format)
      if (!FORMATS.includes(one as 'jsonl')) throw refuse(`--format: "${one}" is neither jsonl nor html`);
    const ask = askTyped(askAny);
    const from = since === undefined ? null : past('since', since);
    const { session } = await ask('session.status', {});
    const listed = chat === undefined ? await everyChat(ask) : [await ask('chat.get', { chat })];
    const results: ChatResult[] = [];
    try {
      await using directory = await Directory.open(resolve(to), account, session.phone);
      const exporter = new Exporter({
        ...{ ask, directory, html: format.includes('html'), media, since: from },
        progress: (text) => note(printable(text)),
      });
      const wanted: Wanted[] = listed.map((one) => ({ ...one, isListed: true }));
      const { chats, cursor } = await exporter.journal(wanted, all);
      for (const [at, one] of chats.entries()) {
        const result = await exporter.chat(one, cursor);
        results.push(result);
        if (all) note(`${at + 1} of ${chats.length}  ${printable(one.id)}  ${result.added} new messages`);
        if (result.error) warn(`${printable(one.id)}: ${printable(result.error.reason)}`);
        for (const { key, reason } of result.missing) warn(`${printable(key)}: ${printable(reason)}`);
      }
      if (all && results.every(({ error }) => error === null)) await exporter.complete(cursor);
      await exporter.index();
    } catch (error) {
      throw asFault(error);
    }
    show({ to: resolve(to), chats: results }, () => renderExported(to, results));
    return results.some(({ error, missing }) => error !== null || missing.length > 0) ? 1 : 0;
  },
});

const refuse = (reason: string): Fault =>
  new Fault('usage', { reason: `export: ${reason}`, hint: 'wactl export --help' });

/** An error of the file system has a code and a path. */
function asFault(error: unknown): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  if (error instanceof Fault || code === undefined) return error;
  return new Fault('usage', { reason: `export: cannot write ${path ?? ''}: ${code}`, hint: null });
}

/**
 * Lists the chats again from the first when some are missing at the end: one that gets a message meanwhile moves to the front, so
 * another one comes twice, and the moved one not at all.
 */
async function everyChat(ask: AskTyped): Promise<Answered<'chat.list'>['chats']> {
  const found = new Map<string, Answered<'chat.list'>['chats'][number]>();
  for (let offset = 0, rounds = 0; ; ) {
    const { chats, total } = await ask('chat.list', { limit: PAGE, offset });
    for (const chat of chats) found.set(chat.id, chat);
    if (chats.length === 0) rounds += 1;
    if (found.size >= total || rounds === ROUNDS) return [...found.values()];
    offset = chats.length === 0 ? 0 : offset + chats.length;
  }
}
