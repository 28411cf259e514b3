// Keeps the full-text index up to date with the journal, in small steps: shortly after an event, and from the oldest
// event on after an upgrade. No write of the journal waits for it; a search waits until the newest events are in it.
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import { isDamage } from '../../store/errors.js';
import type { StoredEvent } from '../../store/event.js';
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
/** Events of one step: some 5 ms. */
const STEP = 100;
/** Entries of deleted events that one step removes. */
const FORGET = 500;
/** Events that arrive within this time are indexed together. */
const DELAY_MS = 500;
/** A long run leaves to everything else three times as long as it takes, and at least this between two steps. */
const REST_SHARE = 3;
const BREATH_MS = 2;
/** A run that takes longer reports its progress. */
const REPORT_MS = 5_000;
const RETRY_MS = 30_000;

/** The caller closes it, before the store. */
export class Indexer {
  readonly #options: IndexerOptions;
  readonly #closing = new AbortController();
  readonly #over: Promise<void>;
  #wake: () => void = () => undefined;
  #isWoken = true;
  #index: SearchIndex | null = null;

  constructor(options: IndexerOptions) {
    this.#options = options;
    options.feed.subscribe(
      localPeer(this.#closing.signal, () => this.wake()),
      { types: INDEXED },
    );
    this.#over = this.#run();
  }

  /** Called when there are new events, or when old ones were deleted. */
  wake(): void {
    this.#isWoken = true;
    this.#wake();
  }

  /** Opened on first use, so that no start waits for it. @throws Fault disk_full, permission_denied, shutting_down */
  get index(): SearchIndex {
    if (this.#closing.signal.aborted) throw new Fault('shutting_down', { reason: 'the index is closed' });
    this.#index ??= new SearchIndex(this.#options.directory);
    return this.#index;
  }

  /** How many events of the journal are not examined yet. */
  get behind(): number {
    const { index } = this;
    const { store } = this.#options;
    const { last, oldest } = store.journal;
    return last - Math.max(Math.min(index.indexed, last), oldest - 1);
  }

  /** Examines new events for at most this long. @throws Fault disk_full */
  catchUp(ms: number): void {
    const until = performance.now() + ms;
    while (performance.now() < until && this.#step()) {}
  }

  /**
   * Removes what events contributed that are about to leave the journal. A message whose edit is among them has its own
   * text again. The words stay in the file until the index is scrubbed. @throws Fault disk_full
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
      this.#isWoken = false;
      await rest(DELAY_MS, signal);
      try {
        await this.#follow(signal);
      } catch (error) {
        if (signal.aborted || Fault.of(error).kind === 'shutting_down') return;
        this.#recover(error);
        await rest(RETRY_MS, signal);
        this.#isWoken = true;
      }
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { log, store } = this.#options;
    const startedAt = performance.now();
    let reportAt = startedAt + REPORT_MS;
    for (let more = true; more && !signal.aborted; ) {
      const stepAt = performance.now();
      more = this.#step();
      if (!more) break;
      const now = performance.now();
      if (now > reportAt) {
        log.info('search.indexing', { behind: this.behind });
        reportAt = now + REPORT_MS;
      }
      await rest(Math.max(BREATH_MS, REST_SHARE * (now - stepAt)), signal);
    }
    while (!signal.aborted && this.index.forget(store.journal.oldest, FORGET) > 0)
      await rest(BREATH_MS, signal);
    const tookMs = performance.now() - startedAt;
    if (tookMs > REPORT_MS && !signal.aborted) log.info('search.indexed', { tookMs: Math.round(tookMs) });
  }

  /** @returns false when everything was examined */
  #step(): boolean {
    const { index } = this;
    const { store } = this.#options;
    // The journal was replaced by an older one, or a new one.
    if (index.indexed > store.journal.last) index.reset();
    const page = store.journal.page({ after: index.indexed, limit: STEP, types: INDEXED });
    if (page.next === index.indexed) return false;
    const changes: Change[] = [];
    for (const event of page.events) {
      const change = this.#changeOf(event);
      if (change !== null) changes.push(change);
    }
    if (changes.length > 0) index.apply(changes, page.next);
    else index.passed(page.next);
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
