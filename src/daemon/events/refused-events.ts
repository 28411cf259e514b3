// Counts events that the disk refused, and reports them as one gap event as soon as the
// disk accepts events again.
import type { EventData } from '../../protocol/events/index.js';
import { Fault } from '../../protocol/fault.js';
import type { FaultKind } from '../../protocol/fault-table.js';
import type { Log } from '../../protocol/log.js';

export interface RefusedEventsOptions {
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Writes a gap, and publishes it once it is on disk. @throws (rejects) while the disk refuses writes */
  readonly writeGap: (data: EventData<'gap'>) => Promise<void>;
  /** Called when the disk takes events again. */
  readonly recovered: (refusedFromMs: number) => void;
}

/** How long after a refusal the disk is tried again. */
const RETRY_MS = 5_000;

/** Its timer keeps no process alive. */
export class RefusedEvents {
  readonly #options: RefusedEventsOptions;
  #count = 0;
  /** When the first of them was refused, ms since 1970. */
  #fromMs = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: RefusedEventsOptions) {
    this.#options = options;
  }

  /**
   * Counts the events of a write that the disk refused as a whole. The gap follows when there is space again.
   */
  add(events: number, error: unknown): void {
    const { log, now } = this.#options;
    const { kind } = Fault.of(error);
    if (kind === 'shutting_down') return;
    // A full disk raises one alert elsewhere.
    const say = kind === 'disk_full' ? log.warn : log.error;
    if (this.#count === 0) {
      this.#fromMs = now();
      say('journal.refused', { kind, err: error });
    }
    this.#count += events;
    this.#retry ??= setInterval(() => this.#writeGap(kind), RETRY_MS).unref();
  }

  #writeGap(reason: FaultKind): void {
    const { log, writeGap, recovered } = this.#options;
    const events = this.#count;
    writeGap({ reason, events }).then(
      () => {
        clearInterval(this.#retry);
        this.#retry = undefined;
        this.#count -= events;
        log.warn('journal.recovered', { events });
        recovered(this.#fromMs);
      },
      () => undefined, // still no space
    );
  }
}
