// Detects when an account that may hibernate is idle, and when something needs its page again. The state machine
// decides what follows.
import type { Store } from '../../store/store.js';
import { limited } from '../machine/time-limit.js';
import type { Outbox } from '../outgoing/outbox.js';
import type { Sender } from '../outgoing/sender.js';
import type { Actor } from './actor.js';

export interface HibernationOptions {
  /** The account hibernates when nothing has happened for this long; 0: never. */
  readonly afterMs: number;
  readonly actor: Actor;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly sender: Pick<Sender, 'nextSendMs'>;
  /** Whether missed messages are being read from the page. */
  readonly isReading: () => boolean;
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
  /** When something last happened, by the monotonic clock: the clock of the machine may be set at any time. */
  #lastUseMs = 0;
  /** What the last check saw of times by the clock of the machine. Only a change of them counts. */
  #seen = '';
  /** Requests and fetches that use the page now. */
  #using = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HibernationOptions) {
    this.#options = options;
    const { actor, outbox } = options;
    if (options.afterMs === 0) return;
    outbox.watch(({ state, notBeforeMs }) => {
      this.#lastUseMs = performance.now();
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
    return this.keepAwake(async () => {
      await this.#wake(signal);
      return run();
    });
  }

  /** Runs work that uses the page while there is one. It keeps the account awake, and does not wake it. */
  async keepAwake<T>(run: () => Promise<T>): Promise<T> {
    this.#using += 1;
    try {
      return await run();
    } finally {
      this.#using -= 1;
      this.#lastUseMs = performance.now();
    }
  }

  /** Wakes a hibernating account, and waits until it is ready. Never rejects. */
  async #wake(signal: AbortSignal): Promise<void> {
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
    const { afterMs, actor, store, outbox, sender, isReading, lastReceivedAtMs } = this.#options;
    const { state } = actor;
    if (state.name !== 'ready') return;
    const seen = `${state.sinceMs} ${lastReceivedAtMs()}`;
    if (seen !== this.#seen || isReading()) this.#lastUseMs = performance.now();
    this.#seen = seen;
    if (this.#using > 0 || performance.now() - this.#lastUseMs < afterMs || outbox.isInFlight) return;
    const nowMs = Date.now();
    const { wid } = store.account;
    const { queued } = outbox.counts();
    const sendsAtMs = queued > 0 && wid !== null ? sender.nextSendMs(wid) : null;
    // A message that is held back for longer, for example by quiet hours, does not keep the browser open.
    if (sendsAtMs !== null && sendsAtMs - nowMs < afterMs) return;
    const times = [sendsAtMs, store.outbox.nextTime(nowMs)].filter((ms) => ms !== null);
    actor.post({ type: 'idle', dueAtMs: times.length === 0 ? null : Math.min(...times) });
  }
}
