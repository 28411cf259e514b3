// Stores outgoing messages: one row each. Which state follows which is decided elsewhere; a change names the expected
// state and the new one. Methods that write take the transaction that they are part of.
import { Fault } from '../protocol/fault.js';
import type { FaultKind } from '../protocol/fault-table.js';
import { SEND_STATES, type SendState } from '../protocol/state.js';
import type { Addressee } from '../protocol/wid.js';
import type { Tx } from './commit.js';
import { contentHash } from './content.js';
import type { Database, Statement } from './database.js';
import type { Identities, Pair } from './identities.js';
import { type Due, fromRow, type NewMessage, type Row, type StoredMessage } from './outbox-row.js';

/** The fields that change with a state. An omitted field keeps its value; an omitted error is cleared. */
export interface Change {
  readonly state: SendState;
  readonly nowMs: number;
  /** A lower ack than the stored one is ignored. −1 counts only before WhatsApp's server has taken the message. */
  readonly ack?: number | undefined;
  /** Ignored when one is stored already. */
  readonly sentAtMs?: number | undefined;
  readonly chatId?: string | undefined;
  /** True counts one more attempt (handed to the page); `undone` takes back an attempt that did not happen. */
  readonly attempted?: boolean | 'undone' | undefined;
  readonly error?: { readonly kind: FaultKind; readonly reason: string } | null | undefined;
  /** The earliest time to send it. */
  readonly notBeforeMs?: number | undefined;
}

export interface OutboxFilter {
  readonly states?: readonly SendState[] | undefined;
  /** Either identity of a person. */
  readonly chatId?: string | undefined;
  readonly wid?: string | undefined;
  /** Default: newest first. */
  readonly order?: 'oldest' | 'newest' | undefined;
  /** `next` of the previous page. */
  readonly after?: number | undefined;
  /** Default: 100. */
  readonly limit?: number | undefined;
}

const IN_FLIGHT: readonly SendState[] = ['sending'];

/**
 * The albums whose heading has an unknown outcome; there are hardly ever any. Their files wait for it: without the heading they
 * would be sent as ordinary pictures. The files are right behind the heading (see `partsOf`).
 */
const HEADS = `
  heads AS MATERIALIZED (
    SELECT message_id, lane, seq AS first, seq + json_array_length(payload, '$.parts') AS last FROM outbox
    WHERE state = 'unknown' AND kind = 'album')`;
/** No heading of unknown outcome is in front of the row `o`. */
const HAS_HEAD = `
  NOT EXISTS (
    SELECT 1 FROM heads WHERE heads.lane = o.lane AND o.seq > heads.first AND o.seq <= heads.last
      AND json_extract(o.payload, '$.album') = heads.message_id)`;

/** Nothing to close. */
export class Outbox {
  readonly #db: Database;
  readonly #identities: Identities;
  readonly #byKey: Statement<Row>;
  readonly #insert: Statement<Row>;
  readonly #byId: Statement<Row>;
  readonly #byMessageId: Statement<Row>;
  readonly #parts: Statement<Row>;
  readonly #change: Statement<Row>;
  readonly #nextOf: Statement<Row>;
  readonly #due: Statement<Pick<Row, 'id' | 'wid' | 'lane' | 'attempts' | 'expires_at'>>;
  readonly #nextTime: Statement<{ at: number | null }>;
  readonly #expire: Statement<Row>;
  readonly #inStates: Statement<Row>;
  readonly #counts: Statement<{ state: SendState; n: number }>;
  readonly #disown: Statement<Row>;
  readonly #tried: Statement<{ seq: number }>;
  readonly #oldestIn: Statement<{ at: number | null }>;
  readonly #oldestDue: Statement<{ at: number | null }>;
  readonly #openLanes: Statement<{ lane: string }>;
  readonly #join: Statement<{ seq: number }>;
  readonly #wakeHeld: Statement<Row>;
  readonly #wakeLane: Statement<Row>;

