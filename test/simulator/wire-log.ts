/** Records all traffic, with times. Bounded, so that a bench does not fill memory. */

export interface WireEvent {
  /** milliseconds since the epoch */
  at: number;
  /** the document, for frames of a page; empty for plain HTTP */
  page: string;
  direction: 'up' | 'down' | 'http';
  type: string;
  detail?: unknown;
}

const LIMIT = 20_000;

export class WireLog {
  #events: WireEvent[] = [];

  add(direction: WireEvent['direction'], page: string, type: string, detail?: unknown): void {
    this.#events.push({ at: Date.now(), page, direction, type, ...(detail === undefined ? {} : { detail }) });
    if (this.#events.length > LIMIT * 1.2) this.#events = this.#events.slice(-LIMIT);
  }

  get events(): readonly WireEvent[] {
    return this.#events;
  }

  clear(): void {
    this.#events = [];
  }
}
