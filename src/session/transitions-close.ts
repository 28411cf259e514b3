// Transitions that end a session: by a person, by the end of the daemon, or because
// another process holds the lock.
import type { Effect } from './effect.js';
import type { EventOf } from './event.js';
import { become, disarm, leave, type Next } from './next-state.js';
import type { State, StateOf } from './state.js';

/** Unlinks first if the page can do so, then ends the browser, then removes the profile. */
function end(state: State, asked: StateOf<'logging-out'>['asked'], unlink: boolean): Next {
  const effects: readonly Effect[] = unlink
    ? [{ do: 'drain' }, { do: 'logout', generation: state.generation }]
    : [{ do: 'close' }, { do: 'remove-profile' }];
  const calm = { attempts: 0, launchFailures: 0, attention: null };
  const next = asked === 'shutdown' ? 'exit' : 'rest';
  const from = disarm(unlink ? state : leave(state));
  return {
    state: become(from, 'logging-out', { asked, next, unlinked: false, waking: null }, calm),
    effects,
  };
}

const isLinkedNow = (state: State): boolean => state.name === 'ready' || state.name === 'syncing';

export const disconnect = (state: State): Next => end(state, 'person', isLinkedNow(state));
export const clear = (state: State): Next => end(state, 'person', state.name === 'ready');

/** A person stops the account: it stays linked, and starts on request. */
export const stop = (state: State): Next => ({
  state: become(
    disarm(leave(state)),
    'stopped',
    { reason: 'user_stopped', unlinked: false, left: null },
    { attempts: 0, launchFailures: 0 },
  ),
  effects: [{ do: 'drain' }, { do: 'close' }],
});

/** The daemon ends. The session stays unless this is meant to unlink and the page can do it. */
export function shutdown(state: State, event: EventOf<'shutdown'>): Next {
  if (event.logout && isLinkedNow(state)) return end(state, 'shutdown', true);
  const kept: readonly Effect[] = event.logout && state.session !== null ? [KEPT] : [];
  return ended(state, [...kept, { do: 'drain' }, { do: 'close' }]);
}

const KEPT: Effect = {
  do: 'alert',
  reason: 'shutting_down',
  says: 'The unlink could not be confirmed; the session is kept. If you meant to unlink, do it on the phone.',
};

const ended = (
  state: State,
  effects: readonly Effect[],
  { unlinked, left }: { unlinked: boolean; left: string | null } = { unlinked: false, left: null },
): Next => ({
  state: become(disarm(leave(state)), 'stopped', { reason: 'shutting_down', unlinked, left }),
  effects: [...effects, { do: 'exit', because: 'stopped' }],
});

/** The profile belongs to another daemon now and must not be touched. */
export const lockLost = (state: State): Next => ({
  state: become(disarm(leave(state)), 'stopped', { reason: 'lock_held', unlinked: false, left: null }),
  effects: [
    { do: 'alert', reason: 'lock_held', says: 'The lock on the session was lost.' },
    { do: 'close' },
    { do: 'exit', because: 'lock-lost' },
  ],
});

/**
 * The unlink has ended. If a person asked for it, the session is removed in any case. At the end of the
 * daemon, an unlink that was not confirmed keeps the session, because the phone may still accept it.
 */
export function logoutDone(state: StateOf<'logging-out'>, event: EventOf<'logout-done'>): Next {
  const next = disarm(leave({ ...state, unlinked: event.unlinked, waking: null }));
  if (event.unlinked || state.asked === 'person')
    return { state: next, effects: [{ do: 'close' }, { do: 'remove-profile' }] };
  return ended(next, [KEPT, { do: 'close' }]);
}

export function removed(state: StateOf<'logging-out'>, { gone, left }: EventOf<'profile-removed'>): Next {
  const bare: State = gone ? { ...state, session: null } : state;
  const { unlinked } = state;
  if (state.next === 'exit') return ended(bare, left === null ? [] : [LEFT], { unlinked, left });
  return { state: become(bare, 'stopped', { reason: 'user_stopped', unlinked, left }), effects: [] };
}

/** Raised as an alert, because no request waits for an answer. */
const LEFT: Effect = {
  do: 'alert',
  reason: 'shutting_down',
  says: 'The saved session could not be removed; the log says why.',
};
