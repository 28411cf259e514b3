// A small file that is either whole or not there, whatever happens while it is written.
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskFault } from './disk-fault.js';

/** Replaces a file by way of a new one beside it; both, and the directory, are on disk when this returns. Mode 0600. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const fresh = `${path}.${process.pid}.new`;
  try {
    const file = await open(fresh, 'w', 0o600);
    try {
      await file.writeFile(text);
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

/** Puts names on disk: what was renamed, made or removed in this directory. */
export async function syncDirectory(path: string): Promise<void> {
  const dir = await open(path, 'r');
  try {
    await dir.sync();
  } finally {
    await dir.close();
  }
}