  constructor(db: Database, identities: Identities) {
    this.#db = db;
    this.#identities = identities;
    this.#byKey = db.prepare('SELECT * FROM outbox WHERE key = ? AND wid = ?');
    this.#insert = db.prepare(`
      INSERT INTO outbox (id, message_id, wid, key, content, recipient, chat_id, lane, kind, payload, state, ack, attempts,
                          queued_at, not_before, expires_at, changed_at)
      VALUES (:id, :message_id, :wid, :key, :content, :recipient, :chat_id, :lane, :kind, :payload, 'queued', 0, 0,
              :queued_at, :not_before, :expires_at, :queued_at)
      ON CONFLICT (key, wid) WHERE key IS NOT NULL DO NOTHING RETURNING *`);
    this.#byId = db.prepare('SELECT * FROM outbox WHERE id = ?');
    this.#byMessageId = db.prepare('SELECT * FROM outbox WHERE message_id = ?');
    this.#parts = db.prepare(`
      SELECT * FROM outbox WHERE seq > :seq AND seq <= :seq + :most AND json_extract(payload, '$.album') = :album
      ORDER BY seq`);
    this.#change = db.prepare(`
      UPDATE outbox SET
        state = :state, changed_at = :now,
        ack = CASE WHEN :ack IS NULL THEN ack WHEN :ack < 0 THEN iif(ack < 1, :ack, ack) ELSE max(ack, :ack) END,
        sent_at = coalesce(sent_at, :sent_at), chat_id = coalesce(:chat_id, chat_id), lane = coalesce(:lane, lane),
        attempts = attempts + :attempted, not_before = coalesce(:not_before, not_before),
        error_kind = :error_kind, error_reason = :error_reason
      WHERE id = :id AND state = :expected
      RETURNING *`);
    this.#nextOf = db.prepare(`
      WITH ${HEADS}
      SELECT * FROM outbox o WHERE lane = :lane AND state = 'queued' AND wid = :wid AND not_before <= :now AND ${HAS_HEAD}
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE lane = :lane AND state IN (SELECT value FROM json_each(:busy)))
        AND NOT EXISTS (
          SELECT 1 FROM outbox INDEXED BY outbox_held
          WHERE lane = :lane AND state = 'queued' AND attempts > 0 AND not_before > :now)
      ORDER BY seq LIMIT 1`);
    // The first row of each lane, in one pass over the waiting rows. It omits the payload, because most of these rows
    // have to wait again.
    this.#due = db.prepare(`
      WITH ${HEADS}
      SELECT o.id, o.wid, o.lane, o.attempts, o.expires_at FROM outbox o JOIN (
        SELECT min(seq) AS first FROM outbox o
        WHERE state = 'queued' AND wid = :wid AND not_before <= :now AND ${HAS_HEAD} GROUP BY lane
      ) ON o.seq = first
      WHERE NOT EXISTS (
        SELECT 1 FROM outbox b WHERE b.lane = o.lane AND b.state IN (SELECT value FROM json_each(:busy)))
      AND NOT EXISTS (
        SELECT 1 FROM outbox h INDEXED BY outbox_held
        WHERE h.lane = o.lane AND h.state = 'queued' AND h.attempts > 0 AND h.not_before > :now)
      ORDER BY o.seq`);
    this.#wakeHeld = db.prepare(`
      UPDATE outbox SET not_before = :at
      WHERE state = 'queued' AND attempts > 0 AND not_before <> :at
        AND error_kind IN (SELECT value FROM json_each(:kinds)) RETURNING *`);
    this.#wakeLane = db.prepare(`
      UPDATE outbox INDEXED BY outbox_held SET not_before = :at
      WHERE lane = :lane AND state = 'queued' AND attempts > 0 AND attempts < :below AND not_before > :at
        AND error_kind IN (SELECT value FROM json_each(:kinds)) RETURNING *`);
    this.#nextTime = db.prepare(`
      SELECT min(at) AS at FROM (
        SELECT not_before AS at FROM outbox WHERE state = 'queued' AND not_before > :now
        UNION ALL SELECT expires_at FROM outbox WHERE state = 'queued' AND expires_at > :now)`);
    this.#expire = db.prepare(`
      UPDATE outbox SET state = 'expired', changed_at = :now WHERE state = 'queued' AND expires_at <= :now RETURNING *`);
    this.#inStates = db.prepare(`
      SELECT * FROM outbox WHERE state IN (SELECT value FROM json_each(:states)) AND seq > :after ORDER BY seq LIMIT :limit`);
    this.#counts = db.prepare('SELECT state, count(*) AS n FROM outbox GROUP BY state');
    this.#tried = db.prepare('SELECT seq FROM outbox WHERE lane = ? AND wid = ? AND attempts > 0 LIMIT 1');
    this.#openLanes = db.prepare(
      "SELECT DISTINCT lane FROM outbox WHERE state IN ('queued', 'sending', 'unknown')",
    );
    this.#join = db.prepare('UPDATE outbox SET lane = :number WHERE lane = :lid RETURNING seq');
    this.#oldestIn = db.prepare('SELECT min(changed_at) AS at FROM outbox WHERE state = ?');
    this.#oldestDue = db.prepare(
      "SELECT min(max(queued_at, not_before)) AS at FROM outbox WHERE state IN ('queued', 'sending') AND not_before <= ?",
    );
    this.#disown = db.prepare(`
      UPDATE outbox SET changed_at = :now,
        state = iif(state = 'queued', 'failed', 'unknown'),
        error_kind = iif(state = 'queued', 'account_changed', error_kind),
        error_reason = iif(state = 'queued', :reason, error_reason)
      WHERE state IN ('queued', 'sending') AND wid <> :wid RETURNING *`);
  }

  /**
   * Appends a message to its lane: the queue of its person or group. The same key with the same content returns the
   * existing row.
   * @throws Fault key_reused: this account used the key for another content
   */
  accept(tx: Tx, message: NewMessage): { message: StoredMessage; isNew: boolean } {
    tx.check();
    const { key, wid, recipient, kind, payload } = message;
    const row = this.#insert.get({
      id: message.id,
      message_id: message.messageId,
      wid,
      key,
      content: key === null ? '' : contentHash(recipient, kind, payload),
      recipient,
      chat_id: message.chatId,
      lane: this.#identities.laneOf(message.chatId),
      kind,
      payload: JSON.stringify(payload),
      queued_at: message.queuedAtMs,
      not_before: message.notBeforeMs ?? 0,
      expires_at: message.expiresAtMs ?? null,
    });
    if (row !== undefined) return { message: fromRow(row), isNew: true };
    const earlier = key === null ? null : this.earlier(key, wid, recipient, kind, payload);
    if (earlier === null) throw new Fault('internal', { reason: 'the store inserted no row' });
    return { message: earlier, isNew: false };
  }

  /** The row of a key, whatever its content, or null. */
  withKey(key: string, wid: string): StoredMessage | null {
    const row = this.#byKey.get(key, wid);
    return row === undefined ? null : fromRow(row);
  }

  /** The row of a key, or null. @throws Fault key_reused */
  earlier(
    key: string,
    wid: string,
    recipient: string,
    kind: string,
    payload: Readonly<Record<string, unknown>>,
  ): StoredMessage | null {
    const row = this.#byKey.get(key, wid);
    if (row === undefined) return null;
    if (row.content !== contentHash(recipient, kind, payload))
      throw new Fault('key_reused', { hint: `wactl outbox show ${row.id}`, more: { id: row.id } });
    return fromRow(row);
  }

  /** By our id or WhatsApp's, or null. */
  get(id: string): StoredMessage | null {
    const row = this.#byId.get(id) ?? this.#byMessageId.get(id);
    return row === undefined ? null : fromRow(row);
  }

  /** By the random part of WhatsApp's id alone, whichever chat id it comes with (H23). */
  byMessageId(messageId: string): StoredMessage | null {
    const row = this.#byMessageId.get(messageId);
    return row === undefined ? null : fromRow(row);
  }

  /**
   * The rows that belong to this one: their payload has its `messageId` as `album`. They were inserted right behind it, in the
   * same transaction.
   * @param most how many were inserted
   */
  partsOf({ seq, messageId }: Pick<StoredMessage, 'seq' | 'messageId'>, most: number): StoredMessage[] {
    return this.#parts.all({ seq, most, album: messageId }).map(fromRow);
  }

  /**
   * Changes a row if it is still in the expected state.
   * @returns the changed row, or null when it is in another state or gone: read it again
   */
  change(tx: Tx, id: string, expected: SendState, change: Change): StoredMessage | null {
    tx.check();
    const row = this.#change.get({
      id,
      expected,
      state: change.state,
      now: change.nowMs,
      ack: change.ack ?? null,
      sent_at: change.sentAtMs ?? null,
      chat_id: change.chatId ?? null,
      lane: change.chatId === undefined ? null : this.#identities.laneOf(change.chatId),
      attempted: change.attempted === 'undone' ? -1 : Number(change.attempted ?? false),
      not_before: change.notBeforeMs ?? null,
      error_kind: change.error?.kind ?? null,
      error_reason: change.error?.reason ?? null,
    });
    return row === undefined ? null : fromRow(row);
  }

  /**
   * The next message of a lane; null while another one of the lane is in flight, or when none is due.
   * @param busy the states in which a message blocks the later ones; add `unknown` for strict order
   */
  nextOf(wid: string, lane: string, nowMs: number, busy = IN_FLIGHT): StoredMessage | null {
    const row = this.#nextOf.get({ wid, lane, now: nowMs, busy: JSON.stringify(busy) });
    return row === undefined ? null : fromRow(row);
  }

  /** The next message of each lane, in the order of acceptance. Reads every waiting row. */
  due(wid: string, nowMs: number, { busy = IN_FLIGHT } = {}): Due[] {
    return this.#due.all({ wid, now: nowMs, busy: JSON.stringify(busy) }).map((row) => ({
      id: row.id,
      wid: row.wid,
      lane: row.lane,
      attempts: row.attempts,
      expiresAtMs: row.expires_at,
    }));
  }

  /** The next time at which `due` or `expire` returns more than now, ms since 1970; null when no row waits for a time. */
  nextTime(nowMs: number): number | null {
    return this.#nextTime.get({ now: nowMs })?.at ?? null;
  }

  /**
   * Reschedules messages that wait for a retry after an error of one of these kinds.
   * @returns the changed rows
   */
  wakeHeld(tx: Tx, kinds: readonly string[], atMs: number): StoredMessage[] {
    tx.check();
    return this.#wakeHeld.all({ kinds: JSON.stringify(kinds), at: atMs }).map(fromRow);
  }

  /**
   * The same for one lane, now, and only messages that were tried fewer than `below` times.
   * @returns the changed rows
   */
  wakeLane(
    tx: Tx,
    lane: Addressee,
    {
      kinds,
      below,
      nowMs,
    }: { readonly kinds: readonly string[]; readonly below: number; readonly nowMs: number },
  ): StoredMessage[] {
    tx.check();
    return this.#wakeLane.all({ kinds: JSON.stringify(kinds), below, lane, at: nowMs }).map(fromRow);
  }

  /** Marks queued messages expired whose time is over. @returns the changed rows */
  expire(tx: Tx, nowMs: number): StoredMessage[] {
    tx.check();
    return this.#expire.all({ now: nowMs }).map(fromRow);
  }

  /** Rows in these states, oldest first, with a `seq` above `after`. */
  inStates(states: readonly SendState[], { after = 0, limit = 1_000 } = {}): StoredMessage[] {
    return this.#inStates.all({ states: JSON.stringify(states), after, limit }).map(fromRow);
  }

  /** Merges two queues that belong to one person, in the order of acceptance. @returns how many rows moved */
  join(tx: Tx, pair: Pair): number {
    tx.check();
    return this.#join.all({ ...pair }).length;
  }

  /** The lanes with a message that is queued, in flight or of unknown outcome. */
  openLanes(): string[] {
    return this.#openLanes.all().map(({ lane }) => lane);
  }

  /** True when a message of this lane was handed to the page, as far as its row is still kept. */
  hasTried(wid: string, lane: string): boolean {
    return this.#tried.get(lane, wid) !== undefined;
  }

  /** The time of the oldest change into this state, ms since 1970; null when no row is in it. */
  oldestIn(state: SendState): number | null {
    return this.#oldestIn.get(state)?.at ?? null;
  }

  /** When the oldest message that waits or is being sent was due, ms since 1970; null when none is due now. */
  oldestDue(nowMs: number): number | null {
    return this.#oldestDue.get(nowMs)?.at ?? null;
  }

  /** The number of rows in each state. */
  counts(): Record<SendState, number> {
    const counts = Object.fromEntries(SEND_STATES.map((state) => [state, 0])) as Record<SendState, number>;
    for (const { state, n } of this.#counts.all()) counts[state] = n;
    return counts;
  }

  /**
   * Ends the messages of the previous account when another one is linked: queued ones fail (account_changed); those in
   * flight may have gone out and can no longer be checked (unknown).
   * @returns the changed rows
   */
  accountChanged(tx: Tx, wid: string, nowMs: number): StoredMessage[] {
    tx.check();
    const reason = 'Another account was linked before this message went out.';
    return this.#disown.all({ wid, now: nowMs, reason }).map(fromRow);
  }

  /** A page of rows. `next` is null on the last page. */
  list(filter: OutboxFilter = {}): { messages: StoredMessage[]; next: number | null } {
    const { states, chatId, wid, order = 'newest', after, limit = 100 } = filter;
    const terms: [sql: string, value: string | number | undefined][] = [
      ['state IN (SELECT value FROM json_each(?))', states && JSON.stringify(states)],
      ['lane = ?', chatId && this.#identities.laneOf(chatId)],
      ['wid = ?', wid],
      [order === 'newest' ? 'seq < ?' : 'seq > ?', after],
    ];
    const given = terms.filter((term): term is [string, string | number] => term[1] !== undefined);
    const where = given.length === 0 ? '' : `WHERE ${given.map(([sql]) => sql).join(' AND ')}`;
    const rows = this.#db
      .prepare<Row>(
        `SELECT * FROM outbox ${where} ORDER BY seq ${order === 'newest' ? 'DESC' : 'ASC'} LIMIT ?`,
      )
      .all(...given.map(([, value]) => value), limit + 1);
    const messages = rows.slice(0, limit).map(fromRow);
    return { messages, next: rows.length > limit ? (messages.at(-1)?.seq ?? null) : null };
  }
}
