// The full-text index of the messages in the journal: a file next to the store, which is made anew from the journal when
// it is missing or damaged. It has no text of its own: a row is found by the cursor of its event. Kept apart from the
// store, because damage in it must cost nobody the outbox, its size is no reason to delete events, and the check of the
// store at each start would read it whole.
import { chmodSync, closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Database, type Statement } from './database.js';
import { isDamage } from './errors.js';
import { REWRITE_BYTES } from './purge.js';
import { companions, damageMark } from './quarantine.js';
import { MARKS, type Mark, marksOf, TOKENIZER } from './search-text.js';

/** What becomes of a message in the index. `of` is the cursor of its `message` event. */
export type Change =
  | { readonly of: number; readonly text: string; readonly tags: readonly string[]; readonly from: number }
  | { readonly of: number; readonly text: null };

export interface Span {
  /** Cursors above this one. */
  readonly above: number;
  /** Cursors up to this one. */
  readonly upTo: number;
  readonly limit: number;
}

export interface Ranked {
  readonly id: number;
  readonly marks: readonly Mark[];
}

/** An older version that `UPGRADES` does not have is made anew, and so is a newer one. */
const VERSION = 3;
const SCHEMA = `
-- Rows can be deleted, and the texts themselves are only in the journal. prefix: "hel*" and "hello*" read one list, not one a
-- word. For "order*" where every message has a number of its own, that is a million lists.
CREATE VIRTUAL TABLE entry USING fts5(body, tags, content='', contentless_delete=1, prefix='3 5',
  tokenize="${TOKENIZER}");
-- Where the text of a message is now, if an edit changed it.
CREATE TABLE edited (cursor INTEGER PRIMARY KEY, text INTEGER NOT NULL) STRICT;
CREATE TABLE progress (only INTEGER PRIMARY KEY CHECK (only = 1), indexed INTEGER NOT NULL) STRICT;
INSERT INTO progress VALUES (1, 0);
`;
const UPGRADES: Readonly<Record<number, string>> = {
  // FTS5 would merge within the commit of a step, which then takes 20 ms instead of 5. `merge` does it in steps of its own.
  2: `
INSERT INTO entry (entry, rank) VALUES ('automerge', 0);
ALTER TABLE progress ADD COLUMN purging INTEGER NOT NULL DEFAULT 0;
`,
};
/** `total_changes` grows by at least this much when a call has merged: https://sqlite.org/fts5.html#the_merge_command */
const DID_MERGE = 2;
/** Some 2 ms. */
const MERGE_PAGES = 16;
const PAGE: string = `CREATE VIRTUAL TABLE temp.page USING fts5(body, tokenize="${TOKENIZER}")`;

export const searchPath = (directory: string): string => join(directory, 'search.sqlite');

/** The caller closes it. */
export class SearchIndex {
  readonly #path: string;
  #db: Database;
  #statements: Statements;
  /** The last cursor of the journal that was examined; changes without an entry are not written at once. */
  #indexed: number;

  /** Opens the index of a directory, or makes an empty one. @throws Fault disk_full, permission_denied */
  constructor(directory: string) {
    this.#path = searchPath(directory);
    this.#db = openFile(this.#path);
    this.#statements = statementsOf(this.#db);
    this.#indexed = this.#stored();
  }

  /** Everything up to this cursor of the journal is in it. */
  get indexed(): number {
    return this.#indexed;
  }

  /** Bytes of the file. */
  get bytes(): number {
    return this.#db.bytes;
  }

  /** Bytes that `scrub` needs on the disk beside the index. */
  get scrubBytes(): number {
    // The merge may write everything once more before.
    return this.bytes > REWRITE_BYTES ? 0 : 1.5 * this.#db.rewriteBytes;
  }

  /** True after a `reset` that failed: another one can be opened. */
  get isClosed(): boolean {
    return this.#db.isClosed;
  }

