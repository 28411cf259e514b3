// Simulates one lane: a disk that sometimes refuses writes, pages that die, and a server.
// It carries out the lane's effects late and in any possible order, and throws when a rule is violated.
import { Fault } from '../../../src/protocol/fault.js';
import type { SendState } from '../../../src/protocol/state.js';
import {
  EMPTY,
  goesOn,
  isFree,
  isIdle,
  type Lane,
  type LaneEffect,
  type LaneEvent,
  roomBehind,
} from '../../../src/session/lane.js';
import { WAITS_MS } from '../../../src/session/lane-doubt.js';
import { nextLane } from '../../../src/session/lane-transition.js';
import { advance, isEnded, isTaken, type SendEvent } from '../../../src/session/outbox.js';
import type { DeliveryResult } from '../../../src/session/send-outcome.js';

/** Thrown by a step that violates a rule. */
export class Broken extends Error {}
const refuse = (what: string): never => {
  throw new Broken(what);
};

interface Row {
  readonly id: string;
  readonly seq: number;
  state: SendState;
  attempts: number;
}

/** The messages that one page has, and its progress with each. */
interface Page {
  readonly epoch: number;
  readonly has: Map<string, 'working' | 'stored' | 'acked'>;
}

type Call =
  | Extract<LaneEffect, { readonly do: 'deliver' | 'ask' | 'rest' | 'wait' }>
  | { readonly do: 'check' };

const MOST_ROWS = 6;

export class LaneWorld {
  readonly #random: () => number;
  readonly #rows: Row[] = [];
  /** Calls in progress, each with the page that it was made to. */
  readonly #calls: { readonly call: Call; readonly page: Page | null }[] = [];
  /** Writes that wait for the disk. Each returns the events to post when it is done. */
  readonly #writes: ((isRefused: boolean) => readonly LaneEvent[])[] = [];
  readonly #history: string[] = [];
  #lane: Lane = EMPTY;
  #nowMs = 0;
  #epoch = 0;
  #page: Page | null = null;
  /** Messages in the page's store. The next page finds them. */
  #stored = new Set<string>();
  readonly #server: string[] = [];
  #isScanning = false;
  #isWoken = false;
  /** Calm: pages live, and disk and server accept everything. */
  #isCalm = false;
  /**
   * The order of these is not promised: a later message was sent while their outcome was unknown, or a person
   * decided.
   */
  readonly #overtaken = new Set<string>();
  /** How often a question about the message settled nothing. */
  readonly #silences = new Map<string, number>();
  readonly seen = new Set<string>();
  readonly #isMute: boolean;

  /** @param isMute pages never say what became of the first message; the one that is sending it does */
  constructor(random: () => number, { isMute = false } = {}) {
    this.#random = random;
    this.#isMute = isMute;
  }

  get history(): string {
    const rows = this.#rows.map(({ id, state, attempts }) => `${id} ${state} ${attempts}`).join(', ');
    return `${this.#history.join('\n')}\nlane ${JSON.stringify(this.#lane)}\nrows ${rows}\nserver ${this.#server}`;
  }

