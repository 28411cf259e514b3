// The directory next to a session where an imported one is decrypted or copied, verified, and then renamed. A move that
// was killed leaves it behind with a whole session in it, so the next owner of the lock removes it.
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFault } from './disk-fault.js';
import type { SessionDir } from './layout.js';

/** A browser that was killed may still let go of its files. */
const RETRIES = { maxRetries: 5, retryDelay: 100 } as const;

/** No clientId has a dot, so one account's place is never taken for another's. */
const prefixOf = ({ clientId }: SessionDir): string => `.moving-${clientId}.`;

/** As version 0.1 named it, without the account. A day later no move of that version can still be at work in it. */
const OLD_NAME = /^\.moving-[A-Za-z0-9]{6}$/;
const OLD_MS = 86_400_000;

/** A new one, empty, for its owner only. */
export async function makeMoving(dir: SessionDir): Promise<string> {
  const stem = join(dir.dataPath, prefixOf(dir));
  return mkdtemp(stem).catch((error: unknown) => {
    throw diskFault(error, stem);
  });
}

/**
 * Removes what moves have left. The caller must hold the lock.
 * @returns the paths that are gone
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
