// Removes a profile: renames it away first, then deletes it or keeps it in quarantine for a while. Called only after
// the browser has ended (H8). Touches only names that the layout gives; links are removed, never followed.
import { lstat, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../protocol/fault.js';
import { diskFault } from './disk-fault.js';
import { syncDirectory } from './durable-file.js';
import { asidePath, asidePaths, type SessionDir, type Why } from './layout.js';
import { removeMarker } from './marker.js';

/** Half a minute of trying again, for a file system that still lets go of a dead browser's files. */
const RETRIES = { maxRetries: 10, retryDelay: 100 } as const;

/**
 * Removes the saved session for good: nothing of it stays. No session is fine. What a crash leaves half deleted goes
 * with the next `prune(dir, 'removed')`.
 * @throws Fault permission_denied, disk_full; internal when it cannot be deleted, though it is no session any more
 */
export async function remove(dir: SessionDir): Promise<void> {
  await moveAside(dir, 'removed');
  await prune(dir, 'removed');
}

/**
 * Renames the profile away and forgets that there was a session.
 * @returns the new path, or null when there was no profile
 */
export async function moveAside(dir: SessionDir, why: Why): Promise<string | null> {
  inside(dir, dir.profile);
  let to: string | null = null;
  try {
    if (await exists(dir.profile)) {
      to = await freeName(asidePath(dir, why, new Date()));
      await rename(dir.profile, to);
      await syncDirectory(dir.dataPath);
    }
  } catch (error) {
    throw diskFault(error, dir.profile);
  }
  // Marker last: a crash in between leaves a marker without a profile, which promises nothing.
  await removeMarker(dir);
  return to;
}

/**
 * Deletes profiles that were set aside: all but the newest `keep`, of these only the ones older than `olderThanMs`.
 * @returns the paths that are gone
 */
export async function prune(
  dir: SessionDir,
  why: Why,
  { keep = 0, olderThanMs = 0 }: { keep?: number; olderThanMs?: number } = {},
): Promise<readonly string[]> {
  const all = await asidePaths(dir, why);
  const gone: string[] = [];
  for (const { path, atMs } of all.slice(0, Math.max(0, all.length - keep))) {
    if (olderThanMs > 0 && Date.now() - atMs < olderThanMs) continue;
    inside(dir, path);
    try {
      await rm(path, { recursive: true, force: true, ...RETRIES });
    } catch (error) {
      throw diskFault(error, path);
    }
    gone.push(path);
  }
  if (gone.length > 0) await syncDirectory(dir.dataPath);
  return gone;
}

/** The last check before something is renamed or deleted, whatever made the path. */
function inside(dir: SessionDir, path: string): void {
  if (dirname(path) !== dir.dataPath || !path.startsWith(dir.profile))
    throw new Fault('internal', { reason: `${path} is not a profile of ${dir.dataPath}` });
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );

async function freeName(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const name = n === 1 ? path : `${path}-${n}`;
    if (!(await exists(name))) return name;
  }
}
