// Whose turn it is: the first of each lane that nobody is at, as far as the pace allows. Whoever has it is marked as
// handed over in the same write, so that it is on disk before the page hears of it (H6).
import type { Log } from '../protocol/log.js';
import type { WaitsFor } from '../protocol/state.js';
import { type Addressee, isGroupId, isPostId } from '../protocol/wid.js';
import {
  type Hold,
  holdsAll,
  holdsStranger,
  NOTHING_SENT,
  type PacingRules,
  passed,
} from '../session/pacing.js';
import { holdsNewChats, quotaGapMs, type Restriction } from '../session/restriction.js';
import type { Tx } from '../store/commit.js';
import type { Due, StoredMessage } from '../store/outbox-row.js';
import type { Store } from '../store/store.js';
import type { Asked } from './looks.js';
import type { Outbox } from './outbox.js';
import { askForEach, type SendingPage } from './sending-page.js';

export interface TurnsOptions {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly page: Pick<SendingPage, 'knowsChat' | 'mayWrite'>;
  readonly pacing: PacingRules;
  /** What WhatsApp does not let the account do now. */
  readonly restriction: () => Restriction | null;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly chance: () => number;
  /** Lanes that somebody is at. */
  readonly busy: ReadonlyMap<Addressee, unknown>;
  /** Messages that are marked, and go to the page as soon as that is on disk, or follow those. */
  readonly ahead: ReadonlyMap<string, readonly StoredMessage[]>;
}

/** What a look found. */
export interface Turn {
  /** Marked as handed over. */
  readonly taken: readonly StoredMessage[];
  /** Chats of which the page has to say first whether there is one. */
  readonly strangers: readonly Addressee[];
  /** Until when something is held up; null when nothing is. */
  readonly holdMs: number | null;
  /** Chats that found no place because as many are served as may be, first come first. */
  readonly turnedAway: readonly Addressee[];
}

export const NOBODY: Turn = { taken: [], strangers: [], holdMs: null, turnedAway: [] };

/** A chat that the page could not say anything of is a stranger's for so long. */
const GUESS_MS = 15_000;
/** Messages and chats that are kept in mind: more than wait anywhere. */
const REMEMBERED = 100_000;
/** What holds up one chat and not the next. */
const ONE_CHAT: ReadonlySet<Hold['why']> = new Set(['stranger', 'stranger_cap', 'quota', 'restriction']);
/** How long a chat of a restricted account is taken for one that may not be written to; who writes is asked about at once. */
const SHUT_MS = 600_000;
/** A restriction of which nobody knows the end is looked at again then. */
const LOOK_AGAIN_MS = 3_600_000;
/** Chats that one look has the page asked about. */
const ASKED_AT_ONCE = 1_000;
/** Chats that are served at a time. */
const MAX_FLYING = 32;

