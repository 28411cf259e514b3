// Sends what waits in the outbox: runs the effects of the lanes (session/lane-transition.ts) against the disk and the page,
// and scans the outbox for the next turns. Which message has its turn is decided in scheduler.ts.
import type { WaitsFor } from '../../protocol/state.js';
import type { Addressee } from '../../protocol/wid.js';
import {
  type Answer,
  type Attempt,
  goesOn,
  isIdle,
  type LaneEffect,
  type Note,
  type Ref,
  roomBehind,
} from '../../session/lane.js';
import type { PacingRules } from '../../session/pacing.js';
import { holdsNewChats, type Restriction } from '../../session/restriction.js';
import type { Said } from '../../session/send-outcome.js';
import type { Tx } from '../../store/commit.js';
import type { StoredMessage } from '../../store/outbox-row.js';
import type { Store } from '../../store/store.js';
import { Acquaintances } from './acquaintances.js';
import { AtOnce } from './at-once.js';
import { type DeliveryOptions, deliver } from './delivery.js';
import { Lanes, type Slot } from './lanes.js';
import type { Change, Outbox } from './outbox.js';
import { refusedBy } from './refused-write.js';
import { NO_TURNS, Scheduler, type Turns } from './scheduler.js';
import { ASK_AT_A_TIME, type SendingPage, said } from './sending-page.js';
import { type Asked, Wakeups } from './wakeups.js';

export interface SenderOptions extends DeliveryOptions {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly page: SendingPage;
  readonly pacing: PacingRules;
  /** What WhatsApp does not let the account do now. */
  readonly restriction: () => Restriction | null;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** From 0 up to 1. */
  readonly chance?: () => number;
}

interface Scan extends Turns {
  /** Were staged, and wait again. */
  readonly back: readonly (Change | null)[];
  /** Have waited too long. */
  readonly expired: readonly StoredMessage[];
}

