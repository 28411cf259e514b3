// Migrates a database to the newest schema. Each step is a transaction of its own that also sets the version number
// (SQLite's user_version), so a crash or a full disk leaves a complete older version, from which the next start
// continues. There is no way back to an older version.
import { Fault } from '../protocol/fault.js';
import type { Database } from './database.js';
import { MIGRATIONS } from './migrations/index.js';

/** The SQL from version N to version N+1, where N is its position in the list. */
export type Migration = string;

/**
 * The schema version of a file; 0 for a new one.
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
 * @throws Fault store_newer: a newer wad has written the file, and nothing was changed; disk_full
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
      } catch {} // when the disk is full, SQLite has rolled back already
      throw error;
    }
  }
  return found;
}
