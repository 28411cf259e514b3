// Transitions after a fault: what it means for the session and its page, and how much has to be replaced.
// transitions-retry.ts decides when to try again, and when to stop. A logout is not a lost connection and
// never goes through the backoff.
import type { Reason, StateName } from '../protocol/state.js';
import { delayMs } from './backoff.js';
import type { Effect } from './effect.js';
import type { EventOf, LogoutBan } from './event.js';
import {
  alertOnce,
  arm,
  become,
  disarm,
  HOUR_MS,
  leave,
  type Next,
  type Now,
  pastHour,
  queue,
  stay,
} from './next-state.js';
import type { Rung, State, StateOf } from './state.js';
import { giveUp, isSlowRetry, part, retry, schedule } from './transitions-retry.js';

/**
 * WhatsApp Web lost its connection. First its page may reconnect by itself, at least for
 * the wait before an attempt.
 */
export function offline(state: State, _event: EventOf<'client.offline'>, now: Now): Next {
  const waitMs = Math.max(now.policy.graceMs, delayMs(now.policy, state.attempts + 1));
  const step = { kind: 'grace', atMs: now.atMs + waitMs } as const;
  return arm({ state: become(state, 'reconnecting', { reason: 'network_down', step }), effects: [] }, waitMs);
}

/**
 * A navigation by the page itself, such as the one some minutes after linking: it must become ready again.
 */
export const reloading = (state: State, _event: unknown, now: Now): Next =>
  arm({ state: become(state, 'syncing', {}), effects: [] }, now.policy.syncMs);

/**
 * The link is gone. The profile is removed only after the browser has ended: deleted when server, phone
 * or page reported the logout, kept in quarantine when only a QR appeared, because that could be the
 * page's mistake (H8, H18). Before that, a second browser looks for the session: while anything else
 * holds the lock of its storage, Chromium gives the page an empty one without an error, and all of it
 * is there again once the lock is free. A session that is lost and found repeatedly has another cause,
 * and counts like a sick page.
 */
export function loggedOut(
  state: State,
  event: Omit<EventOf<'client.logged-out'>, 'generation'>,
  now: Now,
): Next {
  if (event.ban !== undefined) return expelled(state, event.ban);
  const sickMs = pastHour(state.sickMs, now);
  const mayBeMistaken = !event.explained && state.session !== null && state.unfound === 0;
  if (mayBeMistaken && sickMs.length < SICK_PER_HOUR) {
    const counted = { unfound: 1, sickMs: [...sickMs, now.atMs] };
    return queue(become(state, 'starting', { reason: 'none', place: 'awaited' }, counted));
  }
  const by = event.byPage === undefined ? 'logged_out_by_phone' : 'logged_out_by_page';
  const reason = event.explained ? by : 'auth_failed';
  const away: Effect = event.explained
    ? { do: 'remove-profile' }
    : { do: 'quarantine-profile', why: 'authfailed' };
  const says =
    reason === 'auth_failed'
      ? 'WhatsApp no longer accepts the saved session.'
      : event.byPage === undefined
        ? 'The phone unlinked this account.'
        : `WhatsApp Web itself unlinked this account (${event.byPage}).`;
  const effects: readonly Effect[] = [{ do: 'close' }, away];
  const bare = { session: null, attempts: 0, launchFailures: 0, unfound: 0 };
  const next =
    now.policy.afterLogout === 'link'
      ? queue(become(state, 'starting', { reason, place: 'awaited' }, bare), effects)
      : {
          state: become(
            disarm(leave(state)),
            'stopped',
            { reason, unlinked: event.explained, left: null },
            bare,
          ),
          effects,
        };
  return alertOnce(next, reason, says);
}

const EXPELLED: Readonly<Record<LogoutBan, string>> = {
  banned:
    'WhatsApp has banned this account and logged it out (406). The saved session can no longer be used.',
  locked:
    'WhatsApp has locked this account and logged it out (403): its phone number has to be verified again. The saved session can no longer be used.',
};

/**
 * The account itself is logged out, and the page has discarded its credentials: a new QR does not help yet.
 */
function expelled(state: State, ban: LogoutBan): Next {
  const bare = { session: null, attempts: 0, launchFailures: 0, unfound: 0 };
  const failed = become(disarm(leave(state)), 'failed', { reason: 'banned', retryAtMs: null }, bare);
  const effects: readonly Effect[] = [{ do: 'close' }, { do: 'remove-profile' }];
  return alertOnce({ state: failed, effects }, 'banned', EXPELLED[ban]);
}

