// Stores what the pace of the next message depends on, across restarts. The pace itself is computed elsewhere.
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';

/** Times are ms since 1970. */
export interface PacingRow {
  readonly dueMs: number;
  readonly strangerAtMs: number | null;
  readonly day: string;
  readonly sent: number;
  readonly strangers: number;
}

/** Nothing to close. */
export class Pacing {
  readonly #get: Statement<PacingRow>;
  readonly #set: Statement<never>;

  constructor(db: Database) {
    this.#get = db.prepare(
      'SELECT due AS dueMs, stranger_at AS strangerAtMs, day, sent, strangers FROM pacing',
    );
    this.#set = db.prepare(
      `INSERT INTO pacing (only, due, stranger_at, day, sent, strangers) VALUES (1, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET due = excluded.due, stranger_at = excluded.stranger_at, day = excluded.day,
                                 sent = excluded.sent, strangers = excluded.strangers`,
    );
  }

  /** Null when nothing was ever sent. */
  get past(): PacingRow | null {
    return this.#get.get() ?? null;
  }

  keep(tx: Tx, { dueMs, strangerAtMs, day, sent, strangers }: PacingRow): void {
    tx.check();
    this.#set.run(dueMs, strangerAtMs, day, sent, strangers);
  }
}
