// Limits warnings about failing listeners: the first of each event is logged at once, the rest as a count once a
// minute. A function of the page that throws for each chat would otherwise fill the log.
import type { Log } from '../../protocol/log.js';

const PERIOD_MS = 60_000;

/** Failures of one event since its last line in the log. */
interface Repeated {
  times: number;
  error: string;
  timer: NodeJS.Timeout;
}

/** Nothing to close: `flush()` logs the counts, and the timers keep no process alive. */
export class ListenerWarnings {
  readonly #log: Log;
  readonly #periodMs: number;
  readonly #repeated = new Map<string, Repeated>();

  constructor(log: Log, periodMs = PERIOD_MS) {
    this.#log = log;
    this.#periodMs = periodMs;
  }

  /** @param event the library's name for it; there is a fixed set of them */
  warn(event: string, error: string): void {
    const known = this.#repeated.get(event);
    if (known !== undefined) {
      known.times += 1;
      known.error = error;
      return;
    }
    this.#log.warn('whatsapp.listener', { event, error });
    this.#count(event);
  }

  /** Logs every count now. */
  flush(): void {
    for (const event of [...this.#repeated.keys()]) this.#end(event);
  }

  #count(event: string): void {
    const timer = setTimeout(() => {
      // If it still fails, the next period is counted, too.
      if (this.#end(event)) this.#count(event);
    }, this.#periodMs).unref();
    this.#repeated.set(event, { times: 0, error: '', timer });
  }

  /** @returns true when it has logged a count */
  #end(event: string): boolean {
    const counted = this.#repeated.get(event);
    if (counted === undefined) return false;
    clearTimeout(counted.timer);
    this.#repeated.delete(event);
    const { times, error } = counted;
    if (times > 0) this.#log.warn('whatsapp.listener', { event, error, times });
    return times > 0;
  }
}
