// Takes messages to the page when it is their turn: one in flight a chat until WhatsApp's server has it, chats side by
// side, at the pace that is set. That a message is with the page is on disk before the page hears of it, so whoever
// comes after a crash knows what to ask the next page for (H6).
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import type { WaitsFor } from '../protocol/state.js';
import type { ChatId } from '../protocol/wid.js';
import {
  type Hold,
  holdsAll,
  holdsStranger,
  NOTHING_SENT,
  type PacingRules,
  passed,
} from '../session/pacing.js';
import type { SendOutcome } from '../session/port.js';
import type { Tx } from '../store/commit.js';
import type { StoredMessage } from '../store/outbox-row.js';
import type { Store } from '../store/store.js';
import type { Outbox } from './outbox.js';
import type { Recipients } from './recipients.js';
import { limited } from './time-limit.js';

/** The page, as far as sending needs it; rejects with not_ready when there is none. */
export interface SendingPage {
  send(row: StoredMessage): Promise<SendOutcome>;
  /** Its ack, or null when the page does not have it. @throws when the page cannot say */
  findOwn(message: { chatId: ChatId; messageId: string }): Promise<number | null>;
  /** Whether there is a chat already. */
  knowsChat(chatId: ChatId): Promise<boolean>;
}

export interface CourierOptions {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly page: SendingPage;
  readonly recipients: Recipients;
  readonly pacing: PacingRules;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** From 0 up to 1. */
  readonly chance?: () => number;
}

