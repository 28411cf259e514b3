// A session as one file: a tar of its profile, compressed, then encrypted with a passphrase in the
// format of age. So `age -d FILE | tar tz` reads it as well. Importing this module loads the packages;
// only an export or import does.
import { createReadStream } from 'node:fs';
import { mkdir, open, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createGunzip, createGzip } from 'node:zlib';
import { Decrypter, Encrypter } from 'age-encryption';
import { pack } from 'tar-stream';
import { createWholeFile, type WholeFile } from '../../local/whole-file.js';
import { Fault } from '../../protocol/fault.js';
import { syncDirectory } from '../../session-dir/durable-file.js';
import { type ProfileFile, profileFiles } from './profile-files.js';
import { filesIn, TarError } from './tar.js';

/** The content of `session.json`, the first file. */
export interface Manifest {
  readonly format: 1;
  readonly account: string;
  readonly wid: string | null;
  readonly linkedAt: string | null;
  /** The receive watermark at the time of the export, ISO 8601; null or missing: unknown. */
  readonly lastSeenAt?: string | null;
  readonly browser: string | null;
  readonly made: string;
  /** How many files follow, and their bytes; missing in archives of wad 0.1. */
  readonly files?: number;
  readonly bytes?: number;
}

const MANIFEST = 'session.json';
const PROFILE = 'profile/';
/**
 * Each part that is read as a whole has a bound: an archive states its own lengths,
 * and may come from anybody.
 */
const MAX_MANIFEST = 65_536;
/** The header of age for a passphrase has about 150 bytes. */
const MAX_AGE_HEADER = 4_096;
/** A profile of Chromium has a few hundred. */
const MAX_FILES = 20_000;

const toWeb = (stream: Readable) =>
  Readable.toWeb(stream) as unknown as globalThis.ReadableStream<Uint8Array>;
const fromWeb = (stream: unknown) => Readable.fromWeb(stream as ReadableStream);

/** Called with the bytes of a profile as they are copied, and with the total. */
export type OnBytes = (bytes: number, total: number | null) => void;

/**
 * Writes a new file and reads it back. Only then does it get its name, so a file with that name is complete.
 * @returns how many files are in it
 * @throws (rejects) Fault usage when there is a file of this name, or it cannot be written
 */
export async function writeArchive(
  file: string,
  session: {
    readonly profile: string;
    readonly manifest: Manifest;
    readonly passphrase: string;
    readonly signal?: AbortSignal;
    readonly onBytes?: OnBytes;
  },
): Promise<number> {
  const target = await createWholeFile(file);
  try {
    const written = await pour(target, session);
    await target.sync();
    const { count } = await readArchive(target.part, readingOf(session));
    if (count !== written)
      throw new Fault('internal', { reason: `${count} of ${written} files can be read` });
    await target.done();
    await syncDirectory(dirname(file));
    return written;
  } finally {
    await target.abandon();
  }
}

/** Reads the archive back; nothing is unpacked. */
const readingOf = ({ passphrase, signal }: Parameters<typeof writeArchive>[1]) => ({
  passphrase,
  ...(signal && { signal }),
});

async function pour(
  target: WholeFile,
  { profile, manifest, passphrase, signal, onBytes }: Parameters<typeof writeArchive>[1],
): Promise<number> {
  const all: ProfileFile[] = [];
  for await (const one of profileFiles(profile)) all.push(one);
  const bytes = all.reduce((sum, { size }) => sum + size, 0);
  const tar = pack();
  const put = (name: string, size: number, content: Readable): Promise<void> =>
    pipeline(content, tar.entry({ name, size, mode: 0o600 }));
  async function* counted(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of content) {
      onBytes?.(piece.length, bytes);
      yield piece;
    }
  }
  const filled = (async () => {
    const text = Buffer.from(`${JSON.stringify({ ...manifest, files: all.length, bytes }, null, 2)}\n`);
    await put(MANIFEST, text.length, Readable.from([text]));
    for (const { name, size } of all)
      await put(PROFILE + name, size, Readable.from(counted(createReadStream(join(profile, name)))));
    tar.finalize();
  })();
  filled.catch((error) => tar.destroy(error));
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  const compressed = (tar as unknown as Readable).pipe(createGzip());
  tar.on('error', (error) => compressed.destroy(error));
  const encrypted = await encrypter.encrypt(toWeb(compressed));
  await pipeline(
    fromWeb(encrypted),
    async (pieces: AsyncIterable<Uint8Array>) => {
      for await (const piece of pieces) await target.write(piece);
    },
    signal ? { signal } : {},
  );
  await filled;
  return all.length;
}

/**
 * Reads the file to its end, which proves that it is complete.
 * @param profile the directory for its files, which stay there when this throws;
 * without it, nothing is unpacked
 * @throws (rejects) Fault usage when it is no archive of ours, it is damaged, or the passphrase is wrong;
 * Fault disk_full when there is no space for its content; the kernel's errors for files below `profile`
 */
