// Returns this process's memory to the kernel after a burst of work. V8 does that by itself only when it is
// idle, and a daemon whose state is requested every second is never idle: a hundred megabytes would stay
// overnight. So the daemon makes V8 collect when a burst is over.
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Log } from '../protocol/log.js';

/**
 * A burst is over after this long without a collection. With constant requests that never happens, so the
 * wait has a limit. With less than 5 s V8 would keep its space for young objects, because it expects as many
 * allocations as in that period.
 */
const QUIET_MS = 6_000;
const PATIENCE_MS = 20_000;
/** A full collection stops the program for about 30 ms, so it must free at least this. */
const WORTH_BYTES = 8 * 2 ** 20;
/**
 * The pause after a collection that freed less. It doubles after each further one: the
 * daemon may need its memory.
 */
const PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 600_000;
/** The time that another thread takes to return the pages to the kernel. */
const UNMAP_MS = 1_000;
/**
 * Each read of a socket is a block of malloc's heap until V8 collects it. By itself V8 lets 32 MB of them
 * gather (Heap::AllocateExternalBackingStore in V8's heap.cc), and a block at the top of that heap keeps
 * everything below it. A collection of young objects takes 0.3 ms.
 */
const READ_BYTES = 4 * 2 ** 20;

/**
 * Observes V8's collections, which happen during work, and runs a full one afterwards. No timer runs while
 * the process is idle. Ended by `stop`.
 */
export class Heap {
  readonly #log: Log;
  readonly #collect: (what?: { type: 'minor' }) => void;
  readonly #observer = new PerformanceObserver((list) => {
    if (!(list.getEntries() as Collection[]).every(isOurs)) this.#scheduleCollection();
  });
  /** The wait for the end of a burst. */
  #burstTimer: NodeJS.Timeout | undefined;
  /** The wait for the kernel, after a full collection. */
  #measureTimer: NodeJS.Timeout | undefined;
  /**
   * By the monotonic clock: the latest end of the wait for a burst, and the time at which
   * the burst counts as over.
   */
  #patientUntilMs = 0;
  #quietFromMs = 0;
  /** By the same clock: no full collection before this time, unless memory has grown since the last one. */
  #pauseUntilMs = 0;
  #pauseMs = 0;
  #leftBytes = 0;
  /** Bytes read since the last collection of young objects for them. */
  #readBytes = 0;

  constructor(log: Log) {
    this.#log = log;
    // https://nodejs.org/api/v8.html#v8setflagsfromstringflags: only the flag gives access to it.
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc') as (what?: { type: 'minor' }) => void;
    setFlagsFromString('--no-expose-gc');
  }

  start(): void {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  stop(): void {
    this.#observer.disconnect();
    clearTimeout(this.#burstTimer);
    clearTimeout(this.#measureTimer);
  }

  /**
   * Lets V8 enlarge its space for young objects again. The program's first lines forbid that (scripts/bundle.mjs), because
   * what a start throws away would make it 32 MB. With the first size, collections take a third of the time of accepting a
   * message. By 8 and not by V8's 2: few objects survive here, so V8 takes thousands of messages for each step.
   */
  grow(): void {
    setFlagsFromString('--semi-space-growth-factor=8');
  }

  /** Called with the number of bytes read from a peer's socket. */
  received(bytes: number): void {
    this.#readBytes += bytes;
    if (this.#readBytes < READ_BYTES) return;
    this.#readBytes = 0;
    this.#collect({ type: 'minor' });
  }

  #scheduleCollection(): void {
    const now = performance.now();
    if (this.#burstTimer === undefined) this.#patientUntilMs = now + PATIENCE_MS;
    this.#quietFromMs = now + QUIET_MS;
    this.#collectIn(Math.max(0, Math.min(this.#quietFromMs, this.#patientUntilMs) - now));
  }

  #collectIn(inMs: number): void {
    clearTimeout(this.#burstTimer);
    this.#burstTimer = setTimeout(() => this.#collectNow(), Math.ceil(inMs)).unref();
  }

  #collectNow(): void {
    this.#burstTimer = undefined;
    const now = performance.now();
    const before = process.memoryUsage.rss();
    if (before - this.#leftBytes < WORTH_BYTES && now < this.#pauseUntilMs) {
      this.#collectIn(this.#pauseUntilMs - now);
      return;
    }
    this.#collect();
    clearTimeout(this.#measureTimer);
    const isQuiet = now >= this.#quietFromMs;
    this.#measureTimer = setTimeout(() => this.#measure(before, isQuiet), UNMAP_MS).unref();
  }

  #measure(before: number, isQuiet: boolean): void {
    const rssBytes = process.memoryUsage.rss();
    const bytes = before - rssBytes;
    const inVain = bytes < WORTH_BYTES;
    this.#leftBytes = rssBytes;
    this.#pauseMs = inVain ? Math.min(Math.max(2 * this.#pauseMs, PAUSE_MS), LONGEST_PAUSE_MS) : 0;
    this.#pauseUntilMs = performance.now() + this.#pauseMs;
    this.#log.debug('heap.collected', { bytes, rssBytes });
    // The first collection after a burst, or during one, leaves V8 its space for young objects;
    // another one frees that too.
    if (!inVain || !isQuiet) this.#scheduleCollection();
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
