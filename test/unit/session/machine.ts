// Shared parts of the tests of the state machine: the product's policy, every state and event, and short
// descriptions of the result.
import type { Effect } from '../../../src/session/effect.js';
import type { Event, EventName } from '../../../src/session/event.js';
import type { Next } from '../../../src/session/next-state.js';
import type { Policy } from '../../../src/session/policy.js';
import { initialState, type Linked, reasonOf, type State, type Step } from '../../../src/session/state.js';

export const POLICY: Policy = {
  delaysMs: [5_000, 10_000, 15_000, 20_000, 25_000],
  capMs: 30_000,
  maxAttempts: 5,
  graceMs: 60_000,
  slowRetryMs: 300_000,
  startMs: 90_000,
  attemptMs: 20_000,
  pairingMs: 180_000,
  passkeyMs: 600_000,
  verdictMs: 60_000,
  syncMs: 120_000,
  wakeMs: 3_600_000,
  unlinkWakeMs: 30_000,
  afterLogout: 'link',
  takeoversPerHour: 3,
};

export const NEVER_SLOW: Policy = { ...POLICY, slowRetryMs: 0 };
export const STOP_AFTER_LOGOUT: Policy = { ...POLICY, afterLogout: 'stop' };

export const HOUR_MS = 3_600_000;
/** The wall-clock time of every test. */
export const AT_MS = Date.parse('2026-01-01T00:00:00.000Z');
export const ME: Linked = {
  wid: '15550001111@c.us',
  phone: '15550001111',
  platform: 'android',
  pushname: 'Me',
};
/** A saved session that has not been opened yet. */
export const SAVED: Linked = { wid: null, phone: null, platform: null, pushname: null };

type Given = Partial<State> & { readonly name: State['name'] };

/** Builds a state from the given fields. The other fields are as after a long run. */
export function state(given: Given): State {
  const linkedByNature = given.name === 'syncing' || given.name === 'ready';
  const common = {
    ...initialState(linkedByNature || given.name !== 'linking' ? ME : null, AT_MS - 1_000),
    generation: 7,
    timer: 40,
  };
  const { reason: _, unlinked: __, left: ___, name: ____, ...bare } = common as State & { name: 'stopped' };
  return { ...bare, ...OWN[given.name], ...given } as State;
}

const OWN = {
  stopped: { reason: 'none', unlinked: false, left: null },
  starting: { reason: 'none', place: 'held' },
  linking: { reason: 'qr_waiting' },
  syncing: {},
  ready: {},
  reconnecting: { reason: 'network_down', step: { kind: 'running', rung: 'reconnect' } },
  'logging-out': { asked: 'person', next: 'rest', unlinked: false, waking: null },
  failed: { reason: 'attempts_exhausted', retryAtMs: AT_MS + 300_000 },
  hibernating: { wakeAtMs: AT_MS + 3_600_000 },
} as const;

export const A_DIALOG = { reason: 'action_required', says: 'a dialog' } as const;
/** Fields of a state: the page waits for a person. */
export const ASKED = { attention: A_DIALOG };
export const BARE = { session: null };
/** It is reported already that the attempts are used up. */
export const ALERTED = { alerted: ['attempts_exhausted'] };
/** `failed` without a slow retry. */
export const WAITS = { retryAtMs: null };

const grace = { kind: 'grace', atMs: AT_MS + 60_000 } as const;
const scheduled = (rung: 'takeover' | 'reconnect' | 'reload' | 'browser') =>
  ({ kind: 'scheduled', atMs: AT_MS + 5_000, rung }) as const;
const running = (rung: 'takeover' | 'reconnect' | 'reload' | 'browser') =>
  ({ kind: 'running', rung }) as const;
/** `queued starting` is a state of its own: see `given`. */
const queued = (what: 'attempt' | 'slow') => ({ kind: 'queued', for: what }) as const;
export const STEP = { grace, scheduled, running, queued, slow: { kind: 'slow' } } as const;

/** Every state in every variant that transitions distinguish. */
export function* everyState(): Generator<State> {
  for (const given of shapes()) {
    const sessions = given.name === 'linking' ? [null] : mustBeLinked(given) ? [ME, SAVED] : [null, ME];
    for (const session of sessions)
      for (const attempts of [0, 4, 5])
        for (const launchFailures of [0, 1])
          for (const history of HISTORIES)
            for (const attention of ATTENTIVE.includes(given.name) ? [null, A_DIALOG] : [null])
              yield state({ ...given, ...history, session, attempts, launchFailures, attention });
  }
}

