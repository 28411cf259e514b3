// One webhook endpoint: delivers the events that it subscribed to, one at a time and in order, each until it is
// accepted or its retries have run out. It has its own cursor in the journal, so nothing is lost while it, or this
// daemon, is away. It does not know where events are stored or what they mean.
import { setTimeout as pause } from 'node:timers/promises';
import type { WireEvent } from '../protocol/events/index.js';
import type { Log } from '../protocol/log.js';
import { backoffMs } from './backoff.js';
import type { Format, FormatContext } from './format.js';
import type { Answer, Poster } from './post.js';
import type { Sign } from './signature.js';

/** An event that was given up, with why. */
export interface DeadLetter {
  readonly event: WireEvent;
  readonly atMs: number;
  readonly attempts: number;
  readonly reason: string;
}

/** The state of one receiver on disk. */
export interface Ledger {
  /** Everything up to here was dealt with. */
  readonly place: number;
  /** Events after a cursor, oldest first; `next` is behind all that were read. */
  page(after: number): { readonly events: readonly WireEvent[]; readonly next: number };
  /** @throws (rejects) Fault disk_full, shutting_down */
  keep(place: number): Promise<void>;
  /** Keeps the place and the letter in one write. @throws (rejects) the same */
  bury(letter: DeadLetter): Promise<void>;
  /** Oldest first. */
  dead(limit: number): readonly DeadLetter[];
  /** @throws (rejects) the same */
  unbury(cursor: number): Promise<void>;
}

export interface EndpointOptions {
  readonly name: string;
  readonly ledger: Ledger;
  readonly wants: (event: WireEvent) => boolean;
  readonly format: Format;
  readonly secret: string;
  readonly sign: Sign;
  readonly poster: Poster;
  readonly retryMs: number;
  readonly context: () => FormatContext;
  readonly log: Log;
  /** Called for each attempt. */
  readonly onAttempt?: (taken: boolean) => void;
  readonly now?: () => number;
  readonly chance?: () => number;
}

export interface EndpointStatus {
  /** Everything up to here was delivered or is not subscribed to; the cursor on disk may be behind it. */
  readonly position: number;
  readonly state: 'idle' | 'delivering' | 'waiting';
  /** Of the event that is being delivered. */
  readonly attempts: number;
  readonly nextAttemptAtMs: number | null;
  readonly lastError: string | null;
  readonly deliveredAtMs: number | null;
}

/** A receiver that says so will not change its mind about this event; five times, since it may be a slip. */
const REJECTIONS = [400, 405, 413, 415, 422];
const MAX_REJECTED = 5;
/** Fewer attempts than this are no reason to give up, however old the event is. */
const LEAST_ATTEMPTS = 5;
/** So many events that it does not want, and its place is noted all the same. */
const NOTE_EVERY = 1_000;
/** How long a delivery under way may take when the daemon ends. */
const CLOSE_MS = 3_000;
/** How soon a disk that refused a place is asked again. */
const DISK_MS = 5_000;

