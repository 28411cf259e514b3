// Exports chats into a directory: from the journal, and from WhatsApp Web's own store, with files on request. A chat's files
// are replaced as a whole at its end; until then what was read is kept in staged lines, from which the next run continues.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../protocol/fault.js';
import { faultRow } from '../../protocol/fault-table.js';
import type { Chat } from '../../protocol/methods/chat.js';
import type { Message } from '../../protocol/schema.js';
import { isChatId } from '../../protocol/wid.js';
import type { AskTyped } from './ask.js';
import { type Directory, type ExportedChat, type JournalPlace, ownDirectory, putWhole } from './directory.js';
import { chatPage, indexPage } from './html.js';
import { readJournal } from './journal.js';
import { type ExportedFile, identityOf, inOrder, type Line } from './line.js';
import { MediaFiles } from './media-files.js';
import { type WalkEnd, walkBack } from './pages.js';
import { StagedLines } from './staged-lines.js';

/** A chat to export. `isListed`: WhatsApp Web has it; otherwise only the journal does. */
export interface Wanted extends Pick<Chat, 'id' | 'phone' | 'lid' | 'name' | 'kind'> {
  readonly isListed: boolean;
}

export interface MissingFile {
  readonly key: string;
  readonly kind: string;
  readonly reason: string;
}

export interface ChatResult {
  readonly id: string;
  readonly directory: string;
  readonly messages: number;
  readonly added: number;
  readonly files: number;
  readonly missing: readonly MissingFile[];
  /** Why it is not complete. */
  readonly error: { readonly kind: string; readonly reason: string } | null;
}

export interface ExportOptions {
  readonly ask: AskTyped;
  readonly directory: Directory;
  readonly html: boolean;
  readonly media: boolean;
  readonly since: string | null;
  readonly progress: (text: string) => void;
}

/** The daemon has no answer to a later try, either. */
const FOR_EVER: readonly string[] = ['media_gone', 'no_such_media', 'media_too_large'];
const EVERY_FILES = 25;
const EVERY_MESSAGES = 1_000;

/** True for a fault that ends the whole export; others concern one chat or one file. */
const endsAll = (fault: Fault): boolean =>
  fault.kind === 'usage' ||
  fault.kind === 'internal' ||
  ([3, 4, 5, 130].includes(faultRow(fault.kind).exit) && fault.kind !== 'unsupported_now');

export class Exporter {
  readonly #options: ExportOptions;

  constructor(options: ExportOptions) {
    this.#options = options;
  }

