// Limits the requests of each token by a token bucket: `ratePerMinute` a minute, and a burst of a sixth of that, at least 10.
import { Fault } from '../protocol/fault.js';

const MINUTE_MS = 60_000;
const MIN_BURST = 10;
/** Above this number, buckets that are full again are removed: a new one would be the same. */
const MAX_IDLE = 1_000;

interface Bucket {
  /** Requests that may be made at once. */
  level: number;
  atMs: number;
}

export interface RateLimitOptions {
  /** 0: no limit. */
  readonly ratePerMinute: number;
  /** A monotonic clock. */
  readonly now?: () => number;
}

/** Nothing to close. */
export class RateLimit {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor({ ratePerMinute, now = () => performance.now() }: RateLimitOptions) {
    this.#perMs = ratePerMinute / MINUTE_MS;
    this.#burst = Math.max(MIN_BURST, Math.floor(ratePerMinute / 6));
    this.#now = now;
  }

  /** Counts a request. @throws Fault rate_limited: it is one too many; it is not counted */
  take(token: string): void {
    if (this.#perMs === 0) return;
    const atMs = this.#now();
    const before = this.#buckets.get(token);
    const level = before === undefined ? this.#burst : this.#levelOf(before, atMs);
    if (level < 1) {
      const retryAfterMs = Math.ceil((1 - level) / this.#perMs);
      const perMinute = Math.round(this.#perMs * MINUTE_MS);
      throw new Fault('rate_limited', {
        reason: `the token "${token}" may make ${perMinute} requests a minute, ${this.#burst} at once`,
        retryAfterMs,
      });
    }
    this.#buckets.set(token, { level: level - 1, atMs });
    if (this.#buckets.size > MAX_IDLE) this.#forgetFull(atMs);
  }

  #levelOf({ level, atMs }: Bucket, nowMs: number): number {
    return Math.min(this.#burst, level + (nowMs - atMs) * this.#perMs);
  }

  #forgetFull(nowMs: number): void {
    for (const [token, bucket] of this.#buckets)
      if (this.#levelOf(bucket, nowMs) >= this.#burst) this.#buckets.delete(token);
  }
}
