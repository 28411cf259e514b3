// Transitions of a hibernating account that is woken in order to unlink it: only its page can notify the phone.
import type { EventOf } from './event.js';
import { arm, become, disarm, type Next, type Now, queue, stay } from './next-state.js';
import type { StateOf } from './state.js';
import { logoutDone, shutdown } from './transitions-close.js';

type Asleep = StateOf<'hibernating'>;
type LoggingOut = StateOf<'logging-out'>;

/** On a person's request, a waking may take as long as any start. */
export const wakeFirst = (state: Asleep, _event: unknown, now: Now): Next =>
  wake(state, 'person', now.policy.startMs);

export const wakeOrEnd = (state: Asleep, event: EventOf<'shutdown'>, now: Now): Next =>
  event.logout ? wake(state, 'shutdown', now.policy.unlinkWakeMs) : shutdown(state, event);

function wake(state: Asleep, asked: LoggingOut['asked'], limitMs: number): Next {
  const next = asked === 'shutdown' ? 'exit' : 'rest';
  const own = { asked, next, unlinked: false, waking: 'awaited' } as const;
  return arm(queue(become(state, 'logging-out', own)), limitMs);
}

export const wakePlaced = (state: LoggingOut): Next =>
  state.waking === 'awaited'
    ? { state: { ...state, waking: 'held' }, effects: [{ do: 'launch', generation: state.generation }] }
    : stay(state);

/** The page can unlink now. */
export const woken = (state: LoggingOut): Next =>
  state.waking === null
    ? stay(state)
    : {
        state: disarm({ ...state, waking: null }),
        effects: [{ do: 'logout', generation: state.generation }],
      };

/** The page will not be able to unlink, or not in time. */
export const notWoken = (state: LoggingOut): Next => wakingEnds(state, false);

export const wakeLate = (state: LoggingOut, { timer }: EventOf<'timer'>): Next =>
  timer === state.timer ? notWoken(state) : stay(state);

/** `explained`: the phone or the server ended the link while the account slept. */
export const goneAsleep = (state: LoggingOut, { explained }: EventOf<'client.logged-out'>): Next =>
  wakingEnds(state, explained);

function wakingEnds(state: LoggingOut, unlinked: boolean): Next {
  const { generation, waking } = state;
  return waking === null ? stay(state) : logoutDone(state, { type: 'logout-done', generation, unlinked });
}

/** The daemon ends during a logout, which is finished first. A waking may take less time from now on. */
export function exitAfter(state: LoggingOut, _event: unknown, now: Now): Next {
  const ending: LoggingOut = { ...state, next: 'exit' };
  return state.waking === null || state.next === 'exit'
    ? stay(ending)
    : arm(stay(ending), now.policy.unlinkWakeMs);
}
