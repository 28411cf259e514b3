// Writes a file so that it is either whole or absent, whatever happens during the write.
import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { diskFault } from './disk-fault.js';

/** For nobody else. */
const OWN = 0o600;

/**
 * Replaces a file by renaming a new one over it; the file and the directory are on disk when this returns. Others may be able to
 * write to the directory, so the new file has a name that nobody can guess, and no link is followed.
 */
export async function writeDurably(path: string, content: string | Uint8Array, mode = OWN): Promise<void> {
  const fresh = `${path}.${process.pid}.${randomBytes(12).toString('hex')}.new`;
  try {
    const file = await open(fresh, 'wx', OWN);
    try {
      // The umask counts when a file is made, and not here.
      if (mode !== OWN) await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => {});
    throw diskFault(error, path);
  }
}

/** Removes the temporary files of a `writeDurably` that crashed. Only the single writer of the file may call it. */
export async function removeUnfinished(path: string): Promise<void> {
  const directory = dirname(path);
  const names = await readdir(directory).catch(() => []);
  const start = `${basename(path)}.`;
  // Those of 0.1 have no random part.
  const isLeft = (name: string): boolean =>
    name.startsWith(start) && /^\d+(?:\.[0-9a-f]{24})?\.new$/.test(name.slice(start.length));
  for (const name of names.filter(isLeft)) await rm(join(directory, name), { force: true });
}

/** Syncs a directory, so that renamed, created and removed names are on disk. */
export async function syncDirectory(path: string): Promise<void> {
  const dir = await open(path, 'r');
  try {
    await dir.sync();
  } finally {
    await dir.close();
  }
}