/**
 * Another WhatsApp Web took the session. It is taken back a few times an hour; more often, two hosts would
 * fight (H20). When these are used up, that is reported, and the next takeover waits until the oldest is an
 * hour ago. The server was reached, so used up attempts are no reason to give up.
 */
export function conflict(state: State, _event: EventOf<'client.conflict'>, now: Now): Next {
  if (state.name === 'reconnecting' && state.reason === 'conflict' && state.step.kind === 'scheduled')
    return stay(state);
  const recent = pastHour(state.takeoversMs, now);
  const oldest = recent[recent.length - now.policy.takeoversPerHour];
  const delay = delayMs(now.policy, state.attempts + 1);
  const waitMs = oldest === undefined ? delay : Math.max(delay, oldest + HOUR_MS - now.atMs);
  const next = schedule({ ...state, takeoversMs: recent }, 'conflict', 'lives', now, {
    waitMs,
    rung: 'takeover',
  });
  return oldest === undefined
    ? next
    : alertOnce(next, 'conflict', 'Another WhatsApp Web keeps taking this session over.');
}

/** The server refuses us. A ban requires a person; an old version may be repaired by a reload, once. */
export function refused(state: State, event: EventOf<'client.refused'>, now: Now): Next {
  if (event.reason === 'banned') return giveUp(state, 'banned', 'gone', now, [], event.untilMs);
  // The page reports this more than once; only its report after the reload counts.
  if (state.name === 'reconnecting' && state.reason === 'outdated_library' && state.step.kind === 'scheduled')
    return stay(state);
  // What the page lacks was reported by name when it was found.
  const reported: State =
    event.detail === undefined ? state : { ...state, alerted: [...state.alerted, 'outdated_library'] };
  // Every attempt since the last `ready` has reloaded the page, and it may have been linked on the way.
  return state.name === 'failed' || state.attempts > 0 || isSlowRetry(state)
    ? giveUp(reported, 'outdated_library', 'gone', now)
    : retry(state, 'outdated_library', 'lives', now);
}

/**
 * The browser or the page is gone. Two launches in a row that never got a page, with a session on the
 * profile, make the profile suspect.
 */
export function broken(state: State, event: EventOf<'client.broken'>, now: Now): Next {
  const launchFailures = event.reason === 'launch_failed' ? state.launchFailures + 1 : 0;
  const isSuspect = launchFailures > 0 && launchFailures % 2 === 0 && state.session !== null;
  const effects: readonly Effect[] = isSuspect ? [{ do: 'examine-profile' }] : [];
  const next = retry({ ...state, launchFailures }, event.reason, 'gone', now, { effects });
  const says = DIED[event.reason];
  // The death of a running browser is an incident; a start that fails is reported when
  // its attempts are used up.
  return says !== undefined && WAS_UP.includes(state.name) ? alertOnce(next, event.reason, says) : next;
}

/** The page that was kept although the account has failed is gone too: only its remains are removed. */
export const ended = (state: StateOf<'failed'>): Next => part(state, 'gone', []);

const WAS_UP: readonly StateName[] = ['linking', 'syncing', 'ready'];
const DIED: Partial<Record<Reason, string>> = {
  browser_crashed: 'The browser or its page died; a new one is started.',
  page_unresponsive: 'The page stopped answering; a new browser is started.',
};

/** If a page is sick more often than this in an hour, a new page does not help. */
const SICK_PER_HOUR = 3;

/**
 * The monitor's finding on a page whose browser may run: the smallest repair first, a larger one each
 * time it did not help (H10).
 */
export function sick(state: StateOf<'ready' | 'linking'>, event: EventOf<'client.sick'>, now: Now): Next {
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
  const options = rung === undefined ? {} : { rung };
  return alertOnce(retry(counted, 'page_unresponsive', 'lives', now, options), 'page_unresponsive', says);
}

/**
 * The browser starts on an empty profile but not on ours: ours goes into quarantine,
 * and linking starts again.
 */
export function profileVerdict(state: State, event: EventOf<'profile-suspect'>): Next {
  if (!event.corrupt) return stay(state);
  const effects: readonly Effect[] = [{ do: 'close' }, { do: 'quarantine-profile', why: 'corrupt' }];
  const fresh = { session: null, attempts: 0, launchFailures: 0, unfound: 0 };
  const own = { reason: 'session_corrupt', place: 'awaited' } as const;
  const next = queue(become(state, 'starting', own, fresh), effects);
  return alertOnce(next, 'session_corrupt', 'The saved session is damaged and was moved aside.');
}
