// Opens the store of one account: `wad.sqlite` in its state directory. A damaged store goes into quarantine, so that
// the rest of the daemon still works; a store that is newer than this program is left alone.
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { Database } from './database.js';
import { isDamage, storeFault } from './errors.js';
import { findDamage } from './integrity.js';
import { migrate, refuseNewer } from './migrate.js';
import { MIGRATIONS } from './migrations/index.js';
import type { Replaced } from './open-report.js';
import { OwnerLock } from './owner-lock.js';
import { besides, damageMark, quarantine, storePath } from './quarantine.js';
import { dropForeignTriggers, findForeign } from './schema.js';
import { Store } from './store.js';
import { walDamage } from './wal.js';

export interface StoreOptions {
  /** Absolute; made with mode 0700 when it is not there. */
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Cursors that a damaged file may have given out beyond the last one that can still be read from it. */
const UNREAD_CURSORS = 1_000_000;
/** A last cursor further ahead of the clock than this was not given out, but is part of the damage. */
const BELIEVABLE_MS = 10 * 365 * 86_400_000;

/**
 * Opens or makes the store; synchronous. The caller closes it.
 * @throws Fault store_newer, lock_held (another process has it open), permission_denied, disk_full
 */
export function openStore({ directory, now = Date.now }: StoreOptions): Store {
  const startedAt = performance.now();
  const path = storePath(directory);
  let hold: OwnerLock | undefined;
  let db: Database | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    hold = new OwnerLock(path);
    const narrowed = narrow(path);
    const sound = openSound(path);
    let replaced: Replaced | null = null;
    let lastCursor = 0;
    if ('damage' in sound) {
      lastCursor = sound.db === null ? 0 : lastCursorIn(sound.db, now());
      replaced = { reason: sound.damage, movedTo: quarantine(path, new Date(now())) };
      // Only now: closing it in its place would have copied into it what is left of its log.
      sound.db?.abandon();
    } else db = sound.db ?? undefined;
    const droppedTriggers = db === undefined ? [] : dropForeignTriggers(db, MIGRATIONS);
    db ??= new Database(make(path));
    const migratedFrom = migrate(db);
    begin(db, Math.max(now(), lastCursor));
    return new Store(db, hold, {
      path,
      created: migratedFrom === 0,
      replaced,
      migratedFrom,
      version: MIGRATIONS.length,
      narrowed,
      droppedTriggers,
      tookMs: performance.now() - startedAt,
    });
  } catch (error) {
    db?.close();
    hold?.release();
    throw storeFault(error, path);
  }
}

/** The file, open and intact, or null when there is none; or the damage, and the file if it can be opened. */
function openSound(path: string): { db: Database | null } | { db: Database | null; damage: string } {
  const hasLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const file = statSync(path, { throwIfNoEntry: false });
  if (file !== undefined && !file.isFile()) return { db: null, damage: 'it is no file' };
  if ((file?.size ?? 0) === 0) {
    // SQLite would delete the log.
    return hasLog ? { db: null, damage: 'there is a write-ahead log without its file' } : { db: null };
  }
  // SQLite would open a file that it may not write as read-only, and refuse the first write. Closed before SQLite opens
  // it: a close takes every lock of this process on the file along.
  closeSync(openSync(path, 'r+'));
  const ofLog = walDamage(`${path}-wal`);
  let db: Database;
  try {
    db = new Database(path);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { db: null, damage: ofLog ?? (error as Error).message };
  }
  try {
    if (existsSync(damageMark(path))) return { db, damage: 'it was found damaged while it was in use' };
    if (ofLog !== null) return { db, damage: ofLog };
    refuseNewer(db);
    const damage = findDamage(db) ?? findForeign(db, MIGRATIONS);
    return damage === null ? { db } : { db, damage };
  } catch (error) {
    db.abandon();
    throw error;
  }
}

/** An empty file is a new database to SQLite; made here for its mode, which the log takes over. */
function make(path: string): string {
  closeSync(openSync(path, 'a', 0o600));
  return path;
}

function narrow(path: string): boolean {
  let narrowed = false;
  for (const file of [path, ...besides(path)]) {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined || (found.mode & 0o077) === 0) continue;
    chmodSync(file, 0o600);
    narrowed = true;
  }
  return narrowed;
}

/**
 * The cursors of a fresh file begin at the clock, in ms since 1970: with fewer than a thousand events a second on
 * average, and a clock that is right, they are larger than all of any file that was here before. So a cursor that
 * somebody kept still means "after this", and not some other event that has got the same number.
 */
function begin(db: Database, base: number): void {
  const known = db.prepare<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get();
  if (known === undefined)
    db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)").run(Math.floor(base));
}

/** For the case that the clock is not right: the last cursor of a damaged file, if that much can be read, and some. */
function lastCursorIn(db: Database, nowMs: number): number {
  try {
    const row = db.prepare<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get();
    const last = Number(row?.seq ?? 0);
    return Number.isSafeInteger(last) && last > 0 && last < nowMs + BELIEVABLE_MS ? last + UNREAD_CURSORS : 0;
  } catch {
    return 0;
  }
}
