// Events as an async iterator that outlives connections and daemons. A subscription only says that there is something
// new; what is handed out is read page by page, so a slow reader holds up nobody and no more than a page is in memory.
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../protocol/fault.js';
import type { FaultKind } from '../protocol/fault-table.js';
import type { EventType } from '../protocol/state.js';
import type { WireEvent } from '../protocol/types.js';
import type { Client } from '../socket/client.js';

export interface FollowOptions {
  /** What came after this event; 0 is the oldest that is kept. Without it and without `consumer`: from now on. */
  readonly after?: number | undefined;
  /** All when left out. `gap` comes whatever is asked for. */
  readonly types?: readonly EventType[] | undefined;
  /**
   * Goes on where this name stopped. An event counts as dealt with when the next one is asked for: one whose handling ended
   * the loop comes again.
   */
  readonly consumer?: string | undefined;
  /** Where a consumer begins that is new: with what comes from now on (when left out), or with the oldest that is kept. */
  readonly from?: 'now' | 'oldest' | undefined;
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal | undefined;
}

const PAGE = 100;
const ASK_MS = 30_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** What the next connection may not meet any more. */
const PASSING: readonly FaultKind[] = [
  ...(['unreachable', 'connection_lost', 'shutting_down', 'slow_reader', 'busy'] as const),
  ...(['deadline_exceeded', 'connection_idle'] as const),
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
      const news = new NewEvents(client, signal);
      const { after: now } = await client.request('events.subscribe', filter, options);
      if (consumer === undefined) cursor ??= from === 'oldest' ? 0 : now;
      const acknowledge = async (): Promise<void> => {
        if (consumer === undefined || cursor === undefined || cursor === acknowledged) return;
        await client.request('events.ack', { consumer, cursor }, options);
        acknowledged = cursor;
      };
      await acknowledge(); // of the last one, whose acknowledgement the connection before may have lost
      while (!signal.aborted) {
        const heard = news.next();
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
        if (last) await heard;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Fault && PASSING.includes(error.kind))) throw error;
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

/** Wakes whoever waits for the next event, for the end of the connection, or for being told to stop. */
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

  /** Resolves at what comes from now on. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
