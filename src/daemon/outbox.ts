// Messages on their way out: one in flight a chat, chats side by side, each under an id that we chose when it was
// accepted. Kept in memory; a durable store takes this seam and nothing above it changes.
import { randomBytes } from 'node:crypto';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import type { Outgoing } from '../protocol/schema.js';
import type { SendState } from '../protocol/state.js';
import type { ChatId } from '../protocol/wid.js';
import { advance, hasReached, isEnded, isTaken, type SendEvent } from '../session/outbox.js';
import type { SendOutcome } from '../session/port.js';

/** The page, as far as sending needs it; throws not_ready when there is none. */
export interface Sender {
  sendText(message: { chatId: ChatId; messageId: string; text: string }): Promise<SendOutcome>;
  findOwn(message: { chatId: ChatId; messageId: string }): Promise<number | null>;
}

interface Row {
  readonly id: string;
  readonly messageId: string;
  /** Who it was meant for, as asked; WhatsApp may know the chat under another id. */
  readonly recipient: ChatId;
  readonly chatId: ChatId;
  readonly text: string;
  readonly key: string | null;
  readonly queuedAtMs: number;
  state: SendState;
  /** When it came into this state. */
  sinceMs: number;
  ack: number;
  sentAtMs: number | null;
  error: Fault | null;
}

/** Rows that have ended are kept so long that whoever sent them can still ask. */
const KEEP = 10_000;

export class Outbox {
  readonly #rows = new Map<string, Row>();
  readonly #byMessageId = new Map<string, Row>();
  readonly #byKey = new Map<string, Row>();
  /** The end of each chat's queue. */
  readonly #queues = new Map<string, Promise<void>>();
  readonly #watchers = new Set<(row: Row) => void>();
  readonly #sender: Sender;
  readonly #log: Log;

  constructor(sender: Sender, log: Log) {
    this.#sender = sender;
    this.#log = log;
  }

  /** The row of an earlier request with this key. @throws Fault key_reused when that one said something else */
  earlier(key: string, recipient: ChatId, text: string): Outgoing | null {
    const row = this.#byKey.get(key);
    if (row === undefined) return null;
    if (row.recipient !== recipient || row.text !== text)
      throw new Fault('key_reused', { more: { id: row.id } });
    return show(row);
  }

  /** Accepts a message, and sends it when its chat's turn comes. */
  accept(recipient: ChatId, chatId: ChatId, text: string, key: string | null): Outgoing {
    const again = key === null ? null : this.earlier(key, recipient, text);
    if (again !== null) return again;
    const row: Row = {
      id: `m-${randomBytes(8).toString('hex')}`,
      // WhatsApp Web's own form: 3EB0 and 18 hex digits.
      messageId: `3EB0${randomBytes(9).toString('hex').toUpperCase()}`,
      recipient,
      chatId,
      text,
      key,
      queuedAtMs: Date.now(),
      state: 'queued',
      sinceMs: Date.now(),
      ack: 0,
      sentAtMs: null,
      error: null,
    };
    this.#rows.set(row.id, row);
    this.#byMessageId.set(row.messageId, row);
    if (key !== null) this.#byKey.set(key, row);
    this.#forgetOldest();
    this.#enqueue(row);
    return show(row);
  }

  #enqueue(row: Row, again = false): void {
    const { chatId } = row;
    const turn = (this.#queues.get(chatId) ?? Promise.resolve()).then(() => this.#send(row, again));
    this.#queues.set(chatId, turn);
    void turn.finally(() => {
      if (this.#queues.get(chatId) === turn) this.#queues.delete(chatId);
    });
  }

  async #send(row: Row, again: boolean): Promise<void> {
    this.#apply(row, { type: 'submit' });
    let result: SendOutcome;
    try {
      result = await this.#sender.sendText(row);
    } catch (error) {
      // Thrown before anything was handed to the page, this time.
      result = { outcome: again ? 'unknown' : 'absent', error };
    }
    switch (result.outcome) {
      case 'accepted':
        this.#apply(row, { type: 'accepted', ack: result.ack });
        break;
      case 'absent':
        row.error =
          result.error instanceof Fault
            ? result.error
            : new Fault('send_failed', { reason: said(result.error) });
        this.#apply(row, { type: 'absent' });
        if (row.state !== 'failed') row.error = null;
        break;
      case 'unknown':
        this.#log.warn('message.unknown', { id: row.id, reason: said(result.error) });
        this.#apply(row, { type: 'lost' });
        break;
    }
  }

  /** WhatsApp acknowledged a message; of ours or not is found by its random part only (H23). */
  acked(messageId: string, ack: number): void {
    const row = this.#byMessageId.get(messageId);
    if (row === undefined) return;
    this.#apply(row, { type: 'ack', ack });
  }

