// Stores the dead letters of webhooks. Each keeps its whole event, which the journal may have deleted by the time
// somebody reads the dead letter.
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';

export interface DeadLetterRow {
  readonly cursor: number;
  /** When the webhook gave up, ms since 1970. */
  readonly atMs: number;
  readonly attempts: number;
  readonly reason: string;
  /** JSON, as it was posted. */
  readonly event: string;
}

/** The limit per webhook, reached when a receiver is unattended. The oldest beyond it are deleted. */
const MAX_LETTERS = 10_000;

/** Nothing to close. */
export class DeadLetters {
  readonly #insert: Statement<never>;
  readonly #list: Statement<DeadLetterRow>;
  readonly #count: Statement<{ n: number }>;
  readonly #remove: Statement<never>;
  readonly #trim: Statement<never>;

  constructor(db: Database) {
    this.#insert = db.prepare(
      `INSERT INTO dead_letters (webhook, cursor, at, attempts, reason, event) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET at = excluded.at, attempts = excluded.attempts, reason = excluded.reason`,
    );
    this.#list = db.prepare(
      `SELECT cursor, at AS atMs, attempts, reason, event FROM dead_letters
       WHERE webhook = ? ORDER BY cursor LIMIT ?`,
    );
    this.#count = db.prepare('SELECT count(*) AS n FROM dead_letters WHERE webhook = ?');
    this.#remove = db.prepare('DELETE FROM dead_letters WHERE webhook = ? AND cursor = ?');
    this.#trim = db.prepare(
      `DELETE FROM dead_letters WHERE webhook = :webhook AND cursor <=
         (SELECT cursor FROM dead_letters WHERE webhook = :webhook ORDER BY cursor DESC LIMIT 1 OFFSET ${MAX_LETTERS})`,
    );
  }

  add(tx: Tx, webhook: string, { cursor, atMs, attempts, reason, event }: DeadLetterRow): void {
    tx.check();
    this.#insert.run(webhook, cursor, atMs, attempts, reason, event);
    this.#trim.run({ webhook });
  }

  /** Oldest first. */
  list(webhook: string, limit: number): DeadLetterRow[] {
    return this.#list.all(webhook, limit).map((row) => ({ ...row }));
  }

  count(webhook: string): number {
    return this.#count.get(webhook)?.n ?? 0;
  }

  /** @returns false when there is no such dead letter */
  remove(tx: Tx, webhook: string, cursor: number): boolean {
    tx.check();
    return this.#remove.run(webhook, cursor) > 0;
  }
}
