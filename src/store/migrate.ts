// Migrates a database to the newest schema: forward only, each step in a transaction of its own with its number. A
// crash or a full disk leaves a whole older version, from which the next start continues. The number is SQLite's
// user_version.
import { Fault } from '../protocol/fault.js';
import type { Database } from './database.js';
import { MIGRATIONS } from './migrations/index.js';

/** SQL that makes version N+1 out of version N, N being its place in the list. */
export type Migration = string;

/**
 * The version of a file; 0 is a new one.
 * @throws Fault store_newer
 */
export function refuseNewer(db: Database, migrations: readonly Migration[] = MIGRATIONS): number {
  const found = Number(db.pragma('user_version'));
  if (found <= migrations.length) return found;
  throw new Fault('store_newer', {
    reason: `${db.path} has schema ${found}; this version of wad knows up to ${migrations.length}`,
    more: { path: db.path, found, known: migrations.length },
  });
}

/**
 * Runs the missing migrations. Foreign keys are checked at each commit.
 * @returns the version that it found
 * @throws Fault store_newer: written by a newer wad, nothing was changed; disk_full
 */
export function migrate(db: Database, migrations: readonly Migration[] = MIGRATIONS): number {
  const found = refuseNewer(db, migrations);
  for (const [version, sql] of migrations.entries()) {
    if (version < found) continue;
    try {
      db.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${version + 1}; COMMIT`);
    } catch (error) {
      try {
        db.exec('ROLLBACK');
      } catch {} // SQLite has done it already when the disk was full
      throw error;
    }
  }
  return found;
}
