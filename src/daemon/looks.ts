// When the outbox is looked at: what was asked for in one turn of the loop as one look, one look at a time, and all of it
// anew when the time of something that waits has come. Refuses to know what a look does.
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import type { Addressee } from '../protocol/wid.js';
import { refusedBy } from './refusal.js';

/** Chats whose queues are looked at, or all that wait. */
export type Asked = ReadonlySet<Addressee> | 'all';

export interface LooksOptions {
  /** One look. Where it rejects, nothing has been handed to the page. */
  readonly look: (asked: Asked) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** How long a disk that had no room is left alone. */
const DISK_MS = 5_000;
/** No timer of Node is longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** Ended by `stop`. */
export class Looks {
  readonly #options: LooksOptions;
  /** What is to be looked at in the next turn. */
  #asked: Set<Addressee> | 'all' | null = null;
  #isLooking = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  /** When all is looked at by itself, as far as the last look at all has found, or anybody said since. */
  #nextMs = Infinity;

  constructor(options: LooksOptions) {
    this.#options = options;
  }

  at(what: Addressee | 'all'): void {
    if (this.#isStopped) return;
    if (what === 'all') this.#asked = 'all';
    else if (this.#asked === null) this.#asked = new Set([what]);
    else if (this.#asked !== 'all') this.#asked.add(what);
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#lookOn().finally(() => {
      this.#isLooking = false;
      if (this.#asked !== null) this.at('all');
    });
  }

  /** All is looked at then at the latest. @param atMs milliseconds since 1970; null or Infinity: no matter */
  by(atMs: number | null): void {
    if (atMs === null || atMs >= this.#nextMs || this.#isStopped) return;
    this.#nextMs = atMs;
    clearTimeout(this.#timer);
    const waitMs = Math.min(Math.max(atMs - this.#options.now(), 1), LONGEST_MS);
    this.#timer = setTimeout(() => this.at('all'), waitMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #lookOn(): Promise<void> {
    const { look, now, log } = this.#options;
    // Everything that came in this turn of the loop is one look.
    await Promise.resolve();
    while (this.#asked !== null && !this.#isStopped) {
      const asked = this.#asked;
      this.#asked = null;
      if (asked === 'all') {
        clearTimeout(this.#timer);
        this.#nextMs = Infinity;
      }
      try {
        await look(asked);
      } catch (error) {
        refusedBy(log)(error);
        // The same again when there may be room.
        if (Fault.of(error).kind !== 'shutting_down') this.by(now() + DISK_MS);
        return;
      }
    }
  }
}