  /**
   * Stages what the journal has of the wanted chats.
   * @param findMore true: also chats that only the journal has
   * @returns all chats, and the cursor of the journal's last event
   */
  async journal(
    wanted: readonly Wanted[],
    findMore: boolean,
  ): Promise<{ readonly chats: readonly Wanted[]; readonly cursor: number }> {
    const { ask, directory, since } = this.#options;
    const chats = [...wanted, ...(findMore ? this.#unlisted(wanted) : [])];
    const byId = new Map(chats.flatMap((chat) => idsOf(chat).map((id) => [id, chat] as const)));
    const places = chats.map((chat) => this.#placeOf(chat));
    if (findMore) places.push(directory.manifest.journal);
    const after = Math.min(...places.map((place) => (covers(place.since, since) ? place.cursor : 0)));
    const { phone } = directory.manifest;
    const cursor = await readJournal(ask, after, phone, async (messages) => {
      const perChat = new Map<Wanted, Message[]>();
      for (const message of messages) {
        if (!isChatId(message.chatId) || (since !== null && message.timestamp < since)) continue;
        let chat = [message.chatId, ...idsOf(message.chat)].map((id) => byId.get(id)).find(Boolean);
        if (chat !== undefined && !isChatId(chat.id)) continue;
        if (chat === undefined) {
          if (!findMore) continue;
          chat = onlyJournal(message);
          chats.push(chat);
        }
        for (const id of [message.chatId, ...idsOf(message.chat)]) byId.set(id, chat);
        const some = perChat.get(chat);
        if (some === undefined) perChat.set(chat, [message]);
        else some.push(message);
      }
      for (const [chat, some] of perChat) {
        const staged = await StagedLines.open<Message>(join(await this.#directoryOf(chat), JOURNAL));
        await staged.append(some);
      }
    });
    return { chats, cursor };
  }

  /**
   * Exports one chat. A chat that cannot be read ends in `error`.
   * @throws (rejects) a Fault that ends the whole export
   */
  async chat(chat: Wanted, cursor: number): Promise<ChatResult> {
    const { directory } = this.#options;
    try {
      return await this.#export(chat, cursor);
    } catch (error) {
      const fault = Fault.of(error);
      if (endsAll(fault)) throw error;
      const known = directory.find(chat);
      return {
        ...{ id: chat.id, directory: known?.directory ?? chat.id, messages: known?.messages ?? 0 },
        ...{ added: 0, files: known?.files ?? 0, missing: [] },
        error: { kind: fault.kind, reason: fault.message },
      };
    }
  }

  /** Writes the list of chats. */
  async index(): Promise<void> {
    const { directory, html } = this.#options;
    if (html) await putWhole(join(directory.path, 'index.html'), indexPage(directory.manifest));
  }

  /** Called when a run over all chats has exported each of them. */
  async complete(cursor: number): Promise<void> {
    const { directory, since } = this.#options;
    await directory.putJournal(placeAfter(directory.manifest.journal, cursor, since));
  }

  /** The chats of earlier runs that WhatsApp Web does not have any more: a file of theirs may still be missing. */
  #unlisted(wanted: readonly Wanted[]): Wanted[] {
    const { directory } = this.#options;
    const listed = new Set(wanted.map((chat) => directory.find(chat)?.directory));
    return directory.manifest.chats
      .filter((chat) => !listed.has(chat.directory))
      .map(({ id, phone, lid, name, kind }) => ({ id, phone, lid, name, kind, isListed: false }));
  }

  #placeOf(chat: Wanted): JournalPlace {
    const { directory } = this.#options;
    return directory.find(chat)?.journal ?? directory.manifest.journal;
  }

  async #directoryOf(chat: Wanted): Promise<string> {
    const { directory } = this.#options;
    // The id becomes the name of a directory.
    if (!isChatId(chat.id))
      throw new Fault('invalid_recipient', { reason: `"${chat.id}" is no id of a chat` });
    const path = join(directory.path, directory.find(chat)?.directory ?? chat.id);
    await ownDirectory(path);
    return path;
  }

  async #export(chat: Wanted, cursor: number): Promise<ChatResult> {
    const { ask, directory, since, media, progress } = this.#options;
    const path = await this.#directoryOf(chat);
    const before = directory.find(chat);
    const lines = new Map((await readLines(join(path, LINES))).map((line) => [identityOf(line), line]));
    const had = lines.size;
    const add = (message: Message): void => {
      const id = identityOf(message);
      const known = lines.get(id);
      if (known === undefined || (known.type === 'ciphertext' && message.type !== 'ciphertext'))
        lines.set(id, { ...message, file: null });
    };
    const older = await StagedLines.open<Message>(join(path, OLDER));
    const journal = await StagedLines.open<Message>(join(path, JOURNAL));

    let covered = before?.since;
    const walk = async (): Promise<WalkEnd> => {
      // Where an earlier export is complete back to the wanted time, the rest need not be read again.
      const mayEnd = covered !== undefined && covers(covered, since);
      const saved = mayEnd ? new Set(lines.keys()) : new Set<string>();
      let noted = older.entries.length;
      const end = await walkBack(ask, {
        chat: chat.id,
        from: older.entries.at(-1)?.key ?? null,
        since,
        ends: (message) => saved.has(identityOf(message)),
        take: async (newestFirst) => {
          await older.append(newestFirst);
          if (older.entries.length - noted < EVERY_MESSAGES) return;
          noted = older.entries.length;
          progress(`${chat.id}: ${noted} messages`);
        },
      });
      if (end === 'start') covered = null;
      if (end === 'since' && !mayEnd) covered = since;
      if (end === 'stuck') covered = undefined;
      for (const message of [...older.entries].reverse()) add(message);
      return end;
    };
    let end: WalkEnd = 'start';
    if (chat.isListed) {
      if (older.entries.length > 0) {
        await walk();
        // Without the journal: the next reading ends at a known message, and the journal may have newer ones.
        await this.#write(chat, path, lines, covered, this.#placeOf(chat));
        await older.remove();
      }
      end = await walk();
    }
    for (const message of journal.entries) add(message);
    const place = placeAfter(this.#placeOf(chat), cursor, since);
    await this.#write(chat, path, lines, covered, place);
    await older.remove();
    await journal.remove();
    const missing = media ? await this.#files(chat, path, lines) : [];
    if (media) await this.#write(chat, path, lines, covered, place);
    return {
      ...{ id: chat.id, directory: directory.find(chat)?.directory ?? chat.id, messages: lines.size },
      ...{ added: lines.size - had, files: filesOf(lines.values()), missing },
      error: end === 'stuck' ? { kind: 'page_error', reason: STUCK } : null,
    };
  }

  async #write(
    chat: Wanted,
    path: string,
    lines: ReadonlyMap<string, Line>,
    since: string | null | undefined,
    journal: JournalPlace,
  ): Promise<void> {
    const { directory, html } = this.#options;
    const sorted = inOrder(lines.values());
    await putWhole(
      join(path, LINES),
      (function* () {
        for (const line of sorted) yield `${JSON.stringify(line)}\n`;
      })(),
    );
    if (html) await putWhole(join(path, PAGE), chatPage(chat, sorted));
    const entry: ExportedChat = {
      ...{ id: chat.id, phone: chat.phone, lid: chat.lid, name: chat.name, kind: chat.kind },
      directory: directory.find(chat)?.directory ?? chat.id,
      messages: sorted.length,
      oldest: sorted[0]?.timestamp ?? null,
      newest: sorted.at(-1)?.timestamp ?? null,
      files: filesOf(sorted),
      missing: sorted.filter(({ file }) => file !== null && 'missing' in file).length,
      ...(since === undefined ? {} : { since }),
      journal,
      exportedAt: new Date().toISOString(),
    };
    await directory.put(entry);
  }

  /** Fetches the files that are not there yet. @returns those that this run did not get */
  async #files(chat: Wanted, path: string, lines: Map<string, Line>): Promise<readonly MissingFile[]> {
    const { ask, progress } = this.#options;
    const files = await MediaFiles.open(path);
    const missing: MissingFile[] = [];
    const due = inOrder(lines.values()).filter(({ hasMedia, file }) => hasMedia && !isSettled(file));
    let fetched = 0;
    for (const line of due) {
      let file = await files.find(line);
      if (file === null) {
        try {
          file = await files.fetch(ask, line);
        } catch (error) {
          const fault = Fault.of(error);
          if (endsAll(fault)) throw error;
          file = { missing: fault.kind, reason: fault.message };
          missing.push({ key: line.key, kind: fault.kind, reason: fault.message });
        }
        fetched += 1;
        if (fetched % EVERY_FILES === 0) progress(`${chat.id}: ${fetched} files`);
      }
      lines.set(identityOf(line), { ...line, file });
    }
    return missing;
  }
}

