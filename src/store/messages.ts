// Which messages have been reported, so that each is reported once, however often the page repeats it (H3), and acks
// only when they are new (H23). Keyed by our own key; the keys outlive the events.
import type { Tx } from './commit.js';
import type { Database, Statement } from './database.js';
import type { NewEvent, StoredEvent } from './event.js';
import type { Journal } from './journal.js';

/** How a message is named, and how far it has come. */
export interface Sighting {
  /** Ours and stable. Counts for the account of the event. */
  readonly key: string;
  /** WhatsApp's random part. */
  readonly messageId: string;
  /** −1 error, 0 pending, 1 server, 2 delivered, 3 read, 4 played. */
  readonly ack: number;
}

export interface SeenMessage extends Sighting {
  readonly wid: string | null;
  /** Of its message event; null when only acks of it have come. */
  readonly cursor: number | null;
}

/** No key of a message begins so. Its cursor is that of the placeholder's event, which the message's takes the place of. */
const placeholderMark = (key: string): string => `placeholder ${key}`;

/** More messages with one id are no mistake, but an attack. */
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
  ...{ key, messageId, ack, cursor },
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
  }

  /**
   * Keeps the event of a message, unless this message has had one: then null, even if that is deleted by now. That of a
   * placeholder is none.
   */
  appendOnce(tx: Tx, seen: Sighting, event: NewEvent): StoredEvent | null {
    const known = this.#known(seen.key, event.wid);
    if (known !== undefined && this.#isTold(known)) return null;
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

  /** Keeps the event of a message that cannot be read yet, unless this message has had any: then null. */
  appendPlaceholder(tx: Tx, seen: Sighting, event: NewEvent): StoredEvent | null {
    const known = this.#known(seen.key, event.wid);
    if (known !== undefined && known.cursor !== null) return null;
    const stored = this.#journal.append(tx, event);
    this.#keep(known, seen, Math.max(known?.ack ?? seen.ack, seen.ack), stored.cursor, event);
    const mark = { key: placeholderMark(seen.key), messageId: '', ack: 0 };
    this.#keep(this.#known(mark.key, event.wid), mark, 0, stored.cursor, event);
    return stored;
  }

  /**
   * Keeps the event of an acknowledgement, unless it says nothing new: then null. They come late, doubled and out of
   * order; −1 counts only before WhatsApp's server has taken the message.
   */
  ackOnce(tx: Tx, seen: Sighting, event: NewEvent): StoredEvent | null {
    const known = this.#known(seen.key, event.wid);
    const isNew = known === undefined || seen.ack > known.ack || (seen.ack < 0 && known.ack === 0);
    if (!isNew) return null;
    const stored = this.#journal.append(tx, event);
    this.#keep(known, seen, seen.ack, known?.cursor ?? null, event);
    return stored;
  }

  /** True for a message that has been reported in this form, to this account. */
  knows(key: string, wid: string | null): boolean {
    const known = this.#known(key, wid);
    return known !== undefined && this.#isTold(known);
  }

  /** By our key, of this account first; null when it was never heard of. */
  get(key: string, wid: string | null): SeenMessage | null {
    const row = this.#byKey.get(key, wid ?? '');
    return row === undefined ? null : seenOf(row);
  }

  /** All with WhatsApp's id, which is no name of one: senders choose it. Those with an event first, the newest first. */
  withId(messageId: string): SeenMessage[] {
    return this.#byId.all(messageId).map(seenOf);
  }

  /** The event of a message; null when there was none or it is not kept any more. */
  event({ cursor }: SeenMessage): StoredEvent | null {
    return cursor === null ? null : this.#journal.get(cursor);
  }

  /** By another event than that of its placeholder. */
  #isTold({ key, wid, cursor }: SeenRow): boolean {
    return cursor !== null && this.#find.get(placeholderMark(key), wid)?.cursor !== cursor;
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
