// Keeps the full-text index up to date with the journal, in small steps while nothing arrives, and from the oldest event on
// after an upgrade. No write of the journal waits for it; a search waits until the newest events are in it.
import type { EventLoopUtilization } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import { isDamage } from '../../store/errors.js';
import type { StoredEvent } from '../../store/event.js';
import { Pace } from '../../store/pace.js';
import { type Change, SearchIndex } from '../../store/search-index.js';
import type { Store } from '../../store/store.js';
import type { Feed } from '../events/feed.js';
import { localPeer } from '../events/local-peer.js';
import { changeOf, INDEXED } from './entries.js';

export interface IndexerOptions {
  /** Where the index is, or is made. */
  readonly directory: string;
  readonly store: Store;
  readonly feed: Feed;
  readonly log: Log;
  /** How long it waits before its first step, ms. */
  readonly startMs?: number;
}

/** The start of an account has the disk for itself. */
const START_MS = 2_000;
/** Events of one step, so that nothing else waits longer than this for it. */
const PACE = { ms: 4, first: 100, smallest: 25, largest: 500 };
const STEP_BYTES = 128 * 1024;
/** Entries of deleted events that one step removes. */
const FORGET = 250;
/** The index is made when no event has arrived for this long, or the first one has waited for the other time. */
const QUIET_MS = 500;
const LATEST_MS = 5_000;
/** How many times as long as a step everything else has for itself before the next one: while there is work, and otherwise. */
const REST_SHARE = { busy: 50, quiet: 3 };
/** There is other work when it took more than this part of the last rest. */
const BUSY_PART = 0.1;
const BREATH_MS = 2;
/** A run that takes longer reports its progress. */
const REPORT_MS = 5_000;
const RETRY_MS = 30_000;

/** The caller closes it, before the store. */
export class Indexer {
  readonly #options: IndexerOptions;
  readonly #closing = new AbortController();
  readonly #over: Promise<void>;
  readonly #pace = new Pace(PACE);
  /** The newest cursor when this was made: an index that is ahead of it belongs to another journal. */
  readonly #lastAtStart: number;
  #wake: () => void = () => undefined;
  #isWoken = true;
  #wokenAt = 0;
  #isUnmerged = false;
  #index: SearchIndex | null = null;