/** Chats that are served at a time. */
const MAX_FLYING = 32;
/** Pages are asked about so many messages at a time. */
const ASK_AT_A_TIME = 8;
/** A number that WhatsApp says nothing of in this time is tried. */
const RESOLVE_MS = 5_000;
/** How often a ready page is asked for what it has not said by itself, and the disk after it had no room. */
const ASK_AGAIN_MS = 15_000;
const DISK_MS = 5_000;
/** How often a page that lost a message in silence gets it, before that is a failure. */
const TRIES = 3;
/** A chat rests so long when there was no page to hand its message to. */
const RETURNED_MS = 1_000;
/** No timer of Node is longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** Ended by `stop`. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #now: () => number;
  /** The account whose page is ready; null while none is. */
  #wid: string | null = null;
  /** Which ready page it is, counted from the start. */
  #epoch = 0;
  /** Chats that somebody is at, in this process. */
  readonly #busy = new Set<ChatId>();
  /** What is to be looked at in the next turn. */
  #asked: Set<ChatId> | 'all' | null = null;
  #turning = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  /** When a time of some queued message comes; of the last look at all, or since. */
  #timesMs = Infinity;
  /** Until when the pacing holds up something; of the last look at all, or since. */
  #heldUntilMs = Infinity;
  #again: NodeJS.Timeout | undefined;
  /** Whether there was a chat before we wrote the first time, as the page said. */
  readonly #acquainted = new Map<ChatId, boolean>();

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    options.outbox.watch((row) => {
      if (row.state === 'queued')
        for (const atMs of [row.notBeforeMs, row.expiresAtMs])
          if (atMs !== null && atMs > this.#now()) this.#timesMs = Math.min(this.#timesMs, atMs);
      if (row.state !== 'sending') this.#look(row.chatId);
    });
  }

  /** Begins to keep the times of what waits. Whatever an earlier run had with the page is unknown now. */
  async start(): Promise<void> {
    await this.#doubt();
    this.#look('all');
  }

  stop(): void {
    this.close();
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** The page of this account is ready: asks it for all whose fate is open, and sends what waits. */
  open(wid: string): void {
    this.#wid = wid;
    this.#epoch += 1;
    void this.#ask(true);
    clearInterval(this.#again);
    this.#again = setInterval(() => void this.#ask(false), ASK_AGAIN_MS);
    this.#look('all');
  }

  /** Nothing new is handed to the page; what is with it goes on. */
  close(): void {
    this.#wid = null;
    clearInterval(this.#again);
  }

  /** The page is gone: what it had not said of a message is not known until the next one can be asked. */
  lost(): void {
    this.#doubt().catch((error: unknown) => {
      const { kind } = Fault.of(error);
      if (kind !== 'shutting_down') this.#options.log.error('outbox.refused', { kind, err: error });
    });
  }

  async #doubt(): Promise<void> {
    const { store, outbox } = this.#options;
    const rows = await store.write((tx) =>
      store.outbox
        .inStates(['sending'], { limit: Number.MAX_SAFE_INTEGER })
        .map(({ id }) => outbox.step(tx, id, { type: 'lost' })),
    );
    outbox.told(rows);
  }

  /** What a queued row waits for, and until when at least, as far as that can be said. */
  waitOf(row: StoredMessage): { waitsFor: WaitsFor; nextAtMs: number | null } | null {
    if (row.state !== 'queued') return null;
    const nowMs = this.#now();
    if (row.notBeforeMs !== null && row.notBeforeMs > nowMs)
      return { waitsFor: 'not_before', nextAtMs: row.notBeforeMs };
    if (this.#wid === null) return { waitsFor: 'ready', nextAtMs: null };
    const next = this.#options.store.outbox.nextOf(this.#wid, row.chatId, nowMs);
    if (next?.id !== row.id || this.#busy.has(row.chatId)) return { waitsFor: 'turn', nextAtMs: null };
    const hold = this.#hold(row, this.#isStranger(row) === true);
    return hold === null
      ? { waitsFor: 'turn', nextAtMs: nowMs }
      : { waitsFor: hold.why, nextAtMs: hold.untilMs };
  }

  #look(what: ChatId | 'all'): void {
    if (this.#stopped) return;
    if (what === 'all') this.#asked = 'all';
    else if (this.#asked === null) this.#asked = new Set([what]);
    else if (this.#asked !== 'all') this.#asked.add(what);
    if (this.#turning) return;
    this.#turning = true;
    void this.#turns().finally(() => {
      this.#turning = false;
      if (this.#asked !== null) this.#look('all');
    });
  }

  async #turns(): Promise<void> {
    // Everything that came in this turn of the loop is one look.
    await Promise.resolve();
    while (this.#asked !== null && !this.#stopped) {
      const asked = this.#asked;
      this.#asked = null;
      try {
        await this.#turn(asked);
      } catch (error) {
        if (Fault.of(error).kind === 'shutting_down') return;
        // Nothing was handed to the page: the same again when there may be room.
        this.#options.log.error('outbox.refused', { kind: Fault.of(error).kind, err: error });
        this.#arm(this.#now() + DISK_MS);
        return;
      }
    }
  }

  async #turn(asked: ReadonlySet<ChatId> | 'all'): Promise<void> {
    const { store, outbox } = this.#options;
    const nowMs = this.#now();
    const wid = this.#wid;
    if (asked === 'all') this.#heldUntilMs = this.#timesMs = Infinity;
    const { expired, taken, strangers, holdMs } = await store.write((tx) => ({
      // Each looks at all that waits, so not for a single chat.
      expired: asked === 'all' ? store.outbox.expire(tx, nowMs) : [],
      ...this.#take(tx, wid, asked, nowMs),
    }));
    outbox.told(expired);
    outbox.told(taken);
    for (const row of taken) this.#serve(row.chatId, () => this.#carry(row));
    this.#heldUntilMs = Math.min(this.#heldUntilMs, holdMs ?? Infinity);
    if (asked === 'all') this.#timesMs = Math.min(this.#timesMs, store.outbox.nextTime(nowMs) ?? Infinity);
    this.#arm(Math.min(this.#timesMs, this.#heldUntilMs));
    if (strangers.length > 0) await this.#getAcquainted(strangers);
  }

  /** Those whose turn it is, marked as handed over. */
  #take(tx: Tx, wid: string | null, asked: ReadonlySet<ChatId> | 'all', nowMs: number) {
    const { store, outbox, pacing } = this.#options;
    const taken: StoredMessage[] = [];
    const strangers: ChatId[] = [];
    let holdMs: number | null = null;
    if (wid === null) return { taken, strangers, holdMs };
    const limit = 1_000 + this.#busy.size;
    const candidates =
      asked === 'all'
        ? store.outbox.due(wid, nowMs, { limit })
        : [...asked].flatMap((chat) => store.outbox.nextOf(wid, chat, nowMs) ?? []);
    for (const row of candidates) {
      if (this.#busy.has(row.chatId)) continue;
      // Its timer is due as well, and ends it.
      if (row.expiresAtMs !== null && row.expiresAtMs <= nowMs) {
        holdMs = nowMs;
        continue;
      }
      // Whoever is at a chat looks for others when done.
      if (this.#busy.size + taken.length >= MAX_FLYING) break;
      const isStranger = this.#isStranger(row);
      if (isStranger === null) {
        strangers.push(row.chatId);
        continue;
      }
      const hold = this.#hold(row, isStranger);
      if (hold !== null) {
        holdMs = Math.min(holdMs ?? Infinity, hold.untilMs);
        if (hold.why === 'stranger') continue;
        break;
      }
      if (pacing.mode === 'on' && row.attempts === 0) {
        const chance = (this.#options.chance ?? Math.random)();
        const past = passed(store.pacing.past ?? NOTHING_SENT, pacing, { nowMs, isStranger, chance });
        store.pacing.keep(tx, past);
      }
      const changed = outbox.step(tx, row.id, { type: 'submit' }, { attempted: true });
      if (changed !== null) taken.push(changed);
    }
    return { taken, strangers, holdMs };
  }

  #hold(row: StoredMessage, isStranger: boolean): Hold | null {
    // A message that was handed over before has had its wait.
    if (row.attempts > 0) return null;
    const { store, pacing } = this.#options;
    if (pacing.mode === 'off') return null;
    const past = store.pacing.past ?? NOTHING_SENT;
    const nowMs = this.#now();
    return holdsAll(past, pacing, nowMs) ?? (isStranger ? holdsStranger(past, pacing, nowMs) : null);
  }

  /** Null: the page has to be asked. */
  #isStranger({ wid, chatId }: StoredMessage): boolean | null {
    const { store, pacing } = this.#options;
    if (pacing.mode === 'off' || chatId.endsWith('@g.us')) return false;
    if (store.outbox.hasTried(wid, chatId)) return false;
    const known = this.#acquainted.get(chatId);
    return known === undefined ? null : !known;
  }

  async #getAcquainted(chats: readonly ChatId[]): Promise<void> {
    const { page, log } = this.#options;
    await each(chats, async (chatId) => {
      const known = await page.knowsChat(chatId).catch((error: unknown) => {
        log.debug('outbox.stranger', { err: error });
        return false;
      });
      this.#acquainted.set(chatId, known);
    });
    if (this.#acquainted.size > 10_000) this.#acquainted.clear();
    this.#look('all');
  }

  #arm(atMs: number): void {
    clearTimeout(this.#timer);
    if (!Number.isFinite(atMs) || this.#stopped) return;
    const waitMs = Math.min(Math.max(atMs - this.#now(), 1), LONGEST_MS);
    this.#timer = setTimeout(() => this.#look('all'), waitMs);
    this.#timer.unref();
  }

  /** Does something for a chat, which nobody else is at meanwhile. */
  #serve(chatId: ChatId, work: () => Promise<void>): Promise<void> {
    const wasFull = this.#busy.size >= MAX_FLYING - 1;
    const epoch = this.#epoch;
    this.#busy.add(chatId);
    return work()
      .catch((error: unknown) => {
        const { kind } = Fault.of(error);
        if (kind !== 'shutting_down') this.#options.log.error('outbox.refused', { kind, err: error });
      })
      .finally(() => {
        this.#busy.delete(chatId);
        if (wasFull) this.#look('all');
        // Another page has come meanwhile: what the one before left in doubt here is asked for before anything else.
        if (epoch !== this.#epoch && this.#wid !== null) void this.#ask(true, chatId);
        this.#look(chatId);
      });
  }

  /** Hands a row over that is marked so, and notes what the page says. */
  async #carry(marked: StoredMessage, { isLast = false } = {}): Promise<void> {
    const { outbox, page, recipients, log } = this.#options;
    let row = marked;
    let chatId: ChatId | null = row.chatId;
    try {
      chatId = await limited(RESOLVE_MS, [], (signal) => recipients.find(row.recipient, signal));
    } catch {
      // Nobody says: the page finds out when it sends.
    }
    if (chatId === null) {
      const reason = `${row.recipient.replace(/@.*/, '')} is not on WhatsApp.`;
      await outbox.take(row.id, { type: 'absent' }, { error: new Fault('not_on_whatsapp', { reason }) });
      return;
    }
    for (let tries = 1; ; tries += 1) {
      let result: SendOutcome;
      try {
        result = await page.send(row);
      } catch (error) {
        // Thrown before anything was handed to the page, this time.
        log.info('message.returned', { id: row.id, reason: said(error) });
        await outbox.take(row.id, { type: row.attempts > 1 ? 'lost' : 'returned' });
        // A page that is gone and has not been missed yet is not offered it over and over.
        await pause(RETURNED_MS);
        return;
      }
      switch (result.outcome) {
        case 'accepted':
          await outbox.take(row.id, { type: 'accepted', ack: result.ack });
          return;
        case 'unknown':
          log.warn('message.unknown', { id: row.id, reason: said(result.error) });
          await outbox.take(row.id, { type: 'lost' });
          // Once more before the next of this chat: it would go out in front of this one.
          if (!isLast) await this.#settle(row, this.#wid, false, { isLast: true });
          return;
        case 'absent':
          if (!result.again || tries >= TRIES) {
            const { error } = result;
            const fault = error instanceof Fault ? error : new Fault('send_failed', { reason: said(error) });
            await outbox.take(row.id, { type: 'absent' }, { error: fault });
            return;
          }
          log.warn('message.again', { id: row.id, reason: said(result.error) });
          row = (await outbox.take(row.id, { type: 'submit' }, { attempted: true })) ?? row;
          if (row.state !== 'sending') return;
      }
    }
  }

  /**
   * Asks the page for every message whose fate is open, chats side by side. One that it does not have goes out again
   * under the same id, by which WhatsApp knows it should the first have arrived after all.
   * @param isNew a page that has just become ready; else one that only says what it had not said yet
   * @param only this chat
   */
  async #ask(isNew: boolean, only?: ChatId): Promise<void> {
    const { store } = this.#options;
    const wid = this.#wid;
    const chats = new Map<ChatId, StoredMessage[]>();
    for (const row of store.outbox.inStates(['sending', 'unknown'], { limit: 10_000 })) {
      if (row.wid !== wid || this.#busy.has(row.chatId)) continue;
      if (only !== undefined && row.chatId !== only) continue;
      const rows = chats.get(row.chatId);
      if (rows === undefined) chats.set(row.chatId, [row]);
      else rows.push(row);
    }
    // All at once, so that nobody sends what came later in these chats before that is settled.
    const jobs = [...chats].map(([chatId, rows]) => {
      let go = (): void => undefined;
      const turn = new Promise<void>((resolve) => {
        go = resolve;
      });
      const done = this.#serve(chatId, async () => {
        await turn;
        for (const row of rows) await this.#settle(row, wid, isNew);
      });
      return { go, done };
    });
    await each(jobs, async ({ go, done }) => {
      go();
      await done;
    });
  }

  async #settle(
    { id }: StoredMessage,
    wid: string | null,
    isNew: boolean,
    { isLast = false } = {},
  ): Promise<void> {
    const { outbox, page, log } = this.#options;
    const row = outbox.get(id);
    if (wid === null || this.#wid !== wid || (row.state !== 'unknown' && row.state !== 'sending')) return;
    let ack: number | null;
    try {
      ack = await page.findOwn(row);
    } catch (error) {
      log.warn('message.still-unknown', { id, reason: said(error) });
      return;
    }
    if (ack !== null) {
      if (row.state === 'unknown') log.info('message.reconciled', { id, found: true });
      await outbox.take(id, { type: 'accepted', ack });
      return;
    }
    // A page that has taken it need not have it for ever: a person may have deleted it there.
    if (row.state === 'sending' && !isNew) return;
    // It may have been acknowledged meanwhile.
    const { state } = outbox.get(id);
    if (this.#wid !== wid || (state !== 'unknown' && state !== 'sending')) return;
    log.info('message.reconciled', { id, found: false });
    const marked = await outbox.take(id, { type: 'submit' }, { attempted: true });
    if (marked?.state === 'sending') await this.#carry(marked, { isLast });
  }
}

/** Some at a time. */
async function each<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const rest = [...all];
  const worker = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) await act(one);
  };
  await Promise.all(Array.from({ length: Math.min(ASK_AT_A_TIME, rest.length) }, worker));
}

const said = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 300);
