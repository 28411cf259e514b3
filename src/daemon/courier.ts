// Takes messages to the page when it is their turn: one in flight a lane, which is a person under either identity or a
// group, until WhatsApp's server has it; lanes go side by side. Owns who is at which lane. When it is looked is in looks.ts;
// whose turn it is in turns.ts; the way of one message in delivery.ts; what is in doubt in doubts.ts.
import type { WaitsFor } from '../protocol/state.js';
import type { Addressee } from '../protocol/wid.js';
import type { PacingRules } from '../session/pacing.js';
import { holdsNewChats, type Restriction } from '../session/restriction.js';
import type { Tx } from '../store/commit.js';
import type { StoredMessage } from '../store/outbox-row.js';
import type { Store } from '../store/store.js';
import type { DeliveryOptions, End } from './delivery.js';
import { Doubts } from './doubts.js';
import { type Asked, Looks } from './looks.js';
import { refusedBy } from './refusal.js';
import { askForEach, type SendingPage } from './sending-page.js';
import { NOBODY, type Turn, Turns } from './turns.js';

export interface CourierOptions extends DeliveryOptions {
  readonly store: Store;
  readonly page: SendingPage;
  readonly pacing: PacingRules;
  /** What WhatsApp does not let the account do now. */
  readonly restriction: () => Restriction | null;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** From 0 up to 1. */
  readonly chance?: () => number;
}

interface Look extends Turn {
  /** Was in hand, and waits again. */
  readonly back: readonly (StoredMessage | null)[];
  /** Has waited too long. */
  readonly expired: readonly StoredMessage[];
}

/** How often a ready page is asked for what it has not said by itself. */
const ASK_AGAIN_MS = 15_000;

