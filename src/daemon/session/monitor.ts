// The heartbeat: probes the page at a fixed period, each probe with its own time-out, and reports failures.
// The state machine decides what follows.
import type { Log } from '../../protocol/log.js';
import { isoTime } from '../../protocol/time.js';
import type { Ailment } from '../../session/event.js';
import type { Health } from '../../session/port.js';
import { within } from '../machine/time-limit.js';

export interface MonitorOptions {
  readonly periodMs: number;
  readonly probeTimeoutMs: number;
  readonly failuresToAct: number;
  /**
   * What is expected of the page now: full health, only an answer, or nothing. The page is not probed during
   * a start or a known navigation.
   */
  readonly expects: () => 'health' | 'answer' | null;
  readonly probe: (timeoutMs: number) => Promise<Health>;
  /**
   * Age in ms of the oldest message of ours that the page has and WhatsApp's server has
   * not; 0 when there is none.
   */
  readonly oldestUnsentMs: () => number;
  /** Called after `failuresToAct` failures in a row, with the last finding. */
  readonly onSick: (ailment: Ailment, detail: string) => void;
  readonly log: Log;
}

/** How far a probe may exceed its time-out before it is abandoned. */
const SLACK_MS = 1_000;

export interface MonitorView {
  readonly lastCheckAt: string | null;
  readonly lastOkAt: string | null;
  readonly failures: number;
}

export class Monitor {
  readonly #options: MonitorOptions;
  #timer: NodeJS.Timeout | undefined;
  #active = false;
  #lastCheckAtMs: number | null = null;
  #lastOkAtMs: number | null = null;
  #failures = 0;

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  get active(): boolean {
    return this.#active;
  }

  view(): MonitorView {
    return {
      lastCheckAt: isoTime(this.#lastCheckAtMs),
      lastOkAt: isoTime(this.#lastOkAtMs),
      failures: this.#failures,
    };
  }

  start(): void {
    if (this.#active) return;
    this.#active = true;
    this.#schedule();
  }

  stop(): void {
    this.#active = false;
    clearTimeout(this.#timer);
  }

  /** Records a success from elsewhere: the probe that made the account ready. */
  proved(): void {
    this.#lastCheckAtMs = this.#lastOkAtMs = Date.now();
    this.#failures = 0;
  }

  /**
   * The period counts from the start of a check, so slow answers do not stretch it and
   * a hang is noticed in time.
   */
  #schedule(tookMs = 0): void {
    // There is one heartbeat, even when an extra check is requested during a check.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        const startedAt = performance.now();
        // An error in the monitor must not end the heartbeat.
        void this.#check()
          .catch((error: unknown) => this.#options.log.error('monitor.failed', { err: error }))
          .finally(() => {
            if (this.#active) this.#schedule(performance.now() - startedAt);
          });
      },
      Math.max(0, this.#options.periodMs - tookMs),
    );
  }

  /** Checks immediately: the machine slept, or its clock was set. */
  checkNow(): void {
    if (!this.#active) return;
    clearTimeout(this.#timer);
    this.#schedule(this.#options.periodMs);
  }

  async #check(): Promise<void> {
    const { expects, oldestUnsentMs, failuresToAct, onSick, log } = this.#options;
    const expected = expects();
    if (expected === null) {
      this.#failures = 0;
      return;
    }
    const wrong = await this.#ask().then(
      (health) => (expected === 'health' ? ailment(health, oldestUnsentMs()) : null),
      (error: unknown): Finding => ['unresponsive', error instanceof Error ? error.message : String(error)],
    );
    // The state may have changed while the page was asked.
    if (!this.#active || expects() !== expected) return;
    this.#lastCheckAtMs = Date.now();
    if (wrong === null) {
      this.#lastOkAtMs = this.#lastCheckAtMs;
      this.#failures = 0;
      return;
    }
    this.#failures++;
    log.warn('monitor.sick', { ailment: wrong[0], detail: wrong[1], failures: this.#failures });
    if (this.#failures < failuresToAct) return;
    this.#failures = 0;
    onSick(...wrong);
  }

  /**
   * Probes the page. The probe has its own bound; this does not rely on it, nor on the existence of a page.
   */
  async #ask(): Promise<Health> {
    const { probe, probeTimeoutMs } = this.#options;
    const text = `no answer within ${probeTimeoutMs} ms`;
    return within(probeTimeoutMs + SLACK_MS, probe(probeTimeoutMs), text);
  }
}

type Finding = readonly [ailment: Ailment, detail: string];

/** A message unsent for longer than this, while the page reports that it is connected, is stuck (H10). */
const STUCK_MS = 60_000;

/** The problem of a page that answered, or null. A missing name or platform is no problem. */
function ailment({ socketState, wid, listening }: Health, oldestUnsentMs: number): Finding | null {
  if (socketState !== 'CONNECTED') return ['offline', `the socket is ${socketState ?? 'missing'}`];
  if (wid === null) return ['nobody', 'the page has no account'];
  if (!listening) return ['deaf', 'the listeners are gone from the page'];
  if (oldestUnsentMs > STUCK_MS)
    return ['stuck', `a message has been unsent for ${Math.round(oldestUnsentMs / 1000)} s`];
  return null;
}
