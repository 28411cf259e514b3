// The heartbeat: looks at the page of a ready account at a steady pace, with a time-out of its own, and reports a
// page that stopped answering or hearing. What follows is the life cycle's to decide.
import type { Log } from '../protocol/log.js';
import type { Health } from '../session/port.js';

export interface MonitorOptions {
  readonly periodMs: number;
  readonly probeTimeoutMs: number;
  readonly failuresToAct: number;
  /** True while the page is supposed to answer: a known navigation or a start is not probed. */
  readonly isDue: () => boolean;
  readonly probe: (timeoutMs: number) => Promise<Health>;
  /** So many failures in a row; says what was seen last. */
  readonly onSick: (what: string) => void;
  readonly log: Log;
}

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
    const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
    return {
      lastCheckAt: iso(this.#lastCheckAtMs),
      lastOkAt: iso(this.#lastOkAtMs),
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

  /** A proof of health from elsewhere: the probe that made the account ready. */
  proved(): void {
    this.#lastCheckAtMs = this.#lastOkAtMs = Date.now();
    this.#failures = 0;
  }

  /** The period runs from the start of a check, so that slow answers do not stretch it: a hang is seen in time. */
  #schedule(tookMs = 0): void {
    this.#timer = setTimeout(
      () => {
        const startedAt = performance.now();
        // An error of the monitor's own must not end the heartbeat.
        void this.#check()
          .catch((error: unknown) => this.#options.log.error('monitor.failed', { err: error }))
          .finally(() => {
            if (this.#active) this.#schedule(performance.now() - startedAt);
          });
      },
      Math.max(0, this.#options.periodMs - tookMs),
    );
  }

  async #check(): Promise<void> {
    const { isDue, probe, probeTimeoutMs, failuresToAct, onSick, log } = this.#options;
    if (!isDue()) return;
    const wrong = await probe(probeTimeoutMs).then(ailment, (error: Error) => error.message);
    // The state may have moved on while the page was asked.
    if (!this.#active || !isDue()) return;
    this.#lastCheckAtMs = Date.now();
    if (wrong === null) {
      this.#lastOkAtMs = this.#lastCheckAtMs;
      this.#failures = 0;
      return;
    }
    this.#failures++;
    log.warn('monitor.sick', { what: wrong, failures: this.#failures });
    if (this.#failures < failuresToAct) return;
    this.#failures = 0;
    onSick(wrong);
  }
}

/** What is wrong with a page that answered, or null. */
function ailment({ socketState, wid, listening }: Health): string | null {
  if (socketState !== 'CONNECTED') return `the socket is ${socketState ?? 'missing'}`;
  if (wid === null) return 'the page does not know who it is';
  return listening ? null : 'the listeners are gone from the page';
}
