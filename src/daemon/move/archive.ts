// A session as one file, encrypted with a passphrase. Importing this module loads the packages; only an export or import
// does.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Manifest } from '../../archive/manifest.js';
import { type OnBytes, type PackedFile, pack } from '../../archive/pack.js';
import { type Contents, unfitness, unpack } from '../../archive/unpack.js';
import { createWholeFile, type WholeFile } from '../../local/whole-file.js';
import { Fault } from '../../protocol/fault.js';
import { syncDirectory } from '../../session-dir/durable-file.js';
import { profileFiles } from '../../session-dir/profile-files.js';

const PROFILE = 'profile/';

interface Session {
  readonly profile: string;
  readonly manifest: Manifest;
  readonly passphrase: string;
  readonly signal?: AbortSignal;
  readonly onBytes?: OnBytes;
}

/**
 * Writes a new file and reads it back. Only then does it get its name, so a file with that name is complete.
 * @returns how many files are in it
 * @throws (rejects) Fault usage when there is a file of this name, or it cannot be written
 */
export async function writeArchive(file: string, session: Session): Promise<number> {
  const target = await createWholeFile(file);
  try {
    const written = await pour(target, session);
    await target.sync();
    const { passphrase, signal } = session;
    const { count } = await readArchive(target.part, { passphrase, ...(signal && { signal }) });
    if (count !== written)
      throw new Fault('internal', { reason: `${count} of ${written} files can be read` });
    await target.done();
    await syncDirectory(dirname(file));
    return written;
  } finally {
    await target.abandon();
  }
}

async function pour(
  target: WholeFile,
  { profile, manifest, passphrase, signal, onBytes }: Session,
): Promise<number> {
  const files: PackedFile[] = [];
  for await (const { name, size } of profileFiles(profile))
    files.push({ name: PROFILE + name, path: join(profile, name), size });
  const seal = { passphrase };
  await pipeline(
    await pack(files, { manifest, seal, ...(onBytes && { onBytes }) }),
    async (pieces: AsyncIterable<Uint8Array>) => {
      for await (const piece of pieces) await target.write(piece);
    },
    signal ? { signal } : {},
  );
  return files.length;
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
  const place = (name: string): string | null =>
    name.startsWith(PROFILE) ? join(profile ?? '', name.slice(PROFILE.length)) : null;
  try {
    if (!(await stat(file)).isFile()) throw refusal(file, 'it is not a regular file');
    return await unpack(createReadStream(file), {
      ...{ seal: { passphrase }, place },
      ...(profile !== undefined && { root: dirname(profile) }),
      ...(signal && { signal }),
      ...(onBytes && { onBytes }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    const why = unfitness(error, 'the passphrase') ?? unreadable(file, error);
    if (why === null) throw error;
    throw refusal(file, why, error);
  }
}

/** Null for an error that is about another file. */
function unreadable(file: string, error: unknown): string | null {
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (path !== file) return null;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  return `it is damaged (${message})`;
}

const refusal = (file: string, why: string, cause?: unknown): Fault =>
  new Fault('usage', { reason: `${file} cannot be used: ${why}`, hint: null, cause });
