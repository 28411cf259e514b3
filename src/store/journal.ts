// Stores every event under a cursor. Cursors grow and are never reused, even after a delete, so "after this one" always
// means the same. The journal knows nothing of an event's data or its readers.
import type { EventType } from '../protocol/state.js';
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';
import { type EventRow, eventOf, type NewEvent, type StoredEvent } from './event.js';

export interface PageOptions {
  /** 0: from the oldest stored event. */
  readonly after: number;
  /** The most events in the page; default 100. */
  readonly limit?: number | undefined;
  /** The most bytes of data in the page, default 1 MiB; a first event is returned at any size. */
  readonly maxBytes?: number | undefined;
  /** Add `gap` to get the gaps, too. */
  readonly types?: readonly EventType[] | undefined;
}

export interface Page {
  readonly events: readonly StoredEvent[];
  /**
   * The last cursor that was read, so that it advances even when the filter matches nothing. It equals `after` at the end
   * of the journal.
   */
  readonly next: number;
  /** Set when events after `after` have been deleted: all before `oldest`. */
  readonly gap: { readonly after: number; readonly oldest: number } | null;
}

const PAGE_BYTES = 1024 * 1024;
/** The most events that one page reads: a filter that matches nothing then blocks the event loop for about 5 ms. */
const WINDOW = 10_000;
/** Rows per query. Small, because events differ in size and a page is limited in bytes. */
const STEP = 250;

/** Nothing to close. */
export class Journal {
  readonly #insert: Statement<{ cursor: number }>;
  readonly #all: Statement<EventRow>;
  readonly #some: Statement<EventRow>;
  readonly #get: Statement<EventRow>;
  readonly #last: Statement<{ seq: number }>;
  readonly #oldest: Statement<{ cursor: number | null }>;
  readonly #after: Statement<{ time: number }>;

  constructor(db: Database) {
    this.#insert = db.prepare(
      'INSERT INTO events (type, time, wid, data) VALUES (?, ?, ?, ?) RETURNING cursor',
    );
    const range = 'SELECT * FROM events WHERE cursor > :after AND cursor <= :until';
    this.#all = db.prepare(`${range} ORDER BY cursor LIMIT :limit`);
    this.#some = db.prepare(
      `${range} AND type IN (SELECT value FROM json_each(:types)) ORDER BY cursor LIMIT :limit`,
    );
    this.#get = db.prepare('SELECT * FROM events WHERE cursor = ?');
    this.#last = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
    this.#oldest = db.prepare('SELECT min(cursor) AS cursor FROM events');
    this.#after = db.prepare('SELECT time FROM events WHERE cursor > ? ORDER BY cursor LIMIT 1');
  }

  /** The newest cursor ever given out; before the first event, the start value of the file. */
  get last(): number {
    return this.#last.get()?.seq ?? 0;
  }

  /** The oldest stored cursor; one past the newest when the journal is empty. */
  get oldest(): number {
    return this.#oldest.get()?.cursor ?? this.last + 1;
  }

  /** Stores an event. It must not be reported before the transaction is on disk. */
  append(tx: Tx, event: NewEvent): StoredEvent {
    tx.check();
    const { type, timeMs, wid, data } = event;
    const row = this.#insert.get(type, timeMs, wid, JSON.stringify(data));
    return { cursor: row?.cursor ?? 0, type, timeMs, wid, data };
  }

  get(cursor: number): StoredEvent | null {
    const row = this.#get.get(cursor);
    return row === undefined ? null : eventOf(row);
  }

  /**
   * The cursor after which the events from a time on begin; the newest cursor if there are none. It is found by halving,
   * because times grow with cursors. Where the clock was set back, they pass the time more than once: it is one of these
   * places.
   * @param timeMs milliseconds since 1970
   */
  before(timeMs: number): number {
    let low = this.oldest - 1;
    let high = this.last;
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      const next = this.#after.get(middle);
      if (next === undefined || next.time >= timeMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The events after a cursor, oldest first. */
  page({ after, limit = 100, maxBytes = PAGE_BYTES, types }: PageOptions): Page {
    const { last, oldest } = this;
    const isGap = after !== 0 && after < oldest - 1 && after < last;
    const from = Math.max(after, oldest - 1);
    const until = Math.min(from + WINDOW, last);
    const events: StoredEvent[] = [];
    let next = from;
    let bytes = 0;
    while (next < until && events.length < limit) {
      const step = Math.min(STEP, limit - events.length);
      const rows = this.#rows(next, until, step, types);
      for (const row of rows) {
        bytes += row.data.length;
        if (bytes > maxBytes && events.length > 0) return { events, next, gap: gap() };
        events.push(eventOf(row));
        next = row.cursor;
      }
      if (rows.length < step) next = until;
    }
    return { events, next, gap: gap() };

    function gap(): Page['gap'] {
      return isGap ? { after, oldest } : null;
    }
  }

  #rows(after: number, until: number, limit: number, types: readonly EventType[] | undefined): EventRow[] {
    return types === undefined
      ? this.#all.all({ after, until, limit })
      : this.#some.all({ after, until, limit, types: JSON.stringify(types) });
  }
}