/** Ended by `stop`. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #now: () => number;
  /** The account whose page is ready; null while none is. */
  #wid: string | null = null;
  /** Which ready page it is, counted from the start. */
  #epoch = 0;
  /** Lanes that somebody is at, in this process, with the id of the message that is carried; null for a question. */
  readonly #busy = new Map<Addressee, string | null>();
  /** Marked in the write in which the server had a message, by the id of that: the next of its lane, and the one behind. */
  readonly #ahead = new Map<string, readonly StoredMessage[]>();
  /** Lanes that found no place, first come first: whoever makes one looks for them. */
  #turnedAway = new Set<Addressee>();
  #stopped = false;
  #again: NodeJS.Timeout | undefined;
  readonly #looks: Looks;
  readonly #turns: Turns;
  readonly #doubts: Doubts;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#looks = new Looks({ look: (asked) => this.#look(asked), now: this.#now, log: options.log });
    const { chance = Math.random } = options;
    this.#turns = new Turns({ ...options, now: this.#now, chance, busy: this.#busy, ahead: this.#ahead });
    this.#doubts = new Doubts({ ...options, wid: () => this.#wid });
    options.outbox.watch((row) => {
      if (row.state === 'queued')
        for (const atMs of [row.notBeforeMs, row.expiresAtMs])
          if (atMs !== null && atMs > this.#now()) this.#looks.by(atMs);
      // Whoever is at a lane looks when done.
      if (row.state !== 'sending' && !this.#handAhead(row) && !this.#busy.has(row.lane))
        this.#looks.at(row.lane);
    });
    options.outbox.onTaken = (tx, row) => this.#markAhead(tx, row);
  }

  /** Begins to keep the times of what waits. Whatever an earlier run had with the page is unknown now. */
  async start(): Promise<void> {
    await this.#doubts.begin();
    this.#looks.at('all');
  }

  stop(): void {
    this.close();
    this.#stopped = true;
    this.#looks.stop();
  }

  /** The page of this account is ready: asks it for all whose fate is open, and sends what waits. */
  open(wid: string): void {
    this.#wid = wid;
    this.#epoch += 1;
    void this.#ask(true);
    clearInterval(this.#again);
    this.#again = setInterval(() => void this.#ask(false), ASK_AGAIN_MS);
    this.#looks.at('all');
  }

  /** Nothing new is handed to the page; what is with it goes on. */
  close(): void {
    this.#wid = null;
    this.#turnedAway.clear();
    clearInterval(this.#again);
    this.#giveBack(this.#options.outbox.hand.all);
  }

  /** The page is gone: what it had not said of a message is not known until the next one can be asked. */
  lost(): void {
    this.#doubts.begin().catch(refusedBy(this.#options.log));
  }

  /** The restriction of the account is another one: what waited for it may go, what was refused goes when it ends. */
  restrictionChanged(now: Restriction | null): void {
    const atMs = holdsNewChats(now) ? (now.untilMs ?? null) : 0;
    const woken = atMs === null ? Promise.resolve() : this.#options.outbox.wakeHeld(atMs);
    woken.catch(refusedBy(this.#options.log));
    this.#looks.at('all');
  }

  /** Somebody has written, and may be answered whatever the restriction. */
  heardFrom(chatId: string): void {
    if (!holdsNewChats(this.#options.restriction())) return;
    this.#turns.heardFrom(this.#options.store.identities.laneOf(chatId as Addressee));
    this.#looks.at('all');
  }

  /** Two queues have become one: whoever waited behind nobody may wait behind somebody now, and the other way round. */
  joined(): void {
    this.#looks.at('all');
  }

  /** What a queued row waits for, and until when at least, as far as that can be said. */
  waitOf(row: StoredMessage): { waitsFor: WaitsFor; nextAtMs: number | null } | null {
    return this.#turns.waitOf(row, this.#wid);
  }

  async #look(asked: Asked): Promise<void> {
    const { store, outbox } = this.#options;
    const nowMs = this.#now();
    const { back, expired, taken, strangers, holdMs, turnedAway } = await this.#take(asked, nowMs);
    outbox.told(back);
    if (asked === 'all') this.#turnedAway = new Set(turnedAway);
    else for (const lane of turnedAway) this.#turnedAway.add(lane);
    outbox.told(expired);
    this.#handOver(taken);
    this.#looks.by(holdMs);
    if (asked === 'all') this.#looks.by(store.outbox.nextTime(nowMs));
    // The place may be another's, when this one has nothing to send any more.
    if (taken.length === 0 && turnedAway.length === 0) this.#lookAtNext();
    // A page that does not answer holds up nobody else.
    if (strangers.length > 0) void this.#turns.getAcquainted(strangers).then(() => this.#looks.at('all'));
  }

  /** Those whose turn it is, marked on disk; with a look at all that waits, what has waited too long as well. */
  async #take(asked: Asked, nowMs: number): Promise<Look> {
    const { store, outbox } = this.#options;
    const wid = this.#wid;
    // What is in hand where nobody is at the chat any more did not come to its turn.
    const idle = () => outbox.hand.all.filter((row) => !this.#busy.has(row.lane));
    if (asked === 'all')
      return store.write((tx) => ({
        back: this.#putBack(tx, idle()),
        expired: store.outbox.expire(tx, nowMs),
        ...this.#turns.take(tx, wid, asked, nowMs),
      }));
    // While no page is ready, an accepted message is no reason to write anything more.
    if (wid === null) return { back: [], expired: [], ...NOBODY };
    return store.write(
      (tx) => ({ back: this.#putBack(tx, idle()), expired: [], ...this.#turns.take(tx, wid, asked, nowMs) }),
      { turn: 'first' },
    );
  }

  /** What the page has not heard of waits again. @returns rows to be told of */
  #putBack(tx: Tx, rows: readonly StoredMessage[]): (StoredMessage | null)[] {
    const { outbox } = this.#options;
    return rows
      .filter((row) => outbox.isMarked(row) && this.#busy.get(row.lane) !== row.id)
      .map(({ id }) => outbox.step(tx, id, { type: 'returned' }));
  }

  /** The same, where it cannot be part of a look. */
  #giveBack(rows: readonly StoredMessage[]): void {
    const { store, outbox, log } = this.#options;
    if (rows.length === 0) return;
    store.write((tx) => this.#putBack(tx, rows)).then((back) => outbox.told(back), refusedBy(log));
  }

  /** @returns whether there is a chat that found no place, and is looked at now */
  #lookAtNext(): boolean {
    const [next] = this.#turnedAway;
    if (next === undefined) return false;
    this.#turnedAway.delete(next);
    this.#looks.at(next);
    return true;
  }

  /**
   * The server has a message: the next of its chat is marked in the same write, and the one behind that. It spares each
   * message of a queue a sync of the disk and a turn of the loop.
   */
  #markAhead(tx: Tx, { id, lane }: StoredMessage): void {
    this.#ahead.delete(id);
    const nowMs = this.#now();
    const wid = this.#wid;
    const carried = this.#busy.get(lane);
    const isFree = carried === undefined;
    // Those who wait for a place come first, and what the page is asked about.
    if (this.#stopped || this.#turnedAway.size > 0 || carried === null) return;
    if (this.#options.outbox.hand.of(lane) !== undefined) return;
    const [next] = isFree ? this.#turns.take(tx, wid, new Set([lane]), nowMs).taken : [];
    if (isFree && next === undefined) return;
    const behind = this.#turns.behind(tx, wid, lane, nowMs);
    this.#ahead.set(
      id,
      [next, behind].filter((row) => row != null),
    );
  }

  /** @returns whether the next of its chat is on its way */
  #handAhead({ id }: StoredMessage): boolean {
    const rows = this.#ahead.get(id) ?? [];
    this.#ahead.delete(id);
    return this.#handOver(rows);
  }

  /**
   * Those of what was marked that are so still: to the page, or in hand behind the one that is there. Without a page, which
   * may have gone since, they wait again.
   * @returns whether any is on its way
   */
  #handOver(rows: readonly StoredMessage[]): boolean {
    const { hand } = this.#options.outbox;
    const marked = rows.filter((row) => this.#options.outbox.isMarked(row));
    const back: StoredMessage[] = [];
    for (const row of marked) {
      if (this.#wid !== null && !this.#busy.has(row.lane)) this.#carry(row);
      else if (this.#wid !== null && hand.of(row.lane) === undefined) hand.hold(row);
      else back.push(row);
    }
    this.#giveBack(back);
    return marked.length > back.length;
  }

  /** Hands a row over that is marked. */
  #carry(row: StoredMessage): void {
    this.#options.outbox.told([row]);
    void this.#serve(row.lane, row.id, () => this.#doubts.carry(row));
  }

  /** Does something for a chat, which nobody else is at meanwhile. @param carried the message that is carried, if one is */
  #serve(lane: Addressee, carried: string | null, work: () => Promise<End>): Promise<void> {
    const epoch = this.#epoch;
    this.#busy.set(lane, carried);
    return work()
      .catch((error: unknown): End => {
        refusedBy(this.#options.log)(error);
        return 'over';
      })
      .then((end) => {
        this.#busy.delete(lane);
        this.#leave(lane, end, epoch === this.#epoch);
      });
  }

  #leave(lane: Addressee, end: End, isOfNow: boolean): void {
    // Another page has come meanwhile: what the one before left in doubt here is asked for before anything else.
    if (!isOfNow && this.#wid !== null) void this.#ask(true, lane);
    // Only behind one that has gone: what goes back, or is in doubt, is to be before it.
    const next = this.#options.outbox.hand.of(lane);
    if (next && end === 'taken' && isOfNow && this.#handOver([next])) return;
    // Not this chat first: it would take the place that it has just left.
    if (this.#lookAtNext()) this.#turnedAway.add(lane);
    else this.#looks.at(lane);
  }

  /**
   * Asks the page for every message whose fate is open, chats side by side. One that it does not have goes out again
   * under the same id, by which WhatsApp knows it should the first have arrived after all.
   * @param isNew a page that has just become ready; else one that only says what it had not said yet
   * @param only this chat
   */
  async #ask(isNew: boolean, only?: Addressee): Promise<void> {
    const wid = this.#wid;
    const chats = [...this.#doubts.byChat(wid)].filter(
      ([lane]) => !this.#busy.has(lane) && (only === undefined || lane === only),
    );
    // All at once, so that nobody sends what came later in these chats before that is settled.
    const jobs = chats.map(([lane, rows]) => {
      let go = (): void => undefined;
      const turn = new Promise<void>((resolve) => {
        go = resolve;
      });
      const done = this.#serve(lane, null, async () => {
        await turn;
        for (const row of rows) await this.#doubts.settle(row, wid, isNew);
        return 'over';
      });
      return { go, done };
    });
    await askForEach(jobs, async ({ go, done }) => {
      go();
      await done;
    });
  }
}
