// The newest events in memory, bounded by number and by bytes, and what can be asked of them by cursor. The durable
// journal takes this seam later. Refuses to know: consumers, subscribers, and what an event says.
import type { WireEvent } from '../protocol/schema.js';
import type { EventType } from '../protocol/state.js';

export interface RingLimits {
  readonly capacity: number;
  readonly maxBytes: number;
}

/** An event and its length as JSON. */
export interface Kept {
  readonly event: WireEvent;
  readonly bytes: number;
}

/** Events with consecutive cursors, the first of this run being `base + 1`. */
export class Ring {
  readonly #account: string;
  readonly #limits: RingLimits;
  #kept: Kept[] = [];
  #bytes = 0;
  #last: number;

  /**
   * @param base the cursor before the first event. The feed gives milliseconds since 1970: with fewer than a thousand
   * events a second, every cursor of a run is then larger than all of the runs before it, so a cursor that a consumer
   * kept across a restart still means "after this", and not some event of the new run.
   */
  constructor(account: string, base: number, limits: RingLimits) {
    this.#account = account;
    this.#last = base;
    this.#limits = limits;
  }

  /** The newest cursor; the base when there was no event yet. */
  get last(): number {
    return this.#last;
  }

  /** The oldest cursor that is kept; one past the newest when none is. */
  get oldest(): number {
    return this.#last - this.#kept.length + 1;
  }

  append(type: EventType, data: Record<string, unknown>, time: string): WireEvent {
    this.#last += 1;
    const event: WireEvent = { cursor: this.#last, type, time, account: this.#account, data };
    const bytes = Buffer.byteLength(JSON.stringify(event));
    this.#kept.push({ event, bytes });
    this.#bytes += bytes;
    // The newest stays even if it alone is over the bound: whoever is subscribed has to get it.
    while (
      this.#kept.length > 1 &&
      (this.#kept.length > this.#limits.capacity || this.#bytes > this.#limits.maxBytes)
    ) {
      this.#bytes -= this.#kept.shift()?.bytes ?? 0;
    }
    return event;
  }

  /**
   * The first event after a cursor. Where events between it and the oldest one kept are lost, a `gap` says so, with
   * the cursor of the last one that is lost. 0 asks for "the oldest kept", so nothing is missing there. A cursor of
   * an earlier run is before everything of this one: whether something happened after it nobody knows any more, and
   * that is a gap too.
   * @param time of a gap, ISO 8601
   */
  after(cursor: number, time: string): Kept | undefined {
    if (cursor >= this.#last && cursor !== 0) return undefined;
    const oldest = this.oldest;
    if (cursor === 0 || cursor === oldest - 1) return this.#kept[0];
    if (cursor > oldest - 1) return this.#kept[cursor - oldest + 1];
    const data = { reason: 'not_kept', after: cursor, oldest };
    const event: WireEvent = { cursor: oldest - 1, type: 'gap', time, account: this.#account, data };
    return { event, bytes: Buffer.byteLength(JSON.stringify(event)) };
  }
}