/** It has no words in this form: nothing was posted, and waiting changes nothing. */
class FormatError extends Error {}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Begun by `start`, ended by `close`. */
export class Endpoint {
  readonly name: string;
  readonly #options: EndpointOptions;
  readonly #now: () => number;
  readonly #chance: () => number;
  readonly #closing = new AbortController();
  readonly #hangUp = new AbortController();
  #poke = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #status: EndpointStatus = {
    ...{
      position: 0,
      state: 'idle',
      attempts: 0,
      nextAttemptAtMs: null,
      lastError: null,
      deliveredAtMs: null,
    },
  };

  constructor(options: EndpointOptions) {
    this.name = options.name;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#chance = options.chance ?? Math.random;
    this.#update({ position: options.ledger.place });
  }

  get status(): EndpointStatus {
    return this.#status;
  }

  get ledger(): Ledger {
    return this.#options.ledger;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Something new is in the journal: of no interest to a receiver that is down. */
  wake(): void {
    if (this.#status.state !== 'waiting') this.#poke.abort();
  }

  /** Lets a delivery under way come to its end for some seconds. Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#poke.abort();
    const timer = setTimeout(() => this.#hangUp.abort(), CLOSE_MS);
    await this.#running;
    clearTimeout(timer);
    this.#hangUp.abort();
    this.#options.poster.close();
  }

  /** Posts a test. When it is accepted, waiting events are tried at once. */
  async test(): Promise<Answer> {
    const { format, context } = this.#options;
    const at = new Date(this.#now());
    const answer = await this.#post(format.test(at, context()), `test-${at.getTime()}`);
    if (answer.says === null) this.#poke.abort();
    return answer;
  }

  /**
   * Posts dead letters again, oldest first, until one is not taken.
   * @returns how many were taken, and why it ended; null when none is left
   */
  async redrive(limit: number): Promise<{ readonly taken: number; readonly says: string | null }> {
    let taken = 0;
    for (const { event } of this.ledger.dead(limit)) {
      const says = await this.#attempt(event, { done: 0 }).then(
        (answer) => answer.says,
        (error: unknown) => {
          if (error instanceof FormatError) return error.message;
          throw error;
        },
      );
      if (says !== null) return { taken, says };
      await this.ledger.unbury(event.cursor);
      taken += 1;
    }
    return { taken, says: null };
  }

  async #run(): Promise<void> {
    const { ledger, log, wants } = this.#options;
    let place = this.#status.position;
    let noted = place;
    while (!this.#closing.signal.aborted) {
      try {
        // Made before the read, so that later events wake us.
        this.#poke = new AbortController();
        const { events, next } = ledger.page(place);
        for (const event of events) {
          // None is begun that the end would cut off: its receiver would get it twice.
          if (this.#closing.signal.aborted) return;
          if (wants(event)) {
            if (!(await this.#dealWith(event))) return;
            noted = event.cursor;
          }
          place = event.cursor;
          this.#update({ position: place });
        }
        place = Math.max(place, next);
        this.#update({ position: place });
        if (place - noted >= NOTE_EVERY) {
          await ledger.keep(place);
          noted = place;
        }
        if (events.length === 0) await this.#rest(null);
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        log.warn('webhook.ledger', { webhook: this.name, err: error });
        // What was taken and could not be noted is sent again, under the same id. The ledger is not asked for the place:
        // it may be what failed, and nobody would hear of it.
        place = noted;
        this.#update({
          ...{ state: 'waiting', attempts: 0, nextAttemptAtMs: this.#now() + DISK_MS },
          lastError: `the journal failed: ${wordsOf(error)}`,
        });
        this.#poke = new AbortController();
        await this.#rest(DISK_MS);
        this.#update({ state: 'idle', nextAttemptAtMs: null });
      }
    }
  }

  /** @returns false when the daemon ends first */
  async #dealWith(event: WireEvent): Promise<boolean> {
    try {
      return await this.#deliver(event);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      await this.#giveUp(event, 0, error.message);
      return true;
    }
  }

  /** @returns false when the daemon ends first. @throws (rejects) Untold; Fault disk_full, shutting_down */
  async #deliver(event: WireEvent): Promise<boolean> {
    const { ledger, log, retryMs } = this.#options;
    const progress = { done: 0 };
    for (let attempts = 1; ; attempts += 1) {
      this.#update({ state: 'delivering', attempts, nextAttemptAtMs: null });
      const answer = await this.#attempt(event, progress);
      if (answer.says === null) {
        await ledger.keep(event.cursor);
        this.#update({ state: 'idle', attempts: 0, lastError: null, deliveredAtMs: this.#now() });
        return true;
      }
      if (this.#closing.signal.aborted) return false;
      const rejected = REJECTIONS.includes(answer.status) && attempts >= MAX_REJECTED;
      const isOld = this.#now() - Date.parse(event.time) > retryMs && attempts >= LEAST_ATTEMPTS;
      if (rejected || isOld) {
        await this.#giveUp(event, attempts, answer.says);
        return true;
      }
      const delayMs = backoffMs(attempts, this.#chance(), answer.retryAfterMs);
      log[attempts === 1 ? 'warn' : 'debug']('webhook.failed', {
        ...{ webhook: this.name, cursor: event.cursor, attempts, says: answer.says, delayMs },
      });
      this.#update({ state: 'waiting', lastError: answer.says, nextAttemptAtMs: this.#now() + delayMs });
      // News do not end this wait; a test that it takes does.
      this.#poke = new AbortController();
      await this.#rest(delayMs);
      if (this.#closing.signal.aborted) return false;
    }
  }

  async #giveUp(event: WireEvent, attempts: number, reason: string): Promise<void> {
    const { ledger, log } = this.#options;
    log.error('webhook.given_up', { webhook: this.name, cursor: event.cursor, attempts, says: reason });
    await ledger.bury({ event, atMs: this.#now(), attempts, reason });
    this.#update({ state: 'idle', attempts: 0, lastError: reason });
  }

  /** @throws Untold */
  #bodies(event: WireEvent): readonly object[] {
    const { format, context } = this.#options;
    const who = context();
    try {
      return format.bodies(event, who);
    } catch (cause) {
      throw new FormatError(`it cannot be told in this form: ${wordsOf(cause)}`, { cause });
    }
  }

  /** @throws (rejects) Untold */
  async #attempt(event: WireEvent, progress: { done: number }): Promise<Answer> {
    const bodies = this.#bodies(event);
    const id = `${event.account}-${event.cursor}`;
    for (const [n, body] of bodies.entries()) {
      if (n < progress.done) continue;
      const answer = await this.#post(body, n === 0 ? id : `${id}-${n}`);
      if (answer.says !== null) return answer;
      progress.done = n + 1;
    }
    return { status: 200, says: null, retryAfterMs: 0 };
  }

  async #post(value: object, id: string): Promise<Answer> {
    const { format, secret, sign, poster, onAttempt } = this.#options;
    const at = new Date(this.#now());
    const body = JSON.stringify(value);
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'wad',
      ...format.headers(body, secret, id, at),
      ...sign(id, at, body),
    };
    const answer = await poster.post(body, headers, this.#hangUp.signal);
    onAttempt?.(answer.says === null);
    return answer;
  }

  /** Until the time is over, somebody wakes us, or the daemon ends. */
  async #rest(ms: number | null): Promise<void> {
    const signal = AbortSignal.any([this.#poke.signal, this.#closing.signal]);
    if (signal.aborted) return;
    if (ms === null)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    else await pause(ms, undefined, { signal }).catch(() => undefined);
  }

  #update(change: Partial<EndpointStatus>): void {
    this.#status = { ...this.#status, ...change };
  }
}
