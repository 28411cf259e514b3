// Transitions that start a session: a launch waits for a place among the starts of this machine, then runs.

import type { EventOf } from './event.js';
import { become, launch, type Next, type Now, queue, stay } from './next-state.js';
import type { State, StateOf } from './state.js';

const QUEUED = { reason: 'none', place: 'awaited' } as const;

/** Starts from rest, or instead of waiting for the next attempt: now, with the count at 0. */
export function begin(state: State): Next {
  const fresh = { attempts: 0, launchFailures: 0, unfound: 0, alerted: [] };
  return queue(become(state, 'starting', QUEUED, fresh));
}

/** A new browser for a healthy account. It is not an attempt, because nothing failed. */
export const recycle = (state: State): Next => queue(become(state, 'starting', QUEUED));

/** The account is already started: only an explicit restart replaces the browser. */
export const restart = (state: State, event: EventOf<'initialize'>): Next =>
  event.restart ? begin(state) : stay(state);

/** The launch that waited for this place. */
export function placed(
  state: StateOf<'starting' | 'reconnecting'>,
  _event: EventOf<'place-taken'>,
  now: Now,
): Next {
  const { reason } = state;
  if (state.name === 'starting')
    return state.place === 'awaited'
      ? launch(become(state, 'starting', { reason, place: 'held' }), now)
      : stay(state);
  if (state.step.kind !== 'queued') return stay(state);
  const step =
    state.step.for === 'slow' ? ({ kind: 'slow' } as const) : ({ kind: 'running', rung: 'browser' } as const);
  return launch(become(state, 'reconnecting', { reason, step }), now);
}
