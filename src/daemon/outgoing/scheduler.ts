// Decides which messages are sent next: the first of each lane with nothing in flight, as far as the
// pace and WhatsApp's restrictions allow. Stages them in the same write, so that the disk knows
// before the page does (H6).
import type { WaitsFor } from '../../protocol/state.js';
import type { Addressee } from '../../protocol/wid.js';
import { isFree, type Lane } from '../../session/lane.js';
import {
  type Hold,
  holdsAll,
  holdsStranger,
  NOTHING_SENT,
  type PacingRules,
  passed,
} from '../../session/pacing.js';
import { holdsNewChats, quotaGapMs, type Restriction } from '../../session/restriction.js';
import type { Tx } from '../../store/commit.js';
import type { Due, StoredMessage } from '../../store/outbox-row.js';
import type { Store } from '../../store/store.js';
import type { Outbox } from './outbox.js';
import { isNobody, type RecipientCache } from './recipient-cache.js';
import type { Asked } from './wakeups.js';

export interface SchedulerOptions {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly lanes: { find(name: Addressee): Lane; readonly served: number };
  readonly recipientCache: RecipientCache;
  readonly pacing: PacingRules;
  /** What WhatsApp currently forbids the account. */
  readonly restriction: () => Restriction | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A random number from 0 up to 1. */
  readonly chance: () => number;
}

/** The result of a scan. */
export interface Turns {
  /** Staged messages. */
  readonly taken: readonly StoredMessage[];
  /** Lanes about whose person the page has to be asked first. */
  readonly unchecked: readonly Addressee[];
  /** Until when a message is held back, ms since 1970; null when none is. */
  readonly holdMs: number | null;
  /** Lanes without a place because the limit is reached, in order of arrival. */
  readonly overLimit: readonly Addressee[];
}

export const NO_TURNS: Turns = { taken: [], unchecked: [], holdMs: null, overLimit: [] };

/** The number of lanes that are served at the same time. */
const MAX_SERVED = 32;
/** The number of people about whom the page is asked after one scan. */
const ASKED_AT_ONCE = 1_000;
/** Reasons that hold back one lane and not the next. */
const ONE_LANE: ReadonlySet<Hold['why']> = new Set(['stranger', 'stranger_cap', 'quota', 'restriction']);
/** A restriction of unknown end is checked again after this time. */
const CHECK_AGAIN_MS = 3_600_000;

