// Sends the messages of the outbox: runs the effects of the lanes (session/lane-transition.ts)
// against the disk and the page, and scans the outbox for messages that are due. scheduler.ts
// decides which message is next.
import type { WaitsFor } from '../../protocol/state.js';
import type { Addressee } from '../../protocol/wid.js';
import {
  type Answer,
  type Attempt,
  goesOn,
  isFree,
  isIdle,
  type LaneEffect,
  type Note,
  type Ref,
  roomBehind,
} from '../../session/lane.js';
import type { PacingRules } from '../../session/pacing.js';
import type { Pair } from '../../session/port.js';
import { holdsNewChats, type Restriction } from '../../session/restriction.js';
import type { DeliveryResult } from '../../session/send-outcome.js';
import type { Tx } from '../../store/commit.js';
import type { StoredMessage } from '../../store/outbox-row.js';
import type { Store } from '../../store/store.js';
import { AtOnce } from './at-once.js';
import { type DeliveryOptions, deliver } from './delivery.js';
import { Lanes, type Slot } from './lanes.js';
import type { Change, Outbox } from './outbox.js';
import { RecipientCache } from './recipient-cache.js';
import { refusedBy } from './refused-write.js';
import { NO_TURNS, Scheduler, type Turns } from './scheduler.js';
import { ASK_AT_A_TIME, reasonOf, type SendingPage } from './sending-page.js';
import { type Asked, Wakeups } from './wakeups.js';

export interface SenderOptions extends DeliveryOptions {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly page: SendingPage;
  readonly pacing: PacingRules;
  /** What WhatsApp currently forbids the account. */
  readonly restriction: () => Restriction | null;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** A random number from 0 up to 1. */
  readonly chance?: () => number;
}

interface Scan extends Turns {
  /** Messages that were staged and wait again. */
  readonly back: readonly (Change | null)[];
  /** Messages that have expired. */
  readonly expired: readonly StoredMessage[];
}

/** How often a ready page is asked for outcomes that it has not reported. */
const TICK_MS = 15_000;
/**
 * How long a lane pauses when there was no page to give its message to: the page is gone, and its end
 * has not been noticed yet.
 */
const REST_MS = 1_000;

