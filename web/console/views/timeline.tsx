// States, alerts, restrictions and gaps of an account, newest first.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { EventType } from '../../../src/protocol/state.js';
import type { WireEvent } from '../../../src/protocol/types.js';
import type { Api } from '../http/api.js';
import { Refusal } from '../http/refusal.js';
import { useEvents, useLive } from '../live/use-live.js';
import { Badge } from '../parts/badge.js';
import { Hint } from '../parts/hint.js';
import { Problem } from '../parts/problem.js';
import { useSession } from '../session/session.js';
import { clock } from '../words/format.js';
import { type Happening, happeningOf } from '../words/happening.js';

const TYPES: EventType[] = ['state', 'alert', 'restriction', 'gap'];
/** How many events of any type to look back. */
const BACK = 20_000;
const SHOWN = 100;

/** @param last the newest cursor of the account when this was first drawn */
export function Timeline({ account, last }: { readonly account: string; readonly last: number }) {
  const { api } = useSession();
  const { streams } = useLive();
  const [events, setEvents] = useState<readonly WireEvent[] | null>(null);
  const [error, setError] = useState<Refusal | null>(null);
  const from = useRef(Math.max(0, last - BACK));

  // What happened before another stream began may be missing.
  useEffect(() => {
    const stop = new AbortController();
    history(api, account, from.current, stop.signal).then(
      (read) => setEvents((known) => joined(known ?? [], read)),
      (refused: unknown) => {
        if (!stop.signal.aborted) setError(Refusal.from(refused));
      },
    );
    return () => stop.abort();
  }, [api, account, streams]);
  useEvents(account, (event) => {
    if (TYPES.includes(event.type)) setEvents((known) => joined(known ?? [], [event]));
  });

  if (error !== null && events === null) return <Problem error={error} />;
  if (events === null) return <p>Reading…</p>;
  if (events.length === 0) return <p>Nothing yet.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
    <ol class="timeline" tabIndex={0} aria-labelledby="happened" aria-live="polite" aria-relevant="additions">
      {events
        .slice(-SHOWN)
        .reverse()
        .map((event) => (
          <Item key={event.cursor} time={event.time} happening={happeningOf(event)} />
        ))}
    </ol>
  );
}

function Item({
  time,
  happening: { is, says, hint },
}: {
  readonly time: string;
  readonly happening: Happening;
}) {
  return (
    <li>
      <time dateTime={time}>{clock(time)}</time>
      <div>
        <Badge is={is} />
        {says !== '' && <p>{says}</p>}
        <Hint command={hint} />
      </div>
    </li>
  );
}

/** Every kept event of these types after the cursor, oldest first. */
async function history(api: Api, account: string, from: number, signal: AbortSignal): Promise<WireEvent[]> {
  const all: WireEvent[] = [];
  for (let after = from; ; ) {
    const { events, next } = await api.call(
      account,
      'events.list',
      { after, limit: 1_000, types: TYPES },
      signal,
    );
    // The list looks back as far as it can; that there is no more is no news.
    all.push(...events.filter((event) => event.type !== 'gap' || event.data.reason !== 'not_kept'));
    if (next === after) return all;
    after = next;
  }
}

/** Both lists by cursor, each event once. */
function joined(known: readonly WireEvent[], more: readonly WireEvent[]): WireEvent[] {
  const all = new Map([...known, ...more].map((event) => [event.cursor, event]));
  return [...all.values()].sort((a, b) => a.cursor - b.cursor);
}
