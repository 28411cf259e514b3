// The files of a chat's messages in its directory `media`. A name consists of a hash and an ending from this table: a
// sender chooses neither, and no browser runs a file with one of these endings as a page or a script.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openWholeFile } from '../../local/whole-file.js';
import type { Message } from '../../protocol/schema.js';
import type { AskTyped } from './ask.js';
import { ownDirectory } from './directory.js';
import { type ExportedFile, stemOf } from './line.js';

const ENDINGS: ReadonlyMap<string, string> = new Map([
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['image/webp', 'webp'],
  ['image/gif', 'gif'],
  ['video/mp4', 'mp4'],
  ['video/3gpp', '3gp'],
  ['video/quicktime', 'mov'],
  ['video/webm', 'webm'],
  ['audio/ogg', 'ogg'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp4', 'm4a'],
  ['audio/aac', 'aac'],
  ['audio/amr', 'amr'],
  ['audio/wav', 'wav'],
  ['application/pdf', 'pdf'],
  ['application/zip', 'zip'],
  ['text/plain', 'txt'],
  ['text/csv', 'csv'],
  ['text/vcard', 'vcf'],
  ['application/msword', 'doc'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['application/vnd.openxmlformats-officedocument.presentationml.presentation', 'pptx'],
]);

export const endingOf = (mimetype: string): string =>
  ENDINGS.get(mimetype.split(';', 1)[0]?.trim().toLowerCase() ?? '') ?? 'bin';

export class MediaFiles {
  readonly #path: string;
  readonly #byStem: Map<string, string>;

  private constructor(path: string, byStem: Map<string, string>) {
    this.#path = path;
    this.#byStem = byStem;
  }

  /** @param chat the directory of the chat */
  static async open(chat: string): Promise<MediaFiles> {
    const path = join(chat, 'media');
    await ownDirectory(path);
    const names = (await readdir(path)).filter((name) => /^[0-9a-f]{32}\.[0-9a-z]{2,4}$/.test(name));
    return new MediaFiles(path, new Map(names.map((name) => [name.slice(0, 32), name])));
  }

  /** A file that an earlier run has fetched. */
  async find(message: Message): Promise<ExportedFile> {
    const name = this.#byStem.get(stemOf(message));
    if (name === undefined) return null;
    const { size } = await stat(join(this.#path, name));
    return { path: `media/${name}`, size, mimetype: message.media?.mimetype ?? null };
  }

  /** @throws (rejects) the faults of media.fetch and media.read */
  async fetch(ask: AskTyped, message: Message): Promise<ExportedFile> {
    const { id, mimetype } = await ask('media.fetch', { id: message.key });
    const name = `${stemOf(message)}.${endingOf(mimetype)}`;
    const file = await openWholeFile(join(this.#path, name), 0o600);
    let size = 0;
    try {
      for (let end = false; !end; ) {
        const piece = await ask('media.read', { id, offset: size });
        const bytes = Buffer.from(piece.data, 'base64');
        await file.write(bytes);
        size += bytes.length;
        end = piece.end || bytes.length === 0;
      }
      await file.done();
    } finally {
      await file.abandon();
    }
    this.#byStem.set(stemOf(message), name);
    return { path: `media/${name}`, size, mimetype };
  }
}