/** Ended by `stop`. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #now: () => number;
  /** The account whose page is ready; null while none is. */
  #wid: string | null = null;
  /** The page that is ready, counted from the start. */
  #page = 0;
  #isStopped = false;
  #ticks: NodeJS.Timeout | undefined;
  /** Lanes without a place, in order of arrival. */
  readonly #line = new Set<Addressee>();
  readonly #lanes: Lanes;
  readonly #recipientCache: RecipientCache;
  /** People who have written while messages were in flight. */
  readonly #wroteMeanwhile = new Set<Addressee>();
  readonly #scheduler: Scheduler;
  readonly #wakeups: Wakeups;
  readonly #questions = new AtOnce(ASK_AT_A_TIME);

  constructor(options: SenderOptions) {
    this.#options = options;
    const now = options.now ?? Date.now;
    this.#now = now;
    const { outbox, log, chance = Math.random } = options;
    this.#lanes = new Lanes({
      now: () => ({ atMs: now(), page: this.#wid === null ? null : this.#page }),
      run: (slot, effects, freed) => {
        if (freed && this.#lanes.served === 0) this.#wroteMeanwhile.clear();
        if (freed) this.#scanNextInLine();
        for (const effect of effects) this.#run(slot, effect);
      },
    });
    this.#recipientCache = new RecipientCache({ ...options, now });
    const recipientCache = this.#recipientCache;
    this.#scheduler = new Scheduler({ ...options, lanes: this.#lanes, recipientCache, now, chance });
    this.#wakeups = new Wakeups({ scan: (asked) => this.#scan(asked), now, log });
    outbox.watch((row, staged) => this.#changed(row, staged));
    outbox.lanes = {
      accepting: (chatId) => this.#accepting(chatId),
      stageBehind: (tx, row) => this.#stageBehind(tx, row),
      isStaged: (row) => this.#lanes.of(row).lane.staged.some(({ id }) => id === row.id),
      isDelivering: (row) => {
        const { work } = this.#lanes.of(row).lane;
        return work.at === 'delivering' && work.attempt.id === row.id;
      },
    };
  }

  /**
   * Starts the timers of waiting messages. The outcome of messages that an earlier process gave
   * to a page becomes unknown.
   */
  async start(): Promise<void> {
    const { store } = this.#options;
    for (const row of store.outbox.inStates(['unknown'], { limit: Number.MAX_SAFE_INTEGER }))
      this.#changed(row, []);
    await this.#loseAll();
    this.#wakeups.at('all');
  }

  stop(): void {
    this.close();
    this.#isStopped = true;
    this.#wakeups.stop();
  }

  /**
   * Called when the page of this account is ready: asks it about all messages of unknown
   * outcome, and sends what waits.
   */
  open(wid: string): void {
    this.#wid = wid;
    this.#page += 1;
    this.#lanes.postAll({ type: 'page' });
    clearInterval(this.#ticks);
    this.#ticks = setInterval(() => this.#lanes.postAll({ type: 'tick' }), TICK_MS);
    this.#wakeups.at('all');
  }

  /** Gives nothing new to the page. Messages that are with it continue. */
  close(): void {
    this.#wid = null;
    this.#line.clear();
    clearInterval(this.#ticks);
    this.#lanes.postAll({ type: 'page' });
  }

  /**
   * Called when the page is gone: outcomes that it had not reported are unknown until
   * the next page can be asked.
   */
  lost(): void {
    this.#loseAll().catch(refusedBy(this.#options.log));
  }

  /** Called when the restriction has changed: held messages may be sent, and refused ones when it ends. */
  restrictionChanged(now: Restriction | null): void {
    const atMs = holdsNewChats(now) ? (now.untilMs ?? null) : 0;
    const woken = atMs === null ? Promise.resolve() : this.#options.outbox.wakeHeld(atMs);
    woken.catch(refusedBy(this.#options.log));
    this.#wakeups.at('all');
  }

  /** Called when somebody has written: they are no stranger, and may be answered despite a restriction. */
  personWrote(chatId: string): void {
    const lane = this.#options.store.identities.laneOf(chatId as Addressee);
    // The refusal of a message in flight may have been decided before. Whose lane it is may be learnt later.
    if (this.#lanes.served > 0) this.#wroteMeanwhile.add(lane);
    this.#wakeRefused(lane);
    if (this.#recipientCache.reconsider(lane)) this.#wakeups.at(lane);
  }

  /**
   * Called when both identities of these people are known. What was known of one may not hold for the other.
   * @param moved how many messages are in another lane because of it
   */
  identified(pairs: readonly Pair[], moved: number): void {
    const { identities } = this.#options.store;
    const ids = pairs.flatMap(({ number, lid }) => [number, lid] as Addressee[]);
    const reconsidered = ids.filter((id) => this.#recipientCache.reconsider(id));
    if (moved > 0) this.#lanes.rename((name) => identities.laneOf(name) as Addressee);
    for (const lane of new Set(ids.map((id) => identities.laneOf(id)))) {
      if (ids.some((id) => identities.laneOf(id) === lane && this.#wroteMeanwhile.delete(id)))
        this.#wroteMeanwhile.add(lane);
      this.#wakeRefused(lane);
    }
    if (moved > 0 || reconsidered.length > 0) this.#wakeups.at('all');
  }

  /** What a queued row waits for, and its earliest time, if known. */
  waitOf(row: StoredMessage): { waitsFor: WaitsFor; nextAtMs: number | null } | null {
    return this.#scheduler.waitOf(row, this.#wid);
  }

  /** When the first of the messages that are due may be sent: scheduler.ts. */
  nextSendMs(wid: string): number | null {
    return this.#scheduler.nextSendMs(wid);
  }

  /** How long the page has had the oldest message without an ack of the server, ms; 0 when there is none. */
  oldestUnsentMs(): number {
    const nowMs = this.#now();
    let oldestMs = nowMs;
    for (const { lane } of this.#lanes.all)
      if (lane.work.at === 'awaiting') oldestMs = Math.min(oldestMs, lane.work.flight.sinceMs);
    return nowMs - oldestMs;
  }

  /**
   * Called when the write of a message is waiting. The scan is a write as well: both are one sync of the disk, and the disk
   * knows of both before the page does.
   */
  #accepting(chatId: Addressee): void {
    const lane = this.#options.store.identities.laneOf(chatId);
    if (this.#wid !== null && isFree(this.#lanes.find(lane))) this.#wakeups.at(lane);
  }

  /** Called when a row has changed on disk. */
  #changed(row: StoredMessage, staged: readonly StoredMessage[]): void {
    const { state, notBeforeMs, expiresAtMs } = row;
    if (state === 'queued')
      for (const atMs of [notBeforeMs, expiresAtMs])
        if (atMs !== null && atMs > this.#now()) this.#wakeups.by(atMs);
    this.#lanes.post(this.#lanes.of(row), { type: 'row', message: row, state, staged });
    const isRefused = state === 'queued' && row.error !== null;
    const isSettled = isRefused || (state !== 'queued' && state !== 'unknown');
    if (isSettled && this.#wroteMeanwhile.delete(row.lane) && isRefused) this.#wakeRefused(row.lane);
    // A lane with a message in flight requests a scan when it is over.
    if (state !== 'sending' && isIdle(this.#lanes.find(row.lane))) this.#wakeups.at(row.lane);
  }

  /** The page decides whether they may be written to, as for every message during a restriction. */
  #wakeRefused(lane: Addressee): void {
    if (!holdsNewChats(this.#options.restriction())) return;
    this.#options.outbox.wakeLane(lane).catch(refusedBy(this.#options.log));
  }

  async #scan(asked: Asked): Promise<void> {
    const { store, outbox } = this.#options;
    const nowMs = this.#now();
    // The disk accepts a message before this write, so the watchers are to know of it before, too.
    const { accepting } = outbox;
    const { back, expired, taken, unchecked, holdMs, overLimit } = await this.#take(asked, nowMs);
    if (taken.length + expired.length > 0) await accepting;
    for (const change of back) outbox.announce(change);
    if (asked === 'all') this.#line.clear();
    for (const lane of overLimit) this.#line.add(lane);
    for (const row of expired) outbox.announce({ row, staged: [] });
    for (const row of taken) {
      this.#lanes.post(this.#lanes.at(row.lane), { type: 'turn', message: row });
      outbox.announce({ row, staged: [] });
    }
    this.#wakeups.by(holdMs);
    if (asked === 'all') this.#wakeups.by(store.outbox.nextTime(nowMs));
    // Another lane may take the place when this one has nothing more to send.
    if (taken.length === 0 && overLimit.length === 0) this.#scanNextInLine();
    if (unchecked.length > 0) void this.#check(unchecked);
  }

  /** Stages messages that are due; a full scan also ends expired ones. */
  async #take(asked: Asked, nowMs: number): Promise<Scan> {
    const { store, outbox } = this.#options;
    const wid = this.#wid;
    const slots = asked === 'all' ? this.#lanes.all : [...asked].map((name) => this.#lanes.at(name));
    const idle = slots.filter(({ lane }) => lane.staged.length > 0 && (wid === null || !goesOn(lane)));
    const staged = idle.flatMap(({ lane }) => lane.staged);
    // While no page is ready, an accepted message needs no further write. A lane that is not free requests a scan when it is.
    const isFutile = wid === null || slots.every(({ lane }) => !isFree(lane));
    if (asked !== 'all' && isFutile && staged.length === 0) return { back: [], expired: [], ...NO_TURNS };
    return store.write(
      (tx) => ({
        back: staged.map((ref) => this.#putBack(tx, ref)),
        expired: asked === 'all' ? store.outbox.expire(tx, nowMs) : [],
        ...(wid === null ? NO_TURNS : this.#scheduler.take(tx, wid, asked, nowMs)),
      }),
      asked === 'all' || outbox.accepting !== null ? {} : { turn: 'first' },
    );
  }

  /** A message that was never given to the page waits again, as if it had not been staged. */
  #putBack(tx: Tx, { id }: Ref): Change | null {
    return this.#options.outbox.step(tx, id, { type: 'returned' });
  }

  #scanNextInLine(): void {
    const [next] = this.#line;
    if (next === undefined) return;
    this.#line.delete(next);
    this.#wakeups.at(next);
  }

  /** Asks the page about these people. A question without an answer blocks no other lane. */
  async #check(lanes: readonly Addressee[]): Promise<void> {
    const slots = lanes.map((name) => this.#lanes.at(name));
    for (const slot of slots) this.#lanes.post(slot, { type: 'check' });
    await this.#recipientCache.ask(lanes);
    for (const slot of slots) this.#lanes.post(slot, { type: 'checked' });
    this.#wakeups.at('all');
  }

  /**
   * Within the write that records the ack of a message, stages those behind it. That
   * saves one disk sync for each.
   */
  #stageBehind(tx: Tx, row: StoredMessage): StoredMessage[] {
    const staged: StoredMessage[] = [];
    // A lane that waits for a place takes precedence.
    if (this.#isStopped || this.#wid === null || this.#line.size > 0) return staged;
    const room = roomBehind(this.#lanes.of(row).lane);
    while (staged.length < room) {
      const next = this.#scheduler.behind(tx, this.#wid, row.lane, this.#now());
      if (next === null) break;
      staged.push(next);
    }
    return staged;
  }

  /**
   * Outcomes that a page had not reported when it went are unknown. Staged messages
   * were never given to a page.
   */
  async #loseAll(): Promise<void> {
    const { store, outbox } = this.#options;
    const changes = await store.write((tx) =>
      store.outbox
        .inStates(['sending'], { limit: Number.MAX_SAFE_INTEGER })
        .map((row) => outbox.step(tx, row.id, { type: outbox.lanes.isStaged(row) ? 'returned' : 'lost' })),
    );
    for (const change of changes) outbox.announce(change);
  }

  #run(slot: Slot, effect: LaneEffect): void {
    switch (effect.do) {
      case 'scan':
        this.#wakeups.at(slot.name);
        break;
      case 'rest':
        setTimeout(() => this.#lanes.post(slot, { type: 'rested' }), REST_MS).unref();
        break;
      case 'wait':
        setTimeout(() => this.#lanes.post(slot, { type: 'waited', doubt: effect.doubt }), effect.ms).unref();
        break;
      case 'note':
        void this.#note(slot, effect.message, effect.note);
        break;
      case 'deliver':
        void this.#deliver(effect.attempt).then((end) =>
          this.#lanes.post(slot, { type: 'result', result: end }),
        );
        break;
      case 'ask':
        void this.#questions
          .run(() => this.#ask(effect.message))
          .then((answer) => this.#lanes.post(slot, { type: 'answered', answer }));
        break;
    }
  }

  async #note(slot: Slot, message: Ref, { event, error, chatId, attempted }: Note): Promise<void> {
    const { outbox, log } = this.#options;
    const { id } = message;
    if (event.type === 'again') log.info('message.reconciled', { id, found: false });
    try {
      const row = await outbox.take(id, event, {
        error,
        attempted: attempted ?? false,
        ...(chatId && { chatId }),
      });
      if (chatId && row) this.#lanes.post(this.#lanes.at(row.lane), { type: 'paced', message });
      const state = row?.state ?? this.#options.store.outbox.get(id)?.state ?? null;
      this.#lanes.post(slot, { type: 'noted', message, state });
    } catch (trouble) {
      refusedBy(log)(trouble);
      // Another report about it may have arrived meanwhile.
      const state = this.#options.store.outbox.get(id)?.state ?? null;
      const isOpen = state === 'sending' || state === 'unknown';
      this.#lanes.post(slot, isOpen ? { type: 'unwritten', message } : { type: 'noted', message, state });
    }
  }

  async #deliver({ id, way, tries, reason }: Attempt): Promise<DeliveryResult> {
    const { store, log } = this.#options;
    const row = store.outbox.get(id);
    if (row?.state !== 'sending') return { as: 'gone' };
    if (tries > 1) log.warn('message.again', { id, tries, reason });
    return deliver(row, way, this.#options);
  }

  async #ask({ id }: Ref): Promise<Answer> {
    const { store, page, log } = this.#options;
    const row = store.outbox.get(id);
    // The page of another account is not asked.
    if (row === null || row.wid !== this.#wid) return { as: 'foreign' };
    try {
      const own = await page.findOwn(row);
      if (own === null) return { as: 'lacking' };
      if (row.state === 'unknown') log.info('message.reconciled', { id, found: true });
      return { as: 'found', ack: own.ack, nack: own.nack ?? null, stranded: own.stranded };
    } catch (error) {
      log.warn('message.still-unknown', { id, reason: reasonOf(error) });
      return { as: 'silent' };
    }
  }
}