  /** Makes one thing happen. @throws Broken */
  step(): void {
    const roll = this.#random();
    if (roll < 0.35 && this.#writes.length > 0) this.#write();
    else if (roll < 0.65 && this.#calls.length > 0) this.#answer();
    else if (roll < 0.75 && this.#isWoken) this.#scan();
    else if (roll < 0.82) this.#serverTakes();
    else if (roll < 0.88 && this.#rows.length < MOST_ROWS) this.#accept();
    else if (roll < 0.93) this.#turnOver();
    else if (roll < 0.96) this.#tick();
    else this.#personDecides();
  }

  /** Lets everything recover and finish. @throws Broken */
  settle(): void {
    this.#isCalm = true;
    if (this.#page === null) this.#open();
    for (let n = 0; n < 1_000; n += 1) {
      if (this.#writes.length > 0) this.#write();
      else if (this.#calls.length > 0) this.#answer();
      else if (this.#isWoken) this.#scan();
      else if (this.#working().length > 0) this.#serverTakes();
      else if (this.#rows.every((row) => isTaken(row.state) || isEnded(row.state) || this.#isLeft(row)))
        break;
      else this.#tick();
    }
    const muted = this.#rows.some((row) => this.#isLeft(row));
    for (const row of this.#rows) {
      const { id, state } = row;
      if (this.#isLeft(row)) continue;
      if (!isTaken(state) && !isEnded(state)) refuse(`${id} is stuck`);
      if (isTaken(state) && !this.#server.includes(id) && !this.#overtaken.has(id)) refuse(`${id} is lost`);
    }
    if (muted) this.seen.add('muted');
    else if (!isIdle(this.#lane) || this.#lane.staged.length > 0 || this.#lane.doubts.length > 0)
      refuse('the lane is not at rest');
  }

  #isMuted({ seq }: Row): boolean {
    return this.#isMute && seq === 1;
  }

  /** Its page is sending it. The monitor replaces one that neither gets an ack nor says anything. */
  #isAwaited(id: string): boolean {
    const { work } = this.#lane;
    return work.at === 'asking' && work.flight?.id === id && work.flight.page === this.#page?.epoch;
  }

  /** Nothing more happens to it by itself. */
  #isLeft(row: Row): boolean {
    return this.#isMuted(row) && row.state === 'unknown';
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #one<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)] as T;
  }

  #row(id: string): Row {
    return this.#rows.find((row) => row.id === id) ?? refuse(`no row ${id}`);
  }

  #post(event: LaneEvent): void {
    const now = { atMs: this.#nowMs, page: this.#page?.epoch ?? null };
    const { lane, effects } = nextLane(this.#lane, event, now);
    this.#history.push(`${JSON.stringify(event)} → ${lane.work.at} ${effects.map((one) => one.do)}`);
    this.seen.add(lane.work.at).add(event.type);
    this.#lane = lane;
    for (const effect of effects) this.#run(effect);
    // As in the sender.
    if (event.type === 'row' && event.state !== 'sending' && isIdle(lane)) this.#isWoken = true;
  }

  #run(effect: LaneEffect): void {
    this.seen.add(effect.do);
    switch (effect.do) {
      case 'scan':
        this.#isWoken = true;
        break;
      case 'note':
        this.#writes.push((isRefused) => {
          const { message, note } = effect;
          const { state } = this.#row(message.id);
          const isOpen = state === 'sending' || state === 'unknown';
          if (isRefused) {
            this.#wasSilent(message.id);
            return [isOpen ? { type: 'unwritten', message } : { type: 'noted', message, state }];
          }
          const reported = this.#change(message.id, note.event, note.attempted === true);
          return [...reported, { type: 'noted', message, state: this.#row(message.id).state }];
        });
        break;
      case 'deliver':
        this.#mayDeliver(effect.attempt.id);
        this.#calls.push({ call: effect, page: this.#page });
        break;
      default:
        this.#calls.push({ call: effect, page: this.#page });
    }
  }

  #wasSilent(id: string): void {
    this.#silences.set(id, (this.#silences.get(id) ?? 0) + 1);
  }

  /**
   * Checks that at most one message of the lane is being delivered, and that it overtakes none of unknown outcome before the page
   * was asked as often as it may be.
   */
  #mayDeliver(id: string): void {
    const { seq } = this.#row(id);
    for (const row of this.#rows)
      if (row.seq < seq && row.state === 'unknown' && !this.#overtaken.has(row.id)) {
        if ((this.#silences.get(row.id) ?? 0) <= WAITS_MS.length)
          refuse(`${id} goes before ${row.id} is known`);
        this.seen.add('overtakes');
        this.#overtaken.add(row.id);
      }
    for (const { call } of this.#calls)
      if (call.do === 'deliver') refuse(`${id} and ${call.attempt.id} are given to the page at once`);
    const { staged, doubts } = this.#lane;
    for (const row of this.#rows)
      if (row.id !== id && row.state === 'sending' && !this.#server.includes(row.id)) {
        if (![...staged, ...doubts].some((ref) => ref.id === row.id))
          refuse(`${id} goes while ${row.id} is on its way`);
      }
  }

  /** Advances a row within a write. @returns the events to post afterwards */
  #change(id: string, event: SendEvent, attempted = false): LaneEvent[] {
    const row = this.#row(id);
    const state = advance(row.state, event);
    if (state === row.state && !attempted) return [];
    if (attempted) row.attempts += 1;
    if (event.type === 'returned') row.attempts -= 1;
    const staged: Row[] = [];
    const isNews = isTaken(state) && !isTaken(row.state);
    row.state = state;
    for (let room = isNews && this.#page ? roomBehind(this.#lane) : 0; room > 0; room -= 1) {
      const next = this.#rows.find((one) => one.state === 'queued');
      if (next === undefined) break;
      this.#mark(next);
      staged.push({ ...next });
    }
    return [{ type: 'row', message: { ...row }, state, staged }];
  }

  #mark(row: Row): void {
    row.state = 'sending';
    row.attempts += 1;
  }

  /** The disk performs waiting writes in order, then posts their events. */
  #write(): void {
    const group = this.#writes.splice(0, 1 + Math.floor(this.#random() * 3));
    const isRefused = !this.#isCalm && this.#chance(0.08);
    for (const event of group.flatMap((write) => write(isRefused))) this.#post(event);
  }

  /** As in the sender: one scan at a time. */
  #scan(): void {
    if (this.#isScanning) return;
    this.#isScanning = true;
    this.#isWoken = false;
    const page = this.#page;
    const back =
      this.#lane.staged.length > 0 && (page === null || !goesOn(this.#lane)) ? this.#lane.staged : [];
    this.#writes.push((isRefused) => {
      this.#isScanning = false;
      if (isRefused) {
        this.#isWoken = true;
        return [];
      }
      const reported = back.flatMap(({ id }) => this.#change(id, { type: 'returned' }));
      if (page === null || !isFree(this.#lane)) return reported;
      const isBusy = this.#rows.some(({ state }) => state === 'sending');
      const next = this.#rows.find(({ state }) => state === 'queued');
      if (isBusy || next === undefined) return reported;
      if (this.#chance(0.1)) {
        this.#calls.push({ call: { do: 'check' }, page: this.#page });
        return [...reported, { type: 'check' }];
      }
      this.#mark(next);
      return [...reported, { type: 'turn', message: { ...next } }];
    });
  }

  #accept(): void {
    const seq = this.#rows.length + 1;
    this.#rows.push({ id: `m${seq}`, seq, state: 'queued', attempts: 0 });
    this.#isWoken = true;
  }

  #turnOver(): void {
    if (this.#page === null) this.#open();
    else this.#close();
  }

  #open(): void {
    this.#epoch += 1;
    const has = new Map([...this.#stored].map((id) => [id, 'stored' as const]));
    this.#page = { epoch: this.#epoch, has };
    for (const id of this.#server) if (has.has(id)) this.#page.has.set(id, 'acked');
    this.#post({ type: 'page' });
    this.#isWoken = true;
  }

  #close(): void {
    const page = this.#page;
    if (page === null) return;
    this.#page = null;
    // The next page finds the store of this one, except what was not written yet.
    this.#stored = new Set([...page.has.keys()].filter(() => this.#chance(0.8)));
    this.#post({ type: 'page' });
    this.#writes.push((isRefused) => {
      if (isRefused) return [];
      const { staged } = this.#lane;
      return this.#rows
        .filter(({ state }) => state === 'sending')
        .flatMap(({ id }) =>
          this.#change(id, { type: staged.some((ref) => ref.id === id) ? 'returned' : 'lost' }),
        );
    });
  }

  #tick(): void {
    this.#nowMs += 15_000;
    if (this.#page !== null) this.#post({ type: 'tick' });
  }

  #working(): string[] {
    return [...(this.#page?.has ?? [])].filter(([, how]) => how === 'working').map(([id]) => id);
  }

  /** The server accepts a message that the page is sending, and acks it. */
  #serverTakes(): void {
    const ids = this.#working();
    if (ids.length === 0) return;
    const id = this.#one(ids);
    this.#take(id);
    this.#page?.has.set(id, 'acked');
    this.#writes.push((isRefused) => (isRefused ? [] : this.#change(id, { type: 'ack', ack: 1 })));
  }

  /** @throws Broken when it overtakes a message that was accepted before it */
  #take(id: string): void {
    if (this.#server.includes(id)) return;
    const { seq } = this.#row(id);
    for (const before of this.#rows)
      if (before.seq < seq && !this.#server.includes(before.id))
        if (!isEnded(before.state) && before.state !== 'unknown' && !this.#overtaken.has(before.id))
          refuse(`${id} overtakes ${before.id}`);
    this.#server.push(id);
  }

  #personDecides(): void {
    const open = this.#rows.filter(({ state }) => state === 'unknown' || state === 'queued');
    if (open.length === 0) return;
    const row = this.#one(open);
    const state = row.state === 'queued' ? 'cancelled' : this.#one(['sent', 'failed', 'queued'] as const);
    this.#writes.push((isRefused) => {
      if (isRefused || row.state !== (state === 'cancelled' ? 'queued' : 'unknown')) return [];
      row.state = state;
      this.#overtaken.add(row.id);
      return [{ type: 'row', message: { ...row }, state, staged: [] }];
    });
  }

  /** Ends a call. */
  #answer(): void {
    const at = Math.floor(this.#random() * this.#calls.length);
    const [entry] = this.#calls.splice(at, 1);
    if (entry === undefined) return;
    const { call, page } = entry;
    if (call.do === 'rest') this.#post({ type: 'rested' });
    else if (call.do === 'wait') this.#post({ type: 'waited', doubt: call.doubt });
    else if (call.do === 'check') this.#post({ type: 'checked' });
    else if (call.do === 'ask') this.#askedFor(call.message.id, page);
    else this.#post({ type: 'result', result: this.#said(call.attempt.id, call.attempt.way, page) });
    this.#isWoken ||= isIdle(this.#lane);
  }

  #askedFor(id: string, page: Page | null): void {
    const isSilent =
      page !== this.#page ||
      (this.#isMuted(this.#row(id)) && !this.#isAwaited(id)) ||
      (!this.#isCalm && this.#chance(0.1));
    const how = page?.has.get(id);
    const ack = how === 'acked' ? 1 : 0;
    const found = { as: 'found', ack, nack: null, stranded: how === 'stored' } as const;
    const said = how === undefined ? ({ as: 'lacking' } as const) : found;
    if (isSilent) this.#wasSilent(id);
    this.#post({ type: 'answered', answer: isSilent ? { as: 'silent' } : said });
  }

  /** The outcome of a call that gives a message to a page. */
  #said(id: string, way: 'send' | 'resend', page: Page | null): DeliveryResult {
    if (this.#row(id).state !== 'sending' && this.#chance(0.5)) return { as: 'gone' };
    if (page === null) return { as: 'no-page' };
    const isAlive = page === this.#page;
    // After a person's decision this is permitted.
    if (way === 'send' && page.has.get(id) === 'working' && !this.#overtaken.has(id))
      refuse(`${id} is given twice to one page`);
    const error = new Fault('send_failed');
    if (!this.#isCalm && this.#chance(0.1)) return { as: 'failed', error };
    if (!this.#isCalm && this.#chance(0.1)) {
      if (way === 'resend' && page.has.has(id)) page.has.set(id, 'stored');
      return { as: 'again', way: page.has.has(id) ? 'resend' : 'send', error };
    }
    if (!isAlive) {
      // It may have reached the server, and the page's store.
      if (this.#chance(0.3)) this.#take(id);
      if (this.#chance(0.3)) this.#stored.add(id);
      if (this.#page && this.#stored.has(id) && !this.#page.has.has(id)) this.#page.has.set(id, 'stored');
      return this.#one<DeliveryResult>([{ as: 'unknown' }, { as: 'accepted' }, { as: 'unknown' }]);
    }
    if (this.#chance(0.4)) {
      this.#take(id);
      page.has.set(id, 'acked');
      return { as: 'sent', ack: 1 };
    }
    page.has.set(id, 'working');
    return !this.#isCalm && this.#chance(0.2) ? { as: 'unknown' } : { as: 'accepted' };
  }
}