export async function readArchive(
  file: string,
  {
    passphrase,
    profile,
    signal,
    onBytes,
  }: { passphrase: string; profile?: string; signal?: AbortSignal; onBytes?: OnBytes },
): Promise<Contents> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    await refuseOther(file);
    const decrypted = await decrypter.decrypt(toWeb(createReadStream(file)));
    // Settles once each stream has ended, so nothing is open or half written when it throws.
    return await pipeline(
      fromWeb(decrypted),
      createGunzip(),
      (unzipped: AsyncIterable<Uint8Array>) => take(unzipped, profile, onBytes),
      { signal },
    );
  } catch (error) {
    if (error instanceof Unfit) throw refusal(file, error.message, error.cause);
    const { syscall, path } = error as NodeJS.ErrnoException;
    if (error instanceof Fault || signal?.aborted || (syscall !== undefined && path !== file)) throw error;
    throw refusal(file, says(error), error);
  }
}

export interface Contents {
  readonly manifest: Manifest;
  /** Files besides the manifest. */
  readonly count: number;
}

/** Why the file cannot be used; the file's name is put in front. */
class Unfit extends Error {}

/** Checked before age reads it: age holds the whole header in memory, even one that has no end. */
async function refuseOther(file: string): Promise<void> {
  if (!(await stat(file)).isFile()) throw new Unfit('it is not a regular file');
  await using handle = await open(file, 'r');
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_AGE_HEADER), 0, MAX_AGE_HEADER, 0);
  const start = buffer.toString('latin1', 0, bytesRead);
  if (!start.startsWith('age-encryption.org/v1\n') || !/\n--- .*\n/.test(start))
    throw new Unfit('it is not encrypted with age');
}

async function take(
  unzipped: AsyncIterable<Uint8Array>,
  profile: string | undefined,
  onBytes: OnBytes | undefined,
): Promise<Contents> {
  let manifest: Manifest | null = null;
  let count = 0;
  let bytes = 0;
  const room = profile === undefined ? Number.POSITIVE_INFINITY : await freeBytes(dirname(profile));
  for await (const { name, size, content } of filesIn(unzipped)) {
    if (manifest === null) {
      if (name !== MANIFEST) throw new Unfit('it is not a session exported by wad');
      if (size > MAX_MANIFEST) throw new Unfit(`its ${MANIFEST} has more than ${MAX_MANIFEST} bytes`);
      manifest = readManifest(await buffer(content));
      continue;
    }
    const target = placeOf(name);
    count += 1;
    bytes += size;
    if (count > MAX_FILES) throw new Unfit(`it has more than ${MAX_FILES} files`);
    if (bytes > room)
      throw new Fault('disk_full', {
        reason: `it holds more than the ${Math.floor(room / 1_048_576)} MB that are free for the session`,
        hint: `df -h ${dirname(profile ?? '')}`,
      });
    if (profile === undefined) continue;
    const total = manifest.bytes ?? null;
    await write(content, join(profile, target), name, (written) => onBytes?.(written, total));
  }
  if (manifest === null) throw new Unfit('it is empty');
  const { files = count, bytes: promised = bytes } = manifest;
  if (files !== count || promised !== bytes)
    throw new Unfit(`it is damaged (${count} of ${files} files, ${bytes} of ${promised} bytes)`);
  return { manifest, count };
}

async function freeBytes(path: string): Promise<number> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** The path below the profile. Even somebody who knows the passphrase may not write elsewhere. */
function placeOf(name: string): string {
  const target = name.startsWith(PROFILE) ? name.slice(PROFILE.length) : '';
  const parts = target.split('/');
  const isPlace = parts.every((part) => !['', '.', '..'].includes(part) && Buffer.byteLength(part) <= 255);
  if (!isPlace || target.includes('\0'))
    throw new Unfit(`${name.slice(0, 200)} does not belong in a session`);
  return target;
}

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
  } catch (error) {
    if (!IN_THE_WAY.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new Unfit(`${name} does not belong in a session`, { cause: error });
  }
}

/** Checks the type of each field: anybody who had the passphrase may have written it. */
function readManifest(bytes: Buffer): Manifest {
  let found: Record<string, unknown>;
  try {
    found = Object(JSON.parse(bytes.toString())) as Record<string, unknown>;
  } catch (error) {
    throw new Unfit(`its ${MANIFEST} is not JSON`, { cause: error });
  }
  if (typeof found.format === 'number' && found.format > 1)
    throw new Unfit(`it has format ${found.format}, which requires a newer wad`);
  const wrong = Object.entries(FIELDS).find(([name, fits]) => !fits(found[name]));
  if (wrong !== undefined) throw new Unfit(`its ${MANIFEST} has no valid ${wrong[0]}`);
  return found as unknown as Manifest;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTime = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value as string));
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const orNone =
  (fits: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || value === null || fits(value);

const FIELDS: Readonly<Record<keyof Manifest, (value: unknown) => boolean>> = {
  format: (value) => value === 1,
  account: isText,
  wid: orNone(isText),
  browser: orNone(isText),
  linkedAt: orNone(isTime),
  lastSeenAt: orNone(isTime),
  made: orNone(isTime),
  files: orNone(isCount),
  bytes: orNone(isCount),
};

const refusal = (file: string, why: string, cause?: unknown): Fault =>
  new Fault('usage', { reason: `${file} cannot be used: ${why}`, hint: null, cause });

/** Translates the error texts of age-encryption 0.3.1. */
function says(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  if (error instanceof TarError) return message;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  if (/no identity matched/.test(message)) return 'the passphrase is wrong';
  return `it is damaged (${message})`;
}