const LINES = 'messages.jsonl';
const PAGE = 'messages.html';
/** What this run, or an interrupted one, has read from WhatsApp Web: newest first, without a hole. */
const OLDER = '.reading.jsonl';
const JOURNAL = '.journal.jsonl';
const STUCK = 'WhatsApp Web has older messages, and returned none; run the export again';

const idsOf = ({ id, phone, lid }: Pick<Wanted, 'id' | 'phone' | 'lid'>): string[] => [
  id,
  ...(phone === null ? [] : [`${phone}@c.us`]),
  ...(lid === null ? [] : [lid]),
];

const onlyJournal = ({ chatId, chat }: Message): Wanted => ({
  ...{ id: chatId, phone: chat.phone, lid: chat.lid },
  name: chat.name ?? chat.pushname ?? chatId,
  kind: chatId.endsWith('@g.us') ? 'group' : 'person',
  isListed: false,
});

/** True when messages since `done` contain those since `wanted`. */
const covers = (done: string | null, wanted: string | null): boolean =>
  done === null || (wanted !== null && done <= wanted);

const placeAfter = (before: JournalPlace, cursor: number, since: string | null): JournalPlace => ({
  cursor,
  since: covers(before.since, since) && before.cursor > 0 ? before.since : since,
});

const isSettled = (file: ExportedFile): boolean =>
  file !== null && ('path' in file || FOR_EVER.includes(file.missing));

function filesOf(lines: Iterable<Line>): number {
  let count = 0;
  for (const { file } of lines) if (file !== null && 'path' in file) count += 1;
  return count;
}

/** @throws (rejects) Fault usage for a file that another program has changed */
async function readLines(path: string): Promise<Line[]> {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  try {
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  } catch {
    throw new Fault('usage', { reason: `export: ${path} is damaged`, hint: null });
  }
}
