// What is done when something went wrong: who gets how much time, which rung an attempt stands on, when to give up
// for now. A logout is not a connection loss and never comes through the backoff.
import type { Reason, StateName } from '../protocol/state.js';
import { delayMs } from './backoff.js';
import type { Effect } from './effect.js';
import type { BrokenReason, EventOf } from './event.js';
import { alertOnce, arm, become, launch, type Next, type Now, pastHour, stay } from './move.js';
import type { Rung, State, StateOf } from './state.js';

/** How far the next attempt has to go: as little as the fault allows, more each time it did not help. */
function rungFor(reason: Reason, attempt: number, pageLives: boolean): Rung {
  if (!pageLives) return 'browser';
  switch (reason) {
    case 'conflict':
      return 'takeover';
    case 'network_down':
      return attempt === 1 ? 'reconnect' : attempt === 2 ? 'reload' : 'browser';
    case 'sync_timeout':
    case 'outdated_library':
    case 'page_unresponsive':
      return attempt === 1 ? 'reload' : 'browser';
    default:
      return 'browser';
  }
}

/** Schedules the next attempt, or gives up for now when they are used up. */
function retry(
  state: State,
  reason: Reason,
  pageLives: boolean,
  now: Now,
  effects: readonly Effect[] = [],
  rung: Rung = rungFor(reason, state.attempts + 1, pageLives),
): Next {
  const { policy, atMs } = now;
  const closing: readonly Effect[] = pageLives ? effects : [...effects, { do: 'close' }];
  if (state.attempts >= policy.maxAttempts) return giveUp(state, 'attempts_exhausted', now, closing);
  const waitMs = delayMs(policy, state.attempts + 1);
  const step = { kind: 'scheduled', atMs: atMs + waitMs, rung } as const;
  return arm({ state: become(state, 'reconnecting', { reason, step }), effects: closing }, waitMs);
}

/** Gives up for now: one alert, then a slow retry, or a person. */
function giveUp(state: State, reason: Reason, { policy, atMs }: Now, effects: readonly Effect[]): Next {
  const slow = policy.slowRetryMs > 0 && reason !== 'banned';
  const failed = become(state, 'failed', { reason, retryAtMs: slow ? atMs + policy.slowRetryMs : null });
  const next = alertOnce({ state: failed, effects }, reason, GAVE_UP[reason] ?? `Gave up: ${reason}.`);
  return slow ? arm(next, policy.slowRetryMs) : next;
}

const GAVE_UP: Partial<Record<Reason, string>> = {
  attempts_exhausted: 'Every attempt to reconnect failed.',
  banned: 'WhatsApp has banned this account or wants its terms accepted.',
  conflict: 'Another WhatsApp Web keeps taking this session over.',
  outdated_library: 'WhatsApp Web refuses this version; wad has to be updated.',
};

/** A retry out of `failed` is marked by its reason, which an ordinary attempt never has. */
const isSlowRetry = (state: State): boolean =>
  state.name === 'reconnecting' && state.reason === 'attempts_exhausted';

/** WhatsApp Web lost its connection. A page that had been connected is first left to itself. */
export function offline(state: State, _event: EventOf<'client.offline'>, now: Now): Next {
  const step = { kind: 'grace', atMs: now.atMs + now.policy.graceMs } as const;
  return arm(
    { state: become(state, 'reconnecting', { reason: 'network_down', step }), effects: [] },
    now.policy.graceMs,
  );
}

/** A navigation of the page's own, such as the one some minutes after linking: it has to prove itself again. */
export const reloading = (state: State, _event: unknown, now: Now): Next =>
  arm({ state: become(state, 'syncing', {}), effects: [] }, now.policy.syncMs);

/**
 * The link is gone. The profile goes only after the browser: removed when the server or the phone said so, kept aside
 * when only a QR turned up, since that could be the page's mistake (H8, H18).
 */
export function loggedOut(
  state: State,
  event: { readonly explained: boolean; readonly type: string },
  now: Now,
): Next {
  const reason = event.explained ? 'logged_out_by_phone' : 'auth_failed';
  const away: Effect = event.explained
    ? { do: 'remove-profile' }
    : { do: 'move-profile-aside', why: 'authfailed' };
  const says = event.explained
    ? 'The phone unlinked this account.'
    : 'WhatsApp no longer accepts the saved session.';
  const effects: readonly Effect[] = [{ do: 'close' }, away];
  const bare = { session: null, attempts: 0, launchFailures: 0 };
  const next =
    now.policy.afterLogout === 'link'
      ? launch(become(state, 'starting', { reason }, bare), now, effects)
      : { state: become(state, 'stopped', { reason, unlinked: event.explained }, bare), effects };
  return alertOnce(next, reason, says);
}

/** Another WhatsApp Web took the session. Taken back a few times an hour, else two hosts would fight (H20). */
export function conflict(state: State, _event: EventOf<'client.conflict'>, now: Now): Next {
  if (state.name === 'reconnecting' && state.reason === 'conflict' && state.step.kind === 'scheduled')
    return stay(state);
  const recent = pastHour(state.takeoversMs, now);
  const counted: State = { ...state, takeoversMs: recent };
  if (recent.length >= now.policy.takeoversPerHour) return giveUp(counted, 'conflict', now, []);
  return retry(counted, 'conflict', true, now);
}

