// Checks tables of transitions, and provides the states and events that their rows name.
import t from 'tap';
import type { Policy } from '../../../src/session/policy.js';
import type { State } from '../../../src/session/state.js';
import { transition } from '../../../src/session/transition.js';
import { AT_MS, type Draft, does, ME, POLICY, raised, STEP, state, told } from './machine.js';

/**
 * [subject, before, event, after, effects, other fields after, policy]. The event is applied to each state
 * before.
 */
export type Row = readonly [
  about: string,
  before: string | readonly State[],
  event: Draft,
  after: string,
  effects: string,
  also?: Partial<Record<string, unknown>>,
  policy?: Policy,
];

/** After: the same state as before. */
export const SAME = '=';
/** No effects. */
export const NOTHING = '';
export const START = 'launch, arm 90000';

export const NEVER_SLOW: Policy = { ...POLICY, slowRetryMs: 0 };
export const STOP_AFTER_LOGOUT: Policy = { ...POLICY, afterLogout: 'stop' };

export const INITIALIZE: Draft = ['initialize', { restart: false }];
export const RESTART: Draft = ['initialize', { restart: true }];
export const TIMER: Draft = ['timer'];
/** Linked, but the account is not known yet. */
export const LINKED: Draft = ['client.linked', { me: null }];
export const KNOWN: Draft = ['client.linked', { me: ME }];
export const READY: Draft = ['client.ready', { me: ME }];
export const OFFLINE: Draft = ['client.offline'];
export const CONFLICT: Draft = ['client.conflict'];
export const ACCEPT = { reason: 'action_required', says: 'Accept?' } as const;
export const ASKS: Draft = ['client.attention', { what: ACCEPT }];
export const LACKS = { detail: 'send.text is missing: WAWebMsgKey' };
export const broken = (reason: string): Draft => ['client.broken', { reason, detail: '' }];
export const sick = (ailment: string): Draft => ['client.sick', { ailment, detail: '' }];
export const refused = (reason: string, more = {}): Draft => ['client.refused', { reason, ...more }];
export const loggedOut = (how: object): Draft => ['client.logged-out', { ...how }];
export const repeated = <T>(n: number, items: readonly T[]): T[] =>
  Array.from({ length: n }, () => items).flat();

const WORDS =
  /^(?<names>[a-z|-]+)(?:\/(?<reason>\w+))?(?: (?<kind>grace|slow|scheduled|running)(?: (?<rung>\w+))?)?(?: ×(?<n>\d))?$/;

/**
 * Parses states in the words of `told`, with the number of attempts: `ready|syncing`, `reconnecting scheduled
 * reload ×1`.
 */
export function given(words: string, more: object = {}): readonly State[] {
  const said = WORDS.exec(words)?.groups;
  if (said === undefined) throw new Error(`no state: ${words}`);
  const { names = '', reason, kind, rung, n } = said as Partial<Record<string, string>>;
  const step = kind === undefined ? undefined : STEP[kind as keyof typeof STEP];
  return names.split('|').map((name) =>
    state({
      ...{ name: name as State['name'], attempts: Number(n ?? 0) },
      ...(reason !== undefined && { reason }),
      ...(step !== undefined && { step: typeof step === 'function' ? step(rung as 'reload') : step }),
      ...more,
    } as Parameters<typeof state>[0]),
  );
}

export function table(name: string, rows: readonly Row[]): void {
  t.test(name, (t) => {
    for (const [about, before, event, after, effects, also = {}, policy = POLICY] of rows)
      for (const from of typeof before === 'string' ? given(before) : before) {
        const next = transition(from, raised(event, from), { atMs: AT_MS, policy });
        const seen = { state: told(next.state), does: does(next), ...pick(next.state, also) };
        const expected = { state: after === SAME ? told(from) : after, does: effects, ...also };
        t.same(seen, expected, `${about}: ${told(from)} + ${event[0]}`);
      }
    t.end();
  });
}

const pick = (state: State, like: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(like).map((key) => [key, (state as unknown as Record<string, unknown>)[key]]),
  );
