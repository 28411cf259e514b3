// Deletes expired rows and returns their space to the disk. Each small step is a write of its own, so that no other
// write waits long.
import { MAX_ALBUM } from '../protocol/content.js';
import type { GroupCommit } from './commit.js';
import type { Database, Statement } from './database.js';
import { Pace } from './pace.js';

const DAY_MS = 86_400_000;
const MB = 1024 * 1024;

export interface RetentionOptions {
  readonly nowMs: number;
  /** How long events, and finished outgoing messages, are kept. */
  readonly retentionDays: number;
  /** The largest size of the file, in MB. Above it, the oldest events are deleted before they expire. */
  readonly maxMb: number;
  /**
   * How long the keys of messages are kept; by default three times `retentionDays`, and at least 90. It is longer than
   * for events, because the page repeats old messages (after a reload, a back-fill, a new link): a message whose key was
   * deleted would be reported as new. A consumer that was idle for as long is deleted, too.
   */
  readonly seenDays?: number;
  /** Stops after the current step. */
  readonly signal?: AbortSignal;
}

export interface Swept {
  readonly events: number;
  readonly outbox: number;
  readonly seen: number;
  readonly consumers: number;
  /** Bytes of the file that are in use afterwards. */
  readonly bytes: number;
  /** The longest step, ms, including its sync and the other writes of its group. */
  readonly longestMs: number;
}

const LARGEST_STEP = 1_000;
/** The time of a step includes its sync. */
const PACE = { ms: 8, first: 100, smallest: 25, largest: LARGEST_STEP };
/** The most pages that one step moves; each is written twice. */
const LARGEST_MOVE = 100;
/** The newest events, which are never deleted to free space: readers need them to follow the account. */
const KEEP_EVENTS = 1_000;
/** Free pages that stay in the file, because they are soon needed again. */
const SPARE_PAGES = 256;

/** Nothing to close. */
export class Retention {
  readonly #db: Database;
  readonly #commit: GroupCommit;
  readonly #young: Statement<{ id: number | null; n: number; newest: number | null }>;
  readonly #dropEvents: Statement<never>;
  readonly #youngSeen: Statement<{ id: number | null; n: number; newest: number | null }>;
  readonly #dropSeen: Statement<never>;
  readonly #dropOutbox: Statement<never>;
  readonly #dropConsumers: Statement<never>;
  readonly #eventBytes: Statement<{ bytes: number | null }>;
  readonly #events: Statement<{ n: number }>;

  constructor(db: Database, commit: GroupCommit) {
    this.#db = db;
    this.#commit = commit;
    // Finds the first young row. Everything before it is deleted, so that the kept rows have no holes even if the clock
    // jumped.
    const prefix = (table: string, id: string, at: string) =>
      `SELECT min(iif(${at} >= :before, ${id}, NULL)) AS id, count(*) AS n, max(${id}) AS newest
       FROM (SELECT ${id}, ${at} FROM ${table} ORDER BY ${id} LIMIT :limit)`;
    this.#young = db.prepare(prefix('events', 'cursor', 'time'));
    this.#dropEvents = db.prepare('DELETE FROM events WHERE cursor < ?');
    this.#youngSeen = db.prepare(prefix('seen', 'serial', 'at'));
    this.#dropSeen = db.prepare('DELETE FROM seen WHERE serial < ?');
    this.#dropOutbox = db.prepare(
      `DELETE FROM outbox WHERE seq IN (
         SELECT seq FROM outbox o WHERE state NOT IN ('queued', 'sending', 'unknown') AND changed_at < :before
           AND NOT (kind = 'album' AND EXISTS (
             SELECT 1 FROM outbox part
             WHERE part.seq BETWEEN o.seq + 1 AND o.seq + ${MAX_ALBUM}
               AND json_extract(part.payload, '$.album') = o.message_id))
         ORDER BY changed_at LIMIT :limit)`,
    );
    this.#dropConsumers = db.prepare(
      `DELETE FROM consumers WHERE name IN (
         SELECT name FROM consumers WHERE at < :before AND instr(name, ':') = 0 LIMIT :limit)`,
    );
    this.#eventBytes = db.prepare(
      'SELECT avg(40 + octet_length(data)) AS bytes FROM (SELECT data FROM events ORDER BY cursor LIMIT 100)',
    );
    this.#events = db.prepare(
      `SELECT count(*) AS n FROM (SELECT 1 FROM events LIMIT ${KEEP_EVENTS + LARGEST_STEP})`,
    );
  }

  /** Bytes of the file that are in use. */
  get bytes(): number {
    const pages = Number(this.#db.pragma('page_count')) - Number(this.#db.pragma('freelist_count'));
    return pages * Number(this.#db.pragma('page_size'));
  }

  /**
   * Deletes expired rows, then the oldest events while the file is too large, and returns space to the disk. A message
   * that is queued, in flight or has an unknown outcome is kept at any age.
   * @throws (rejects) Fault disk_full (a delete needs space, too), shutting_down
   */
  async sweep(options: RetentionOptions): Promise<Swept> {
    const { nowMs, retentionDays, maxMb, signal } = options;
    const before = nowMs - retentionDays * DAY_MS;
    const seenBefore = nowMs - (options.seenDays ?? Math.max(90, 3 * retentionDays)) * DAY_MS;
    const pace = new Pace(PACE);
    const repeat = async (step: (limit: number) => number): Promise<number> => {
      let sum = 0;
      while (!signal?.aborted) {
        let startedAt = 0;
        const done = await this.#commit.write(() => {
          startedAt = performance.now();
          return step(pace.limit);
        });
        pace.took(performance.now() - startedAt, done);
        sum += done;
        if (done === 0) break;
      }
      return sum;
    };
    let events = await repeat((limit) => drop(this.#young, this.#dropEvents, before, limit));
    const outbox = await repeat((limit) => this.#dropOutbox.run({ before, limit }));
    const seen = await repeat((limit) => drop(this.#youngSeen, this.#dropSeen, seenBefore, limit));
    const consumers = await repeat((limit) => this.#dropConsumers.run({ before: seenBefore, limit }));
    events += await repeat((limit) => {
      const excess = this.bytes - maxMb * MB;
      const spare = (this.#events.get()?.n ?? 0) - KEEP_EVENTS;
      if (excess <= 0 || spare <= 0) return 0;
      // Half of the estimate: an event may take up twice its length in pages. The next step deletes the rest.
      const enough = Math.ceil(excess / (this.#eventBytes.get()?.bytes ?? 1) / 2);
      const step = Math.min(limit, spare, enough);
      return drop(this.#young, this.#dropEvents, Number.MAX_SAFE_INTEGER, step);
    });
    await repeat((limit) => this.#giveBack(limit));
    return { events, outbox, seen, consumers, bytes: this.bytes, longestMs: pace.longestMs };
  }

  #giveBack(limit: number): number {
    const free = Number(this.#db.pragma('freelist_count')) - SPARE_PAGES;
    const pages = Math.min(free, limit, LARGEST_MOVE);
    if (pages <= 0) return 0;
    this.#db.exec(`PRAGMA incremental_vacuum(${pages})`);
    return pages;
  }
}

type Prefix = Statement<{ id: number | null; n: number; newest: number | null }>;

/** Of the oldest `limit` rows, deletes those before the first young one. */
function drop(look: Prefix, remove: Statement<never>, before: number, limit: number): number {
  const { id, n, newest } = look.get({ before, limit }) ?? { id: null, n: 0, newest: null };
  if (n === 0 || newest === null) return 0;
  return remove.run(id ?? newest + 1);
}
