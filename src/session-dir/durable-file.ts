// Writes a file so that it is either whole or absent, whatever happens during the write.
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { diskFault } from './disk-fault.js';

/** Replaces a file by renaming a new one over it; the file and the directory are on disk when this returns. Mode 0600. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const fresh = `${path}.${process.pid}.new`;
  try {
    const file = await open(fresh, 'w', 0o600);
    try {
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
  const isLeft = (name: string): boolean => name.startsWith(`${basename(path)}.`) && /\.\d+\.new$/.test(name);
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
