// Checks tables of transitions, and provides the events that their rows name.
import t from 'tap';
import type { EventName } from '../../../src/session/event.js';
import type { Next } from '../../../src/session/next-state.js';
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
/** A launch that gets its place at once. */
export const START = 'take-place, launch, arm 90000';

const event = (type: EventName, more = {}): Draft => [type, more];
/** The events with fields. */
export const on = {
  initialize: event('initialize', { restart: false }),
  restart: event('initialize', { restart: true }),
  recycle: event('recycle', { why: 'age' }),
  shutdown: event('shutdown', { logout: false }),
  shutdownUnlinked: event('shutdown', { logout: true }),
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

const WORDS = /^(?<what>[a-z| -]+?)(?:\/(?<reason>\w+))?(?: ×(?<n>\d))?$/;

/** The states in the words of `stateText`, with the number of attempts: `ready|syncing`, `scheduled reload ×1`. */
export function given(words: string, more: object = {}): readonly State[] {
  const { what = '', reason, n } = (WORDS.exec(words) as RegExpExecArray).groups ?? {};
  return what.split('|').map((one) => {
    const [name = '', rung] = one.split(' ');
    if (name === 'queued' && rung === 'starting')
      return state({
        name: rung,
        place: 'awaited',
        attempts: Number(n ?? 0),
        ...(reason && { reason }),
        ...more,
      } as never);
    const step = STEP[name as keyof typeof STEP];
    const own = step === undefined ? {} : { step: typeof step === 'function' ? step(rung as never) : step };
    const common = { attempts: Number(n ?? 0), ...(reason === undefined ? {} : { reason }), ...own, ...more };
    return state({ name: (step === undefined ? name : 'reconnecting') as State['name'], ...common } as never);
  });
}

/**
 * Checks each row. An `after` that ends in `×1` names the number of attempts as well. A launch gets its place at
 * once, and `leave-place` is left out: transition.test.ts checks it for every transition.
 */
export const table = (title: string, rows: readonly Row[]): void => tableUnder(POLICY, title, rows);

export const tableUnder = (policy: Policy, title: string, rows: readonly Row[]): void =>
  check(title, rows, (from, event) =>
    placed(transition(from, raised(event, from), { atMs: AT_MS, policy }), policy),
  );

/** Checks each row as it is: no launch gets a place unless the row says so. */
export const exactTable = (title: string, rows: readonly Row[]): void =>
  check(title, rows, (from, event) => transition(from, raised(event, from), { atMs: AT_MS, policy: POLICY }));

/** The same, with the place taken if one is asked for. */
function placed({ state, effects }: Next, policy: Policy): Next {
  const taken = effects.some((effect) => effect.do === 'take-place')
    ? transition(state, raised('place-taken', state), { atMs: AT_MS, policy })
    : { state, effects: [] };
  const all = effects.flatMap((effect) =>
    effect.do === 'take-place' ? [effect, ...taken.effects] : [effect],
  );
  return { state: taken.state, effects: all.filter((effect) => effect.do !== 'leave-place') };
}

function check(title: string, rows: readonly Row[], apply: (from: State, event: Named) => Next): void {
  t.test(title, async (t) => {
    for (const [before, event, after, effects, fields = {}] of rows)
      for (const from of typeof before === 'string' ? given(before) : before) {
        const next = apply(from, event);
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
    const next = placed(transition(at, raised(event, at), { atMs, policy }), policy);
    at = next.state;
    for (const effect of next.effects) if (effect.do === 'arm') armedMs = effect.afterMs;
    return { ...next, atMs, words: `${stateText(at)} ×${at.attempts} [${does(next)}]` };
  });
  return { steps, words: steps.map(({ words }) => words), end: at };
}

const pick = (from: object, like: object): object =>
  Object.fromEntries(Object.keys(like).map((key) => [key, (from as Record<string, unknown>)[key]]));