/** No history; a session that one page did not find; an hour full of takeovers with reported incidents. */
const HISTORIES: readonly Partial<State>[] = [
  { takeoversMs: [], alerted: [] },
  { takeoversMs: [], alerted: [], unfound: 1 },
  { takeoversMs: [AT_MS - 3_000, AT_MS - 2_000, AT_MS - 1_000], alerted: ['attempts_exhausted', 'conflict'] },
];
const mustBeLinked = (given: Given): boolean =>
  ['syncing', 'ready', 'hibernating'].includes(given.name) || ('waking' in given && given.waking !== null);
/** States in which a page may wait for a person. */
const ATTENTIVE: readonly string[] = ['starting', 'linking', 'syncing', 'ready', 'reconnecting', 'failed'];

function* shapes(): Generator<Given> {
  for (const reason of ['none', 'no_session', 'user_stopped', 'logged_out_by_phone'] as const)
    yield { name: 'stopped', reason, unlinked: reason === 'logged_out_by_phone', left: null };
  for (const reason of [
    ...(['none', 'logged_out_by_phone', 'logged_out_by_page', 'auth_failed', 'session_corrupt'] as const),
  ])
    for (const place of ['awaited', 'held'] as const) yield { name: 'starting', reason, place };
  for (const reason of [
    ...(['qr_waiting', 'pairing_waiting', 'passkey_required'] as const),
    ...(['logged_out_by_phone', 'auth_failed'] as const),
  ])
    yield { name: 'linking', reason };
  yield { name: 'syncing' };
  yield { name: 'ready' };
  yield { name: 'ready', sickMs: [AT_MS - 3_000, AT_MS - 2_000, AT_MS - 1_000] };
  for (const reason of [
    'network_down',
    'sync_timeout',
    'browser_crashed',
    'outdated_library',
    'conflict',
  ] as const) {
    yield { name: 'reconnecting', reason, step: grace };
    yield { name: 'reconnecting', reason, step: queued('attempt') };
    for (const rung of ['takeover', 'reconnect', 'reload', 'browser'] as const) {
      yield { name: 'reconnecting', reason, step: scheduled(rung) };
      yield { name: 'reconnecting', reason, step: running(rung) };
    }
  }
  for (const reason of ['attempts_exhausted', 'outdated_library'] as const)
    for (const step of [{ kind: 'slow' }, { kind: 'queued', for: 'slow' }] as const)
      yield { name: 'reconnecting', reason, step };
  for (const [asked, next] of [
    ['person', 'rest'],
    ['person', 'exit'],
    ['shutdown', 'exit'],
  ] as const) {
    yield { name: 'logging-out', asked, next, unlinked: false };
    for (const waking of ['awaited', 'held'] as const)
      yield { name: 'logging-out', asked, next, unlinked: false, waking };
  }
  yield { name: 'logging-out', asked: 'shutdown', next: 'exit', unlinked: true };
  for (const reason of ['attempts_exhausted', 'outdated_library'] as const)
    for (const retryAtMs of [null, AT_MS + 300_000]) yield { name: 'failed', reason, retryAtMs };
  yield { name: 'failed', reason: 'banned', retryAtMs: null };
  for (const wakeAtMs of [null, AT_MS + 3_600_000]) yield { name: 'hibernating', wakeAtMs };
}

