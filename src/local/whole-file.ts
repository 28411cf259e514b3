// Writes a file that a person names, completely or not at all. It replaces only a regular file: a link, a device or a
// socket at the path is neither followed nor removed, even when root runs the program. The bytes go to a temporary file
// with an unguessable name and mode 0600. A pipe or a character device is written to directly, as curl does.
import { randomBytes } from 'node:crypto';
import { constants, rmSync, type Stats } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../protocol/fault.js';

export interface WholeFile {
  /** @throws (rejects) Fault usage */
  write(bytes: Uint8Array): Promise<void>;
  /** Gives the file its name. @throws (rejects) Fault usage; nothing is left then */
  done(): Promise<void>;
  /** Removes the temporary file. May be called after `done`. */
  abandon(): Promise<void>;
}

export interface NewFile extends WholeFile {
  /** The path of the temporary file. */
  readonly part: string;
  /** Syncs the written bytes to the disk. */
  sync(): Promise<void>;
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;
const RETRY_MS = 20;

/**
 * @param mode of a new file; a replaced file keeps its own mode, without the rights that are missing in this one
 * @throws (rejects) Fault usage
 */
export async function openWholeFile(path: string, mode = 0o600): Promise<WholeFile> {
  const before = await lstat(path).catch((error) => {
    if (error.code === 'ENOENT') return null;
    throw cannot(path, error);
  });
  if (before?.isFile() && before.uid !== process.getuid?.())
    throw cannot(path, { code: 'it is a file of another user' });
  if (before === null || before.isFile()) return Part.open(path, before, mode);
  if (before.isFIFO() || before.isCharacterDevice()) return openStream(path);
  throw refused(path, before);
}

/**
 * Creates a file; no file or link of this name may exist.
 * @throws (rejects) Fault usage
 */
export async function createWholeFile(path: string): Promise<NewFile> {
  if ((await lstat(path).catch(() => null)) !== null) throw cannot(path, { code: 'EEXIST' });
  return Part.open(path, null, 0o600);
}

/** Opens a pipe or device, and waits for a pipe's reader. Without O_NONBLOCK, Ctrl-C could not end the wait. */
async function openStream(path: string): Promise<WholeFile> {
  for (;;) {
    try {
      const handle = await open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
      return {
        write: (bytes) => writeAll(handle, path, bytes),
        done: () => handle.close(),
        abandon: () => handle.close(),
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw cannot(path, error);
      await sleep(RETRY_MS);
    }
  }
}

async function writeAll(handle: FileHandle, path: string, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += (await handle.write(bytes, at)).bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw cannot(path, error);
      await sleep(RETRY_MS);
    }
  }
}

/** The temporary file of a regular file. */
class Part implements NewFile {
  readonly #path: string;
  readonly part: string;
  readonly #handle: FileHandle;
  readonly #replaces: boolean;
  readonly #mode: number;
  /** Also runs when the program exits. */
  readonly #remove: () => void;

  static async open(path: string, before: Stats | null, mode: number): Promise<Part> {
    const part = join(dirname(path), `.${randomBytes(12).toString('hex')}.part`);
    const handle = await open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600).catch((error) => {
      throw cannot(path, error);
    });
    return new Part(path, part, handle, before, mode);
  }

  private constructor(path: string, part: string, handle: FileHandle, before: Stats | null, mode: number) {
    this.#path = path;
    this.part = part;
    this.#handle = handle;
    this.#replaces = before !== null;
    this.#mode = before === null ? mode : before.mode & mode;
    this.#remove = () => rmSync(part, { force: true });
    process.once('exit', this.#remove);
  }

  write(bytes: Uint8Array): Promise<void> {
    return writeAll(this.#handle, this.#path, bytes);
  }

  async sync(): Promise<void> {
    await this.#handle.sync().catch((error) => {
      throw cannot(this.#path, error);
    });
  }

  async done(): Promise<void> {
    try {
      await this.#handle.chmod(this.#mode);
      await this.#handle.close();
      if (this.#replaces) await this.#replace();
      else await putNew(this.part, this.#path);
    } finally {
      await this.abandon();
    }
  }

  async abandon(): Promise<void> {
    process.off('exit', this.#remove);
    await this.#handle.close().catch(() => undefined); // closed already
    this.#remove();
  }

  async #replace(): Promise<void> {
    const now = await lstat(this.#path).catch(() => null);
    if (now !== null && !now.isFile()) throw refused(this.#path, now);
    await rename(this.part, this.#path).catch((error) => {
      throw cannot(this.#path, error);
    });
  }
}

/** Gives a file its name, which must not exist: link(2) never replaces. @throws (rejects) Fault usage */
export async function putNew(part: string, path: string): Promise<void> {
  try {
    await link(part, path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // File systems without hard links: FAT, some network file systems.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw cannot(path, error);
    if (await lstat(path).catch(() => null)) throw cannot(path, { code: 'EEXIST' });
    await rename(part, path).catch((failed) => {
      throw cannot(path, failed);
    });
    return;
  }
  await unlink(part);
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such directory',
  ENOTDIR: 'there is no such directory',
  EACCES: 'no permission',
  EEXIST: 'it exists already',
  ENOSPC: 'the disk is full',
};

function cannot(path: string, error: unknown): Fault {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  const reason = `cannot write ${path}: ${WORDS[code] ?? code}`;
  return new Fault('usage', { reason, hint: null, cause: error });
}

function refused(path: string, stats: Stats): Fault {
  const [what, hint] = stats.isSymbolicLink()
    ? ['it is a symbolic link; name its target', `readlink -f ${path}`]
    : stats.isDirectory()
      ? ['it is a directory', null]
      : stats.isSocket()
        ? ['it is a socket', null]
        : ['it is a device', null];
  return new Fault('usage', { reason: `cannot write ${path}: ${what}`, hint });
}
