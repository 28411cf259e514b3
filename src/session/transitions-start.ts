// Transitions that start a session.

import type { EventOf } from './event.js';
import { become, launch, type Next, type Now, stay } from './next-state.js';
import type { State } from './state.js';

/** From rest, or from waiting for the next attempt: now, with the count at 0. */
export function begin(state: State, _event: unknown, now: Now): Next {
  const fresh = { attempts: 0, launchFailures: 0, unfound: 0, alerted: [] };
  return launch(become(state, 'starting', { reason: 'none' }, fresh), now);
}

/** A new browser under a healthy account; no attempt, since nothing failed. */
export const recycle = (state: State, _event: unknown, now: Now): Next =>
  launch(become(state, 'starting', { reason: 'none' }), now);

/** Something is up already: only an explicit restart replaces the browser. */
export const restart = (state: State, event: EventOf<'initialize'>, now: Now): Next =>
  event.restart ? begin(state, event, now) : stay(state);
