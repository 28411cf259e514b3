// Names the files of a store, and moves a damaged store into quarantine, where a person can examine it. Only marks
// are ever deleted here.
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const storePath = (directory: string): string => join(directory, 'wad.sqlite');
/** The other files of a database, as SQLite names them. */
export const companions = (path: string): readonly string[] => [`${path}-wal`, `${path}-shm`];
/**
 * A file that exists when SQLite found damage while the store was in use. The check at the next start may miss that
 * damage: it checks the structure of the tables, but not whether an index agrees with its table.
 */
export const damageMark = (path: string): string => `${path}.damaged`;

/** A file that exists from the first delete of a purge on until the store has been written anew. */
export const purgeMark = (path: string): string => `${path}.purging`;

/**
 * Renames the file and its companions to `…corrupt-20260101T000000000Z`. The names still belong together, so that SQLite
 * can open the file there. The file may be open.
 * @returns the new paths, the main file's first; empty when there was no file
 * @throws the kernel's error
 */
export function quarantine(path: string, at: Date): readonly string[] {
  const stem = freeName(`${path}.corrupt-${at.toISOString().replace(/[-:.]/g, '')}`);
  const moved: string[] = [];
  // The main file goes first: left behind without its log it would look intact, but lack the newest commits.
  for (const from of [path, ...companions(path)]) {
    const to = stem + from.slice(path.length);
    try {
      renameSync(from, to);
    } catch (error) {
      // Another program that closes the store, such as a backup, removes the log.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw error;
    }
    moved.push(to);
  }
  for (const mark of [damageMark(path), purgeMark(path)]) rmSync(mark, { force: true });
  syncDirectory(dirname(path));
  return moved;
}

/** Syncs a directory, so that the renamed and removed names are on disk. */
function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function freeName(path: string): string {
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? path : `${path}_${n}`;
    if (!existsSync(name) && !companions(name).some(existsSync)) return name;
  }
}
