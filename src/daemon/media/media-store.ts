// Stores files of messages, sent or received, in the state directory under generated names. A message keeps
// the file as it was accepted, even if the caller's file changes. No path from a peer is ever opened; bytes
// are transferred in pieces.
import { createHash, type Hash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openRegular, readBounded } from '../../local/bounded-file.js';
import { type FileRef, MAX_FILE_BYTES } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import { syncDirectory } from '../../session-dir/durable-file.js';
import { HEAD_BYTES, mimetypeOf } from './mime.js';

interface Upload {
  readonly path: string;
  readonly file: FileHandle;
  readonly hash: Hash;
  readonly name: string | null;
  readonly mimetype: string | null;
  readonly maxBytes: number;
  head: Buffer;
  size: number;
  /** Pieces of one upload are written in order. */
  turn: Promise<unknown>;
}

/** A file that has not been requested or sent for this long is removed, unless a message still needs it. */
const KEEP_MS = 30 * 86_400_000;
const ID = /^f-[0-9a-f]{40}$/;
/** The name of a note, which records the file of a message. */
const NOTE = /^m-[0-9a-f]{40}$/;

/** Of a message: where its file came from, so that a purge finds the file when the journal has the message no more. */
export interface FileOrigin {
  readonly chat: string;
  /** Null in a chat with one person. */
  readonly author: string | null;
  /** When the message was sent, ms; when it was fetched, if that is unknown. */
  readonly atMs: number;
}

/** A note is a FileRef, or the id of a file, since 0.2 with the origin. */
const MAX_NOTE_BYTES = 16_384;

/** A name for people to see: without path and control characters. */
const clean = (name: string | null): string | null =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
  name === null ? null : basename(name.replace(/[\u0000-\u001f\u007f]/g, '')).slice(0, 255) || null;

export class MediaStore {
  readonly #dir: string;
  readonly #wanted: () => ReadonlySet<string>;
  readonly #maxBytes: number;
  /** The total size of the files. */
  #bytes = 0;
  #shrinking: Promise<void> = Promise.resolve();
  readonly #uploads = new Map<string, Upload>();

  private constructor(dir: string, wanted: () => ReadonlySet<string>, maxBytes: number) {
    this.#dir = dir;
    this.#wanted = wanted;
    this.#maxBytes = maxBytes;
  }

