// Logs at debug how long each step of a start took: from the start of the process, or of a later browser, to `ready`.
import type { Log } from '../../protocol/log.js';
import type { ClientStep } from '../../session/port.js';

/** Each is logged when it is done. docs/operations.md describes them. */
export type StartStep = 'settings' | 'lock' | 'store' | 'start_place' | 'checks' | ClientStep | 'ready';

/** Nothing to close. */
export class StartSteps {
  readonly #log: Pick<Log, 'debug'>;
  readonly #now: () => number;
  /** Both by the clock of this process, which begins with it, ms. */
  #startedAtMs = 0;
  #lastAtMs = 0;
  #isFirst = true;
  #isOver = false;

  /** @param now ms since the process began */
  constructor(log: Pick<Log, 'debug'>, now = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** A browser is about to be started. The first one's start began with the process. */
  begin(): void {
    if (!this.#isFirst) {
      this.#startedAtMs = this.#now();
      this.#lastAtMs = this.#startedAtMs;
    }
    this.#isFirst = false;
    this.#isOver = false;
  }

  /** The start has ended. Later steps, such as those of a page that reloads, belong to none and are not logged. */
  end(): void {
    this.#isFirst = false;
    this.#isOver = true;
  }

  done(step: StartStep): void {
    if (this.#isOver) return;
    const atMs = this.#now();
    this.#log.debug('start.step', {
      step,
      ms: Math.round(atMs - this.#lastAtMs),
      sinceStartMs: Math.round(atMs - this.#startedAtMs),
    });
    this.#lastAtMs = atMs;
    if (step === 'ready') this.end();
  }
}
