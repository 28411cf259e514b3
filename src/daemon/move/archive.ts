// A session as one file: a tar of its profile, compressed, then encrypted with a passphrase in the format of age, so that
// `age -d FILE | tar tz` reads it as well. The packages are loaded by who opens this file, and by nobody else.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createGunzip, createGzip } from 'node:zlib';
import { Decrypter, Encrypter } from 'age-encryption';
import { extract, pack } from 'tar-stream';
import { Fault } from '../../protocol/fault.js';
import { profileFiles } from './profile-files.js';

/** What stands in `session.json`, the first file. */
export interface Manifest {
  readonly format: 1;
  readonly account: string;
  readonly wid: string | null;
  readonly linkedAt: string | null;
  readonly browser: string | null;
  readonly made: string;
}

const MANIFEST = 'session.json';
const PROFILE = 'profile/';

const toWeb = (stream: Readable) =>
  Readable.toWeb(stream) as unknown as globalThis.ReadableStream<Uint8Array>;
const fromWeb = (stream: unknown) => Readable.fromWeb(stream as ReadableStream);

/** Writes the file, which must not be there, and has it on disk when this resolves. @returns how many files are in it */
export async function writeArchive(
  file: string,
  { profile, manifest, passphrase }: { profile: string; manifest: Manifest; passphrase: string },
): Promise<number> {
  const tar = pack();
  let count = 0;
  const put = (name: string, size: number, content: Readable): Promise<void> =>
    pipeline(content, tar.entry({ name, size, mode: 0o600 }));
  const filled = (async () => {
    const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
    await put(MANIFEST, text.length, Readable.from([text]));
    for await (const { name, size } of profileFiles(profile)) {
      await put(PROFILE + name, size, createReadStream(join(profile, name)));
      count += 1;
    }
    tar.finalize();
  })();
  filled.catch((error) => tar.destroy(error));
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  const compressed = (tar as unknown as Readable).pipe(createGzip());
  tar.on('error', (error) => compressed.destroy(error));
  const encrypted = await encrypter.encrypt(toWeb(compressed));
  await pipeline(fromWeb(encrypted), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  await filled;
  await using written = await open(file, 'r');
  await written.sync();
  return count;
}

/**
 * Reads the file to its end, which is how it is known to be whole.
 * @param profile where its files go; nowhere when left out
 * @throws Fault usage when it is none of ours, damaged, or the passphrase is wrong
 */
export async function readArchive(
  file: string,
  { passphrase, profile }: { passphrase: string; profile?: string },
): Promise<{ manifest: Manifest; count: number }> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  let manifest: Manifest | null = null;
  let count = 0;
  try {
    const decrypted = await decrypter.decrypt(toWeb(createReadStream(file)));
    const entries = extract();
    const read = pipeline(fromWeb(decrypted), createGunzip(), entries);
    read.catch((error) => entries.destroy(error));
    for await (const entry of entries) {
      const { name, type } = entry.header;
      const content = entry as unknown as Readable;
      if (manifest === null) {
        if (name !== MANIFEST) throw refusal(file, 'it is no session of wad');
        manifest = manifestOf(file, await buffer(content));
      } else {
        const target = type === 'file' && name.startsWith(PROFILE) ? name.slice(PROFILE.length) : '';
        // Whoever knows the passphrase may still not write elsewhere.
        if (
          target === '' ||
          normalize(target) !== target ||
          /^(\.\.)?\//.test(target) ||
          target.includes('\0')
        )
          throw refusal(file, `${name} has no place in a session`);
        if (profile === undefined) content.resume();
        else await write(content, join(profile, target));
        count += 1;
      }
    }
    await read;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw refusal(file, says(error), error);
  }
  if (manifest === null) throw refusal(file, 'there is nothing in it');
  return { manifest, count };
}

async function write(content: Readable, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
}

function manifestOf(file: string, bytes: Buffer): Manifest {
  const found = JSON.parse(bytes.toString()) as Partial<Manifest>;
  if (found.format !== 1) throw refusal(file, `it has format ${found.format}, which a newer wad reads`);
  return found as Manifest;
}

const refusal = (file: string, why: string, cause?: unknown): Fault =>
  new Fault('usage', { reason: `${file} cannot be used: ${why}`, hint: null, cause });

/** The texts of age-encryption 0.3.1. */
function says(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (/no identity matched/.test(message)) return 'the passphrase does not fit';
  if (/not an age|invalid (version|header|stanza)|end of header/i.test(message))
    return 'it is no file of age';
  return `it is damaged (${message})`;
}
