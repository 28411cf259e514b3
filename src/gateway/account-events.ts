// Reads the events of one account after a cursor, or from a time on, across restarts of its daemon: from memory where possible,
// else from the daemon's journal.
import { Fault } from '../protocol/fault.js';
import type { FaultKind } from '../protocol/fault-table.js';
import type { EventType } from '../protocol/state.js';
import type { Answered, WireEvent } from '../protocol/types.js';
import type { AccountLink } from './account-link.js';
import type { Begin } from './journal-pages.js';

export interface From {
  readonly begin: Begin;
  /** Default: all types. `gap` is always included. */
  readonly types?: readonly EventType[] | undefined;
}

/** When a journal that could not be read is read again, unless the daemon reports something before. */
const AGAIN_MS = 1_000;

/** The daemon is away or busy; the next connection continues. */
const TEMPORARY: readonly FaultKind[] = [
  ...(['unreachable', 'connection_lost', 'connection_idle', 'shutting_down'] as const),
  ...(['busy', 'deadline_exceeded', 'slow_reader'] as const),
];

/** How far the available events were read. */
export interface Place {
  readonly begin: Begin;
  /** False: the journal could not be read now, and may have more. */
  readonly isLast: boolean;
}

/** Ends when the signal is aborted or the feed is closed. @throws Fault that the next connection does not solve */
export async function* eventsOf(
  link: AccountLink,
  from: From,
  signal: AbortSignal,
): AsyncGenerator<WireEvent, void, undefined> {
  const { feed } = link;
  let { begin } = from;
  while (!signal.aborted && !feed.isClosed) {
    const { version } = feed;
    const place = yield* eventsUntilNow(link, { ...from, begin }, signal);
    begin = place.begin;
    if (feed.version === version)
      await feed.changed(signal, !place.isLast && link.isRunning ? AGAIN_MS : undefined);
  }
}

/**
 * The events that are available now.
 * @returns how far they were read
 * @throws Fault that the next connection does not solve
 */
export async function* eventsUntilNow(
  link: AccountLink,
  { begin, types }: From,
  signal: AbortSignal,
): AsyncGenerator<WireEvent, Place, undefined> {
  const isWanted = ({ type }: WireEvent): boolean =>
    types === undefined || type === 'gap' || types.includes(type);
  let place = begin;
  while (!signal.aborted) {
    const recent = 'after' in place ? link.feed.since(place.after) : null;
    const read =
      recent === null ? await page(link, { begin: place, types }, signal) : { events: recent, next: 0 };
    if (read === null) return { begin: place, isLast: false };
    // Each turn advances, also when a daemon repeats what it has sent.
    const before = 'after' in place ? place.after : -1;
    let cursor = before;
    for (const event of read.events) {
      if (event.cursor <= cursor) continue;
      cursor = event.cursor;
      if (isWanted(event)) yield event;
      if (signal.aborted) break;
    }
    cursor = Math.max(cursor, read.next);
    place = { after: cursor };
    if (cursor === before) break;
  }
  return { begin: place, isLast: true };
}

/** The next events of the journal; null when it cannot be read now. */
async function page(
  link: AccountLink,
  { begin, types }: From,
  signal: AbortSignal,
): Promise<Answered<'events.list'> | null> {
  try {
    return await link.pages.read(begin, types);
  } catch (error) {
    if (signal.aborted || (error instanceof Fault && TEMPORARY.includes(error.kind))) return null;
    throw error;
  }
}
