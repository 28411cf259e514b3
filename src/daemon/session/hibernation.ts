// Detects when an account that may hibernate is idle, and when something needs its page again. The state machine
// decides what follows.
import type { Store } from '../../store/store.js';
import { limited } from '../machine/time-limit.js';
import type { Outbox } from '../outgoing/outbox.js';
import type { Actor } from './actor.js';

export interface HibernationOptions {
  /** The account hibernates when nothing has happened for this long; 0: never. */
  readonly afterMs: number;
  readonly actor: Actor;
  readonly store: Store;
  readonly outbox: Outbox;
  /** When the last message arrived, ms since 1970; 0 before the first. */
  readonly lastReceivedAtMs: () => number;
}

/** How often idleness is checked. With a short `afterMs` more often, down to every LEAST_CHECK_MS. */
const CHECK_MS = 10_000;
const LEAST_CHECK_MS = 200;
/** How long a request waits for a page, at most; a start with its sync takes some seconds. */
const WAIT_MS = 120_000;
const WAKING: readonly string[] = ['hibernating', 'starting', 'syncing'];

/** Stopped by the owner of the account. */
export class Hibernation {
  readonly #options: HibernationOptions;
  #lastUseMs = 0;
  /** Requests that use the page now. */
  #using = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HibernationOptions) {
    this.#options = options;
    const { actor, outbox } = options;
    if (options.afterMs === 0) return;
    outbox.watch(({ state, notBeforeMs }) => {
      this.#lastUseMs = Date.now();
      if (state === 'queued' && actor.state.name === 'hibernating')
        actor.post({ type: 'page-needed', atMs: notBeforeMs ?? 0, why: 'message' });
    });
  }

  start(): void {
    const { afterMs } = this.#options;
    if (afterMs === 0) return;
    const everyMs = Math.max(LEAST_CHECK_MS, Math.min(CHECK_MS, afterMs / 4));
    this.#timer = setInterval(() => this.#check(), everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Runs a request that uses the page. A hibernating account is woken first, and the request waits until it is ready, or
   * cannot become so by itself.
   */
  async use<T>(signal: AbortSignal, run: () => T | Promise<T>): Promise<T> {
    if (this.#options.afterMs === 0) return run();
    this.#using += 1;
    try {
      await this.wake(signal);
      return await run();
    } finally {
      this.#using -= 1;
      this.#lastUseMs = Date.now();
    }
  }

  /** Wakes a hibernating account, and waits until it is ready. Never rejects. */
  async wake(signal: AbortSignal): Promise<void> {
    const { actor } = this.#options;
    this.need();
    const { state } = actor;
    if (state.session === null || !WAKING.includes(state.name)) return;
    await limited(WAIT_MS, [signal], (bound) =>
      actor.until(({ name }) => !WAKING.includes(name), { signal: bound }),
    ).catch(() => undefined);
  }

  /** Wakes a hibernating account. */
  need(): void {
    this.#options.actor.post({ type: 'page-needed', atMs: 0, why: 'request' });
  }

  #check(): void {
    const { afterMs, actor, store, outbox, lastReceivedAtMs } = this.#options;
    const { state } = actor;
    if (state.name !== 'ready' || this.#using > 0) return;
    const nowMs = Date.now();
    const lastMs = Math.max(state.sinceMs, this.#lastUseMs, lastReceivedAtMs());
    // A clock that was set back must not keep the browser open until it catches up.
    if (lastMs <= nowMs && nowMs - lastMs < afterMs) return;
    const { wid } = store.account;
    const { queued } = outbox.counts();
    if (outbox.isInFlight || (queued > 0 && wid !== null && store.outbox.due(wid, nowMs).length > 0)) return;
    actor.post({ type: 'idle', dueAtMs: store.outbox.nextTime(nowMs) });
  }
}
