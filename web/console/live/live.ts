// Keeps the list of accounts current and passes events on. Follows one stream of events for all accounts, and
// resumes it after the last event when the connection is lost.
import type { EventType } from '../../../src/protocol/state.js';
import type { WireEvent } from '../../../src/protocol/types.js';
import type { Api } from '../http/api.js';
import { readEvents } from '../http/event-stream.js';
import { Refusal } from '../http/refusal.js';
import type { AccountLine } from './account-line.js';

export type Connection = 'connecting' | 'live' | 'away';

/** How soon a lost stream is opened again. */
const AGAIN_MS = 2_000;
/** The same for a stream that the gateway refuses without naming a time. */
const REFUSED_MS = 30_000;
/** Statuses of a request whose last id is wrong or too long. */
const BAD_REQUEST: readonly number[] = [400, 413, 431];
/** How often the list is read without an event, for what has no events: memory and the queue. */
const PACE_MS = 5_000;
/** Several events at once cause one reading. */
const TOGETHER_MS = 250;
/** Events after which the list differs visibly. Others show with the next reading. */
const CHANGING: readonly EventType[] = ['state', 'restriction', 'alert'];
/** An event of the gateway itself: the daemon of an account was reached or lost. */
const OF_GATEWAY = 'account';

type Listener = (event: WireEvent) => void;

/** One for each login. The caller starts it and closes it. */
export class Live {
  readonly #api: Api;
  readonly #closed = new AbortController();
  readonly #watchers = new Set<() => void>();
  readonly #listeners = new Set<Listener>();
  #lastId: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #reading = false;

  connection: Connection = 'connecting';
  /** Null before the first answer. */
  accounts: readonly AccountLine[] | null = null;
  /** Why the list could not be read. */
  error: Refusal | null = null;
  /** Why the gateway refused the stream of events; null while it does not. */
  refusal: Refusal | null = null;
  /**
   * Counts the streams after which the list was read; what was read before the last one may be stale. The list says which
   * accounts hibernate now.
   */
  streams = 0;
  #isNewStream = false;

  constructor(api: Api) {
    this.#api = api;
  }

  start(): void {
    void this.#follow();
    this.#plan(0);
  }

  close(): void {
    this.#closed.abort();
    clearTimeout(this.#timer);
  }

  /** Calls back after each change of the fields. @returns ends that */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Calls back with each event. @returns ends that */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads the list again soon. */
  refresh(): void {
    this.#plan(TOGETHER_MS);
  }

  /** An earlier reading stays: events in a row must not put it off for ever. */
  #plan(ms: number): void {
    const at = performance.now() + ms;
    if (this.#closed.signal.aborted || at >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = at;
    this.#timer = setTimeout(() => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      void this.#read();
    }, ms);
  }

  async #read(): Promise<void> {
    // What happened since the one that is under way needs another one.
    if (this.#reading) return this.#plan(TOGETHER_MS);
    this.#reading = true;
    await this.#list();
    this.#reading = false;
    this.#plan(PACE_MS);
  }

  async #list(): Promise<void> {
    const { signal } = this.#closed;
    const isNewStream = this.#isNewStream;
    try {
      const { accounts } = await this.#api.get<{ accounts: AccountLine[] }>('/api/accounts', signal);
      this.accounts = accounts;
      this.error = null;
      if (isNewStream) {
        this.#isNewStream = false;
        this.streams++;
      }
    } catch (error) {
      if (signal.aborted) return;
      this.error = Refusal.from(error);
    }
    this.#changed();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      let waitMs = AGAIN_MS;
      const options = { lastId: this.#lastId, signal, onOpen: () => this.#opened() };
      try {
        for await (const { id, type, data } of readEvents(this.#api, '/api/events', options)) {
          this.#lastId = id ?? this.#lastId;
          if (type === OF_GATEWAY) this.refresh();
          else if (data !== '') this.#happened(data);
        }
      } catch (error) {
        const refusal = Refusal.from(error);
        if (signal.aborted || refusal.status === 401) return;
        waitMs = this.#refused(refusal);
      }
      this.connection = 'away';
      this.#changed();
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  /** @returns how long to wait before the next request, ms */
  #refused(refusal: Refusal): number {
    const { status, retryAfterMs } = refusal;
    // No answer, or one of a proxy whose gateway is away.
    this.refusal = status >= 400 && status < 500 ? refusal : null;
    if (this.refusal === null) return Math.max(AGAIN_MS, retryAfterMs ?? 0);
    if (BAD_REQUEST.includes(status) && this.#lastId !== null) {
      // The next stream begins with new events, and everything shown is read again.
      this.#lastId = null;
      return AGAIN_MS;
    }
    return retryAfterMs === null ? REFUSED_MS : Math.max(AGAIN_MS, retryAfterMs);
  }

  #opened(): void {
    this.connection = 'live';
    this.refusal = null;
    this.#isNewStream = true;
    this.#changed();
    this.refresh();
  }

  #happened(data: string): void {
    const event = JSON.parse(data) as WireEvent;
    for (const listener of this.#listeners) listener(event);
    if (CHANGING.includes(event.type)) this.refresh();
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