  /**
   * Creates the directory, and removes incomplete and expired files of an earlier run.
   * @param wanted the ids of files that are kept, however old they are
   * @param maxBytes the most bytes of all files together; the least recently used files are removed first
   */
  static async open(
    dir: string,
    wanted: () => ReadonlySet<string>,
    { maxBytes = Number.POSITIVE_INFINITY } = {},
  ): Promise<MediaStore> {
    const made = await mkdir(dir, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncDirectory(dirname(made));
    const mediaStore = new MediaStore(dir, wanted, maxBytes);
    await mediaStore.sweep(Date.now());
    return mediaStore;
  }

  /** The total size of the files on disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The path of a stored file. @throws Fault no_such_media */
  path(id: string): string {
    if (!ID.test(id)) throw new Fault('no_such_media', { reason: `There is no file ${id.slice(0, 64)}.` });
    return join(this.#dir, id);
  }

  /**
   * Begins an upload of at most this many bytes; the caller finishes or abandons it.
   * @throws (rejects) Fault disk_full
   */
  async begin(
    name: string | null,
    mimetype: string | null = null,
    maxBytes = MAX_FILE_BYTES,
  ): Promise<string> {
    const id = `u-${randomBytes(12).toString('hex')}`;
    const path = join(this.#dir, `.${id}`);
    const file = await open(path, 'wx', 0o600).catch(noSpace);
    this.#uploads.set(id, {
      path,
      file,
      mimetype,
      maxBytes,
      name: clean(name),
      hash: createHash('sha256'),
      head: Buffer.alloc(0),
      size: 0,
      turn: Promise.resolve(),
    });
    return id;
  }

  /** Appends one piece. Returns how many bytes there are now. @throws (rejects) Fault */
  add(id: string, offset: number, piece: Buffer): Promise<number> {
    const upload = this.#upload(id);
    const next = upload.turn.then(async () => {
      if (offset !== upload.size)
        throw new Fault('invalid_params', { reason: `The next piece begins at ${upload.size}.`, hint: null });
      const { maxBytes } = upload;
      if (upload.size + piece.length > maxBytes) {
        await this.#drop(id);
        const reason = `The file has more than ${maxBytes} bytes, the most that are accepted.`;
        throw new Fault('media_too_large', { reason, hint: null, more: { maxBytes } });
      }
      await writeAt(upload.file, piece, upload.size);
      upload.hash.update(piece);
      if (upload.head.length < HEAD_BYTES)
        upload.head = Buffer.concat([upload.head, piece.subarray(0, HEAD_BYTES - upload.head.length)]);
      upload.size += piece.length;
      return upload.size;
    });
    upload.turn = next.catch(() => undefined);
    return next;
  }

  /**
   * Completes an upload: the file is on disk, under its id.
   * @param of the message that the file belongs to
   * @throws (rejects) Fault
   */
  async finish(id: string, of?: { readonly name: string; readonly origin?: FileOrigin }): Promise<FileRef> {
    const upload = this.#upload(id);
    await upload.turn;
    this.#uploads.delete(id);
    const { file, hash, head, name, path, size } = upload;
    try {
      await file.sync().catch(noSpace);
      await file.close();
      const mimetype = upload.mimetype ?? mimetypeOf(head, name);
      const sum = createHash('sha256')
        .update(hash.digest())
        .update(`\n${name ?? ''}\n${mimetype}`);
      const ref: FileRef = { id: `f-${sum.digest('hex').slice(0, 40)}`, mimetype, name, size };
      await this.#note(ref);
      // Before the file: a purge finds a file by this note, also after a crash, and does not take it for one that nobody needs.
      if (of !== undefined) await this.noteMessage(of.name, ref.id, of.origin);
      await rename(path, this.path(ref.id));
      await syncDirectory(this.#dir).catch(noSpace);
      this.#bytes += size;
      if (this.#bytes > this.#maxBytes) await this.#shrink(ref.id);
      return ref;
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Abandons an upload, after the pieces that are being written. */
  async abandon(id: string): Promise<void> {
    await this.#uploads.get(id)?.turn;
    await this.#drop(id);
  }

  /** The description of a file; the file counts as used. @throws (rejects) Fault no_such_media */
  async get(id: string): Promise<FileRef> {
    const path = this.path(id);
    try {
      const ref = JSON.parse(readBounded(`${path}.json`, MAX_NOTE_BYTES).toString()) as FileRef;
      const now = new Date();
      await utimes(path, now, now);
      return ref;
    } catch (cause) {
      throw new Fault('no_such_media', { reason: `There is no file ${id}.`, cause });
    }
  }

  /**
   * The file of a message, if it was fetched and is still stored.
   * @param message a name that only this message has
   */
  async ofMessage(message: string): Promise<FileRef | null> {
    try {
      return await this.get(readNote(this.#noteOf(message))?.file ?? '');
    } catch {
      return null;
    }
  }

  /**
   * Records the file of a message. It is not synced: if it is lost, the file is fetched again.
   * @throws (rejects) Fault disk_full
   */
  async noteMessage(message: string, fileId: string, origin?: FileOrigin): Promise<void> {
    const note = origin === undefined ? fileId : JSON.stringify({ file: fileId, ...origin });
    await writeFile(this.#noteOf(message), note, { mode: 0o600 }).catch(noSpace);
  }

  /**
   * Removes the files of messages, unless another message, or one that is still to be sent, has the same file.
   * @param messages the names of the messages, as in `noteMessage`
   * @param files further files, by their id
   * @param isDry only counts
   * @param isFrom further messages, by the origin of their file
   * @returns how many files
   */
  async forget(
    messages: readonly string[],
    files: readonly string[],
    isDry: boolean,
    isFrom: (origin: FileOrigin) => boolean = () => false,
  ): Promise<number> {
    const going = new Set(messages.map((message) => basename(this.#noteOf(message))));
    const candidates = new Set(files);
    const kept = new Set(this.#wanted());
    for (const name of await readdir(this.#dir)) {
      if (!NOTE.test(name)) continue;
      const path = join(this.#dir, name);
      const note = readNote(path);
      if (note === null) continue; // removed meanwhile
      const isGoing = going.has(name) || (note.origin !== null && isFrom(note.origin));
      (isGoing ? candidates : kept).add(note.file);
      if (isGoing && !isDry) await rm(path, { force: true });
    }
    const names = new Set(await readdir(this.#dir));
    const gone = [...candidates].filter((id) => ID.test(id) && names.has(id) && !kept.has(id));
    if (isDry) return gone.length;
    for (const id of gone) {
      const { size } = await stat(join(this.#dir, id)).catch(() => ({ size: 0 }));
      await rm(join(this.#dir, id), { force: true });
      await rm(join(this.#dir, `${id}.json`), { force: true });
      this.#bytes -= size;
    }
    if (gone.length > 0) await syncDirectory(this.#dir);
    return gone.length;
  }

  #noteOf(message: string): string {
    return join(this.#dir, `m-${createHash('sha256').update(message).digest('hex').slice(0, 40)}`);
  }

  /** @throws (rejects) Fault no_such_media */
  async read(id: string, offset: number, length: number): Promise<Buffer> {
    const file = await openRegular(this.path(id)).catch((cause: unknown) => {
      throw new Fault('no_such_media', { reason: `There is no file ${id}.`, cause });
    });
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  /** Removes incomplete files, and files that were not used for long and are not needed. */
  async sweep(nowMs: number): Promise<void> {
    const wanted = this.#wanted();
    const active = new Set([...this.#uploads.values()].map(({ path }) => basename(path)));
    // Files before their notes.
    for (const name of (await readdir(this.#dir)).sort()) {
      const path = join(this.#dir, name);
      const { mtimeMs } = (await stat(path).catch(() => null)) ?? { mtimeMs: nowMs };
      const isHalf = name.startsWith('.') && !active.has(name);
      const isUnused = nowMs - mtimeMs > KEEP_MS;
      // A note stays as long as its file: without it a purge would not find the file.
      const isOld =
        isUnused &&
        ((ID.test(name) && !wanted.has(name)) || (NOTE.test(name) && !(await this.#hasFile(path))));
      if (isHalf || isOld) await rm(path, { force: true });
      if (isOld) await rm(`${path}.json`, { force: true });
    }
    await this.#shrink(null);
  }

  /**
   * Removals run one after another, so that none removes more than is needed.
   * @param newest is kept, whatever its size
   */
  #shrink(newest: string | null): Promise<void> {
    const mine = this.#shrinking.then(() => this.#removeExcess(newest));
    this.#shrinking = mine.catch(() => undefined);
    return mine;
  }

  async #removeExcess(newest: string | null): Promise<void> {
    const names = (await readdir(this.#dir)).filter((name) => ID.test(name));
    const found = await Promise.all(
      names.map(async (id) => ({ id, stats: await stat(join(this.#dir, id)).catch(() => null) })),
    );
    const files = found
      .map(({ id, stats }) => ({ id, size: stats?.size ?? 0, usedAtMs: stats?.mtimeMs ?? 0 }))
      .sort((a, b) => a.usedAtMs - b.usedAtMs);
    this.#bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (this.#bytes <= this.#maxBytes) return;
    const wanted = this.#wanted();
    for (const { id, size } of files) {
      if (this.#bytes <= this.#maxBytes) return;
      if (id === newest || wanted.has(id)) continue;
      await rm(join(this.#dir, id), { force: true });
      await rm(join(this.#dir, `${id}.json`), { force: true });
      this.#bytes -= size;
    }
  }

  /** Whether the file of a note is stored. */
  async #hasFile(note: string): Promise<boolean> {
    const { file = '' } = readNote(note) ?? {};
    return ID.test(file) && (await stat(join(this.#dir, file)).catch(() => null)) !== null;
  }

  /** The content is synced here; the name is synced with the directory. */
  async #note(ref: FileRef): Promise<void> {
    const path = join(this.#dir, `.${ref.id}-${randomBytes(4).toString('hex')}.json`);
    const file = await open(path, 'wx', 0o600).catch(noSpace);
    try {
      await file.writeFile(JSON.stringify(ref)).catch(noSpace);
      await file.sync().catch(noSpace);
    } finally {
      await file.close();
    }
    await rename(path, `${this.path(ref.id)}.json`);
  }

  #upload(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload) return upload;
    throw new Fault('no_such_media', { reason: `There is no upload ${id.slice(0, 64)}; start it again.` });
  }

  async #drop(id: string): Promise<void> {
    const upload = this.#uploads.get(id);
    this.#uploads.delete(id);
    if (!upload) return;
    await upload.file.close().catch(() => undefined);
    await rm(upload.path, { force: true });
  }
}

/** The note of a message; null when there is none that can be read. */
function readNote(path: string): { readonly file: string; readonly origin: FileOrigin | null } | null {
  try {
    const text = readBounded(path, MAX_NOTE_BYTES).toString();
    if (!text.startsWith('{')) return { file: text, origin: null };
    const { file, ...origin } = JSON.parse(text) as FileOrigin & { file: string };
    return { file, origin };
  } catch {
    return null;
  }
}

/**
 * Writes all of a piece or none of it. A nearly full disk may write a part, which only
 * the returned number shows.
 */
async function writeAt(file: FileHandle, piece: Buffer, at: number): Promise<void> {
  try {
    for (let done = 0; done < piece.length; ) {
      const { bytesWritten } = await file.write(piece, done, piece.length - done, at + done);
      done += bytesWritten;
    }
  } catch (error) {
    await file.truncate(at).catch(() => undefined);
    noSpace(error);
  }
}

function noSpace(error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') throw new Fault('disk_full', { cause: error });
  throw error;
}
