// Delivers events to one webhook, one at a time and in order, each until the receiver accepts it or the retries have run
// out. It has its own cursor in the journal, so nothing is lost while the receiver or this daemon is down.
import { setTimeout as pause } from 'node:timers/promises';
import type { WireEvent } from '../protocol/events/index.js';
import type { Log } from '../protocol/log.js';
import { backoffMs } from './backoff.js';
import type { Format, FormatContext } from './format.js';
import type { Answer, Poster } from './post.js';
import type { Sign } from './signature.js';

/** An event that could not be delivered, with the reason. */
export interface DeadLetter {
  readonly event: WireEvent;
  readonly atMs: number;
  readonly attempts: number;
  readonly reason: string;
}

/** The state of one receiver on disk. */
export interface Ledger {
  /** The cursor: everything up to it was delivered or is a dead letter. */
  readonly place: number;
  /** Events after a cursor, oldest first; `next` is the last cursor that was read. */
  page(after: number): { readonly events: readonly WireEvent[]; readonly next: number };
  /** Whether an event that was read has been purged since. */
  isPurged(cursor: number): boolean;
  /** Stores the cursor. @throws (rejects) Fault disk_full, shutting_down */
  keep(place: number): Promise<void>;
  /** Stores the cursor and, unless it was purged, the dead letter in one write. @throws (rejects) the same */
  bury(letter: DeadLetter): Promise<void>;
  /** Oldest first. */
  dead(limit: number): readonly DeadLetter[];
  /** Removes a dead letter. @throws (rejects) the same */
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
  /** Called after each attempt. */
  readonly onAttempt?: (taken: boolean) => void;
  readonly now?: () => number;
  readonly chance?: () => number;
}

export interface EndpointStatus {
  /** Everything up to here was delivered or is not subscribed to; the cursor on disk may be behind it. */
  readonly position: number;
  readonly state: 'idle' | 'delivering' | 'waiting';
  /** Attempts for the current event. */
  readonly attempts: number;
  readonly nextAttemptAtMs: number | null;
  readonly lastError: string | null;
  readonly deliveredAtMs: number | null;
}

/** With these statuses the receiver rejects the event for good. It gets five attempts, in case of a mistake. */
const REJECTIONS = [400, 405, 413, 415, 422];
const MAX_REJECTED = 5;
/** An event gets at least this many attempts, even when it is too old. */
const LEAST_ATTEMPTS = 5;
/** After this many skipped events the cursor is stored although nothing was delivered. */
const NOTE_EVERY = 1_000;
/** How long a delivery in progress may take when the daemon stops. */
const CLOSE_MS = 3_000;
/** The wait after the store refused a write. */
const DISK_MS = 5_000;

/** The event cannot be converted to this format: nothing was posted, and a retry would not help. */
class FormatError extends Error {}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Started by `start`, stopped by `close`. */
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
    position: 0,
    state: 'idle',
    attempts: 0,
    nextAttemptAtMs: null,
    lastError: null,
    deliveredAtMs: null,
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

  /** Called when the journal has new events. It does not end the wait for a receiver that is down. */
  wake(): void {
    if (this.#status.state !== 'waiting') this.#poke.abort();
  }

  /** Waits up to `CLOSE_MS` for a delivery in progress. Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#poke.abort();
    const timer = setTimeout(() => this.#hangUp.abort(), CLOSE_MS);
    await this.#running;
    clearTimeout(timer);
    this.#hangUp.abort();
    this.#options.poster.close();
  }

  /** Posts a test. If it is accepted, the waiting event is retried at once. */
  async test(): Promise<Answer> {
    const { format, context } = this.#options;
    const at = new Date(this.#now());
    const answer = await this.#post(format.test(at, context()), `test-${at.getTime()}`);
    if (answer.says === null) this.#poke.abort();
    return answer;
  }

  /**
   * Posts dead letters again, oldest first, until one is refused.
   * @returns how many were accepted, and the error that ended it; null when none is left
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
        // Created before the read, so that later events wake us.
        this.#poke = new AbortController();
        const before = place;
        const { events, next } = ledger.page(before);
        for (const event of events) {
          // No delivery begins that the stop would cut off: the receiver would get the event twice.
          if (this.#closing.signal.aborted) return;
          if (wants(event)) {
            if (!(await this.#handle(event))) return;
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
        // A purge may leave a page without events in the middle of the journal.
        if (events.length === 0 && next <= before) await this.#rest(null);
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        log.warn('webhook.ledger', { webhook: this.name, err: error });
        // Events that were accepted but not recorded are sent again, with the same id. `ledger.place` is not read here: it
        // may be what failed, and would throw out of this loop.
        place = noted;
        this.#update({
          state: 'waiting',
          attempts: 0,
          nextAttemptAtMs: this.#now() + DISK_MS,
          lastError: `the journal failed: ${wordsOf(error)}`,
        });
        this.#poke = new AbortController();
        await this.#rest(DISK_MS);
        this.#update({ state: 'idle', nextAttemptAtMs: null });
      }
    }
  }

  /** Delivers an event or gives it up. @returns false when the daemon stops first */
  async #handle(event: WireEvent): Promise<boolean> {
    try {
      return await this.#deliver(event);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      await this.#giveUp(event, 0, error.message);
      return true;
    }
  }

  /**
   * An event that is purged while it waits is dropped.
   * @returns false when the daemon stops first. @throws (rejects) FormatError; Fault disk_full, shutting_down
   */
  async #deliver(event: WireEvent): Promise<boolean> {
    const { ledger, log, retryMs } = this.#options;
    const progress = { done: 0 };
    for (let attempts = 1; ; attempts += 1) {
      if (ledger.isPurged(event.cursor)) {
        await ledger.keep(event.cursor);
        this.#update({ state: 'idle', attempts: 0, lastError: null, nextAttemptAtMs: null });
        return true;
      }
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
        webhook: this.name,
        cursor: event.cursor,
        attempts,
        says: answer.says,
        delayMs,
      });
      this.#update({ state: 'waiting', lastError: answer.says, nextAttemptAtMs: this.#now() + delayMs });
      // New events do not end this wait; an accepted test does.
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

  /** @throws FormatError */
  #bodies(event: WireEvent): readonly object[] {
    const { format, context } = this.#options;
    const who = context();
    try {
      return format.bodies(event, who);
    } catch (cause) {
      throw new FormatError(`the event cannot be converted to this format: ${wordsOf(cause)}`, { cause });
    }
  }

  /** Posts the bodies that have not been accepted yet. @throws (rejects) FormatError */
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

  /** Waits until the time is over, `#poke` is aborted, or the daemon stops. */
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
