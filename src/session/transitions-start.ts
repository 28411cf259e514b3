// Transitions that start a session.

import type { EventOf } from './event.js';
import { become, launch, type Next, type Now, stay } from './next-state.js';
import type { State } from './state.js';

/** Starts from rest, or instead of waiting for the next attempt: now, with the count at 0. */
export function begin(state: State, _event: unknown, now: Now): Next {
  const fresh = { attempts: 0, launchFailures: 0, unfound: 0, alerted: [] };
  return launch(become(state, 'starting', { reason: 'none' }, fresh), now);
}

/** A new browser for a healthy account. It is not an attempt, because nothing failed. */
export const recycle = (state: State, _event: unknown, now: Now): Next =>
  launch(become(state, 'starting', { reason: 'none' }), now);

/** The account is already started: only an explicit restart replaces the browser. */
export const restart = (state: State, event: EventOf<'initialize'>, now: Now): Next =>
  event.restart ? begin(state, event, now) : stay(state);