/** How often a ready page is asked for what it has not said by itself. */
const TICK_MS = 15_000;
/** How long a lane rests that had no page to give its message to: a page that is gone and was not missed yet. */
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
  /** Lanes that found no place, first come first. */
  readonly #line = new Set<Addressee>();
  readonly #lanes: Lanes;
  readonly #acquaintances: Acquaintances;
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
        if (freed) this.#scanNextInLine();
        for (const effect of effects) this.#run(slot, effect);
      },
    });
    this.#acquaintances = new Acquaintances({ ...options, now });
    const acquaintances = this.#acquaintances;
    this.#scheduler = new Scheduler({ ...options, lanes: this.#lanes, acquaintances, now, chance });
    this.#wakeups = new Wakeups({ scan: (asked) => this.#scan(asked), now, log });
    outbox.watch((row, staged) => this.#changed(row, staged));
    outbox.lanes = {
      stageBehind: (tx, row) => this.#stageBehind(tx, row),
      isStaged: (row) => this.#lanes.of(row).lane.staged.some(({ id }) => id === row.id),
      isDelivering: (row) => {
        const { work } = this.#lanes.of(row).lane;
        return work.at === 'delivering' && work.attempt.id === row.id;
      },
    };
  }

  /** Begins to keep the times of what waits. What an earlier process had given to a page is unknown now. */
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

  /** The page of this account is ready: asks it for all whose outcome is open, and sends what waits. */
  open(wid: string): void {
    this.#wid = wid;
    this.#page += 1;
    this.#lanes.postAll({ type: 'page' });
    clearInterval(this.#ticks);
    this.#ticks = setInterval(() => this.#lanes.postAll({ type: 'tick' }), TICK_MS);
    this.#wakeups.at('all');
  }

  /** Nothing new is given to the page; what is with it goes on. */
  close(): void {
    this.#wid = null;
    this.#line.clear();
    clearInterval(this.#ticks);
    this.#lanes.postAll({ type: 'page' });
  }

  /** The page is gone: what it had not said of a message is unknown until the next one can be asked. */
  lost(): void {
    this.#loseAll().catch(refusedBy(this.#options.log));
  }

  /** The restriction of the account has changed: what waited for it may go, what was refused goes when it ends. */
  restrictionChanged(now: Restriction | null): void {
    const atMs = holdsNewChats(now) ? (now.untilMs ?? null) : 0;
    const woken = atMs === null ? Promise.resolve() : this.#options.outbox.wakeHeld(atMs);
    woken.catch(refusedBy(this.#options.log));
    this.#wakeups.at('all');
  }

  /** Somebody has written, and may be answered whatever the restriction. */
  heardFrom(chatId: string): void {
    if (!holdsNewChats(this.#options.restriction())) return;
    this.#acquaintances.heardFrom(this.#options.store.identities.laneOf(chatId as Addressee));
    this.#wakeups.at('all');
  }

  /** Two lanes have become one. */
  joined(): void {
    const { identities } = this.#options.store;
    this.#lanes.rename((name) => identities.laneOf(name) as Addressee);
    this.#wakeups.at('all');
  }

  /** What a queued row waits for, and until when at least, as far as that can be said. */
  waitOf(row: StoredMessage): { waitsFor: WaitsFor; nextAtMs: number | null } | null {
    return this.#scheduler.waitOf(row, this.#wid);
  }

  /** For how long the page has had the oldest message that has no ack of the server, ms; 0 when there is none. */
  oldestUnsentMs(): number {
    const nowMs = this.#now();
    let oldestMs = nowMs;
    for (const { lane } of this.#lanes.all)
      if (lane.work.at === 'awaiting') oldestMs = Math.min(oldestMs, lane.work.flight.sinceMs);
    return nowMs - oldestMs;
  }

  /** A row has changed on disk. */
  #changed(row: StoredMessage, staged: readonly StoredMessage[]): void {
    const { state, notBeforeMs, expiresAtMs } = row;
    if (state === 'queued')
      for (const atMs of [notBeforeMs, expiresAtMs])
        if (atMs !== null && atMs > this.#now()) this.#wakeups.by(atMs);
    this.#lanes.post(this.#lanes.of(row), { type: 'row', message: row, state, staged });
    // A lane that has something on its way asks for a scan when that is over.
    if (state !== 'sending' && isIdle(this.#lanes.find(row.lane))) this.#wakeups.at(row.lane);
  }

  async #scan(asked: Asked): Promise<void> {
    const { store, outbox } = this.#options;
    const nowMs = this.#now();
    const { back, expired, taken, unmet, holdMs, turnedAway } = await this.#take(asked, nowMs);
    for (const change of back) outbox.told(change);
    if (asked === 'all') this.#line.clear();
    for (const lane of turnedAway) this.#line.add(lane);
    for (const row of expired) outbox.told({ row, staged: [] });
    for (const row of taken) {
      this.#lanes.post(this.#lanes.at(row.lane), { type: 'turn', message: row });
      outbox.told({ row, staged: [] });
    }
    this.#wakeups.by(holdMs);
    if (asked === 'all') this.#wakeups.by(store.outbox.nextTime(nowMs));
    // The place may be another's, when this lane has nothing to send any more.
    if (taken.length === 0 && turnedAway.length === 0) this.#scanNextInLine();
    if (unmet.length > 0) void this.#meet(unmet);
  }

  /** What has its turn, marked on disk; with a full scan, what has waited too long as well. */
  async #take(asked: Asked, nowMs: number): Promise<Scan> {
    const { store } = this.#options;
    const wid = this.#wid;
    const slots = asked === 'all' ? this.#lanes.all : [...asked].map((name) => this.#lanes.at(name));
    const idle = slots.filter(({ lane }) => lane.staged.length > 0 && (wid === null || !goesOn(lane)));
    const staged = idle.flatMap(({ lane }) => lane.staged);
    // While no page is ready, an accepted message is no reason to write anything more.
    if (asked !== 'all' && wid === null && staged.length === 0) return { back: [], expired: [], ...NO_TURNS };
    return store.write(
      (tx) => ({
        back: staged.map((ref) => this.#putBack(tx, ref)),
        expired: asked === 'all' ? store.outbox.expire(tx, nowMs) : [],
        ...(wid === null ? NO_TURNS : this.#scheduler.take(tx, wid, asked, nowMs)),
      }),
      asked === 'all' ? {} : { turn: 'first' },
    );
  }

  /** A message that the page has not heard of waits again, as if it had never been marked. */
  #putBack(tx: Tx, { id }: Ref): Change | null {
    return this.#options.outbox.step(tx, id, { type: 'returned' });
  }

  #scanNextInLine(): void {
    const [next] = this.#line;
    if (next === undefined) return;
    this.#line.delete(next);
    this.#wakeups.at(next);
  }

  /** Asks the page about these people; one that does not answer holds up no other lane. */
  async #meet(lanes: readonly Addressee[]): Promise<void> {
    const slots = lanes.map((name) => this.#lanes.at(name));
    for (const slot of slots) this.#lanes.post(slot, { type: 'meet' });
    await this.#acquaintances.meet(lanes);
    for (const slot of slots) this.#lanes.post(slot, { type: 'met' });
    this.#wakeups.at('all');
  }

  /** Within the write that records the ack of a message: marks those behind, which spares each a sync of the disk. */
  #stageBehind(tx: Tx, row: StoredMessage): StoredMessage[] {
    const staged: StoredMessage[] = [];
    // A lane that waits for a place goes first.
    if (this.#isStopped || this.#wid === null || this.#line.size > 0) return staged;
    const room = roomBehind(this.#lanes.of(row).lane);
    while (staged.length < room) {
      const next = this.#scheduler.behind(tx, this.#wid, row.lane, this.#now());
      if (next === null) break;
      staged.push(next);
    }
    return staged;
  }

  /** What a page that is gone had not said is unknown. What is staged, no page has heard of. */
  async #loseAll(): Promise<void> {
    const { store, outbox } = this.#options;
    const changes = await store.write((tx) =>
      store.outbox
        .inStates(['sending'], { limit: Number.MAX_SAFE_INTEGER })
        .map((row) => outbox.step(tx, row.id, { type: outbox.lanes.isStaged(row) ? 'returned' : 'lost' })),
    );
    for (const change of changes) outbox.told(change);
  }

  #run(slot: Slot, effect: LaneEffect): void {
    switch (effect.do) {
      case 'scan':
        this.#wakeups.at(slot.name);
        break;
      case 'rest':
        setTimeout(() => this.#lanes.post(slot, { type: 'rested' }), REST_MS).unref();
        break;
      case 'note':
        void this.#note(slot, effect.message, effect.note);
        break;
      case 'deliver':
        void this.#deliver(effect.attempt).then((end) => this.#lanes.post(slot, { type: 'said', said: end }));
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
        ...{ error, attempted: attempted ?? false },
        ...(chatId && { chatId }),
      });
      if (chatId && row) this.#lanes.post(this.#lanes.at(row.lane), { type: 'paced', message });
      const state = row?.state ?? this.#options.store.outbox.get(id)?.state ?? null;
      this.#lanes.post(slot, { type: 'noted', message, state });
    } catch (trouble) {
      refusedBy(log)(trouble);
      // Another word on it may have come meanwhile.
      const state = this.#options.store.outbox.get(id)?.state ?? null;
      const isOpen = state === 'sending' || state === 'unknown';
      this.#lanes.post(slot, isOpen ? { type: 'unwritten', message } : { type: 'noted', message, state });
    }
  }

  async #deliver({ id, way, tries, reason }: Attempt): Promise<Said> {
    const { store, log } = this.#options;
    const row = store.outbox.get(id);
    if (row?.state !== 'sending') return { as: 'gone' };
    if (tries > 1) log.warn('message.again', { id, tries, reason });
    return deliver(row, way, this.#options);
  }

  async #ask({ id }: Ref): Promise<Answer> {
    const { store, page, log } = this.#options;
    const row = store.outbox.get(id);
    // Another account's page is asked nothing.
    if (row === null || row.wid !== this.#wid) return { as: 'silent' };
    try {
      const own = await page.findOwn(row);
      if (own === null) return { as: 'lacking' };
      if (row.state === 'unknown') log.info('message.reconciled', { id, found: true });
      return { as: 'found', ack: own.ack, nack: own.nack ?? null, stranded: own.stranded };
    } catch (error) {
      log.warn('message.still-unknown', { id, reason: said(error) });
      return { as: 'silent' };
    }
  }
}