  /** The page is gone: what it had not said of a message is not known until it can be asked again. */
  lost(): void {
    for (const row of this.#rows.values()) if (row.state === 'sending') this.#apply(row, { type: 'lost' });
  }

  /**
   * The page is back: asks it for every message whose fate is open. One that it does not have goes out again under the
   * same id, by which WhatsApp knows it should the first have arrived after all.
   */
  async reconcile(): Promise<void> {
    for (const row of this.#rows.values()) {
      if (row.state !== 'unknown') continue;
      try {
        const ack = await this.#sender.findOwn(row);
        // It may have been acknowledged, or asked for by another round, meanwhile.
        if (row.state !== 'unknown') continue;
        this.#log.info('message.reconciled', { id: row.id, found: ack !== null });
        if (ack !== null) this.#apply(row, { type: 'accepted', ack });
        else {
          this.#apply(row, { type: 'submit' });
          this.#enqueue(row, true);
        }
      } catch (error) {
        this.#log.warn('message.still-unknown', { id: row.id, reason: said(error) });
      }
    }
  }

  #apply(row: Row, event: SendEvent): void {
    const before = row.state;
    row.state = advance(before, event);
    // −1 counts only where it decided the row.
    if ('ack' in event && (event.ack > row.ack || (event.ack < 0 && row.state === 'failed')))
      row.ack = event.ack;
    if (isTaken(row.state)) row.sentAtMs ??= Date.now();
    if (row.state === before) return;
    if (row.state === 'failed')
      row.error ??= new Fault('send_failed', { reason: 'WhatsApp refused the message.' });
    row.sinceMs = Date.now();
    this.#log.debug('message.state', { id: row.id, from: before, to: row.state });
    for (const watcher of this.#watchers) watcher(row);
  }

  /** By our id or WhatsApp's. @throws Fault no_such_message */
  get(id: string): Outgoing {
    return show(this.#find(id));
  }

  #find(id: string): Row {
    const row = this.#rows.get(id) ?? this.#byMessageId.get(id);
    if (row === undefined)
      throw new Fault('no_such_message', {
        reason: `This daemon was not asked to send a message ${id.slice(0, 64)}.`,
      });
    return row;
  }

  /**
   * Resolves when the message has come as far as asked, or can come no further.
   * @throws Fault no_such_message, wait_expired
   */
  wait(
    id: string,
    goal: 'sent' | 'delivered' | 'read',
    { signal }: { signal: AbortSignal },
  ): Promise<Outgoing> {
    const row = this.#find(id);
    const over = (): boolean => hasReached(row.state, goal) || isEnded(row.state) || row.state === 'unknown';
    return new Promise((resolve, reject) => {
      if (over()) return resolve(show(row));
      const watcher = (changed: Row): void => {
        if (changed !== row || !over()) return;
        stop();
        resolve(show(row));
      };
      const late = (): void => {
        stop();
        reject(
          new Fault('wait_expired', {
            reason: `The message is ${row.state}; it is not known to be ${goal} yet.`,
            hint: `wactl call message.get '{"id":"${row.id}"}'`,
            outcome: 'unknown',
            more: { id: row.id, messageId: row.messageId, state: row.state },
          }),
        );
      };
      const stop = (): void => {
        this.#watchers.delete(watcher);
        signal.removeEventListener('abort', late);
      };
      this.#watchers.add(watcher);
      if (signal.aborted) late();
      else signal.addEventListener('abort', late, { once: true });
    });
  }

  /** Resolves when nothing is in flight, or when the signal aborts. */
  drained({ signal }: { signal: AbortSignal }): Promise<void> {
    const busy = (): boolean =>
      [...this.#rows.values()].some(({ state }) => state === 'queued' || state === 'sending');
    return new Promise((resolve) => {
      const done = (): void => {
        this.#watchers.delete(look);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const look = (): void => {
        if (!busy()) done();
      };
      this.#watchers.add(look);
      if (signal.aborted) done();
      else signal.addEventListener('abort', done, { once: true });
      look();
    });
  }

  /** Age of the oldest message that was handed to the page and has no ack of the server; 0 when there is none. */
  oldestUnsentMs(): number {
    const since = [...this.#rows.values()].flatMap(({ state, sinceMs }) =>
      state === 'sending' ? [sinceMs] : [],
    );
    return since.length === 0 ? 0 : Date.now() - Math.min(...since);
  }

  /** For `status`: `queued` counts every row that is neither sent nor ended. */
  counts(): { queued: number; unknown: number; failed: number } {
    const counts = { queued: 0, unknown: 0, failed: 0 };
    for (const { state } of this.#rows.values()) {
      if (!isTaken(state) && !isEnded(state)) counts.queued++;
      if (state === 'unknown') counts.unknown++;
      if (state === 'failed') counts.failed++;
    }
    return counts;
  }

  #forgetOldest(): void {
    for (const row of this.#rows.values()) {
      if (this.#rows.size <= KEEP) return;
      if (!isTaken(row.state) && !isEnded(row.state)) continue;
      this.#rows.delete(row.id);
      this.#byMessageId.delete(row.messageId);
      if (row.key !== null) this.#byKey.delete(row.key);
    }
  }
}

const said = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 300);

function show(row: Row): Outgoing {
  const { id, messageId, chatId, state, ack } = row;
  return {
    id,
    messageId,
    chatId,
    state,
    ack,
    queuedAt: new Date(row.queuedAtMs).toISOString(),
    sentAt: row.sentAtMs === null ? null : new Date(row.sentAtMs).toISOString(),
    error: row.error && { kind: row.error.kind, reason: row.error.message, hint: row.error.hint },
  };
}
