// The SQLite driver: the only import of it. Only the API of `node:sqlite` is used, so that this import can change to
// that module on a Node that has it (22.13 and newer): docs/decisions/008-sqlite-driver.md.
export { backup, DatabaseSync } from '@photostructure/sqlite';

/**
 * The parameters and results of a statement. Times are ms since 1970 and cursors below 2^53, so no integer needs a
 * bigint.
 */
export type Value = string | number | null;

/** The result code of SQLite in an error of the driver, extended (https://sqlite.org/rescode.html), or null. */
export function resultCode(error: unknown): number | null {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode : null;
}

/** Primary result codes: the low byte of an extended one. */
export const CODE = {
  busy: 5,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  notadb: 26,
  readonly: 8,
} as const;
