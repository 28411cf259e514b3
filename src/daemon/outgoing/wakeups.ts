// Decides when the sender scans the outbox. Requests within one event-loop turn are coalesced; scans never
// overlap; a timer starts a full scan when the next scheduled message is due.
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import type { Addressee } from '../../protocol/wid.js';
import { refusedBy } from './refused-write.js';

/** Lanes to be scanned, or all that have waiting messages. */
export type Asked = ReadonlySet<Addressee> | 'all';

export interface WakeupsOptions {
  /** Runs one scan. When it rejects, nothing has been given to the page. */
  readonly scan: (asked: Asked) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** The wait before a scan is tried again on a full disk. */
const DISK_MS = 5_000;
/** The longest timer of Node. */
const LONGEST_MS = 2 ** 31 - 1;

/** Ended by `stop`. */
export class Wakeups {
  readonly #options: WakeupsOptions;
  /** Requests for the next turn of the loop. */
  #asked: Set<Addressee> | 'all' | null = null;
  #isScanning = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  /** The time of the next full scan, ms since 1970. */
  #nextMs = Infinity;

  constructor(options: WakeupsOptions) {
    this.#options = options;
  }

  at(what: Addressee | 'all'): void {
    if (this.#isStopped) return;
    if (what === 'all') this.#asked = 'all';
    else if (this.#asked === null) this.#asked = new Set([what]);
    else if (this.#asked !== 'all') this.#asked.add(what);
    if (this.#isScanning) return;
    this.#isScanning = true;
    void this.#scanOn().finally(() => {
      this.#isScanning = false;
      if (this.#asked !== null) this.at('all');
    });
  }

  /**
   * Schedules a full scan at this time or before.
   * @param atMs ms since 1970; null or Infinity: no scan is needed
   */
  by(atMs: number | null): void {
    if (atMs === null || atMs >= this.#nextMs || this.#isStopped) return;
    this.#nextMs = atMs;
    clearTimeout(this.#timer);
    const waitMs = Math.min(Math.max(atMs - this.#options.now(), 1), LONGEST_MS);
    this.#timer = setTimeout(() => this.at('all'), waitMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #scanOn(): Promise<void> {
    const { scan, now, log } = this.#options;
    // Requests of one turn of the loop become one scan.
    await Promise.resolve();
    while (this.#asked !== null && !this.#isStopped) {
      const asked = this.#asked;
      this.#asked = null;
      if (asked === 'all') {
        clearTimeout(this.#timer);
        this.#nextMs = Infinity;
      }
      try {
        await scan(asked);
      } catch (error) {
        refusedBy(log)(error);
        // A full scan follows later, when the disk may have space.
        if (Fault.of(error).kind !== 'shutting_down') this.by(now() + DISK_MS);
        return;
      }
    }
  }
}
