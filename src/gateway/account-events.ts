// Reads the events of one account from a place on, across restarts of its daemon: from memory where possible, else from the
// daemon's journal.
import { Fault } from '../protocol/fault.js';
import type { FaultKind } from '../protocol/fault-table.js';
import type { EventType } from '../protocol/state.js';
import type { Answered, WireEvent } from '../protocol/types.js';
import type { AccountLink } from './account-link.js';

export interface From {
  /** Events after this cursor. */
  readonly after: number;
  /** Events that are older are left out; in milliseconds since 1970. */
  readonly sinceMs?: number;
  /** Default: all types. `gap` is always included. */
  readonly types?: readonly EventType[] | undefined;
}

const PAGE = 200;

/** The daemon is away or busy; the next connection continues. */
const TEMPORARY: readonly FaultKind[] = [
  ...(['unreachable', 'connection_lost', 'connection_idle', 'shutting_down'] as const),
  ...(['busy', 'deadline_exceeded', 'slow_reader'] as const),
];

/** Ends when the signal is aborted. @throws Fault that the next connection does not solve */
export async function* eventsOf(
  link: AccountLink,
  { after, sinceMs = 0, types }: From,
  signal: AbortSignal,
): AsyncGenerator<WireEvent, void, undefined> {
  const isWanted = ({ type, time }: WireEvent): boolean =>
    (types === undefined || type === 'gap' || types.includes(type)) && Date.parse(time) >= sinceMs;
  let cursor = after;
  while (!signal.aborted) {
    const { feed } = link;
    const changed = feed.changed(signal);
    const recent = feed.since(cursor);
    const read =
      recent === null ? await page(link, { after: cursor, types }, signal) : { events: recent, next: 0 };
    if (read === null || (read.events.length === 0 && read.next <= cursor)) {
      await changed;
      continue;
    }
    for (const event of read.events) {
      cursor = Math.max(cursor, event.cursor);
      if (isWanted(event)) yield event;
      if (signal.aborted) return;
    }
    cursor = Math.max(cursor, read.next);
  }
}

/** The next events of the journal; null when it cannot be read now. */
async function page(
  link: AccountLink,
  { after, types }: From,
  signal: AbortSignal,
): Promise<Answered<'events.list'> | null> {
  const params = { after, limit: PAGE, ...(types && { types }) };
  try {
    return (await link.call('events.list', params, { signal, writes: false })) as Answered<'events.list'>;
  } catch (error) {
    if (signal.aborted || (error instanceof Fault && TEMPORARY.includes(error.kind))) return null;
    throw error;
  }
}