  /**
   * Stores changes, in the order of their events.
   * @param upTo the last cursor that was examined
   * @throws Fault disk_full
   */
  apply(changes: readonly Change[], upTo: number): void {
    const { add, remove, setEdited, unsetEdited, progress } = this.#statements;
    this.#transact(() => {
      for (const change of changes) {
        remove.run(change.of);
        if (change.text !== null) add.run(change.of, change.text, change.tags.join(' '));
        if (change.text === null || change.from === change.of) unsetEdited.run(change.of);
        else setEdited.run(change.of, change.from);
      }
      progress.run(upTo);
    });
    this.#indexed = upTo;
  }

  /** Notes that nothing up to this cursor belongs into the index. On disk with the next change. */
  passed(upTo: number): void {
    this.#indexed = upTo;
  }

  /**
   * Cursors of matching messages, newest first.
   * @param match an expression of FTS5
   */
  find(match: string, { above, upTo, limit }: Span): number[] {
    return this.#statements.find.all(match, above, upTo, limit).map(({ rowid }) => rowid);
  }

  /** The cursor of the event that has the text of a message now: an edit, or its own. */
  textOf(cursor: number): number {
    return this.#statements.edited.get(cursor)?.text ?? cursor;
  }

  /** The cursors of the messages whose text is now in one of these events. */
  editedBy(cursors: readonly number[]): number[] {
    return this.#statements.editedBy.all(JSON.stringify(cursors)).map(({ cursor }) => cursor);
  }

  /**
   * Orders texts by how well they match, the best first, with the places of the hits. Texts that do not match are omitted.
   * @param match an expression without columns
   * @param order `given` keeps the order of the texts
   */
  rank(
    match: string,
    texts: readonly { readonly id: number; readonly text: string }[],
    order: 'best' | 'given',
  ): Ranked[] {
    const { clearPage, addToPage, readPage } = this.#statements;
    try {
      for (const [n, { text }] of texts.entries()) addToPage.run(n + 1, text);
      const rows = readPage.all(...MARKS, match);
      rows.sort((a, b) => (order === 'best' ? a.score - b.score : 0) || a.rowid - b.rowid);
      return rows.map(({ rowid, marked }) => ({ id: texts[rowid - 1]?.id ?? 0, marks: marksOf(marked) }));
    } finally {
      clearPage.run();
    }
  }

  /** Removes entries below a cursor, at most `limit`. @returns how many */
  forget(below: number, limit: number): number {
    const { oldest, forget, forgetEdits } = this.#statements;
    const first = oldest.get()?.rowid;
    if (first === undefined || first >= below) return 0;
    const until = Math.min(below, first + limit);
    return this.#transact(() => {
      forgetEdits.run(until);
      return forget.run(until);
    });
  }

  /**
   * Joins parts of the index that its writes have left, some pages at each call: a search reads each part.
   * @returns false when nothing is left to do
   */
  merge(pages = MERGE_PAGES): boolean {
    const { merge, changes } = this.#statements;
    const before = changes.get()?.n ?? 0;
    merge.run(pages);
    return (changes.get()?.n ?? 0) - before >= DID_MERGE;
  }

  /**
   * Notes on disk that a purge has begun. Until `endPurge`, an index that is opened, or purged again, is made anew: it may have
   * entries of events that are gone, and the words of those that it has removed.
   * @throws Fault disk_full
   */
  beginPurge(): void {
    if (isPurging(this.#db)) this.reset();
    // From here on the deletes of the journal must not be on disk earlier than those of the index.
    this.#db.exec('PRAGMA synchronous = FULL');
    this.#statements.purging.run(1);
  }

  /** After the last step of `scrub`. @throws Fault disk_full */
  endPurge(): void {
    this.#statements.purging.run(0);
    this.#db.exec('PRAGMA synchronous = NORMAL');
  }

  /** Removes these entries. Their words stay in the file until `scrub`. */
  remove(cursors: readonly number[]): void {
    const { remove, unsetEdited } = this.#statements;
    this.#transact(() => {
      for (const cursor of cursors) {
        remove.run(cursor);
        unsetEdited.run(cursor);
      }
    });
  }

  /**
   * Rewrites the index without the removed words, one step at each call. The last step
   * blocks; a large index is emptied instead, and made anew in idle time.
   * @param isFirst true for the first step
   * @returns false when nothing is left to do
   */
  scrub(isFirst: boolean, pages = 100): boolean {
    const { merge, changes } = this.#statements;
    const before = changes.get()?.n ?? 0;
    // A negative number begins a merge of everything, a positive one continues it.
    merge.run(isFirst ? -pages : pages);
    if (isFirst || (changes.get()?.n ?? 0) - before >= DID_MERGE) return true;
    if (this.bytes > REWRITE_BYTES) this.reset();
    else this.#rewrite();
    return false;
  }

  #rewrite(): void {
    try {
      this.#db.rewrite();
    } finally {
      this.#db.exec(PAGE);
      this.#statements = statementsOf(this.#db);
    }
  }

  /** Empties it: the journal is not the one that was indexed, or the file is damaged. @throws Fault disk_full */
  reset(): void {
    this.#db.abandon();
    removeFile(this.#path);
    this.#db = openFile(this.#path);
    this.#statements = statementsOf(this.#db);
    this.#indexed = 0;
  }

  close(): void {
    this.#db.close();
  }

  #stored(): number {
    return this.#db.prepare<{ indexed: number }>('SELECT indexed FROM progress').get()?.indexed ?? 0;
  }

  #transact<T>(run: () => T): T {
    const { begin, commit, rollback } = this.#statements;
    begin.run();
    try {
      const result = run();
      commit.run();
      return result;
    } catch (error) {
      try {
        rollback.run();
      } catch {} // when the disk is full, SQLite has rolled back already
      throw error;
    }
  }
}