  constructor(options: IndexerOptions) {
    this.#options = options;
    this.#lastAtStart = options.store.journal.last;
    options.feed.subscribe(
      localPeer(this.#closing.signal, () => this.wake()),
      { types: INDEXED },
    );
    this.#over = this.#run();
  }

  /** Called when there are new events, or when old ones were deleted. */
  wake(): void {
    this.#isWoken = true;
    this.#wokenAt = performance.now();
    this.#wake();
  }

  /** Opened on first use, so that no start waits for it. @throws Fault disk_full, permission_denied, shutting_down */
  get index(): SearchIndex {
    if (this.#closing.signal.aborted) throw new Fault('shutting_down', { reason: 'the index is closed' });
    if (this.#index === null || this.#index.isClosed) {
      this.#index = new SearchIndex(this.#options.directory);
      if (this.#index.indexed > this.#lastAtStart) this.#index.reset();
    }
    return this.#index;
  }

  /** How many events of the journal up to a cursor, or all, are not examined yet. */
  behind(upTo = Number.POSITIVE_INFINITY): number {
    const { index } = this;
    const { last, oldest } = this.#options.store.journal;
    const end = Math.min(upTo, last);
    return Math.max(0, end - Math.max(Math.min(index.indexed, last), oldest - 1));
  }

  /**
   * Examines the events that the journal has now, in steps, for at most this long. Other work runs between them.
   * @throws (rejects) Fault disk_full, shutting_down
   */
  async catchUp(ms: number): Promise<void> {
    const { last } = this.#options.store.journal;
    const until = performance.now() + ms;
    while (this.index.indexed < last && performance.now() < until && this.#work()) await nextTurn();
  }

  /**
   * Removes what events contributed that have left the journal. Called after that, so that no step can read them again. A
   * message whose edit is among them has its own text again. The words stay in the file until the index is scrubbed.
   * @throws Fault disk_full
   */
  forget(cursors: readonly number[]): void {
    const { index } = this;
    const { journal } = this.#options.store;
    const changes = index.editedBy(cursors).map((of): Change => {
      const event = journal.get(of);
      return (event && this.#changeOf(event)) ?? { of, text: null };
    });
    if (changes.length > 0) index.apply(changes, index.indexed);
    index.remove(cursors);
  }

  /** Removes some entries that the retention has left behind. @returns false when there are none. @throws Fault disk_full */
  forgetExpired(): boolean {
    return this.index.forget(this.#options.store.journal.oldest, FORGET) > 0;
  }

  /** Resolves when the current step has ended. Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    await this.#over;
    this.#index?.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    await rest(this.#options.startMs ?? START_MS, signal);
    while (!signal.aborted) {
      if (!this.#isWoken) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      await this.#quiet(signal);
      this.#isWoken = false;
      try {
        await this.#follow(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#recover(error);
        await rest(RETRY_MS, signal);
        this.#isWoken = true;
      }
    }
  }

  /** Resolves when no event has arrived for a while, or events have for long. */
  async #quiet(signal: AbortSignal): Promise<void> {
    const latest = performance.now() + LATEST_MS;
    while (!signal.aborted && performance.now() < latest) {
      await rest(QUIET_MS, signal);
      if (!this.#hasNews) return;
    }
  }

  get #hasNews(): boolean {
    return performance.now() - this.#wokenAt < QUIET_MS;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    const startedAt = performance.now();
    let reportAt = startedAt + REPORT_MS;
    let rested: EventLoopUtilization | null = null;
    while (!signal.aborted) {
      const isBusy = rested !== null && performance.eventLoopUtilization(rested).utilization > BUSY_PART;
      const stepAt = performance.now();
      if (!this.#work()) break;
      const now = performance.now();
      if (now > reportAt) {
        log.info('search.indexing', { behind: this.behind() });
        reportAt = now + REPORT_MS;
      }
      const share = isBusy || this.#hasNews ? REST_SHARE.busy : REST_SHARE.quiet;
      rested = performance.eventLoopUtilization();
      await rest(Math.max(BREATH_MS, share * (now - stepAt)), signal);
    }
    const tookMs = performance.now() - startedAt;
    if (tookMs > REPORT_MS && !signal.aborted) log.info('search.indexed', { tookMs: Math.round(tookMs) });
  }

  /** Does one piece of what is to do, some milliseconds. @returns false when there is nothing */
  #work(): boolean {
    const { index } = this;
    // Before the next step: FTS5 joins parts at once, however long it takes, when there are too many.
    if (this.#isUnmerged) {
      this.#isUnmerged = index.merge();
      return true;
    }
    this.#isUnmerged = this.#step() || this.forgetExpired();
    return this.#isUnmerged;
  }

  /** @returns false when everything was examined */
  #step(): boolean {
    const { index } = this;
    const { store } = this.#options;
    const startedAt = performance.now();
    const { limit } = this.#pace;
    const page = store.journal.page({ after: index.indexed, limit, maxBytes: STEP_BYTES, types: INDEXED });
    if (page.next === index.indexed) return false;
    const changes: Change[] = [];
    for (const event of page.events) {
      const change = this.#changeOf(event);
      if (change !== null) changes.push(change);
    }
    if (changes.length > 0) index.apply(changes, page.next);
    else index.passed(page.next);
    this.#pace.took(performance.now() - startedAt, page.events.length);
    return true;
  }

  /** An event of another version of wad, or a damaged one, must not stop the index. */
  #changeOf(event: StoredEvent): Change | null {
    try {
      return changeOf(this.#options.store, event);
    } catch (error) {
      if (error instanceof Fault) throw error;
      this.#options.log.debug('search.event-unread', { cursor: event.cursor, err: error });
      return null;
    }
  }

  /** The journal has everything, so a damaged index is made anew. */
  #recover(error: unknown): void {
    const { log } = this.#options;
    log.warn('search.not-indexed', { err: error });
    if (!isDamage(error)) return;
    try {
      this.#index?.reset();
    } catch (err) {
      log.warn('search.not-indexed', { err });
    }
  }
}

const rest = (ms: number, signal: AbortSignal): Promise<unknown> =>
  pause(ms, null, { signal }).catch(() => null);
