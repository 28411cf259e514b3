// The directory of an export: its manifest, its lock, and the removal of temporary files that a killed run has left.
import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openWholeFile } from '../../local/whole-file.js';
import { Fault } from '../../protocol/fault.js';

const MANIFEST = 'manifest.json';
const LOCK = '.lock';
/** Temporary files of local/whole-file.ts. */
const PART = /^\.[0-9a-f]{24}\.part$/;

/** The journal was read up to the event `cursor`, for messages sent at `since` or later; null: for all. */
export interface JournalPlace {
  readonly cursor: number;
  readonly since: string | null;
}

export interface ExportedChat {
  readonly id: string;
  readonly phone: string | null;
  readonly lid: string | null;
  readonly name: string;
  readonly kind: 'person' | 'group';
  /** Its directory in the export: the id that it had at first. */
  readonly directory: string;
  readonly messages: number;
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly files: number;
  readonly missing: number;
  /** Messages since this time are complete; null: all that WhatsApp Web had. Left out while that is not known. */
  readonly since?: string | null;
  readonly journal: JournalPlace;
  readonly exportedAt: string;
}

export interface Manifest {
  readonly format: 'wactl-export';
  readonly version: 1;
  readonly account: string;
  readonly phone: string | null;
  readonly exportedAt: string;
  /** For chats that are not in the list: what a whole run over all chats has read. */
  readonly journal: JournalPlace;
  readonly chats: readonly ExportedChat[];
}

const refuse = (reason: string, hint: string | null = null): Fault =>
  new Fault('usage', { reason: `export: ${reason}`, hint });

/** Writes a file completely or not at all. @throws (rejects) Fault usage */
export async function putWhole(path: string, pieces: Iterable<string>): Promise<void> {
  const file = await openWholeFile(path, 0o600);
  try {
    let some: string[] = [];
    let length = 0;
    for (const piece of pieces) {
      some.push(piece);
      length += piece.length;
      if (length < 2 ** 20) continue;
      await file.write(Buffer.from(some.join('')));
      some = [];
      length = 0;
    }
    await file.write(Buffer.from(some.join('')));
    await file.done();
  } finally {
    await file.abandon();
  }
}

/** Makes a directory with the mode 0700, and removes the temporary files in it. @throws (rejects) Fault usage */
export async function ownDirectory(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  if (!(await lstat(path)).isDirectory()) throw refuse(`${path} is not a directory`);
  for (const name of await readdir(path)) if (PART.test(name)) await rm(join(path, name));
}

export class Directory {
  readonly path: string;
  #manifest: Manifest;

  private constructor(path: string, manifest: Manifest) {
    this.path = path;
    this.#manifest = manifest;
  }

  /**
   * Opens a new or empty directory, or an earlier export of the same account, and locks it.
   * @throws (rejects) Fault usage
   */
  static async open(path: string, account: string, phone: string | null): Promise<Directory> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const found = await lstat(path);
    if (!found.isDirectory()) throw refuse(`${path} is not a directory`);
    if (found.uid !== process.getuid?.()) throw refuse(`${path} belongs to another user`);
    const before = await readManifest(path);
    const others = (await readdir(path)).filter((name) => name !== LOCK && !PART.test(name));
    if (before === null && others.length > 0)
      throw refuse(`${path} is no export and not empty; name a new directory`);
    if (before !== null && before.phone !== phone)
      throw refuse(`${path} is an export of another account (${before.phone}); name a new directory`);
    await chmod(path, 0o700);
    await lock(path);
    await ownDirectory(path);
    const directory = new Directory(path, {
      ...{ format: 'wactl-export', version: 1, account, phone },
      ...{ exportedAt: new Date().toISOString(), journal: before?.journal ?? { cursor: 0, since: null } },
      chats: before?.chats ?? [],
    });
    await directory.#save();
    return directory;
  }

  get manifest(): Manifest {
    return this.#manifest;
  }

  /** The chat under any of its ids: WhatsApp may name a person by the number at first, and by the LID later. */
  find({ id, phone, lid }: Pick<ExportedChat, 'id' | 'phone' | 'lid'>): ExportedChat | undefined {
    return this.#manifest.chats.find(
      (one) => one.id === id || (phone !== null && one.phone === phone) || (lid !== null && one.lid === lid),
    );
  }

  async put(chat: ExportedChat): Promise<void> {
    const others = this.#manifest.chats.filter(({ directory }) => directory !== chat.directory);
    this.#manifest = { ...this.#manifest, chats: [...others, chat], exportedAt: new Date().toISOString() };
    await this.#save();
  }

  /** Called when every chat was exported. */
  async putJournal(journal: JournalPlace): Promise<void> {
    this.#manifest = { ...this.#manifest, journal, exportedAt: new Date().toISOString() };
    await this.#save();
  }

  #save(): Promise<void> {
    return putWhole(join(this.path, MANIFEST), [`${JSON.stringify(this.#manifest, null, 2)}\n`]);
  }

  /** Removes the lock. */
  async [Symbol.asyncDispose](): Promise<void> {
    await rm(join(this.path, LOCK), { force: true });
  }
}

async function readManifest(path: string): Promise<Manifest | null> {
  const text = await readFile(join(path, MANIFEST), 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  let found: Manifest;
  try {
    found = JSON.parse(text) as Manifest;
  } catch {
    throw refuse(`${join(path, MANIFEST)} is damaged`);
  }
  if (found?.format !== 'wactl-export' || !Array.isArray(found.chats))
    throw refuse(`${join(path, MANIFEST)} belongs to another program`);
  if (found.version !== 1) throw refuse(`${path} was written by a newer version`, 'wactl version');
  return found;
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Two exports at the same time would mix their lines. A lock of a program that has ended is taken over. */
async function lock(path: string): Promise<void> {
  const file = join(path, LOCK);
  for (let isSecond = false; ; isSecond = true) {
    try {
      const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
      const handle = await open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      await handle.writeFile(String(process.pid));
      await handle.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = Number(await readFile(file, 'utf8').catch(() => ''));
    if (isSecond || (pid > 0 && pid !== process.pid && isRunning(pid)))
      throw refuse(`another export writes to ${path} (process ${pid})`, `ps -p ${pid}`);
    await rm(file, { force: true });
  }
}
