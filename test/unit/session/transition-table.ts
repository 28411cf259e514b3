// Checks tables of transitions, and provides the events that their rows name.
import t from 'tap';
import type { EventName } from '../../../src/session/event.js';
import type { Policy } from '../../../src/session/policy.js';
import type { State } from '../../../src/session/state.js';
import { transition } from '../../../src/session/transition.js';
import {
  A_DIALOG,
  AT_MS,
  type Draft,
  does,
  ME,
  type Named,
  POLICY,
  raised,
  STEP,
  state,
  stateText,
} from './machine.js';

/**
 * [before, event, after, effects, other fields after]. The states are in the words of `given`. The event is
 * applied to each state before.
 */
export type Row = readonly [
  before: string | readonly State[],
  event: Named,
  after: string,
  effects: string,
  also?: Readonly<Record<string, unknown>>,
];

/** After: the same state as before. */
export const SAME = '=';
/** No effects. */
export const NOTHING = '';
export const START = 'launch, arm 90000';

const event = (type: EventName, more = {}): Draft => [type, more];
/** The events with fields. */
export const on = {
  initialize: event('initialize', { restart: false }),
  restart: event('initialize', { restart: true }),
  recycle: event('recycle', { why: 'age' }),
  stop: event('stop', { logout: false }),
  stopUnlinked: event('stop', { logout: true }),
  logoutDone: (unlinked: boolean) => event('logout-done', { unlinked }),
  removed: (gone: boolean, left: string | null) => event('profile-removed', { gone, left }),
  suspect: (corrupt: boolean) => event('profile-suspect', { corrupt }),
  passkey: (limitMs: number) => event('client.passkey', { limitMs }),
  passkeyOver: (why: string) => event('client.passkey-over', { why }),
  /** The account is not known yet. */
  linked: event('client.linked', { me: null }),
  known: event('client.linked', { me: ME }),
  ready: event('client.ready', { me: ME }),
  loggedOut: (explained: boolean, more = {}) => event('client.logged-out', { explained, ...more }),
  refused: (reason: string, more = {}) => event('client.refused', { reason, ...more }),
  broken: (reason: string) => event('client.broken', { reason, detail: '' }),
  noNetwork: event('client.broken', { reason: 'network_down', detail: '' }),
  crashed: event('client.broken', { reason: 'browser_crashed', detail: '' }),
  hangs: event('client.broken', { reason: 'page_unresponsive', detail: '' }),
  sick: (ailment: string) => event('client.sick', { ailment, detail: '' }),
  attention: event('client.attention', { what: A_DIALOG }),
  attentionOver: event('client.attention', { what: null }),
};

const WORDS = /^(?<what>[a-z|-]+)(?: (?<rung>[a-z]+))?(?:\/(?<reason>\w+))?(?: ×(?<n>\d))?$/;

/** The states in the words of `stateText`, with the number of attempts: `ready|syncing`, `scheduled reload ×1`. */
export function given(words: string, more: object = {}): readonly State[] {
  const { what = '', rung, reason, n } = (WORDS.exec(words) as RegExpExecArray).groups ?? {};
  return what.split('|').map((name) => {
    const step = STEP[name as keyof typeof STEP];
    const own =
      step === undefined ? {} : { step: typeof step === 'function' ? step(rung as 'reload') : step };
    const common = { attempts: Number(n ?? 0), ...(reason === undefined ? {} : { reason }), ...own, ...more };
    return state({ name: (step === undefined ? name : 'reconnecting') as State['name'], ...common } as never);
  });
}

/** Checks each row. An `after` that ends in `×1` names the number of attempts as well. */
export const table = (title: string, rows: readonly Row[]): void => tableUnder(POLICY, title, rows);

export function tableUnder(policy: Policy, title: string, rows: readonly Row[]): void {
  t.test(title, async (t) => {
    for (const [before, event, after, effects, fields = {}] of rows)
      for (const from of typeof before === 'string' ? given(before) : before) {
        const next = transition(from, raised(event, from), { atMs: AT_MS, policy });
        const [words, n] = after.split(' ×');
        const also = n === undefined ? fields : { attempts: Number(n), ...fields };
        const seen = { state: stateText(next.state), does: does(next), ...pick(next.state, also) };
        const expected = { state: after === SAME ? stateText(from) : words, does: effects, ...also };
        t.same(seen, expected, `${stateText(from)} ×${from.attempts} + ${JSON.stringify(event)}`);
      }
  });
}

/** Plays events: each `paceMs` after the one before, or when the timer fires. */
export function play(from: State, events: readonly Named[], { policy = POLICY, paceMs = 0 } = {}) {
  let [at, atMs, armedMs] = [from, AT_MS, 0];
  const steps = events.map((event) => {
    atMs += event === 'timer' ? armedMs : paceMs;
    const next = transition(at, raised(event, at), { atMs, policy });
    at = next.state;
    for (const effect of next.effects) if (effect.do === 'arm') armedMs = effect.afterMs;
    return { ...next, atMs, words: `${stateText(at)} ×${at.attempts} [${does(next)}]` };
  });
  return { steps, words: steps.map(({ words }) => words), end: at };
}

const pick = (from: object, like: object): object =>
  Object.fromEntries(Object.keys(like).map((key) => [key, (from as Record<string, unknown>)[key]]));