/** Every event in every form, as raised by the current client and the current timer. */
export const EVENTS: readonly Draft[] = [
  ['client.unpaired'],
  ['client.pairing'],
  ['client.pairing-over'],
  ['client.passkey', { limitMs: 600_000 }],
  ['client.passkey', { limitMs: 5_000 }],
  ['client.passkey-answered'],
  ...(['refused', 'late', 'wrong', 'gone'] as const).map((why): Draft => ['client.passkey-over', { why }]),
  ['client.linked', { me: null }],
  ['client.linked', { me: ME }],
  ['client.progress'],
  ['client.ready', { me: ME }],
  ['client.offline'],
  ['client.reloading'],
  ['client.logged-out', { explained: true }],
  ['client.logged-out', { explained: true, ban: 'banned' }],
  ['client.logged-out', { explained: false }],
  ['client.conflict'],
  ['client.refused', { reason: 'banned' }],
  ['client.refused', { reason: 'outdated_library' }],
  ...(
    [
      ...['network_down', 'page_unresponsive', 'browser_crashed', 'browser_missing', 'launch_failed'],
      ...['sync_timeout', 'disk_full', 'memory_low'],
    ] as const
  ).map((reason): Draft => ['client.broken', { reason, detail: '' }]),
  ...(['unresponsive', 'offline', 'deaf', 'nobody', 'stuck'] as const).map(
    (ailment): Draft => ['client.sick', { ailment, detail: 'seen' }],
  ),
  ['client.attention', { what: { reason: 'action_required', says: 'a dialog' } }],
  ['client.attention', { what: null }],
  ['initialize', { restart: false }],
  ['initialize', { restart: true }],
  ['recycle', { why: 'age' }],
  ['idle', { dueAtMs: null }],
  ['idle', { dueAtMs: AT_MS + 60_000 }],
  ['page-needed', { atMs: 0, why: 'request' }],
  ['page-needed', { atMs: AT_MS + 60_000, why: 'message' }],
  ['disconnect'],
  ['clear'],
  ['stop'],
  ['shutdown', { logout: false }],
  ['shutdown', { logout: true }],
  ['hurry'],
  ['lock-lost'],
  ['timer'],
  ['place-taken'],
  ['logout-done', { unlinked: true }],
  ['logout-done', { unlinked: false }],
  ['profile-removed', { gone: true, left: null }],
  ['profile-removed', { gone: false, left: 'read-only' }],
  ['profile-suspect', { corrupt: true }],
  ['profile-suspect', { corrupt: false }],
];

/** An event without the numbers that only a state provides. */
export type Draft = readonly [type: EventName, more?: Readonly<Record<string, unknown>>];

/** Events that carry the number of a client. */
export const OF_CLIENT = /^client\.|^logout-done$|^place-taken$/;

/** An event without fields may be given by its name. */
export type Named = Draft | EventName;

/** The event as raised in this state. An explicit number makes it one of another client or timer. */
export function raised(event: Named, { generation, timer }: State): Event {
  const [type, more = {}] = typeof event === 'string' ? [event] : event;
  const numbers = OF_CLIENT.test(type) ? { generation } : {};
  return { type, ...numbers, ...(type === 'timer' ? { timer } : {}), ...more } as Event;
}

export const repeated = <const T>(n: number, items: readonly T[]): T[] => Array(n).fill(items).flat();

/**
 * Describes a state: `ready`, `failed/banned`, `scheduled reload/conflict` for a step of `reconnecting`, and
 * `queued starting`, `queued attempt` or `queued slow` for a launch that waits for its place. `waking logging-out`:
 * with a browser that is started for it; `queued logging-out`: which waits for its place.
 * The reason is left out if it is the one that `state` gives.
 */
export function stateText(state: State): string {
  const step = state.name === 'reconnecting' ? state.step : null;
  const what = step === null ? PREFIX[launchOf(state)] + state.name : words(step);
  const reason = reasonOf(state);
  return reason === USUAL[state.name] ? what : `${what}/${reason}`;
}

const PREFIX = { none: '', awaited: 'queued ', held: 'waking ' } as const;

function launchOf(state: State): keyof typeof PREFIX {
  if (state.name === 'starting' && state.place === 'awaited') return 'awaited';
  return (state.name === 'logging-out' && state.waking) || 'none';
}

const words = (step: Step): string =>
  'rung' in step ? `${step.kind} ${step.rung}` : 'for' in step ? `${step.kind} ${step.for}` : step.kind;

const USUAL: Readonly<Record<State['name'], string>> = {
  ...{ stopped: 'none', starting: 'none', linking: 'qr_waiting', syncing: 'none', ready: 'none' },
  ...{
    reconnecting: 'network_down',
    'logging-out': 'user_stopped',
    failed: 'attempts_exhausted',
    hibernating: 'none',
  },
};

/** Describes effects: `close, remove-profile, launch, arm 90000`. Internal numbers are left out. */
export const does = ({ effects }: Pick<Next, 'effects'>): string => effects.map(word).join(', ');

function word(effect: Effect): string {
  switch (effect.do) {
    case 'nudge':
      return `nudge ${effect.by}`;
    case 'quarantine-profile':
      return `quarantine ${effect.why}`;
    case 'arm':
      return `arm ${effect.afterMs}`;
    case 'alert':
      return `alert ${effect.reason}`;
    case 'exit':
      return `exit ${effect.because}`;
    default:
      return effect.do;
  }
}
