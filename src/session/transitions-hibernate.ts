// Transitions of an account that closes its browser while nothing happens, and keeps its link.
import type { EventOf } from './event.js';
import { arm, become, disarm, LONGEST_MS, leave, type Next, type Now, queue, stay } from './next-state.js';
import type { State, StateOf } from './state.js';

/** Closes the browser until the next scheduled message, or until it is time to fetch incoming messages. */
export function sleep(state: StateOf<'ready'>, { dueAtMs }: EventOf<'idle'>, now: Now): Next {
  // A page that waits for a person stays open, so that the person can see it.
  if (state.attention !== null) return stay(state);
  const { wakeMs } = now.policy;
  const wakes = [...(wakeMs > 0 ? [now.atMs + wakeMs] : []), ...(dueAtMs === null ? [] : [dueAtMs])];
  return wakesBy(leave(state), wakes, now, [{ do: 'close' }]);
}

/** Wakes now, or plans an earlier waking. */
export function needed(state: StateOf<'hibernating'>, { atMs }: EventOf<'page-needed'>, now: Now): Next {
  if (atMs <= now.atMs) return wake(state);
  if (state.wakeAtMs !== null && state.wakeAtMs <= atMs) return stay(state);
  return wakesBy(state, [atMs], now, []);
}

export const wakeDue = (state: StateOf<'hibernating'>, { timer }: EventOf<'timer'>): Next =>
  timer === state.timer ? wake(state) : stay(state);

const wake = (state: StateOf<'hibernating'>): Next =>
  queue(become(state, 'starting', { reason: 'none', place: 'awaited' }));

/** Sleeps until the earliest of these times, at most LONGEST_MS; without any, until it is needed. */
function wakesBy(state: State, timesMs: readonly number[], { atMs }: Now, effects: Next['effects']): Next {
  if (timesMs.length === 0)
    return { state: become(disarm(state), 'hibernating', { wakeAtMs: null }), effects };
  const waitMs = Math.min(LONGEST_MS, Math.max(0, Math.min(...timesMs) - atMs));
  return arm({ state: become(state, 'hibernating', { wakeAtMs: atMs + waitMs }), effects }, waitMs);
}
