// This process's own memory. V8 gives back what a burst of work took once it is bored, and a daemon that is asked for its
// state every second never bores it: a hundred megabytes stay for the night. So it is told to when a burst is over.
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Log } from '../../protocol/log.js';

/**
 * No collection for so long, and a burst is over; but whoever asks all the time is not waited for. Less than 5 s would
 * leave V8 the room for young objects: it takes the allocations of so long for what comes next.
 */
const QUIET_MS = 6_000;
const PATIENCE_MS = 20_000;
/** A whole collection stops the program for some 30 ms: not for less than this. */
const WORTH_BYTES = 8 * 2 ** 20;
/** After one that brought less than that, and twice as long after each that follows: the daemon may need what it has. */
const PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 600_000;
/** The pages go back to the kernel on another thread. */
const UNMAP_MS = 1_000;
/**
 * Each read of a socket is a piece of malloc's heap until V8 collects, and by itself it lets 32 MB of them gather
 * (Heap::AllocateExternalBackingStore in V8's heap.cc); what then stands at the top of that heap keeps all below it. A
 * collection of the young takes 0.3 ms.
 */
const READ_BYTES = 4 * 2 ** 20;

/**
 * Watches V8 collect, which it does when something is going on, and collects all of it afterwards. No timer runs while
 * nothing goes on. Ended by `stop`.
 */
export class Heap {
  readonly #log: Log;
  readonly #collect: (what?: { type: 'minor' }) => void;
  readonly #observer = new PerformanceObserver((list) => {
    if (!(list.getEntries() as Collection[]).every(isOurs)) this.#stirred();
  });
  /** While a burst is waited for. */
  #rest: NodeJS.Timeout | undefined;
  /** While the kernel is waited for, after a whole collection. */
  #telling: NodeJS.Timeout | undefined;
  /** By the monotonic clock: until when at most a burst that has begun is waited for, and from when on it is over. */
  #patientUntilMs = 0;
  #quietFromMs = 0;
  /** By the same: no whole collection before, unless there is more than the last one left. */
  #pauseUntilMs = 0;
  #pauseMs = 0;
  #leftBytes = 0;
  /** Since the young were last collected for it. */
  #readBytes = 0;

  constructor(log: Log) {
    this.#log = log;
    // https://nodejs.org/api/v8.html#v8setflagsfromstringflags: there is no other way to it than the flag.
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc') as (what?: { type: 'minor' }) => void;
    setFlagsFromString('--no-expose-gc');
  }

  start(): void {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  stop(): void {
    this.#observer.disconnect();
    clearTimeout(this.#rest);
    clearTimeout(this.#telling);
  }

  /** So much has been read from a peer's socket. */
  heard(bytes: number): void {
    this.#readBytes += bytes;
    if (this.#readBytes < READ_BYTES) return;
    this.#readBytes = 0;
    this.#collect({ type: 'minor' });
  }

  #stirred(): void {
    const now = performance.now();
    if (this.#rest === undefined) this.#patientUntilMs = now + PATIENCE_MS;
    this.#quietFromMs = now + QUIET_MS;
    this.#look(Math.max(0, Math.min(this.#quietFromMs, this.#patientUntilMs) - now));
  }

  #look(inMs: number): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#isOver(), Math.ceil(inMs)).unref();
  }

  #isOver(): void {
    this.#rest = undefined;
    const now = performance.now();
    const before = process.memoryUsage.rss();
    if (before - this.#leftBytes < WORTH_BYTES && now < this.#pauseUntilMs) {
      this.#look(this.#pauseUntilMs - now);
      return;
    }
    this.#collect();
    clearTimeout(this.#telling);
    const isQuiet = now >= this.#quietFromMs;
    this.#telling = setTimeout(() => this.#told(before, isQuiet), UNMAP_MS).unref();
  }

  #told(before: number, isQuiet: boolean): void {
    const rssBytes = process.memoryUsage.rss();
    const bytes = before - rssBytes;
    const inVain = bytes < WORTH_BYTES;
    this.#leftBytes = rssBytes;
    this.#pauseMs = inVain ? Math.min(Math.max(2 * this.#pauseMs, PAUSE_MS), LONGEST_PAUSE_MS) : 0;
    this.#pauseUntilMs = performance.now() + this.#pauseMs;
    this.#log.debug('heap.collected', { bytes, rssBytes });
    // The first after a burst, or in the midst of it, leaves V8 the room for young objects; another takes that as well.
    if (!inVain || !isQuiet) this.#stirred();
  }
}

/** https://nodejs.org/docs/latest-v20.x/api/perf_hooks.html#performanceentrydetail */
interface Collection extends PerformanceEntry {
  readonly detail: { readonly kind: number; readonly flags: number };
}

function isOurs({ detail: { kind, flags } }: Collection): boolean {
  const forced = (flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0;
  return forced && kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}
