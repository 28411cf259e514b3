// Where the files of a store are, and how a damaged store is put into quarantine for a person to examine. Nothing but
// the mark of the damage is ever deleted here.
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const storePath = (directory: string): string => join(directory, 'wad.sqlite');
/** SQLite's own names. */
export const besides = (path: string): readonly string[] => [`${path}-wal`, `${path}-shm`];
/**
 * A file whose presence says that SQLite met damage while the store was in use. The check at the next start may not
 * find it: that checks the structure of the tables, and not whether an index agrees with its table.
 */
export const damageMark = (path: string): string => `${path}.damaged`;

/**
 * Renames the file and its companion files to `…corrupt-20260101T000000000Z`; the names go together, so that SQLite can
 * still open it there. The file may be open.
 * @returns the new paths, the main file's first; none when there was nothing
 * @throws the kernel's error
 */
export function quarantine(path: string, at: Date): readonly string[] {
  const stem = freeName(`${path}.corrupt-${at.toISOString().replace(/[-:.]/g, '')}`);
  const moved: string[] = [];
  // The main file first: without its log it would look intact, but older than it was.
  for (const from of [path, ...besides(path)]) {
    if (!existsSync(from)) continue;
    const to = stem + from.slice(path.length);
    renameSync(from, to);
    moved.push(to);
  }
  rmSync(damageMark(path), { force: true });
  syncDirectory(dirname(path));
  return moved;
}

/** Syncs a directory, so that made, renamed and removed names are on disk. */
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
    if (!existsSync(name) && !besides(name).some(existsSync)) return name;
  }
}
