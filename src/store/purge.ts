// The steps of a purge: each reads or deletes a bounded number of rows. What matches is decided by the caller.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';
import { storeFault } from './errors.js';
import { type EventRow, eventOf, type StoredEvent } from './event.js';
import { fromRow, type Row, type StoredMessage } from './outbox-row.js';
import { purgeMark } from './quarantine.js';

/** A store of this size is written anew within some seconds, also on a slow disk. */
export const REWRITE_BYTES = 256 * 1024 * 1024;
/** Rows of one step. */
const STEP = 250;

export interface Letter {
  readonly webhook: string;
  readonly cursor: number;
  readonly at: number;
  readonly event: string;
}

export interface Seen {
  readonly serial: number;
  readonly key: string;
}

export interface Tombstone {
  /** ms since 1970. */
  readonly atMs: number;
  /** The kind of the filter. */
  readonly by: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** Nothing to close. */
export class Purge {
  readonly #db: Database;
  readonly #events: Statement<EventRow>;
  readonly #outbox: Statement<Row>;
  readonly #letters: Statement<Letter>;
  readonly #seen: Statement<Seen>;
  readonly #drop: Readonly<Record<'events' | 'outbox', Statement<never>>>;
  readonly #dropLetter: Statement<never>;
  readonly #dropPerson: Statement<never>;
  readonly #note: Statement<never>;
  readonly #history: Statement<{ atMs: number; by: string; counts: string }>;
  #hasRun = false;

  constructor(db: Database) {
    this.#db = db;
    this.#events = db.prepare(`SELECT * FROM events WHERE cursor > ? ORDER BY cursor LIMIT ${STEP}`);
    this.#outbox = db.prepare(`SELECT * FROM outbox WHERE seq > ? ORDER BY seq LIMIT ${STEP}`);
    this.#letters = db.prepare(
      `SELECT webhook, cursor, at, event FROM dead_letters WHERE (webhook, cursor) > (?, ?)
       ORDER BY webhook, cursor LIMIT ${STEP}`,
    );
    this.#seen = db.prepare(`SELECT serial, key FROM seen WHERE serial > ? ORDER BY serial LIMIT ${STEP}`);
    const drop = (table: string, id: string): Statement<never> =>
      db.prepare(`DELETE FROM ${table} WHERE ${id} IN (SELECT value FROM json_each(?))`);
    this.#drop = {
      events: drop('events', 'cursor'),
      outbox: drop('outbox', 'seq'),
    };
    this.#dropLetter = db.prepare('DELETE FROM dead_letters WHERE webhook = ? AND cursor = ?');
    this.#dropPerson = db.prepare(
      'DELETE FROM person WHERE lid IN (SELECT value FROM json_each(:ids)) OR number IN (SELECT value FROM json_each(:ids))',
    );
    this.#note = db.prepare('INSERT INTO purges (at, by, counts) VALUES (?, ?, ?)');
    this.#history = db.prepare('SELECT at AS atMs, by, counts FROM purges ORDER BY serial DESC LIMIT ?');
  }

  /** Oldest first; empty at the end. */
  events(after: number): StoredEvent[] {
    return this.#events.all(after).map(eventOf);
  }

  outbox(after: number): StoredMessage[] {
    return this.#outbox.all(after).map(fromRow);
  }

  letters(after: Pick<Letter, 'webhook' | 'cursor'>): Letter[] {
    return this.#letters.all(after.webhook, after.cursor).map((row) => ({ ...row }));
  }

  seen(after: number): Seen[] {
    return this.#seen.all(after).map((row) => ({ ...row }));
  }

  drop(tx: Tx, table: 'events' | 'outbox', ids: readonly number[]): number {
    tx.check();
    return this.#drop[table].run(JSON.stringify(ids));
  }

  dropLetters(tx: Tx, letters: readonly Letter[]): void {
    tx.check();
    for (const { webhook, cursor } of letters) this.#dropLetter.run(webhook, cursor);
  }

  /** Forgets which number and which LID are the same person. @returns how many pairs */
  dropPeople(tx: Tx, ids: readonly string[]): number {
    tx.check();
    return this.#dropPerson.run({ ids: JSON.stringify(ids) });
  }

  note(tx: Tx, { atMs, by, counts }: Tombstone): void {
    tx.check();
    this.#note.run(atMs, by, JSON.stringify(counts));
  }

  /** Newest first. */
  history(limit: number): Tombstone[] {
    return this.#history
      .all(limit)
      .map(({ atMs, by, counts }) => ({ atMs, by, counts: JSON.parse(counts) as Tombstone['counts'] }));
  }

  /** True from the first purge of this process on. */
  get hasRun(): boolean {
    return this.#hasRun;
  }

  /** Whether `scrub` may be called: a larger store would block the daemon for long, and `openStore` writes it anew instead. */
  get isSmall(): boolean {
    return this.#db.bytes <= REWRITE_BYTES;
  }

  /** Bytes that `scrub`, or the next start, needs on the disk beside the store. */
  get scrubBytes(): number {
    return this.#db.rewriteBytes;
  }

  /** A purge begins: from now on the store has to be written anew. @throws Fault disk_full */
  begin(): void {
    this.#hasRun = true;
    try {
      writeFileSync(purgeMark(this.#db.path), '', { mode: 0o600 });
    } catch (error) {
      throw storeFault(error, this.#db.path);
    }
  }

  /** Writes the store anew, without a byte of what was dropped. Blocks. @throws Fault disk_full, busy */
  scrub(): void {
    finishPurge(this.#db);
  }
}

/** Writes a store anew if a purge has left that to do. Blocks. @throws Fault disk_full, busy */
export function finishPurge(db: Database): void {
  const mark = purgeMark(db.path);
  if (!existsSync(mark)) return;
  db.rewrite();
  rmSync(mark, { force: true });
}
