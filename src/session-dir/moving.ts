// The place beside a session where another one comes in: decrypted or copied, tried, and then renamed. A move that was
// killed leaves it behind, with a whole session in it, so whoever takes the lock next removes it.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFault } from './disk-fault.js';
import type { SessionDir } from './layout.js';

/** A browser that was killed may still let go of its files. */
const RETRIES = { maxRetries: 5, retryDelay: 100 } as const;

/** No clientId has a dot, so one account's place is never taken for another's. */
const prefixOf = ({ clientId }: SessionDir): string => `.moving-${clientId}.`;

/** A new one, empty, for its owner only. */
export async function makeMoving(dir: SessionDir): Promise<string> {
  const stem = join(dir.dataPath, prefixOf(dir));
  return mkdtemp(stem).catch((error: unknown) => {
    throw diskFault(error, stem);
  });
}

/**
 * Removes what moves have left. Only for whoever holds the lock.
 * @returns the paths that are gone
 * @throws (rejects) Fault permission_denied, disk_full
 */
export async function pruneMoving(dir: SessionDir): Promise<readonly string[]> {
  try {
    const names = await readdir(dir.dataPath);
    const left = names.filter((name) => name.startsWith(prefixOf(dir)));
    for (const name of left) await rm(join(dir.dataPath, name), { recursive: true, force: true, ...RETRIES });
    return left.map((name) => join(dir.dataPath, name));
  } catch (error) {
    throw diskFault(error, dir.dataPath);
  }
}
