// Helpers that build the next state of the session, shared by the transitions.
import type { Reason, StateName } from '../protocol/state.js';
import type { Effect } from './effect.js';
import type { Policy } from './policy.js';
import type { State, StateOf } from './state.js';

/** What a transition may use in addition to state and event. */
export interface Now {
  /** Wall clock, ms. */
  readonly atMs: number;
  readonly policy: Policy;
}

export interface Next {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** Nothing happens. */
export const stay = (state: State): Next => ({ state, effects: [] });

type Common = Omit<StateOf<'ready'>, 'name'>;
type Own<N extends StateName> = Omit<StateOf<N>, keyof Common | 'name'>;

/** A new state that keeps the data of every state; the old state's own data is dropped. */
export function become<N extends StateName>(
  state: State,
  name: N,
  own: Own<N>,
  changes: Partial<Common> = {},
): State {
  const { generation, attempts, session, sinceMs, timer, launchFailures, unfound } = state;
  const { takeoversMs, sickMs, alerted, attention } = state;
  const common = { generation, attempts, session, sinceMs, timer, launchFailures, unfound };
  const more = { takeoversMs, sickMs, alerted, attention };
  return Object.assign({ name, ...common, ...more }, changes, own) as unknown as State;
}

/** The same next state with its timer armed; the previous timer is cancelled. */
export function arm({ state, effects }: Next, afterMs: number): Next {
  const timer = state.timer + 1;
  return { state: { ...state, timer }, effects: [...effects, { do: 'arm', timer, afterMs }] };
}

/** One alert per incident: an incident that was reported since the last `ready` is not reported again. */
export function alertOnce({ state, effects }: Next, reason: Reason, says: string): Next {
  if (state.alerted.includes(reason)) return { state, effects };
  const alerted = [...state.alerted, reason];
  return { state: { ...state, alerted }, effects: [...effects, { do: 'alert', reason, says }] };
}

export const HOUR_MS = 3_600_000;

/**
 * The times within the past hour. A time in the future comes from a clock that was set back
 * since, and does not count.
 */
export const pastHour = (moments: readonly number[], { atMs }: Now): readonly number[] =>
  moments.filter((ms) => ms <= atMs && atMs - ms < HOUR_MS);

/** Drops the current client: its further reports are ignored, and its page no longer needs a person. */
export const leave = (state: State): State => ({
  ...state,
  generation: state.generation + 1,
  attention: null,
});

/** The longest timer of Node. */
export const LONGEST_MS = 2 ** 31 - 1;

/** Cancels the armed timer, and arms no other. */
export const disarm = (state: State): State => ({ ...state, timer: state.timer + 1 });

/**
 * Begins a launch in the given state, which awaits a place. No timer runs: the deadline of the start counts
 * from the time when the place is taken.
 */
export function queue(state: State, effects: readonly Effect[] = []): Next {
  const next = disarm(leave(state));
  return { state: next, effects: [...effects, { do: 'take-place', generation: next.generation }] };
}

/** A new client in the given state. Its page has `startMs` to report its account. */
export function launch(state: State, { policy }: Now): Next {
  const { generation } = state;
  return arm({ state, effects: [{ do: 'launch', generation }] }, policy.startMs);
}
