// The durable outbox: accepts messages as rows on disk and records the outcome of each. Every step is on disk
// before anyone is notified. Sending is sender.ts; waiting is outbox-wait.ts.
import { type Address, addressed } from '../../protocol/address.js';
import { Fault } from '../../protocol/fault.js';
import { type FaultKind, faultRow, isFaultKind } from '../../protocol/fault-table.js';
import type { Log } from '../../protocol/log.js';
import type { Outgoing } from '../../protocol/schema.js';
import { isoTime } from '../../protocol/time.js';
import type { Addressee } from '../../protocol/wid.js';
import { HELD, LAST_TRY, type Nack, type Refusal, refusal } from '../../session/nack.js';
import { advance, isTaken, type SendEvent } from '../../session/outbox.js';
import type { Tx } from '../../store/commit.js';
import type { StoredMessage } from '../../store/outbox-row.js';
import type { Store } from '../../store/store.js';
import { partRequests, partsOf } from './album.js';
import { type ChooseId, ownId, RANDOM_IDS } from './ids.js';
import type { SendRequest } from './send-request.js';

/** Data recorded with a step. */
export interface More {
  readonly error?: Fault | undefined;
  /** The page was given the message once more. */
  readonly attempted?: boolean;
  readonly chatId?: Addressee;
}

/** The changes of one write. */
export interface Change {
  readonly row: StoredMessage;
  /** The next messages of the lane, staged in the same write. */
  readonly staged: readonly StoredMessage[];
}

type Watcher = (row: StoredMessage, staged: readonly StoredMessage[]) => void;

/** What the outbox asks the sender about the message of a row. */
export interface LaneView {
  /** The write of a message waits; one that stages it may be in the same transaction. */
  accepting(chatId: Addressee): void;
  /** Stages the messages behind one that WhatsApp's server has acknowledged, as far as they may follow. */
  stageBehind(tx: Tx, row: StoredMessage): readonly StoredMessage[];
  /** The message is staged and has not been given to the page. */
  isStaged(row: StoredMessage): boolean;
  /** A call is giving it to the page now. */
  isDelivering(row: StoredMessage): boolean;
}
const NO_LANES: LaneView = {
  accepting: () => undefined,
  stageBehind: () => [],
  isStaged: () => false,
  isDelivering: () => false,
};

/** Nothing to close: the owner of the store closes it. */
export class Outbox {
  readonly #store: Store;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #chooseId: ChooseId;
  readonly #watchers = new Set<Watcher>();
  #accepting: Promise<void> | null = null;
  /** The sender's interface, once there is a sender. */
  lanes: LaneView = NO_LANES;
  /**
   * Returns until when a message waits that the server refused for now. Called within the write that records
   * the refusal.
   */
  onNack: (tx: Tx, nack: Nack) => number = () => this.#now();

  constructor(store: Store, log: Log, now: () => number = Date.now, chooseId: ChooseId = RANDOM_IDS) {
    this.#store = store;
    this.#log = log;
    this.#now = now;
    this.#chooseId = chooseId;
  }

  /** The row of an earlier request with this key. @throws Fault key_reused when that request was different */
  earlier({ key, wid, recipient, kind, payload }: Omit<SendRequest, 'chatId'>): StoredMessage | null {
    return key === null ? null : this.#store.outbox.earlier(key, wid, recipient, kind, payload);
  }

