// Checks whether a database file was written by wad: it has the tables of our migrations, and plausible numbers. SQLite's
// own check covers neither.
import type { Database } from './database.js';
import { DatabaseSync } from './driver.js';
import type { Migration } from './migrate.js';

interface Part {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

const PARTS = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'";
/** Cursors start at ms since 1970. A larger one leaves too few for later events, and JSON numbers are exact to 2^53. */
const MAX_NUMBER = 2 ** 52;
/** Columns from which later numbers are counted, with the schema version that added them. */
const NUMBERS: readonly (readonly [since: number, table: string, column: string])[] = [
  [2, 'sqlite_sequence', 'seq'],
  [2, 'events', 'cursor'],
  [2, 'events', 'time'],
  [3, 'consumers', 'cursor'],
  [4, 'pacing', 'due'],
];

/**
 * Compares a file with the schema of its version. An additional index, table or view is harmless; additional triggers are
 * left to `dropForeignTriggers`.
 * @returns the first difference, in words, or null
 */
export function findForeign(db: Database, migrations: readonly Migration[]): string | null {
  const version = Number(db.pragma('user_version'));
  if (version < 0) return `its version is ${version}`;
  const found = new Map(
    db
      .prepare<Part>(PARTS)
      .all()
      .map((part) => [part.name, part]),
  );
  if (version === 0) return found.size === 0 ? null : 'it belongs to another program';
  for (const { type, name, sql } of partsOf(migrations.slice(0, version)))
    if (found.get(name)?.sql !== sql) return `its ${type} ${name} is missing or different`;
  for (const [since, table, column] of NUMBERS) {
    if (version < since) continue;
    const outside = `SELECT 1 FROM ${table} WHERE ${column} NOT BETWEEN 0 AND ${MAX_NUMBER} LIMIT 1`;
    if (db.prepare(outside).get() !== undefined) return `${table}.${column} is out of range`;
  }
  return null;
}

/**
 * Drops the triggers that no migration made. A trigger changes what is written, or makes every write fail. The rows are
 * the account's queue all the same, so the store stays in use without the trigger.
 * @returns their names
 */
export function dropForeignTriggers(db: Database, migrations: readonly Migration[]): readonly string[] {
  const own = new Set(partsOf(migrations).map(({ name }) => name));
  const foreign = db
    .prepare<Part>(PARTS)
    .all()
    .filter(({ type, name }) => type === 'trigger' && !own.has(name))
    .map(({ name }) => name);
  for (const name of foreign) db.exec(`DROP TRIGGER "${name.replaceAll('"', '""')}"`);
  return foreign;
}

function partsOf(migrations: readonly Migration[]): Part[] {
  const model = new DatabaseSync(':memory:');
  try {
    for (const sql of migrations) model.exec(sql);
    return model.prepare(PARTS).all() as unknown as Part[];
  } finally {
    model.close();
  }
}
