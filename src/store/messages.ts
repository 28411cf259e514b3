// Stores which messages have been reported, so that each is reported once, however often the page repeats it (H3), and
// an ack only when it is new (H23). Rows have a key of our own and are kept longer than the events.
import { createHash } from 'node:crypto';
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';
import type { NewEvent, StoredEvent } from './event.js';
import type { Journal } from './journal.js';

/** The keys of a message, and its ack. */
export interface Sighting {
  /** Our own, stable key; unique per account. */
  readonly key: string;
  /** The random part of WhatsApp's id. */
  readonly messageId: string;
  /** −1 error, 0 pending, 1 server, 2 delivered, 3 read, 4 played. */
  readonly ack: number;
}

export interface SeenMessage extends Sighting {
  readonly wid: string | null;
  /** The cursor of its message event; null when only acks were reported. */
  readonly cursor: number | null;
}

/** The key of a placeholder's row; no message has a key like it. The row keeps the cursor of the placeholder's event. */
const placeholderKey = (key: string): string => `placeholder ${key}`;

/**
 * The key of a purged message, which tells nobody the chat or the author: to test a guess, one needs the random id as well. No message
 * has a key like it.
 */
const purgedKey = (key: string): string => `purged ${createHash('sha256').update(key).digest('hex')}`;

/** More messages with the same id are an attack, not a mistake. */
const SAME_ID = 20;

interface SeenRow {
  serial: number;
  key: string;
  wid: string;
  message_id: string;
  ack: number;
  cursor: number | null;
}

const seenOf = ({ key, message_id: messageId, ack, cursor, wid }: SeenRow): SeenMessage => ({
  key,
  messageId,
  ack,
  cursor,
  wid: wid === '' ? null : wid,
});

/** Nothing to close. */
export class Messages {
  readonly #journal: Journal;
  readonly #find: Statement<SeenRow>;
  readonly #insert: Statement<never>;
  readonly #update: Statement<never>;
  readonly #byKey: Statement<SeenRow>;
  readonly #byId: Statement<SeenRow>;
  readonly #bySerial: Statement<SeenRow>;
  readonly #drop: Statement<never>;
  readonly #purge: Statement<never>;

  constructor(db: Database, journal: Journal) {
    this.#journal = journal;
    this.#find = db.prepare('SELECT * FROM seen WHERE key = ? AND wid = ?');
    this.#insert = db.prepare(
      'INSERT INTO seen (key, wid, message_id, ack, cursor, at) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#update = db.prepare('UPDATE seen SET ack = ?, cursor = ? WHERE serial = ?');
    this.#byKey = db.prepare(
      'SELECT * FROM seen WHERE key = ? ORDER BY wid = ? DESC, cursor IS NULL, serial DESC LIMIT 1',
    );
    this.#byId = db.prepare(
      `SELECT * FROM seen WHERE message_id = ? ORDER BY cursor IS NULL, serial DESC LIMIT ${SAME_ID}`,
    );
    this.#bySerial = db.prepare('SELECT * FROM seen WHERE serial = ?');
    this.#drop = db.prepare('DELETE FROM seen WHERE serial = ?');
    this.#purge = db.prepare("UPDATE seen SET key = ?, message_id = '', cursor = NULL WHERE serial = ?");
  }

  /**
   * Stores the event of a message. Returns null when the message has had an event, even a deleted one, or was purged; the event
   * of a placeholder does not count.
   */
  appendOnce(tx: Tx, seen: Sighting, event: NewEvent): StoredEvent | null {
    const known = this.#known(seen.key, event.wid);
    if (known === undefined ? this.#isPurged(seen.key, event.wid) : this.#isReported(known)) return null;
    const stored = this.#journal.append(tx, event);
    this.#keep(
      known,
      seen,
      known === undefined ? seen.ack : Math.max(known.ack, seen.ack),
      stored.cursor,
      event,
    );
    return stored;
  }

  /** Stores the event of a message that cannot be decrypted yet; returns null when the message has had any event. */
  appendPlaceholder(tx: Tx, seen: Sighting, event: NewEvent): StoredEvent | null {
    const known = this.#known(seen.key, event.wid);
    if (known === undefined ? this.#isPurged(seen.key, event.wid) : known.cursor !== null) return null;
    const stored = this.#journal.append(tx, event);
    this.#keep(known, seen, Math.max(known?.ack ?? seen.ack, seen.ack), stored.cursor, event);
    const placeholder = { key: placeholderKey(seen.key), messageId: '', ack: 0 };
    this.#keep(this.#known(placeholder.key, event.wid), placeholder, 0, stored.cursor, event);
    return stored;
  }

  /**
   * Stores the event of an acknowledgement; returns null when it is not new. Acks come late, doubled and out of order; −1
   * counts only before WhatsApp's server has taken the message.
   */
  ackOnce(tx: Tx, seen: Sighting, event: NewEvent): StoredEvent | null {
    const known = this.#known(seen.key, event.wid);
    const isNew =
      known === undefined
        ? !this.#isPurged(seen.key, event.wid)
        : seen.ack > known.ack || (seen.ack < 0 && known.ack === 0);
    if (!isNew) return null;
    const stored = this.#journal.append(tx, event);
    this.#keep(known, seen, seen.ack, known?.cursor ?? null, event);
    return stored;
  }

  /** True when this message of this account has been reported, not only its placeholder. Also when it was purged since then. */
  knows(key: string, wid: string | null): boolean {
    const known = this.#known(key, wid);
    return known === undefined ? this.#isPurged(key, wid) : this.#isReported(known);
  }

  /**
   * Replaces the keys of purged messages by hashes: the page reports messages again, after each reload for example, and a message
   * that was purged must not come back as a new one. What has not been reported yet, such as a message that cannot be decrypted, is
   * forgotten instead.
   * @param serials of the rows, oldest first
   */
  purge(tx: Tx, serials: readonly number[]): void {
    tx.check();
    for (const serial of serials) {
      const row = this.#bySerial.get(serial);
      if (row === undefined) continue;
      if (this.#isReported(row)) this.#purge.run(purgedKey(row.key), serial);
      else this.#drop.run(serial);
    }
  }

  /** By our key, this account's first; null for an unknown message. */
  get(key: string, wid: string | null): SeenMessage | null {
    const row = this.#byKey.get(key, wid ?? '');
    return row === undefined ? null : seenOf(row);
  }

  /** All messages with this id of WhatsApp's, which need not be unique: senders choose it. With an event first, then newest. */
  withId(messageId: string): SeenMessage[] {
    return this.#byId.all(messageId).map(seenOf);
  }

  /** The event of a message; null when there was none or it has been deleted. */
  event({ cursor }: SeenMessage): StoredEvent | null {
    return cursor === null ? null : this.#journal.get(cursor);
  }

  /** True when its event is another one than that of its placeholder. */
  #isReported({ key, wid, cursor }: SeenRow): boolean {
    return cursor !== null && this.#find.get(placeholderKey(key), wid)?.cursor !== cursor;
  }

  #isPurged(key: string, wid: string | null): boolean {
    return this.#find.get(purgedKey(key), wid ?? '') !== undefined;
  }

  #known(key: string, wid: string | null): SeenRow | undefined {
    return this.#find.get(key, wid ?? '');
  }

  #keep(
    known: SeenRow | undefined,
    seen: Sighting,
    ack: number,
    cursor: number | null,
    event: NewEvent,
  ): void {
    if (known === undefined)
      this.#insert.run(seen.key, event.wid ?? '', seen.messageId, ack, cursor, event.timeMs);
    else this.#update.run(ack, cursor, known.serial);
  }
}
