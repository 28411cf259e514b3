// The few ways to write a next state, shared by the moves.
import type { StateName } from '../protocol/state.js';
import type { Effect } from './effect.js';
import type { Policy } from './policy.js';
import type { State, StateOf } from './state.js';

/** What a move may know besides state and event. */
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

/** A new state that keeps what holds in every state; the old state's own data is dropped. */
export function become<N extends StateName>(
  state: State,
  name: N,
  own: Own<N>,
  changes: Partial<Common> = {},
): State {
  const { generation, attempts, session, sinceMs, timer, launchFailures, takeoversMs, attention } = state;
  const common = { generation, attempts, session, sinceMs, timer, launchFailures, takeoversMs, attention };
  return { ...common, ...changes, ...own, name } as unknown as State;
}

/** The same next state with its timer armed; the timer before it is forgotten. */
export function arm({ state, effects }: Next, afterMs: number): Next {
  const timer = state.timer + 1;
  return { state: { ...state, timer }, effects: [...effects, { do: 'arm', timer, afterMs }] };
}

/** A new client in the given state. Its page has `startMs` to say who it is. */
export function launch(state: State, { policy }: Now, effects: readonly Effect[] = []): Next {
  const generation = state.generation + 1;
  return arm(
    { state: { ...state, generation, attention: null }, effects: [...effects, { do: 'launch', generation }] },
    policy.startMs,
  );
}
