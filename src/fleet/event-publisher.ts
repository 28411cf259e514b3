// Publishes every event of an account's journal to the fleet's stream of events, in order. Each is confirmed before the next
// is sent, so the newest event in the stream is the place to continue from, on any machine, whatever was lost. NATS confirms
// some thousand a second; several at once could leave a hole in front of a newer event.
import { setTimeout as delay } from 'node:timers/promises';
import type { WireEvent } from '../protocol/events/index.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { type FleetConnection, fleetFault } from './connection.js';
import { HEADER } from './names.js';
import { headers } from './nats.js';
import { lastMessage } from './stream-message.js';

/** The journal of the account. Its events carry nothing that links a phone: a `qr` event has no code. */
export interface EventSource {
  /** The newest cursor. */
  readonly last: number;
  /** Up to where events were published, as it was kept; null at first. */
  readonly place: number | null;
  keep(place: number): Promise<unknown>;
  /** The events after a cursor, oldest first; `next` equals `after` at the end. */
  page(after: number): { readonly events: readonly WireEvent[]; readonly next: number };
  /** Calls it when there is a new event. @returns ends it */
  watch(wake: () => void): () => void;
}

export interface EventPublisherOptions {
  readonly fleet: FleetConnection;
  readonly account: string;
  readonly epoch: number;
  /** Whether the lease is held at this moment: a process that was suspended must not publish behind its successor. */
  readonly isHeld: () => boolean;
  readonly source: EventSource;
  readonly log: Log;
}

/** The pause after an error. */
const RETRY_MS = 1_000;
/** How often the place is kept, which costs a write: it counts only when the stream has no event of the account any more. */
const KEEP_MS = 10_000;

/** The caller closes it, before the journal and the connection. */
export class EventPublisher {
  readonly #options: EventPublisherOptions;
  readonly #closing = new AbortController();
  readonly #stopWatching: () => void;
  readonly #running: Promise<void>;
  readonly #onProgress = new Set<() => void>();
  #wake: () => void = () => undefined;
  #place: number | null = null;
  #keptAtMs = performance.now();

  constructor(options: EventPublisherOptions) {
    this.#options = options;
    this.#stopWatching = options.source.watch(() => this.#wake());
    this.#running = this.#run();
  }

  /** How many cursors the stream is behind the journal; null until the stream could be asked. */
  get behind(): number | null {
    return this.#place === null ? null : this.#options.source.last - this.#place;
  }

  /**
   * Resolves when everything that is in the journal now is in the stream, or when the signal aborts: for an orderly end.
   * Never rejects.
   */
  settled(signal: AbortSignal): Promise<void> {
    const { last } = this.#options.source;
    return new Promise((resolve) => {
      const check = (): void => {
        if (!signal.aborted && !this.#closing.signal.aborted && (this.#place ?? -1) < last) return;
        this.#onProgress.delete(check);
        signal.removeEventListener('abort', check);
        resolve();
      };
      this.#onProgress.add(check);
      signal.addEventListener('abort', check);
      check();
    });
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#stopWatching();
    this.#closing.abort();
    this.#wake();
    this.#moved(this.#place);
    await this.#running;
    // The daemon logs what the disk refuses.
    await this.#keep().catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        // After an error, too: an event may be in the stream although its confirmation was lost.
        let place = await this.#begin();
        while (!signal.aborted) place = await this.#publishAfter(place);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.log.warn('fleet.events_wait', { err: fleetFault(error) });
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #begin(): Promise<number> {
    const { fleet, account, source, log } = this.#options;
    const newest = (await newestCursor(fleet, account)) ?? 0;
    // The journal of another store may be behind: what comes from now on is published all the same.
    if (newest > source.last) log.error('fleet.journal_behind', { journal: source.last, stream: newest });
    const place = Math.min(Math.max(newest, source.place ?? 0), source.last);
    this.#moved(place);
    return place;
  }

  async #publishAfter(place: number): Promise<number> {
    const { source } = this.#options;
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const { events, next } = source.page(place);
    for (const event of events) {
      if (this.#closing.signal.aborted) return place;
      if (!this.#options.isHeld()) throw new Fault('lease_lost');
      await this.#publish(event);
      this.#moved(event.cursor);
    }
    this.#moved(next);
    if (next === place) await woken;
    else if (performance.now() - this.#keptAtMs > KEEP_MS) await this.#keep();
    return next;
  }

  async #keep(): Promise<void> {
    this.#keptAtMs = performance.now();
    if (this.#place !== null) await this.#options.source.keep(this.#place);
  }

  #moved(place: number | null): void {
    this.#place = place;
    for (const check of this.#onProgress) check();
  }

  async #publish(event: WireEvent): Promise<void> {
    const { fleet, account, epoch, log } = this.#options;
    const { nats, streams, names } = fleet;
    const { cursor } = event;
    const more = headers();
    more.set(HEADER.cursor, String(cursor));
    more.set(HEADER.epoch, String(epoch));
    const options = { msgID: `${account}.${cursor}`, headers: more };
    let text = JSON.stringify(event);
    let { type } = event;
    // Room for the headers.
    if (Buffer.byteLength(text) > (nats.info?.max_payload ?? Number.POSITIVE_INFINITY) - 1_024) {
      log.error('fleet.event_too_long', { cursor, type });
      type = 'gap';
      const data = { reason: 'damaged', after: cursor - 1, oldest: cursor + 1 } as const;
      text = JSON.stringify({ ...event, type, data });
    }
    await streams.publish(names.event(account, type), text, options);
  }
}

/**
 * The cursor of the newest event of the account in the stream; null when there is none.
 * @throws (rejects) Fault fleet_unreachable, fleet_refused
 */
export async function newestCursor(
  fleet: Pick<FleetConnection, 'manager' | 'names'>,
  account: string,
): Promise<number | null> {
  const message = await lastMessage(fleet, fleet.names.events, fleet.names.eventsOf(account));
  const cursor = Number(message?.header.get(HEADER.cursor) || Number.NaN);
  return Number.isSafeInteger(cursor) ? cursor : null;
}
