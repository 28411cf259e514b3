// Creates and removes the directory next to a session in which an imported session is decrypted or copied, verified, and
// then renamed. A killed import leaves it behind with a whole session in it, so the next owner of the lock removes it.
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFault } from './disk-fault.js';
import type { SessionDir } from './layout.js';

/** A killed browser may still be closing its files. */
const RETRIES = { maxRetries: 5, retryDelay: 100 } as const;

/** A clientId contains no dot, so the directories of two accounts are never confused. */
const prefixOf = ({ clientId }: SessionDir): string => `.moving-${clientId}.`;

/** The name in version 0.1, without the account. After a day, no import of that version can still be using it. */
const OLD_NAME = /^\.moving-[A-Za-z0-9]{6}$/;
const OLD_MS = 86_400_000;

/** Creates a new, empty directory with mode 0700. */
export async function makeMoving(dir: SessionDir): Promise<string> {
  const stem = join(dir.dataPath, prefixOf(dir));
  return mkdtemp(stem).catch((error: unknown) => {
    throw diskFault(error, stem);
  });
}

/**
 * Removes the directories of earlier imports. The caller must own the lock.
 * @returns the removed paths
 * @throws (rejects) Fault permission_denied, disk_full
 */
export async function pruneMoving(dir: SessionDir): Promise<readonly string[]> {
  try {
    const left: string[] = [];
    for (const name of await readdir(dir.dataPath)) {
      const path = join(dir.dataPath, name);
      if (name.startsWith(prefixOf(dir)) || (OLD_NAME.test(name) && (await isOld(path)))) left.push(path);
    }
    for (const path of left) await rm(path, { recursive: true, force: true, ...RETRIES });
    return left;
  } catch (error) {
    throw diskFault(error, dir.dataPath);
  }
}

async function isOld(path: string): Promise<boolean> {
  const { mtimeMs } = await lstat(path);
  return Date.now() - mtimeMs > OLD_MS;
}
