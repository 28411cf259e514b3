// Reads an archive to its end, which proves that it is complete. It may come from anybody, and states its own lengths: each
// part that is read as a whole has a bound, and no file is written elsewhere than its place.
import { mkdir, open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import { Fault } from '../protocol/fault.js';
import { syncDirectory } from '../session-dir/durable-file.js';
import { MANIFEST, type Manifest, readManifest } from './manifest.js';
import type { OnBytes } from './pack.js';
import { decrypterOf, type Seal, withHeader } from './seal.js';
import { filesIn, TarError } from './tar.js';
import { Unfit } from './unfit.js';

const MAX_MANIFEST = 65_536;
/** A profile of Chromium has a few hundred. */
const MAX_FILES = 20_000;

export interface UnpackOptions {
  readonly seal: Seal;
  /** Checked before any file is written. @throws Unfit */
  readonly check?: (manifest: Manifest) => void;
  /** Where the file of this name is written; null: it does not belong in the archive. Its parts are plain names. */
  readonly place: (name: string) => string | null;
  /**
   * The directory on whose disk the files must fit; it is created. Files stay there when this rejects. Without it, names are
   * checked and nothing is unpacked.
   */
  readonly root?: string;
  readonly signal?: AbortSignal;
  readonly onBytes?: OnBytes;
}

export interface Contents {
  readonly manifest: Manifest;
  /** Files besides the manifest. */
  readonly count: number;
}

/**
 * Unpacks every file, each of mode 0600 and on disk when this resolves.
 * @throws (rejects) Unfit for an archive that is damaged, foreign, or sealed with another key; Fault disk_full; what the
 * source throws; the kernel's errors for the files
 */
export async function unpack(sealed: AsyncIterable<Uint8Array>, options: UnpackOptions): Promise<Contents> {
  const decrypter = await decrypterOf(options.seal);
  const guarded = withHeader(sealed, () => new Unfit('it is not encrypted with age'));
  const whole = ReadableStream.from(guarded) as unknown as globalThis.ReadableStream<Uint8Array>;
  const decrypted = await decrypter.decrypt(whole);
  // Settles once each stream has ended, so nothing is open or half written when it throws.
  return pipeline(
    Readable.fromWeb(decrypted as unknown as ReadableStream),
    createGunzip(),
    (unzipped: AsyncIterable<Uint8Array>) => take(unzipped, options),
    { signal: options.signal },
  );
}

async function take(
  unzipped: AsyncIterable<Uint8Array>,
  { check, root, place, onBytes }: UnpackOptions,
): Promise<Contents> {
  let manifest: Manifest | null = null;
  let count = 0;
  let bytes = 0;
  const room = root === undefined ? Number.POSITIVE_INFINITY : await freeBytes(root);
  const directories = new Set<string>();
  for await (const { name, size, content } of filesIn(unzipped)) {
    if (manifest === null) {
      if (name !== MANIFEST) throw new Unfit('it is not a session exported by wad');
      if (size > MAX_MANIFEST) throw new Unfit(`its ${MANIFEST} has more than ${MAX_MANIFEST} bytes`);
      manifest = readManifest(await buffer(content));
      check?.(manifest);
      continue;
    }
    const path = isPlain(name) ? place(name) : null;
    if (path === null) throw foreign(name);
    count += 1;
    bytes += size;
    if (count > MAX_FILES) throw new Unfit(`it has more than ${MAX_FILES} files`);
    if (bytes > room)
      throw new Fault('disk_full', {
        reason: `it holds more than the ${Math.floor(room / 1_048_576)} MB that are free for the session`,
        hint: `df -h ${root ?? ''}`,
      });
    if (root === undefined) continue;
    const total = manifest.bytes ?? null;
    await write(content, path, name, (written) => onBytes?.(written, total));
    directories.add(dirname(path));
  }
  if (manifest === null) throw new Unfit('it is empty');
  const { files = count, bytes: promised = bytes } = manifest;
  if (files !== count || promised !== bytes)
    throw new Unfit(`it is damaged (${count} of ${files} files, ${bytes} of ${promised} bytes)`);
  for (const directory of directories) await syncDirectory(directory);
  return { manifest, count };
}

async function freeBytes(path: string): Promise<number> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** A file of the archive stays in its folder, also when the archive was made with the right key. */
const isPlain = (name: string): boolean =>
  !name.includes('\0') &&
  name.split('/').every((part) => !['', '.', '..'].includes(part) && Buffer.byteLength(part) <= 255);

const foreign = (name: string, cause?: unknown): Unfit =>
  new Unfit(`${name.slice(0, 200)} does not belong in a session`, { cause });

/** The errors of a second file of one name, and of a file where another one has a folder. */
const IN_THE_WAY = ['EEXIST', 'ENOTDIR', 'EISDIR'];

async function write(
  content: AsyncIterable<Uint8Array>,
  path: string,
  name: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await using handle = await open(path, 'wx', 0o600);
    for await (const piece of content) {
      await handle.writeFile(piece);
      onBytes(piece.length);
    }
    await handle.sync();
  } catch (error) {
    if (!IN_THE_WAY.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw foreign(name, error);
  }
}

/**
 * Why the archive cannot be used, in words that fit after "it cannot be used: "; null for an error that is not about the
 * archive. Translates the texts of age-encryption 0.3.1.
 * @param what it is sealed with, such as "the passphrase"
 */
export function unfitness(error: unknown, what: string): string | null {
  if (error instanceof Unfit || error instanceof TarError) return error.message;
  if (error instanceof Fault || !(error instanceof Error)) return null;
  const { message, code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== undefined) return null;
  if (/no identity matched/.test(message)) return `${what} is wrong`;
  if (code === 'ABORT_ERR') return null;
  return `it is damaged (${message})`;
}
