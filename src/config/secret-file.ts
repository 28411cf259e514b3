// Reads a secret from a file that only its owner can read, and creates the file if that is allowed. No fault contains the
// secret.
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';
import { readBounded, UnfitFile } from '../local/bounded-file.js';
import { Fault } from '../protocol/fault.js';

export interface SecretFile {
  readonly path: string;
  /** The key that names it, for messages. */
  readonly key: string;
  /** The prefix of the 256 random bits with which a missing file is created; null: the file must exist. */
  readonly make: string | null;
}

const MAX_BYTES = 4_096;
const MIN_CHARS = 16;

/**
 * Returns the single word in the file.
 * @throws Fault usage: the file is missing, not a regular file, or contains no secret. permission_denied: others can read
 * it, or we cannot.
 */
export async function readSecret({ path, key, make }: SecretFile): Promise<string> {
  if (make !== null) await makeSecret(path, key, make);
  const text = readSecretFile({ path, key }).trim();
  if (text.length < MIN_CHARS || /\s/.test(text)) {
    const reason = `${key}: ${path} must contain one word of ${MIN_CHARS} characters or more`;
    throw new Fault('usage', { reason, hint: `openssl rand -hex 32 > ${path}` });
  }
  return text;
}

/**
 * Returns the text of the file, of any form.
 * @throws Fault usage: the file is missing or not a regular file. permission_denied: others can read it, or we cannot.
 */
export function readSecretFile(
  { path, key }: Pick<SecretFile, 'path' | 'key'>,
  maxBytes = MAX_BYTES,
): string {
  try {
    return readBounded(path, maxBytes, { check: refuseOpen(path, key) }).toString();
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (error instanceof UnfitFile)
      throw new Fault('usage', { reason: `${key}: ${error.message}`, hint: null, cause: error });
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new Fault('usage', { reason: `${key}: there is no ${path}`, hint: null });
    throw notUsable(path, key, error as NodeJS.ErrnoException);
  }
}

const refuseOpen =
  (path: string, key: string) =>
  ({ mode }: Stats): void => {
    if ((mode & 0o077) === 0) return;
    const reason = `${key}: ${path} is open to others (mode 0${(mode & 0o777).toString(8)})`;
    throw new Fault('permission_denied', { reason, hint: `chmod 600 ${path}` });
  };

/** Creates the file atomically. Never replaces an existing one. */
async function makeSecret(path: string, key: string, prefix: string): Promise<void> {
  // A unique name, so that two concurrent calls write two files. The first link wins, and both calls read that file.
  const fresh = `${path}.${randomBytes(12).toString('hex')}.new`;
  try {
    const handle = await open(fresh, 'wx', 0o600);
    try {
      await handle.writeFile(
        `${prefix}${randomBytes(32).toString(prefix === '' ? 'base64url' : 'base64')}\n`,
      );
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw notUsable(path, key, error as NodeJS.ErrnoException);
  } finally {
    await rm(fresh, { force: true });
  }
}

function notUsable(path: string, key: string, error: NodeJS.ErrnoException): Fault {
  if (error.code === 'ENOSPC') return new Fault('disk_full', { cause: error });
  const reason = `${key}: ${path} cannot be used (${error.code})`;
  return new Fault('permission_denied', { reason, hint: `ls -l ${path}`, cause: error });
}
