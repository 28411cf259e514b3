// Opens the store of one account: `wad.sqlite` in its state directory. A damaged store is quarantined and replaced, so
// that the rest of the daemon works; a store that is newer than this program is refused and not changed.
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { Fault } from '../protocol/fault.js';
import { Database } from './database.js';
import { isDamage, storeFault } from './errors.js';
import { findDamage } from './integrity.js';
import { migrate, refuseNewer } from './migrate.js';
import { MIGRATIONS } from './migrations/index.js';
import type { Replaced } from './open-report.js';
import { OwnerLock } from './owner-lock.js';
import { finishPurge } from './purge.js';
import { companions, damageMark, purgeMark, quarantine, storePath } from './quarantine.js';
import { dropForeignTriggers, findForeign } from './schema.js';
import { Store } from './store.js';
import { walDamage } from './wal.js';

export interface StoreOptions {
  /** An absolute path; created with mode 0700 if missing. */
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /**
   * A cursor that is known to have been given out, perhaps by another copy of this store: all new ones are larger. A copy
   * that was restored is opened with one of at least the clock, because the lost store may have given out more.
   */
  readonly cursorsAbove?: number;
  /** Called before a store is written anew, which a purge has left to do, with its size. That blocks for some seconds a GB. */
  readonly onRewrite?: (bytes: number) => void;
}

/** How many cursors a damaged file may have given out beyond the last readable one. */
const UNREAD_CURSORS = 1_000_000;
/** A last cursor further ahead of the clock than this was never given out: it is part of the damage. */
const BELIEVABLE_MS = 10 * 365 * 86_400_000;

/**
 * Opens or creates the store; synchronous. The caller closes it.
 * @throws Fault store_newer, lock_held (another process has it open), permission_denied, disk_full
 */
export function openStore({
  directory,
  now = Date.now,
  cursorsAbove = 0,
  onRewrite = () => undefined,
}: StoreOptions): Store {
  const startedAt = performance.now();
  const path = storePath(directory);
  let lock: OwnerLock | undefined;
  let db: Database | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    lock = new OwnerLock(path);
    const narrowed = narrow(path);
    const opened = openIntact(path);
    let replaced: Replaced | null = null;
    let lastCursor = 0;
    if ('damage' in opened) {
      lastCursor = opened.db === null ? 0 : lastCursorIn(opened.db, now());
      replaced = { reason: opened.damage, movedTo: quarantine(path, new Date(now())) };
      // Only after the move: a close in its old place would copy the rest of its log into it.
      opened.db?.abandon();
    } else db = opened.db ?? undefined;
    const droppedTriggers = db === undefined ? [] : dropForeignTriggers(db, MIGRATIONS);
    db ??= new Database(make(path));
    const migratedFrom = migrate(db);
    seedCursors(db, Math.max(now(), lastCursor, cursorsAbove), cursorsAbove);
    const unfinishedPurge = finishing(db, onRewrite);
    return new Store(db, lock, {
      path,
      created: migratedFrom === 0,
      replaced,
      migratedFrom,
      version: MIGRATIONS.length,
      narrowed,
      droppedTriggers,
      unfinishedPurge,
      tookMs: performance.now() - startedAt,
    });
  } catch (error) {
    db?.close();
    lock?.release();
    throw storeFault(error, path);
  }
}

/** Writes the store anew where a purge has not. @returns why it could not be done; the next start tries again */
function finishing(db: Database, onRewrite: (bytes: number) => void): string | null {
  if (!existsSync(purgeMark(db.path))) return null;
  onRewrite(db.bytes);
  try {
    finishPurge(db);
    return null;
  } catch (error) {
    if (isDamage(error)) throw error;
    return Fault.of(error).message;
  }
}

/** The intact file, open, or null when there is none; or the damage, with the file if it can be opened. */
function openIntact(path: string): { db: Database | null } | { db: Database | null; damage: string } {
  const hasLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const file = statSync(path, { throwIfNoEntry: false });
  if (file !== undefined && !file.isFile()) return { db: null, damage: 'it is not a regular file' };
  if ((file?.size ?? 0) === 0) {
    // Next to an empty file, SQLite would delete the log.
    return hasLog ? { db: null, damage: 'there is a write-ahead log without its database' } : { db: null };
  }
  // Fails now if the file is not writable: SQLite would open it read-only and refuse the first write. It is closed before
  // SQLite opens the file, because a close drops every lock of this process on it.
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

/** Creates an empty file, which is a new database to SQLite. Its mode is set here, and the log inherits it. */
function make(path: string): string {
  closeSync(openSync(path, 'a', 0o600));
  return path;
}

function narrow(path: string): boolean {
  let narrowed = false;
  for (const file of [path, ...companions(path)]) {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined || (found.mode & 0o077) === 0) continue;
    chmodSync(file, 0o600);
    narrowed = true;
  }
  return narrowed;
}

/**
 * Starts the cursors of a new file at the clock, in ms since 1970. With fewer than a thousand events a second on average
 * and a correct clock, they are larger than all cursors of an earlier file. So a cursor that a reader has kept still
 * means "after this", and never another event with the same number. A file whose last cursor is below `above` continues
 * there as a new one would.
 */
function seedCursors(db: Database, base: number, above: number): void {
  const known = db.prepare<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get();
  if (known === undefined)
    db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)").run(Math.floor(base));
  else if (known.seq < above)
    db.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'events'").run(Math.floor(base));
}

/** The last cursor of a damaged file plus a margin, in case the clock is wrong; 0 if it cannot be read. */
function lastCursorIn(db: Database, nowMs: number): number {
  try {
    const row = db.prepare<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get();
    const last = Number(row?.seq ?? 0);
    return Number.isSafeInteger(last) && last > 0 && last < nowMs + BELIEVABLE_MS ? last + UNREAD_CURSORS : 0;
  } catch {
    return 0;
  }
}