/** Nothing to close. */
export class Scheduler {
  readonly #options: SchedulerOptions;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** What a queued row waits for, and its earliest time, if known. */
  waitOf(row: StoredMessage, wid: string | null): { waitsFor: WaitsFor; nextAtMs: number | null } | null {
    if (row.state !== 'queued') return null;
    const { store, lanes, now } = this.#options;
    const nowMs = now();
    if (row.notBeforeMs !== null && row.notBeforeMs > nowMs)
      return { waitsFor: row.error === null ? 'not_before' : 'restriction', nextAtMs: row.notBeforeMs };
    if (wid === null) return { waitsFor: 'ready', nextAtMs: null };
    const next = store.outbox.nextOf(wid, row.lane, nowMs);
    if (next?.id !== row.id || !isFree(lanes.find(row.lane))) return { waitsFor: 'turn', nextAtMs: null };
    const held = this.#restricted(row);
    const hold = held === 'ask' ? null : (held ?? this.#hold(row, this.#isStranger(row) === true));
    return hold === null
      ? { waitsFor: 'turn', nextAtMs: nowMs }
      : { waitsFor: hold.why, nextAtMs: hold.untilMs };
  }

  /**
   * When the first of the messages that are due may be sent, ms since 1970: now, also if the page has to be asked first;
   * later if all of them are held back. Null when none is due.
   */
  nextSendMs(wid: string): number | null {
    const { store, lanes, now } = this.#options;
    const nowMs = now();
    let firstMs: number | null = null;
    for (const row of store.outbox.due(wid, nowMs)) {
      if (!isFree(lanes.find(row.lane))) return nowMs;
      // Before the page is asked about the recipient: nothing is sent until then anyway.
      const heldMs = this.#hold(row, false)?.untilMs;
      if (heldMs !== undefined) return Math.min(firstMs ?? Infinity, heldMs);
      const isStranger = this.#isStranger(row);
      const held = this.#restricted(row);
      if (isStranger === null || held === 'ask') return nowMs;
      const hold = held ?? this.#hold(row, isStranger);
      if (hold === null) return nowMs;
      firstMs = Math.min(firstMs ?? Infinity, hold.untilMs);
    }
    return firstMs;
  }

  /**
   * Stages the message behind the one of a lane that is in flight; null if something may still hold it back
   * or end it.
   */
  behind(tx: Tx, wid: string, lane: Addressee, nowMs: number): StoredMessage | null {
    const { store, outbox, pacing } = this.#options;
    if (pacing.mode === 'on') return null;
    const row = store.outbox.nextOf(wid, lane, nowMs, []);
    if (row === null || row.expiresAtMs !== null) return null;
    return outbox.step(tx, row.id, { type: 'submit' }, { attempted: true })?.row ?? null;
  }

  /** Stages the messages that are due. */
  take(tx: Tx, wid: string, asked: Asked, nowMs: number): Turns {
    const { store, outbox, lanes, recipientCache, pacing, chance } = this.#options;
    const taken: StoredMessage[] = [];
    const unchecked: Addressee[] = [];
    const overLimit: Addressee[] = [];
    let holdMs: number | null = null;
    recipientCache.useAccount(wid);
    for (const row of this.#candidates(wid, asked, nowMs)) {
      if (!isFree(lanes.find(row.lane))) continue;
      // Its expiry timer is due as well, and ends it.
      if (row.expiresAtMs !== null && row.expiresAtMs <= nowMs) {
        holdMs = nowMs;
        continue;
      }
      if (lanes.served + taken.length >= MAX_SERVED) {
        overLimit.push(row.lane);
        continue;
      }
      const isStranger = this.#isStranger(row);
      const held = this.#restricted(row);
      if (isStranger === null || held === 'ask') {
        if (unchecked.length < ASKED_AT_ONCE) unchecked.push(row.lane);
        continue;
      }
      const hold = held ?? this.#hold(row, isStranger);
      if (hold !== null) {
        const askedAgainMs = held === null ? Infinity : recipientCache.mayWriteUntilMs(row.lane);
        holdMs = Math.min(holdMs ?? Infinity, hold.untilMs, askedAgainMs);
        if (ONE_LANE.has(hold.why)) continue;
        break;
      }
      if (pacing.mode === 'on' && !this.#hasWaited(row)) {
        const past = store.pacing.past ?? NOTHING_SENT;
        store.pacing.keep(tx, passed(past, pacing, { nowMs, isStranger, chance: chance() }));
      }
      const marked = outbox.step(tx, row.id, { type: 'submit' }, { attempted: true });
      if (marked !== null) taken.push(marked.row);
      if (isStranger) recipientCache.sentTo(row.lane);
    }
    return { taken, unchecked, holdMs, overLimit };
  }

  /**
   * Yields one message of each lane, in the order of acceptance, out of all that wait.
   * The caller may stop early.
   */
  *#candidates(wid: string, asked: Asked, nowMs: number): Generator<Due, void, void> {
    const { outbox } = this.#options.store;
    if (asked === 'all') {
      yield* outbox.due(wid, nowMs);
      return;
    }
    for (const lane of asked) {
      const row = outbox.nextOf(wid, lane, nowMs);
      if (row !== null) yield row;
    }
  }

  #hold(row: Due, isStranger: boolean): Hold | null {
    const { store, pacing, now } = this.#options;
    if (pacing.mode === 'off' || this.#hasWaited(row)) return null;
    const past = store.pacing.past ?? NOTHING_SENT;
    const nowMs = now();
    const gapMs = quotaGapMs(this.#options.restriction(), nowMs);
    return holdsAll(past, pacing, nowMs) ?? (isStranger ? holdsStranger(past, pacing, nowMs, gapMs) : null);
  }

  /**
   * Whether the lane is held until the end of a restriction. `ask`: the page has to say first whether the
   * restriction covers this lane.
   */
  #restricted({ lane }: Due): Hold | 'ask' | null {
    const { recipientCache, now } = this.#options;
    const restriction = this.#options.restriction();
    if (!holdsNewChats(restriction)) {
      recipientCache.unrestricted();
      return null;
    }
    if (isNobody(lane)) return null;
    const isOpen = recipientCache.mayWrite(lane);
    if (isOpen === null) return 'ask';
    return isOpen ? null : { why: 'restriction', untilMs: restriction.untilMs ?? now() + CHECK_AGAIN_MS };
  }

  /**
   * Whether the message has already waited for the pace: a page was given it, or it came back
   * from a page that is gone.
   */
  #hasWaited({ id, lane, attempts }: Due): boolean {
    return attempts > 0 || this.#options.lanes.find(lane).paced === id;
  }

  /** Null: the page has to be asked. */
  #isStranger({ wid, lane }: Due): boolean | null {
    const { store, pacing, recipientCache } = this.#options;
    if (pacing.mode === 'off' || isNobody(lane)) return false;
    const known = recipientCache.hasChat(lane);
    if (known !== null) return !known;
    if (!store.outbox.hasTried(wid, lane)) return null;
    recipientCache.sentTo(lane);
    return false;
  }
}
