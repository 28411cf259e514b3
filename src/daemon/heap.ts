// This process's own memory. V8 gives back what a burst of work took once it is bored, and a daemon that is asked for its
// state every second never bores it: a hundred megabytes stay for the night. So it is told to when a burst is over.
import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Log } from '../protocol/log.js';

/**
 * No collection for so long, and a burst is over; but whoever asks all the time is not waited for. Less than 5 s would
 * leave V8 the room for young objects: it takes the allocations of so long for what comes next.
 */
const QUIET_MS = 6_000;
const PATIENCE_MS = 20_000;
/** A whole collection stops the program for some 30 ms: not for less than this. */
const WORTH_BYTES = 8 * 2 ** 20;
/** The pages go back to the kernel on another thread. */
const UNMAP_MS = 1_000;

/**
 * Watches V8 collect, which it does when something is going on, and collects all of it afterwards. No timer runs while
 * nothing goes on. Ended by `stop`.
 */
export class Heap {
  readonly #log: Log;
  readonly #collect: () => void;
  readonly #observer = new PerformanceObserver(() => this.#stirred());
  /** `stirred`: V8 has collected, and its rest is waited for. `collected`: by us, which it tells of as well. */
  #state: 'idle' | 'stirred' | 'collected' = 'idle';
  #timer: NodeJS.Timeout | undefined;
  /** By the monotonic clock: until when at most a burst that has begun is waited for. */
  #patientUntilMs = 0;
  /** What the process took after the last whole collection. */
  #restBytes = 0;

  constructor(log: Log) {
    this.#log = log;
    // https://nodejs.org/api/v8.html#v8setflagsfromstringflags: there is no other way to it than the flag.
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
  }

  start(): void {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  stop(): void {
    this.#observer.disconnect();
    clearTimeout(this.#timer);
  }

  #stirred(): void {
    if (this.#state === 'collected') return;
    const now = performance.now();
    if (this.#state === 'idle') this.#patientUntilMs = now + PATIENCE_MS;
    this.#state = 'stirred';
    clearTimeout(this.#timer);
    const waitMs = Math.min(QUIET_MS, Math.max(0, this.#patientUntilMs - now));
    this.#timer = setTimeout(() => this.#rest(), waitMs).unref();
  }

  #rest(): void {
    this.#state = 'idle';
    const before = process.memoryUsage.rss();
    if (before - this.#restBytes < WORTH_BYTES) return;
    this.#collect();
    this.#state = 'collected';
    this.#timer = setTimeout(() => {
      this.#state = 'idle';
      this.#restBytes = process.memoryUsage.rss();
      this.#log.debug('heap.collected', { bytes: before - this.#restBytes, rssBytes: this.#restBytes });
    }, UNMAP_MS).unref();
  }
}
