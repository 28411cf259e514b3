// Iterates over events across lost connections and restarts of the daemon. The subscription only signals that there are
// new events; they are read page by page, so a slow reader delays no one and at most one page is in memory.
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../protocol/fault.js';
import type { FaultKind } from '../protocol/fault-table.js';
import type { EventType } from '../protocol/state.js';
import type { WireEvent } from '../protocol/types.js';
import type { Client } from '../socket/client.js';

export interface FollowOptions {
  /** Starts after this cursor; 0: with the oldest event that is kept. Without it and without `consumer`: only new events. */
  readonly after?: number | undefined;
  /** Default: all types. `gap` is always included. */
  readonly types?: readonly EventType[] | undefined;
  /**
   * Continues where this consumer stopped. An event is acknowledged when the next one is requested: an event whose handling
   * ended the loop is delivered again.
   */
  readonly consumer?: string | undefined;
  /** Where a new consumer starts: `now` (default), or with the oldest event that is kept. */
  readonly from?: 'now' | 'oldest' | undefined;
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal | undefined;
}

const PAGE = 100;
const ASK_MS = 30_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Temporary faults, after which a new connection is tried. */
const TEMPORARY: readonly FaultKind[] = [
  'unreachable',
  'connection_lost',
  'shutting_down',
  'slow_reader',
  'busy',
  'deadline_exceeded',
  'connection_idle',
];

export async function* follow(
  open: () => Promise<Client>,
  { after, from, types, consumer, signal = new AbortController().signal }: FollowOptions,
): AsyncGenerator<WireEvent, void, undefined> {
  const filter = types === undefined ? {} : { types: [...types] };
  const named = consumer === undefined ? {} : { consumer };
  const begin = from === undefined ? {} : { from };
  const options = { timeoutMs: ASK_MS, signal, writes: false };
  let cursor = after;
  let acknowledged = after;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      await using client = await open();
      const newEvents = new NewEvents(client, signal);
      const { after: now } = await client.request('events.subscribe', filter, options);
      if (consumer === undefined) cursor ??= from === 'oldest' ? 0 : now;
      const acknowledge = async (): Promise<void> => {
        if (consumer === undefined || cursor === undefined || cursor === acknowledged) return;
        await client.request('events.ack', { consumer, cursor }, options);
        acknowledged = cursor;
      };
      await acknowledge(); // the previous connection may have lost the acknowledgement of the last event
      while (!signal.aborted) {
        const arrived = newEvents.next();
        const place = cursor === undefined ? begin : { after: cursor };
        const page = await client.request(
          'events.list',
          { ...filter, ...named, ...place, limit: PAGE },
          options,
        );
        pauseMs = FIRST_PAUSE_MS;
        for (const event of page.events) {
          if (signal.aborted) return;
          yield event;
          cursor = event.cursor;
          await acknowledge();
        }
        const last = page.events.length === 0 && page.next === cursor;
        cursor = page.next;
        if (last) await arrived;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Fault && TEMPORARY.includes(error.kind))) throw error;
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

/** Resolves a wait at the next event, at the end of the connection, or when the signal is aborted. */
class NewEvents {
  #wake: () => void = () => {};

  constructor(client: Client, signal: AbortSignal) {
    const wake = () => this.#wake();
    client.onEvent(wake);
    signal.addEventListener('abort', wake);
    void client.closed.then(() => {
      signal.removeEventListener('abort', wake);
      wake();
    });
  }

  /** Resolves at the next of them. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