  /**
   * Accepts a message under an id of ours, an album with all its files; it is on disk when this resolves.
   * @throws (rejects) Fault key_reused, disk_full, busy
   */
  accept(request: SendRequest): Promise<StoredMessage> {
    const accepted = this.#accept(request);
    const done = (): void => {
      if (this.#accepting === announced) this.#accepting = null;
    };
    const announced = accepted.then(done, done);
    // Accepts end in their order, so the newest is the last.
    this.#accepting = announced;
    this.lanes.accepting(request.chatId);
    return accepted;
  }

  async #accept(request: SendRequest): Promise<StoredMessage> {
    const { message, fresh } = await this.#store.write((tx) => {
      const { message, isNew } = this.#insert(tx, request);
      const parts = isNew ? partRequests(message).map((part) => this.#insert(tx, part).message) : [];
      return { message, fresh: isNew ? [message, ...parts] : [] };
    });
    for (const row of fresh) this.announce({ row, staged: [] });
    return message;
  }

  #insert(tx: Tx, request: SendRequest): { message: StoredMessage; isNew: boolean } {
    return this.#store.outbox.accept(tx, {
      ...request,
      id: ownId(this.#now()),
      messageId: this.#chooseId(request.wid, request.key),
      queuedAtMs: this.#now(),
    });
  }

  /** Resolves when the watchers know of all messages that are being accepted now; null when none is. */
  get accepting(): Promise<void> | null {
    return this.#accepting;
  }

  /**
   * Whether an ack of this own message, by either id, brings nothing new: WhatsApp's server has acknowledged
   * it, or the page is still working on it and its answer will say the same.
   */
  isRedundantAck(id: string): boolean {
    const row = this.#store.outbox.get(id);
    return row !== null && (isTaken(row.state) || this.lanes.isDelivering(row));
  }

  /**
   * Registers a watcher that runs after each change that is on disk, and after an accept. Returns a
   * function that removes it.
   */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Notifies the watchers of a change that is on disk. */
  announce(change: Change | null): void {
    if (change === null) return;
    const { row, staged } = change;
    this.#log.debug('message.state', { id: row.id, to: row.state, ack: row.ack });
    for (const watcher of this.#watchers) watcher(row, staged);
  }

  /**
   * Advances a row by one step within a write.
   * @returns the change, if any; it is passed to `announce` once it is on disk
   */
  step(tx: Tx, id: string, event: SendEvent, more: More = {}): Change | null {
    const row = this.#store.outbox.get(id);
    if (row === null) return null;
    const refused =
      'ack' in event && event.ack < 0 && advance(row.state, event) === 'failed'
        ? refusal(event.nack ?? null, row.attempts)
        : null;
    if (refused !== null && refused.holds !== null) return this.#hold(tx, row, refused.holds, refused.reason);
    const state = advance(row.state, event);
    // An ack of −1 is recorded only if it decided the state of the row.
    const ack =
      'ack' in event && (event.ack > row.ack || (event.ack < 0 && state === 'failed'))
        ? event.ack
        : undefined;
    if (state === row.state && ack === undefined && more.attempted !== true) return null;
    const nowMs = this.#now();
    const changed = this.#store.outbox.change(tx, row.id, row.state, {
      state,
      nowMs,
      ack,
      chatId: more.chatId,
      // No page had it, so the next attempt is not a repetition.
      attempted: event.type === 'returned' ? 'undone' : more.attempted,
      sentAtMs: isTaken(state) ? nowMs : undefined,
      error: state === 'failed' ? errorOf(more.error, refused) : null,
    });
    if (changed === null) return null;
    const isNews = isTaken(state) && !isTaken(row.state);
    return { row: changed, staged: isNews ? this.lanes.stageBehind(tx, changed) : [] };
  }

  /**
   * Records that the server refused it for now: it waits, with the reason, and is sent again under its id.
   */
  #hold(tx: Tx, row: StoredMessage, nack: Nack, reason: string): Change | null {
    const held = this.#store.outbox.change(tx, row.id, row.state, {
      state: advance(row.state, { type: 'held' }),
      nowMs: this.#now(),
      notBeforeMs: this.onNack(tx, nack),
      error: { kind: nack, reason },
    });
    return held && { row: held, staged: [] };
  }

  /** Reschedules messages that were refused for now: the restriction is over, or lasts longer. */
  async wakeHeld(atMs: number): Promise<void> {
    const woken = await this.#store.write((tx) => this.#store.outbox.wakeHeld(tx, HELD, atMs));
    for (const row of woken) this.announce({ row, staged: [] });
  }

  /** Lets messages go that were refused for now, because their recipient has written since. */
  async wakeLane(lane: Addressee): Promise<void> {
    const limits = { kinds: HELD, below: LAST_TRY, nowMs: this.#now() };
    const woken = await this.#store.write((tx) => this.#store.outbox.wakeLane(tx, lane, limits));
    for (const row of woken) this.announce({ row, staged: [] });
  }

  /**
   * Advances a row by one step in its own transaction, which commits early: the next message of the chat
   * waits for it.
   * @throws (rejects) Fault disk_full, busy, shutting_down
   */
  async take(id: string, event: SendEvent, more: More = {}): Promise<StoredMessage | null> {
    const change = await this.#store.write((tx) => this.step(tx, id, event, more), { turn: 'first' });
    this.announce(change);
    return change?.row ?? null;
  }

  /** By our id or WhatsApp's. @throws Fault no_such_message */
  get(id: string): StoredMessage {
    const row = this.#store.outbox.get(id);
    if (row !== null) return row;
    throw new Fault('no_such_message', {
      reason: `This daemon was not asked to send a message ${id.slice(0, 64)}.`,
    });
  }

  /** Cancels a queued message; of an album, all that is queued. @throws (rejects) Fault no_such_message, too_late, disk_full */
  async cancel(id: string): Promise<StoredMessage> {
    const message = this.get(id);
    // An album may be out while its files still wait.
    const rows = await this.#store.write((tx) =>
      [message, ...partsOf(this.#store, message)].flatMap((one) => this.#cancel(tx, one.id) ?? []),
    );
    if (rows.length === 0) throw this.#tooLate(message.id, 'only a queued message can be cancelled');
    for (const row of rows) this.announce({ row, staged: [] });
    return this.get(message.id);
  }

  #cancel(tx: Tx, id: string): StoredMessage | null {
    if (this.lanes.isStaged(this.get(id))) this.step(tx, id, { type: 'returned' });
    return this.#store.outbox.change(tx, id, 'queued', { state: 'cancelled', nowMs: this.#now() });
  }

  /**
   * Records a person's decision about a message of unknown outcome.
   * @throws (rejects) Fault no_such_message, too_late, disk_full
   */
  async resolve(id: string, as: 'sent' | 'failed' | 'again'): Promise<StoredMessage> {
    const { id: own } = this.get(id);
    const nowMs = this.#now();
    const change = {
      sent: { state: 'sent', sentAtMs: nowMs },
      failed: { state: 'failed', error: { kind: 'send_failed', reason: 'Marked as failed by a person.' } },
      again: { state: 'queued' },
    } as const;
    const row = await this.#store.write((tx) =>
      this.#store.outbox.change(tx, own, 'unknown', { nowMs, ...change[as] }),
    );
    if (row === null) throw this.#tooLate(own, 'only a message of unknown outcome can be resolved');
    this.announce({ row, staged: [] });
    return row;
  }

  #tooLate(id: string, why: string): Fault {
    const { state } = this.get(id);
    return new Fault('too_late', { reason: `The message ${id} is ${state}; ${why}.`, more: { id, state } });
  }

  /** Whether the page holds a message that WhatsApp's server does not have yet. */
  get isInFlight(): boolean {
    return this.#store.outbox.oldestIn('sending') !== null;
  }

  /** For `status`: `queued` counts every row that is neither sent nor ended. */
  counts(): { queued: number; unknown: number; failed: number } {
    const { queued, sending, unknown, failed } = this.#store.outbox.counts();
    return { queued: queued + sending + unknown, unknown, failed };
  }
}

function errorOf(fault: Fault | undefined, refused: Refusal | null): { kind: FaultKind; reason: string } {
  if (fault !== undefined) return { kind: fault.kind, reason: fault.message };
  const { kind, reason } = refused ?? refusal(null, 1);
  return { kind, reason };
}

/** A row as the protocol shows it. @param to for the hint of its error */
export function show(row: StoredMessage, to: Address = []): Outgoing {
  const { id, messageId, chatId, state, ack, queuedAtMs, sentAtMs, error } = row;
  const remedy = error && isFaultKind(error.kind) ? faultRow(error.kind).remedy : null;
  return {
    id,
    messageId,
    chatId,
    state,
    ack,
    queuedAt: isoTime(queuedAtMs),
    sentAt: isoTime(sentAtMs),
    error: error && { ...error, hint: remedy && addressed(remedy.replace(/\bID$/, id), to) },
  };
}
