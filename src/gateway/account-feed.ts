// The newest events of one account, in memory: they reach any number of listeners without a request to the daemon. A listener
// that is further behind reads the journal page by page.
import type { WireEvent } from '../protocol/types.js';

const KEPT = 256;
/** Events of a hostile or broken daemon may be long. */
const KEPT_CHARS = 1024 * 1024;

/** An event and its length as JSON. */
interface Kept {
  readonly event: WireEvent;
  readonly chars: number;
}

/** The link closes it. */
export class AccountFeed {
  #recent: Kept[] = [];
  #chars = 0;
  /** The cursor before the oldest event in `#recent`. */
  #before = 0;
  #last = 0;
  readonly #waiting = new Set<() => void>();
  readonly #grew: () => void;
  #version = 0;
  #isClosed = false;

  /** @param grew called after each event and connection, and at the end */
  constructor(grew: () => void = () => undefined) {
    this.#grew = grew;
  }

  /** The newest cursor that is known; 0 before the daemon was reached for the first time. */
  get last(): number {
    return this.#last;
  }

  /** Grows with each event and connection. */
  get version(): number {
    return this.#version;
  }

  /** No event follows: the account was removed, or has another socket now. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The daemon was reached: its newest cursor is this one. Events since the previous connection are in its journal only. */
  begin(newest: number): void {
    if (newest > this.#last) {
      this.#recent = [];
      this.#chars = 0;
      this.#before = newest;
      this.#last = newest;
    }
    this.#wake();
  }

  push(event: WireEvent): void {
    if (event.cursor <= this.#last) return;
    const chars = JSON.stringify(event).length;
    this.#recent.push({ event, chars });
    this.#chars += chars;
    while (this.#recent.length > KEPT || this.#chars > KEPT_CHARS) this.#dropOldest();
    this.#last = event.cursor;
    this.#wake();
  }

  /** The events after a cursor; null when only the journal has them. */
  since(cursor: number): readonly WireEvent[] | null {
    if (cursor >= this.#last) return [];
    if (cursor < this.#before) return null;
    return this.#recent.flatMap(({ event }) => (event.cursor > cursor ? [event] : []));
  }

  /**
   * Resolves at the next event or connection, when the feed is closed or the signal is aborted, or after `limitMs`. The feed
   * keeps no reference to the listener after that.
   */
  changed(signal: AbortSignal, limitMs?: number): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || this.#isClosed) return resolve();
      let timer: NodeJS.Timeout | undefined;
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      if (limitMs !== undefined) timer = setTimeout(done, limitMs);
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.add(done);
    });
  }

  /** Ends every listener. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #dropOldest(): void {
    const oldest = this.#recent.shift();
    if (oldest === undefined) return;
    this.#chars -= oldest.chars;
    this.#before = oldest.event.cursor;
  }

  #wake(): void {
    this.#version += 1;
    for (const done of [...this.#waiting]) done();
    this.#grew();
  }
}