/** Nothing to close. */
export class Turns {
  readonly #options: TurnsOptions;
  /** Whether there was a chat before we wrote the first time, as the page said, and until when that is taken for it. */
  readonly #acquainted = new Map<Addressee, { readonly known: boolean; readonly untilMs: number }>();
  /** Whether the page lets us write there while the account is restricted, and until when that is taken for so. */
  readonly #reach = new Map<Addressee, { readonly may: boolean; readonly untilMs: number }>();
  /** Chats that the page is being asked about. */
  readonly #asking = new Set<Addressee>();
  /** Whose acquaintances these are. */
  #wid: string | null = null;
  /** Those that have had their wait, in this process: one may come back from a page that was gone. */
  readonly #paced = new Set<string>();

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** What a queued row waits for, and until when at least, as far as that can be said. */
  waitOf(row: StoredMessage, wid: string | null): { waitsFor: WaitsFor; nextAtMs: number | null } | null {
    if (row.state !== 'queued') return null;
    const nowMs = this.#options.now();
    if (row.notBeforeMs !== null && row.notBeforeMs > nowMs)
      return { waitsFor: row.error === null ? 'not_before' : 'restriction', nextAtMs: row.notBeforeMs };
    if (wid === null) return { waitsFor: 'ready', nextAtMs: null };
    const next = this.#options.store.outbox.nextOf(wid, row.lane, nowMs);
    if (next?.id !== row.id || this.#options.busy.has(row.lane)) return { waitsFor: 'turn', nextAtMs: null };
    const held = this.#restricted(row);
    const hold = held === 'ask' ? null : (held ?? this.#hold(row, this.#isStranger(row) === true));
    return hold === null
      ? { waitsFor: 'turn', nextAtMs: nowMs }
      : { waitsFor: hold.why, nextAtMs: hold.untilMs };
  }

  /** The one behind the message of a chat that is on its way, marked; null where anything may still hold it up or end it. */
  behind(tx: Tx, wid: string | null, lane: Addressee, nowMs: number): StoredMessage | null {
    const { store, outbox, pacing } = this.#options;
    if (wid === null || pacing.mode === 'on') return null;
    const row = store.outbox.nextOf(wid, lane, nowMs, []);
    if (row === null || row.expiresAtMs !== null) return null;
    return outbox.step(tx, row.id, { type: 'submit' }, { attempted: true });
  }

  /** Those whose turn it is, marked as handed over. */
  take(tx: Tx, wid: string | null, asked: Asked, nowMs: number): Turn {
    const { busy, store, outbox, pacing, chance } = this.#options;
    const taken: StoredMessage[] = [];
    const strangers: Addressee[] = [];
    let holdMs: number | null = null;
    const turnedAway: Addressee[] = [];
    if (wid === null) return NOBODY;
    this.#belongTo(wid);
    const flying = this.#served();
    for (const row of this.#candidates(wid, asked, nowMs)) {
      if (busy.has(row.lane)) continue;
      // Its timer is due as well, and ends it.
      if (row.expiresAtMs !== null && row.expiresAtMs <= nowMs) {
        holdMs = nowMs;
        continue;
      }
      if (flying + taken.length >= MAX_FLYING) {
        turnedAway.push(row.lane);
        continue;
      }
      const isStranger = this.#isStranger(row);
      const held = this.#restricted(row);
      if (isStranger === null || held === 'ask') {
        if (strangers.length < ASKED_AT_ONCE && !this.#asking.has(row.lane)) strangers.push(row.lane);
        continue;
      }
      const hold = held ?? this.#hold(row, isStranger);
      if (hold !== null) {
        const askedAgainMs = held === null ? Infinity : (this.#reach.get(row.lane)?.untilMs ?? Infinity);
        holdMs = Math.min(holdMs ?? Infinity, hold.untilMs, askedAgainMs);
        if (ONE_CHAT.has(hold.why)) continue;
        break;
      }
      if (pacing.mode === 'on' && !this.#hasWaited(row)) {
        const past = passed(store.pacing.past ?? NOTHING_SENT, pacing, {
          nowMs,
          isStranger,
          chance: chance(),
        });
        store.pacing.keep(tx, past);
        if (this.#paced.size >= REMEMBERED) this.#paced.clear();
        this.#paced.add(row.id);
      }
      const changed = outbox.step(tx, row.id, { type: 'submit' }, { attempted: true });
      if (changed !== null) taken.push(changed);
      if (isStranger) this.#acquainted.set(row.lane, { known: true, untilMs: Infinity });
    }
    return { taken, strangers, holdMs, turnedAway };
  }

  /** How many chats somebody is at, or will be in a moment. */
  #served(): number {
    const { busy, ahead, outbox } = this.#options;
    let served = busy.size;
    // Whoever goes ahead at a chat comes in the place of who is there.
    for (const [next] of ahead.values())
      if (next !== undefined && !busy.has(next.lane) && outbox.isMarked(next)) served += 1;
    return served;
  }

  /** One of each chat, first accepted first; of all that wait as far as somebody takes them. */
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

  /** Whom one account knows says nothing of another one. */
  #belongTo(wid: string): void {
    if (wid !== this.#wid) {
      this.#acquainted.clear();
      this.#reach.clear();
    }
    this.#wid = wid;
  }

  #hold(row: Due, isStranger: boolean): Hold | null {
    if (this.#hasWaited(row)) return null;
    const { store, pacing, now } = this.#options;
    if (pacing.mode === 'off') return null;
    const past = store.pacing.past ?? NOTHING_SENT;
    const nowMs = now();
    const gapMs = quotaGapMs(this.#options.restriction(), nowMs);
    return holdsAll(past, pacing, nowMs) ?? (isStranger ? holdsStranger(past, pacing, nowMs, gapMs) : null);
  }

  /** Held until the end of a restriction; `ask`: the page has to say first whether this chat is meant. */
  #restricted({ lane }: Due): Hold | 'ask' | null {
    const restriction = this.#options.restriction();
    if (!holdsNewChats(restriction)) {
      this.#reach.clear();
      return null;
    }
    if (isGroupId(lane) || isPostId(lane)) return null;
    const nowMs = this.#options.now();
    const said = this.#reach.get(lane);
    if (said === undefined || said.untilMs <= nowMs) return 'ask';
    return said.may ? null : { why: 'restriction', untilMs: restriction.untilMs ?? nowMs + LOOK_AGAIN_MS };
  }

  /** Somebody has written, and may be answered then: the page is asked anew. */
  heardFrom(lane: Addressee): void {
    this.#reach.delete(lane);
  }

  #hasWaited({ id, attempts }: Due): boolean {
    return attempts > 0 || this.#paced.has(id);
  }

  /** Null: the page has to be asked. */
  #isStranger({ wid, lane }: Due): boolean | null {
    const { store, pacing } = this.#options;
    if (pacing.mode === 'off' || isGroupId(lane) || isPostId(lane)) return false;
    const said = this.#acquainted.get(lane);
    if (said !== undefined && said.untilMs > this.#options.now()) return !said.known;
    if (!store.outbox.hasTried(wid, lane)) return null;
    this.#acquainted.set(lane, { known: true, untilMs: Infinity });
    return false;
  }

  /** Asks the page which of these chats there were before. */
  async getAcquainted(chats: readonly Addressee[]): Promise<void> {
    const { page, log, now } = this.#options;
    const wid = this.#wid;
    for (const lane of chats) this.#asking.add(lane);
    const isRestricted = holdsNewChats(this.#options.restriction());
    await askForEach(chats, async (lane) => {
      if (isRestricted)
        this.#reach.set(
          lane,
          await page.mayWrite(lane).then(
            (may) => ({ may, untilMs: may ? Infinity : now() + SHUT_MS }),
            (error: unknown) => {
              log.debug('outbox.reach', { err: error });
              return { may: false, untilMs: now() + GUESS_MS };
            },
          ),
        );
      const said = await page.knowsChat(lane).then(
        (known) => ({ known, untilMs: Infinity }),
        (error: unknown) => {
          log.debug('outbox.stranger', { err: error });
          // Nobody has said so: it is asked again, and not at once.
          return { known: false, untilMs: now() + GUESS_MS };
        },
      );
      this.#asking.delete(lane);
      // Another account may have been linked meanwhile.
      if (this.#wid === wid) this.#acquainted.set(lane, said);
    });
    if (this.#acquainted.size > REMEMBERED) this.#acquainted.clear();
    if (this.#reach.size > REMEMBERED) this.#reach.clear();
  }
}