type Statements = ReturnType<typeof statementsOf>;

function statementsOf(db: Database) {
  const run = (sql: string): Statement<never> => db.prepare(sql);
  return {
    begin: run('BEGIN IMMEDIATE'),
    commit: run('COMMIT'),
    rollback: run('ROLLBACK'),
    add: run('INSERT INTO entry (rowid, body, tags) VALUES (?, ?, ?)'),
    remove: run('DELETE FROM entry WHERE rowid = ?'),
    forget: run('DELETE FROM entry WHERE rowid < ?'),
    oldest: db.prepare<{ rowid: number }>('SELECT rowid FROM entry ORDER BY rowid LIMIT 1'),
    setEdited: run('INSERT OR REPLACE INTO edited (cursor, text) VALUES (?, ?)'),
    unsetEdited: run('DELETE FROM edited WHERE cursor = ?'),
    forgetEdits: run('DELETE FROM edited WHERE cursor < ?'),
    edited: db.prepare<{ text: number }>('SELECT text FROM edited WHERE cursor = ?'),
    editedBy: db.prepare<{ cursor: number }>(
      'SELECT cursor FROM edited WHERE text IN (SELECT value FROM json_each(?))',
    ),
    progress: run('UPDATE progress SET indexed = ?'),
    purging: run('UPDATE progress SET purging = ?'),
    find: db.prepare<{ rowid: number }>(
      'SELECT rowid FROM entry WHERE entry MATCH ? AND rowid > ? AND rowid <= ? ORDER BY rowid DESC LIMIT ?',
    ),
    merge: run("INSERT INTO entry (entry, rank) VALUES ('merge', ?)"),
    changes: db.prepare<{ n: number }>('SELECT total_changes() AS n'),
    addToPage: run('INSERT INTO temp.page (rowid, body) VALUES (?, ?)'),
    clearPage: run('DELETE FROM temp.page'),
    readPage: db.prepare<{ rowid: number; marked: string; score: number }>(
      'SELECT rowid, highlight(page, 0, ?, ?) AS marked, bm25(page) AS score FROM temp.page WHERE page MATCH ?',
    ),
  };
}

/** Opens the file, or makes it anew when it is damaged, of an unknown version, or a purge of it did not end. */
function openFile(path: string): Database {
  for (let isLast = false; ; isLast = true) {
    let db: Database | undefined;
    try {
      closeSync(openSync(path, 'a', 0o600));
      chmodSync(path, 0o600);
      db = new Database(path);
      // The journal has the content, so the newest entries may be lost in a power failure: no sync for each change.
      db.exec('PRAGMA synchronous = NORMAL');
      upgrade(db);
      if (isLast || (Number(db.pragma('user_version')) === VERSION && !isPurging(db))) {
        db.exec(PAGE);
        return db;
      }
      db.abandon();
      removeFile(path);
    } catch (error) {
      db?.abandon();
      if (isLast || !isDamage(error)) throw error;
      removeFile(path);
    }
  }
}

function upgrade(db: Database): void {
  const version = Number(db.pragma('user_version'));
  const isNew = version === 0 && Number(db.pragma('page_count')) <= 1;
  const steps = Object.entries(UPGRADES).filter(([from]) => isNew || Number(from) >= version);
  if (!isNew && UPGRADES[version] === undefined) return;
  const sql = [...(isNew ? [SCHEMA] : []), ...steps.map(([, step]) => step)].join('');
  db.exec(`BEGIN; ${sql} PRAGMA user_version = ${VERSION}; COMMIT`);
}

const isPurging = (db: Database): boolean =>
  db.prepare<{ purging: number }>('SELECT purging FROM progress').get()?.purging === 1;

function removeFile(path: string): void {
  for (const file of [path, ...companions(path), damageMark(path)]) rmSync(file, { force: true });
}
