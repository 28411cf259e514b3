// Fetches files by rule (`journal.mediaRules`). It is a consumer of the journal with its own cursor, so that
// a restart skips none. It fetches one file at a time, while a page is ready. A file that is not available
// does not block the others forever.
import { fitsMediaRules, mediaLimit } from '../../config/media-rule.js';
import type { EventOf, WireEvent } from '../../protocol/events/index.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import { parseMessageRef } from '../../protocol/wid.js';
import type { Store } from '../../store/store.js';
import type { Feed } from '../events/feed.js';
import { localPeer } from '../events/local-peer.js';
import type { Fetcher } from './fetcher.js';
import { Waker } from './waker.js';

type MessageEvent = EventOf<'message'>;

export interface PrefetchOptions {
  readonly rules: readonly string[];
  readonly feed: Feed;
  readonly store: Store;
  readonly fetcher: Pick<Fetcher, 'fetch'>;
  readonly log: Log;
  /** The pauses between the attempts at one file, ms. */
  readonly delaysMs?: readonly number[];
}

/** No client can acknowledge under such a name. */
const CONSUMER = 'media:rules';
const PAGE = 100;
const DELAYS_MS = [5_000, 30_000, 120_000, 300_000];
/** The pause when no page is ready; `wake` ends it early. */
const NOT_READY_MS = 30_000;
/** Kinds of faults when there is no page; such an attempt does not count. */
const LATER = new Set(['not_ready', 'not_linked', 'banned']);
/** Kinds of faults that the same call would raise again. */
const NEVER = new Set(['media_gone', 'media_too_large', 'no_such_message', 'unsupported_now']);

/** The caller closes it, before the store. */
export class Prefetch {
  readonly #options: PrefetchOptions;
  readonly #delaysMs: readonly number[];
  readonly #closing = new AbortController();
  readonly #waker = new Waker(this.#closing.signal);
  readonly #over: Promise<void>;

  /** A new one begins with the next event. @throws (rejects) Fault disk_full, busy */
  static async open(options: PrefetchOptions): Promise<Prefetch> {
    const { feed, store } = options;
    if (store.consumers.place(CONSUMER) === null) await feed.ack(CONSUMER, feed.last);
    return new Prefetch(options);
  }

  private constructor(options: PrefetchOptions) {
    this.#options = options;
    this.#delaysMs = options.delaysMs ?? DELAYS_MS;
    const peer = localPeer(this.#closing.signal, () => this.wake());
    options.feed.subscribe(peer, { types: ['message'] });
    this.#over = this.#run();
  }

  /** Called when there is a new event, or a page that can be asked. */
  wake(): void {
    this.#waker.wake();
  }

  /** Resolves when the last fetch has ended. Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.wake();
    await this.#over;
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#goOn();
      } catch (error) {
        // The journal refused the new cursor, for example on a full disk. Files that were fetched already are
        // found in the media store.
        if (Fault.of(error).kind === 'shutting_down') return;
        this.#options.log.warn('media.place-not-kept', { err: error });
        await this.#waker.whole(this.#delaysMs[0] ?? 0);
      }
    }
  }

  /**
   * Handles a page of events, or waits until there is one.
   * @throws (rejects) Fault disk_full, busy, shutting_down
   */
  async #goOn(): Promise<void> {
    const { feed, store } = this.#options;
    const place = store.consumers.place(CONSUMER) ?? 0;
    const { events, next } = feed.list({ after: place, types: ['message'], limit: PAGE });
    // In the same event-loop turn as the read, so that no event is missed in between.
    if (next === place) return this.#waker.rest();
    for (const event of events) {
      if (!this.#isWanted(event)) continue;
      if (!(await this.#collect(event))) return;
      await feed.ack(CONSUMER, event.cursor);
    }
    await feed.ack(CONSUMER, next);
  }

  #isWanted(event: WireEvent): event is MessageEvent {
    const { type, data } = event;
    if (type !== 'message' || data.hasMedia !== true || data.fromMe === true) return false;
    return fitsMediaRules(this.#options.rules, data.type, data.media?.size ?? null);
  }

  /** @returns false when it was closed before this file was done */
  async #collect({ cursor, data }: MessageEvent): Promise<boolean> {
    const { fetcher, log, rules, store } = this.#options;
    const { key } = data;
    const maxBytes = mediaLimit(rules, data.type) ?? 0;
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      if (store.isPurged(cursor)) return true;
      try {
        const { id, size } = await fetcher.fetch(parseMessageRef(key), maxBytes);
        log.debug('media.collected', { key, file: id, size });
        return true;
      } catch (error) {
        const { kind } = Fault.of(error);
        if (kind === 'shutting_down') return false;
        if (LATER.has(kind)) {
          await this.#waker.rest(NOT_READY_MS);
          continue;
        }
        const delayMs = this.#delaysMs[failures];
        failures += 1;
        if (NEVER.has(kind) || delayMs === undefined) {
          log.warn('media.not-collected', { key, kind, attempts: failures });
          return true;
        }
        await this.#waker.whole(delayMs);
      }
    }
    return false;
  }
}
