// Checks the integrity of a database file that SQLite can open.
import type { Database } from './database.js';
import { isDamage } from './errors.js';

/** A larger file is not checked whole: the check reads about 500 MB a second, and the start waits for it. */
const MAX_BYTES = 1024 * 1024 * 1024;

/**
 * Finds the first damage in the structure, types and constraints of every table; in a very large file, of the outbox
 * only.
 * @returns the damage, or null
 * @throws Fault disk_full when the disk itself fails
 */
export function findDamage(db: Database): string | null {
  try {
    const bytes = Number(db.pragma('page_count')) * Number(db.pragma('page_size'));
    const isLarge = bytes > MAX_BYTES && Number(db.pragma('user_version')) > 0;
    const says = String(db.pragma(isLarge ? "quick_check('outbox')" : 'quick_check(1)'));
    return says === 'ok' ? null : says;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return (error as Error).message;
  }
}
