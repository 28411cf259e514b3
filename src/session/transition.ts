// The life cycle of a session as one pure function over one table: no I/O, no clock, no log. Every event is
// handled in every state; otherwise the table does not compile. Rules and reasons: docs/lifecycle.md.
import { STATES, type StateName } from '../protocol/state.js';
import type { Event, EventName, EventOf } from './event.js';
import { type Next, type Now, stay } from './next-state.js';
import { isOver, placeOf, type State, type StateOf } from './state.js';
import * as close from './transitions-close.js';
import * as hibernate from './transitions-hibernate.js';
import * as link from './transitions-link.js';
import * as mend from './transitions-recovery.js';
import * as retry from './transitions-retry.js';
import * as start from './transitions-start.js';
import * as unlink from './transitions-unlink.js';

type Cell<S extends StateName, E extends EventName> = (
  state: StateOf<S>,
  event: EventOf<E>,
  now: Now,
) => Next;
/** One cell for each state, in the order of STATES. */
type Row<E extends EventName, S extends readonly StateName[] = typeof STATES> = {
  readonly [I in keyof S]: Cell<S[I], E>;
};

const ____ = stay;
const { begin, restart, recycle, placed } = start;
const { unpaired, pairing, pairingOver, linkingLate, linked, known, progress, ready, attention } = link;
const { passkey, answered, passkeyOver } = link;
const { offline, reloading, loggedOut, conflict, refused, broken, ended, sick } = mend;
const { profileVerdict: verdict } = mend;
const { due, startLate, syncLate } = retry;
const { sleep, needed, wakeDue } = hibernate;
const { disconnect, clear, stop, shutdown, lockLost, logoutDone, removed } = close;
const { wakeFirst, wakeOrEnd, wakePlaced, woken, notWoken, wakeLate, goneAsleep, exitAfter } = unlink;

// biome-ignore format: a table is read by its columns
export const TABLE: { readonly [E in EventName]: Row<E> } = {
  //                   stopped     starting    linking      syncing     ready       reconnecting logging-out failed     hibernating
  'initialize':       [begin,      restart,    restart,     restart,    restart,    begin,       ____,       begin,      begin      ],
  'recycle':          [____,       ____,       ____,        ____,       recycle,    ____,        ____,       ____,       ____       ],
  'idle':             [____,       ____,       ____,        ____,       sleep,      ____,        ____,       ____,       ____       ],
  'page-needed':      [____,       ____,       ____,        ____,       ____,       ____,        ____,       ____,       needed     ],
  'disconnect':       [disconnect, disconnect, disconnect,  disconnect, disconnect, disconnect,  ____,       disconnect, wakeFirst  ],
  'clear':            [clear,      clear,      clear,       clear,      clear,      clear,       ____,       clear,      wakeFirst  ],
  'stop':             [____,       stop,       stop,        stop,       stop,       stop,        ____,       stop,       stop       ],
  'shutdown':         [shutdown,   shutdown,   shutdown,    shutdown,   shutdown,   shutdown,    exitAfter,  shutdown,   wakeOrEnd  ],
  'hurry':            [____,       ____,       ____,        ____,       ____,       ____,        notWoken,   ____,       ____       ],
  'lock-lost':        [lockLost,   lockLost,   lockLost,    lockLost,   lockLost,   lockLost,    lockLost,   lockLost,   lockLost   ],
  'timer':            [____,       startLate,  linkingLate, syncLate,   ____,       due,         wakeLate,   due,        wakeDue    ],
  'place-taken':      [____,       placed,     ____,        ____,       ____,       placed,      wakePlaced, ____,       ____       ],
  'client.unpaired':  [____,       unpaired,   ____,        unpaired,   unpaired,   unpaired,    notWoken,   unpaired,   ____       ],
  'client.pairing':   [____,       ____,       pairing,     ____,       ____,       ____,        ____,       ____,       ____       ],
  'client.pairing-over':
                      [____,       ____,       pairingOver, ____,       ____,       ____,        ____,       ____,       ____       ],
  'client.passkey':   [____,       ____,       passkey,     ____,       ____,       ____,        ____,       ____,       ____       ],
  'client.passkey-answered':
                      [____,       ____,       answered,    ____,       ____,       ____,        ____,       ____,       ____       ],
  'client.passkey-over':
                      [____,       ____,       passkeyOver, ____,       ____,       ____,        ____,       ____,       ____       ],
  'client.linked':    [____,       linked,     linked,      known,      ____,       linked,      ____,       linked,     ____       ],
  'client.progress':  [____,       ____,       ____,        progress,   ____,       ____,        ____,       ____,       ____       ],
  'client.ready':     [____,       ready,      ready,       ready,      ready,      ready,       woken,      ready,      ____       ],
  'client.offline':   [____,       offline,    ____,        ____,       offline,    ____,        ____,       ____,       ____       ],
  'client.reloading': [____,       ____,       ____,        ____,       reloading,  ____,        ____,       ____,       ____       ],
  'client.logged-out':[____,       loggedOut,  loggedOut,   loggedOut,  loggedOut,  loggedOut,   goneAsleep, loggedOut,  ____       ],
  'client.conflict':  [____,       conflict,   ____,        conflict,   conflict,   conflict,    notWoken,   ____,       ____       ],
  'client.refused':   [____,       refused,    refused,     refused,    refused,    refused,     notWoken,   refused,    ____       ],
  'client.broken':    [____,       broken,     broken,      broken,     broken,     broken,      notWoken,   ended,      ____       ],
  'client.sick':      [____,       ____,       sick,        ____,       sick,       ____,        ____,       ____,       ____       ],
  'client.attention': [____,       attention,  attention,   attention,  attention,  attention,   ____,       attention,  ____       ],
  'logout-done':      [____,       ____,       ____,        ____,       ____,       ____,        logoutDone, ____,       ____       ],
  'profile-removed':  [____,       ____,       ____,        ____,       ____,       ____,        removed,    ____,       ____       ],
  'profile-suspect':  [____,       ____,       ____,        ____,       ____,       verdict,     ____,       verdict,    ____       ],
};

/**
 * The next state and what to do. An event of a replaced client changes nothing (H30). Once the daemon
 * is ending, no event does.
 */
export function transition(state: State, event: Event, now: Now): Next {
  if ('generation' in event && event.generation !== state.generation) return stay(state);
  if (isOver(state)) return stay(state);
  const cell = TABLE[event.type][STATES.indexOf(state.name)] as unknown as Cell<StateName, EventName>;
  const next = leavePlace(state, cell(state, event, now));
  // `sinceMs` is set when the name of the state changes, not at every event within it.
  return next.state.name === state.name || next.state.sinceMs !== state.sinceMs
    ? next
    : { ...next, state: { ...next.state, sinceMs: now.atMs } };
}

/**
 * A place of a launch that is over is given back first, whatever has ended the launch: the page answered, an
 * attempt failed, another launch replaces it, or a person stopped it.
 */
function leavePlace(before: State, next: Next): Next {
  const isSame = placeOf(next.state) !== null && next.state.generation === before.generation;
  if (placeOf(before) === null || isSame) return next;
  return { ...next, effects: [{ do: 'leave-place' }, ...next.effects] };
}
