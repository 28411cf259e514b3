// Transitions that retry a page: how much each attempt replaces, when the next one is due,
// and when to give up for now.
import type { Reason } from '../protocol/state.js';
import { delayMs } from './backoff.js';
import type { Effect } from './effect.js';
import type { EventOf } from './event.js';
import {
  alertOnce,
  arm,
  become,
  disarm,
  LONGEST_MS,
  leave,
  type Next,
  type Now,
  queue,
  stay,
} from './next-state.js';
import type { Rung, State, StateOf } from './state.js';

/** Whether the page may still recover by itself, or is unusable and gets closed. */
export type Page = 'lives' | 'gone';

/** The method of the next attempt: as little as the fault allows, more each time it did not help. */
function rungFor(reason: Reason, attempt: number, page: Page): Rung {
  if (page === 'gone') return 'browser';
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

interface RetryOptions {
  /** Run after the browser is closed, if it is. */
  readonly effects?: readonly Effect[];
  readonly rung?: Rung;
}

/** Schedules the next attempt, or gives up for now when the attempts are used up. */
export function retry(state: State, reason: Reason, page: Page, now: Now, options: RetryOptions = {}): Next {
  const { policy } = now;
  const { effects = [], rung = rungFor(reason, state.attempts + 1, page) } = options;
  // A failed slow retry waits again, for the same reason as before.
  if (isSlowRetry(state)) return giveUp(state, state.reason, page, now, effects);
  if (state.attempts >= policy.maxAttempts) return giveUp(state, 'attempts_exhausted', page, now, effects);
  const waitMs = delayMs(policy, state.attempts + 1);
  return schedule(state, reason, page, now, { waitMs, rung, effects });
}

export function schedule(
  state: State,
  reason: Reason,
  page: Page,
  { atMs }: Now,
  { waitMs, rung, effects = [] }: { waitMs: number; rung: Rung; effects?: readonly Effect[] },
): Next {
  const step = { kind: 'scheduled', atMs: atMs + waitMs, rung } as const;
  const next = part(state, page, effects);
  return arm({ ...next, state: become(next.state, 'reconnecting', { reason, step }) }, waitMs);
}

/** Leaves a page that is gone: its browser is closed, and its reports are ignored. */
export const part = (state: State, page: Page, effects: readonly Effect[]): Next =>
  page === 'lives' ? { state, effects } : { state: leave(state), effects: [{ do: 'close' }, ...effects] };

/** Gives up for now: raises one alert, then waits for a slow retry or a person. */
export function giveUp(
  state: State,
  reason: Reason,
  page: Page,
  now: Now,
  more: readonly Effect[] = [],
  untilMs?: number,
): Next {
  const { policy, atMs } = now;
  const waitMs = waitOf(reason, policy, untilMs === undefined ? null : untilMs - atMs);
  const { state: left, effects } = part(state, page, more);
  const own = { reason, retryAtMs: waitMs === null ? null : atMs + waitMs };
  const failed = become(disarm(left), 'failed', own);
  const until = untilMs === undefined ? '' : ` Until ${new Date(untilMs).toISOString()}.`;
  const says = `${GAVE_UP[reason] ?? `Gave up: ${reason}.`}${until}`;
  const next = alertOnce({ state: failed, effects }, reason, says);
  return waitMs === null ? next : arm(next, waitMs);
}

/**
 * How long the slow retry waits; null waits for a person. After a ban with an end, it does
 * not come before that end.
 */
function waitOf(reason: Reason, { slowRetryMs }: Now['policy'], banMs: number | null): number | null {
  if (reason === 'banned') return banMs === null ? null : Math.min(LONGEST_MS, Math.max(slowRetryMs, banMs));
  return slowRetryMs > 0 ? slowRetryMs : null;
}

const GAVE_UP: Partial<Record<Reason, string>> = {
  attempts_exhausted: 'Every attempt to reconnect failed.',
  banned: 'WhatsApp has banned this account or requires that its terms are accepted.',
  outdated_library: 'This version of wad no longer works with WhatsApp Web; wad has to be updated.',
};

export const isSlowRetry = (
  state: State,
): state is StateOf<'reconnecting'> & { readonly step: { readonly kind: 'slow' } } =>
  state.name === 'reconnecting' && state.step.kind === 'slow';

/** The page came up but does not report its account: it could not reach WhatsApp. */
export const startLate = (state: StateOf<'starting'>, event: EventOf<'timer'>, now: Now): Next =>
  event.timer === state.timer && state.place === 'held'
    ? retry(state, 'network_down', 'lives', now)
    : stay(state);

export const syncLate = (state: StateOf<'syncing'>, event: EventOf<'timer'>, now: Now): Next =>
  event.timer === state.timer ? retry(state, 'sync_timeout', 'lives', now) : stay(state);

/** The timer of a reconnection or of a slow retry: an attempt is due, or took too long. */
export function due(state: StateOf<'reconnecting' | 'failed'>, event: EventOf<'timer'>, now: Now): Next {
  if (event.timer !== state.timer) return stay(state);
  if (state.name === 'failed') {
    const step = { kind: 'queued', for: 'slow' } as const;
    const slow = become(state, 'reconnecting', { reason: state.reason, step });
    return state.retryAtMs === null ? stay(state) : queue(slow);
  }
  switch (state.step.kind) {
    case 'grace':
      return state.attempts < now.policy.maxAttempts
        ? run(state, rungFor(state.reason, state.attempts + 1, 'lives'), now)
        : giveUp(state, 'attempts_exhausted', 'lives', now);
    case 'scheduled':
      return run(state, state.step.rung, now);
    case 'running': {
      // After a mere nudge the reason stays. A page that cannot be loaded or taken back means
      // that the network is down.
      const { rung } = state.step;
      const reason = rung === 'reconnect' || rung === 'reload' ? state.reason : 'network_down';
      return retry(state, reason, 'lives', now);
    }
    case 'slow':
      return retry(state, state.reason, 'lives', now);
    case 'queued':
      return stay(state);
  }
}

/** Begins an attempt. */
function run(state: StateOf<'reconnecting'>, rung: Rung, now: Now): Next {
  const counted = {
    attempts: Math.min(now.policy.maxAttempts, state.attempts + 1),
    takeoversMs: rung === 'takeover' ? [...state.takeoversMs, now.atMs] : state.takeoversMs,
  };
  const { reason } = state;
  if (rung === 'browser') {
    const step = { kind: 'queued', for: 'attempt' } as const;
    return queue(become(state, 'reconnecting', { reason, step }, counted));
  }
  const running = become(state, 'reconnecting', { reason, step: { kind: 'running', rung } }, counted);
  return arm({ state: running, effects: [{ do: 'nudge', by: rung }] }, now.policy.attemptMs);
}
