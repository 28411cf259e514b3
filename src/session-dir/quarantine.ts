// Moves a profile into quarantine, or deletes it; both begin with a rename. Called only after the browser has ended (H8).
// Only names of the layout are touched, and links are removed, never followed.
import { lstat, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../protocol/fault.js';
import { diskFault } from './disk-fault.js';
import { syncDirectory } from './durable-file.js';
import { quarantinedProfiles, quarantinePath, type SessionDir, type Why } from './layout.js';
import { removeMarker } from './marker.js';

/** Retries each file for about 6 s (the delay grows), for a file system that is still releasing a dead browser's files. */
const RETRIES = { maxRetries: 10, retryDelay: 100 } as const;

/**
 * Deletes the saved session; does nothing when there is none. The next `prune(dir, 'removed')` deletes what a crash
 * leaves.
 * @throws Fault permission_denied, disk_full; internal when it cannot be deleted, although it has been renamed
 */
export async function remove(dir: SessionDir): Promise<void> {
  await quarantine(dir, 'removed');
  await prune(dir, 'removed');
}

/**
 * Renames the profile and removes the marker, so that there is no saved session.
 * @returns the new path, or null when there was no profile
 */
export async function quarantine(dir: SessionDir, why: Why): Promise<string | null> {
  inside(dir, dir.profile);
  let to: string | null = null;
  try {
    if (await exists(dir.profile)) {
      to = await freeName(quarantinePath(dir, why, new Date()));
      await rename(dir.profile, to);
      await syncDirectory(dir.dataPath);
    }
  } catch (error) {
    throw diskFault(error, dir.profile);
  }
  // The marker last: a crash in between leaves a marker without a profile, which does not count as a session.
  await removeMarker(dir);
  return to;
}

/**
 * Deletes quarantined profiles older than `olderThanMs`, except for the newest `keep`.
 * @returns the deleted paths
 */
export async function prune(
  dir: SessionDir,
  why: Why,
  { keep = 0, olderThanMs = 0 }: { keep?: number; olderThanMs?: number } = {},
): Promise<readonly string[]> {
  const all = await quarantinedProfiles(dir, why);
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

/** The last check of a path before it is renamed or deleted. */
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