/** The server does not want us: a person must see to a ban; an old version may be cured by a reload. */
export function refused(state: State, event: EventOf<'client.refused'>, now: Now): Next {
  if (event.reason === 'banned') return giveUp(state, 'banned', now, [{ do: 'close' }]);
  const again = isSlowRetry(state) || (state.name === 'reconnecting' && state.reason === 'outdated_library');
  return again
    ? giveUp(state, 'outdated_library', now, [{ do: 'close' }])
    : retry(state, 'outdated_library', true, now);
}

/**
 * Browser or page are gone. Two launches in a row that never got a page, with a session on the profile, make the
 * profile suspect.
 */
export function broken(state: State, event: EventOf<'client.broken'>, now: Now): Next {
  const launchFailures = event.reason === 'launch_failed' ? state.launchFailures + 1 : 0;
  const counted: State = { ...state, launchFailures };
  const suspect: readonly Effect[] =
    launchFailures === 2 && state.session ? [{ do: 'close' }, { do: 'examine-profile' }] : [];
  const next = retryUnlessSlow(counted, event.reason, false, now, suspect);
  const says = DIED[event.reason];
  // What was up and died is an incident; a start that fails is told when its attempts are used up.
  return says !== undefined && WAS_UP.includes(state.name) ? alertOnce(next, event.reason, says) : next;
}

const WAS_UP: readonly StateName[] = ['linking', 'syncing', 'ready'];
const DIED: Partial<Record<Reason, string>> = {
  browser_crashed: 'The browser or its page died; a new one is started.',
  page_unresponsive: 'The page stopped answering; a new browser is started.',
};

/** More often than this in an hour, and a new page is no cure. */
const SICK_PER_HOUR = 3;

/** The monitor's finding on a page whose browser lives: as little as helps, more each time it did not (H10). */
export function sick(state: StateOf<'ready'>, event: EventOf<'client.sick'>, now: Now): Next {
  const { ailment, generation, detail } = event;
  if (ailment === 'offline') return offline(state, { type: 'client.offline', generation }, now);
  if (ailment === 'unresponsive')
    return broken(state, { type: 'client.broken', generation, reason: 'page_unresponsive', detail }, now);
  const before = pastHour(state.sickMs, now);
  const says = `The page is ${ailment}: ${detail}.`;
  if (before.length >= SICK_PER_HOUR) return alertOnce(stay(state), 'page_unresponsive', says);
  const counted: State = { ...state, sickMs: [...before, now.atMs] };
  const ladder: readonly Rung[] =
    ailment === 'stuck' ? ['reconnect', 'reload', 'browser'] : ['reload', 'browser'];
  const rung = ladder[Math.min(before.length, ladder.length - 1)];
  return alertOnce(retry(counted, 'page_unresponsive', true, now, [], rung), 'page_unresponsive', says);
}

/** A failed slow retry goes back to waiting; an ordinary attempt goes on down the list. */
function retryUnlessSlow(
  state: State,
  reason: BrokenReason,
  pageLives: boolean,
  now: Now,
  effects: readonly Effect[] = [],
): Next {
  if (!isSlowRetry(state)) return retry(state, reason, pageLives, now, effects);
  return giveUp(state, 'attempts_exhausted', now, pageLives ? effects : [...effects, { do: 'close' }]);
}

/** The browser starts on an empty profile but not on ours: ours is kept aside, and linking begins anew. */
export function profileVerdict(state: State, event: EventOf<'profile-suspect'>, now: Now): Next {
  if (!event.corrupt) return stay(state);
  const effects: readonly Effect[] = [{ do: 'close' }, { do: 'move-profile-aside', why: 'corrupt' }];
  const fresh = { session: null, attempts: 0, launchFailures: 0 };
  const next = launch(become(state, 'starting', { reason: 'session_corrupt' }, fresh), now, effects);
  return alertOnce(next, 'session_corrupt', 'The saved session is damaged and was moved aside.');
}

/** The page came up but does not say who it is: it could not reach WhatsApp. */
export const startLate = (state: StateOf<'starting'>, event: EventOf<'timer'>, now: Now): Next =>
  event.timer === state.timer ? retry(state, 'network_down', true, now) : stay(state);

export const syncLate = (state: StateOf<'syncing'>, event: EventOf<'timer'>, now: Now): Next =>
  event.timer === state.timer ? retry(state, 'sync_timeout', true, now) : stay(state);

/** The timer of a reconnection or of a slow retry: the time has come, or the attempt took too long. */
export function due(state: StateOf<'reconnecting' | 'failed'>, event: EventOf<'timer'>, now: Now): Next {
  if (event.timer !== state.timer) return stay(state);
  if (state.name === 'failed') {
    const step = { kind: 'running', rung: 'browser' } as const;
    return launch(become(state, 'reconnecting', { reason: 'attempts_exhausted', step }), now);
  }
  switch (state.step.kind) {
    case 'grace':
      return run(state, rungFor(state.reason, state.attempts + 1, true), now);
    case 'scheduled':
      return run(state, state.step.rung, now);
    case 'running':
      return retryUnlessSlow(state, 'network_down', true, now);
  }
}

/** Begins an attempt. */
function run(state: StateOf<'reconnecting'>, rung: Rung, now: Now): Next {
  const running = become(
    state,
    'reconnecting',
    { reason: state.reason, step: { kind: 'running', rung } },
    {
      attempts: state.attempts + 1,
      takeoversMs: rung === 'takeover' ? [...state.takeoversMs, now.atMs] : state.takeoversMs,
    },
  );
  if (rung === 'browser') return launch(running, now);
  return arm({ state: running, effects: [{ do: 'nudge', by: rung }] }, now.policy.attemptMs);
}
