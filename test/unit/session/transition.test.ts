/** The life cycle as a table: every rule with what it does and what it leaves alone, and every state met by every event. */
import t from 'tap';
import { REASONS, STATES } from '../../../src/protocol/state.js';
import { type Effect, isStillDue } from '../../../src/session/effect.js';
import type { Now } from '../../../src/session/next-state.js';
import {
  initialState,
  isOver,
  isShuttingDown,
  nextAttemptAtMs,
  reasonOf,
  type State,
} from '../../../src/session/state.js';
import { transition } from '../../../src/session/transition.js';
import {
  AT_MS,
  type Draft,
  does,
  EVENTS,
  everyState,
  HOUR_MS,
  ME,
  POLICY,
  raised,
  SAVED,
  STEP,
  state,
  told,
} from './machine.js';

const NOW: Now = { atMs: AT_MS, policy: POLICY };
const { grace, scheduled, running, slow } = STEP;
const NEVER_SLOW = { ...POLICY, slowRetryMs: 0 };
const STOP_AFTER_LOGOUT = { ...POLICY, afterLogout: 'stop' } as const;

/** [what it is about, before, event, after, effects, what else holds after, policy] */
type Row = readonly [
  about: string,
  before: State,
  event: Draft,
  after: string,
  effects: string,
  also?: Partial<State>,
  policy?: typeof POLICY,
];
const GONE = { gone: true, left: null };
const NOTHING = '';

function table(name: string, rows: readonly Row[]): void {
  t.test(name, (t) => {
    for (const [about, before, event, after, effects, also = {}, policy = POLICY] of rows) {
      const next = transition(before, raised(event, before), { ...NOW, policy });
      const seen = { state: told(next.state), does: does(next), ...pick(next.state, also) };
      t.same(seen, { state: after, does: effects, ...also }, `${about}: ${told(before)} + ${event[0]}`);
    }
    t.end();
  });
}

const pick = (state: State, like: Partial<State>): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(like).map((key) => [key, (state as unknown as Record<string, unknown>)[key]]),
  );

// ---- every state × every event ------------------------------------------------------------------------------------

/** States that go on by themselves only when their timer rings. */
const needsTimer = (state: State): boolean =>
  state.name === 'starting' ||
  state.name === 'syncing' ||
  state.name === 'reconnecting' ||
  (state.name === 'failed' && state.retryAtMs !== null) ||
  (state.name === 'linking' && (state.reason === 'pairing_waiting' || state.reason === 'passkey_required'));

/** What is wrong with an answer, in words; nothing when all is well. */
function* wrongs(
  before: State,
  after: State,
  effects: readonly Effect[],
  maxAttempts: number,
): Generator<string> {
  const all = effects.map((effect) => effect.do);
  const only = <D extends Effect['do']>(what: D) =>
    effects.filter((effect): effect is Extract<Effect, { do: D }> => effect.do === what);
  const [arm, arm2] = only('arm');
  const [launch, launch2] = only('launch');
  const closesAt = all.indexOf('close');

  if (!STATES.includes(after.name) || !REASONS.includes(reasonOf(after)))
    yield 'a state or reason nobody knows';
  if (after.generation < before.generation) yield 'the generation goes back';
  if (after.timer < before.timer) yield 'the timer goes back';
  if (after.attempts < 0 || after.attempts > maxAttempts) yield `${after.attempts} attempts`;

  if (arm2 !== undefined) yield 'two timers are armed';
  if (arm !== undefined && arm.timer !== after.timer)
    yield 'the timer that is armed is not the one waited for';
  if (arm !== undefined && !(arm.afterMs >= 0)) yield 'a timer in the past';
  const stillArmed = needsTimer(before) && before.timer === after.timer;
  if (needsTimer(after) && arm === undefined && !stillArmed) yield 'it waits for a timer that nobody armed';
  if (!needsTimer(after) && arm !== undefined) yield 'a timer is armed for nothing';
  const at = nextAttemptAtMs(after);
  if (at !== null && arm !== undefined && at !== AT_MS + arm.afterMs)
    yield 'the next attempt is not when the timer rings';

  if (launch2 !== undefined) yield 'two launches';
  if (
    launch !== undefined &&
    (launch.generation !== after.generation || after.generation <= before.generation)
  )
    yield 'a launch without a number of its own';
  if (launch !== undefined && after.name !== 'starting' && after.name !== 'reconnecting')
    yield 'a launch for nothing';
  if (closesAt >= 0 && after.generation <= before.generation)
    yield 'a client that is closed is still listened to';
  if (closesAt >= 0 && after.attention !== null) yield 'a page that is closed waits for a person';
  if (all.lastIndexOf('close') !== closesAt) yield 'closed twice';
  for (const later of ['remove-profile', 'move-profile-aside', 'examine-profile', 'exit'] as const)
    if (
      all.includes(later) &&
      !(closesAt >= 0 && closesAt < all.indexOf(later)) &&
      before.name !== 'logging-out'
    )
      yield `${later} before the browser is closed`;
  if (all.includes('remove-profile') && closesAt < 0) yield 'a profile is removed under a browser';
  if (all.includes('prune-profiles') && after.name !== 'ready')
    yield 'profiles are pruned before a link is proved';
  if (all.includes('exit') && (!isOver(after) || all.at(-1) !== 'exit')) yield 'an exit in mid-work';
  if (isOver(after) && !isOver(before) && !all.includes('exit')) yield 'the end without an exit';
  if (isOver(after) && arm !== undefined) yield 'a timer after the end';

  const gone = all.includes('remove-profile') || all.includes('move-profile-aside');
  if (gone && after.name !== 'logging-out' && after.session !== null) yield 'a session without a profile';
  if (before.session !== null && after.session === null && !gone && before.name !== 'logging-out')
    yield 'a session is forgotten, and its profile is not';
  if ((after.name === 'ready' || after.name === 'syncing') && after.session === null)
    yield 'linked without a session';
  if (after.name === 'linking' && after.session !== null) yield 'linking over a session';
  if (after.name === 'stopped' && reasonOf(after) === 'lock_held' && gone)
    yield 'a profile of others is touched';

  const alerts = only('alert').map(({ reason }) => reason);
  if (new Set(alerts).size < alerts.length) yield 'one alert twice';
}

t.test('every state has an answer to every event, and each answer holds together', (t) => {
  const problems = new Set<string>();
  let answers = 0;
  for (const policy of [POLICY, NEVER_SLOW, STOP_AFTER_LOGOUT, { ...POLICY, graceMs: 0 }])
    for (const before of everyState())
      for (const event of EVENTS) {
        const next = transition(before, raised(event, before), { atMs: AT_MS, policy });
        answers++;
        for (const wrong of wrongs(before, next.state, next.effects, policy.maxAttempts))
          problems.add(
            `${told(before)} + ${JSON.stringify(event)} → ${told(next.state)} [${does(next)}]: ${wrong}`,
          );
      }
  t.same([...problems].slice(0, 20), []);
  t.ok(answers > 200_000, `${answers} answers`);
  t.end();
});

t.test('an event of a replaced client or of a forgotten timer changes nothing, in any state', (t) => {
  const problems = new Set<string>();
  for (const before of everyState())
    for (const [type, more] of EVENTS) {
      const stale: Draft[] = [];
      if (type.startsWith('client.') || type === 'logout-done')
        stale.push([type, { ...more, generation: before.generation - 1 }]);
      if (type === 'timer') stale.push([type, { timer: before.timer - 1 }]);
      for (const event of stale) {
        const next = transition(before, raised(event, before), NOW);
        if (next.state !== before || next.effects.length > 0) problems.add(`${told(before)} + stale ${type}`);
      }
    }
  t.same([...problems], []);
  t.end();
});

t.test('once the daemon is ending nothing changes any more', (t) => {
  for (const reason of ['shutting_down', 'lock_held'] as const) {
    const over = state({ name: 'stopped', reason });
    for (const event of EVENTS) {
      const next = transition(over, raised(event, over), NOW);
      t.ok(next.state === over && next.effects.length === 0, `${reason} + ${event[0]}`);
    }
  }
  t.end();
});

// ---- section by section ----------------------------------------------------------------------------------------------

const bare = (name: 'stopped' | 'starting' | 'reconnecting' | 'failed', more: Partial<State> = {}): State =>
  state({ name, session: null, ...more });
const START = 'launch, arm 90000';

table('initialize starts now with the count at 0, where something waits or rests', [
  [
    'at rest',
    state({ name: 'stopped' }),
    ['initialize', { restart: false }],
    'starting',
    START,
    { attempts: 0 },
  ],
  [
    'given up',
    state({ name: 'failed', attempts: 5 }),
    ['initialize', { restart: false }],
    'starting',
    START,
    { attempts: 0, alerted: [] },
  ],
  [
    'banned: a person may try',
    state({ name: 'failed', reason: 'banned', retryAtMs: null }),
    ['initialize', { restart: false }],
    'starting',
    START,
  ],
  [
    'scheduled',
    state({ name: 'reconnecting', step: scheduled('browser'), attempts: 3 }),
    ['initialize', { restart: false }],
    'starting',
    START,
    { attempts: 0 },
  ],
  [
    'in grace',
    state({ name: 'reconnecting', step: grace }),
    ['initialize', { restart: false }],
    'starting',
    START,
  ],
  [
    'waiting for a takeover',
    state({ name: 'reconnecting', reason: 'conflict', step: scheduled('takeover') }),
    ['initialize', { restart: false }],
    'starting',
    START,
  ],
]);

table('initialize changes nothing where something is up, and replaces the browser when told to', [
  ...(['starting', 'linking', 'syncing', 'ready'] as const).flatMap((name): Row[] => [
    ['is up', state({ name }), ['initialize', { restart: false }], told(state({ name })), NOTHING],
    ['restart', state({ name }), ['initialize', { restart: true }], 'starting', START, { attempts: 0 }],
  ]),
  [
    'a logout is seen through',
    state({ name: 'logging-out' }),
    ['initialize', { restart: true }],
    'logging-out/user_stopped',
    NOTHING,
  ],
]);

table('from a start to ready', [
  [
    'a bare page shows a QR',
    bare('starting'),
    ['client.unpaired'],
    'linking/qr_waiting',
    NOTHING,
    { timer: 41 },
  ],
  [
    'and says why, after a logout',
    bare('starting', { reason: 'logged_out_by_phone' }),
    ['client.unpaired'],
    'linking/logged_out_by_phone',
    NOTHING,
  ],
  [
    'a saved session is found',
    state({ name: 'starting', session: SAVED }),
    ['client.linked', { me: null }],
    'syncing',
    'arm 120000',
    { session: SAVED },
  ],
  [
    'a QR was scanned: from here on there is a session',
    state({ name: 'linking' }),
    ['client.linked', { me: null }],
    'syncing',
    'mark-linked, arm 120000',
    { session: SAVED },
  ],
  [
    'who it is is known a moment later',
    state({ name: 'syncing', session: SAVED }),
    ['client.linked', { me: ME }],
    'syncing',
    NOTHING,
    { session: ME, timer: 40 },
  ],
  [
    'that somebody is linked is no news then',
    state({ name: 'syncing' }),
    ['client.linked', { me: null }],
    'syncing',
    NOTHING,
    { session: ME },
  ],
  ['sync goes on: its time anew', state({ name: 'syncing' }), ['client.progress'], 'syncing', 'arm 120000'],
  [
    'our own probe passed',
    state({ name: 'syncing', attempts: 4, alerted: ['attempts_exhausted'] }),
    ['client.ready', { me: ME }],
    'ready',
    'mark-linked, prune-profiles',
    { attempts: 0, alerted: [], timer: 41 },
  ],
  [
    'and passes again: the name may have changed',
    state({ name: 'ready', session: SAVED }),
    ['client.ready', { me: ME }],
    'ready',
    NOTHING,
    { session: ME },
  ],
  [
    'ready with no word of syncing before',
    state({ name: 'starting' }),
    ['client.ready', { me: ME }],
    'ready',
    'mark-linked, prune-profiles',
  ],
  ['progress is news in syncing only', state({ name: 'ready' }), ['client.progress'], 'ready', NOTHING],
  ['linked again is no news', state({ name: 'ready' }), ['client.linked', { me: ME }], 'ready', NOTHING],
]);

table('a pairing code is good for three minutes, then a QR can be scanned', [
  ['handed out', state({ name: 'linking' }), ['client.pairing'], 'linking/pairing_waiting', 'arm 180000'],
  [
    'another one',
    state({ name: 'linking', reason: 'pairing_waiting' }),
    ['client.pairing'],
    'linking/pairing_waiting',
    'arm 180000',
  ],
  [
    'over before its time',
    state({ name: 'linking', reason: 'pairing_waiting' }),
    ['client.pairing-over'],
    'linking/qr_waiting',
    'show-qr',
  ],
  [
    'over when there is none',
    state({ name: 'linking' }),
    ['client.pairing-over'],
    'linking/qr_waiting',
    NOTHING,
  ],
  ['over, and linked by it', state({ name: 'ready' }), ['client.pairing-over'], 'ready', NOTHING],
  ['over', state({ name: 'linking', reason: 'pairing_waiting' }), ['timer'], 'linking/qr_waiting', 'show-qr'],
  [
    'a deadline of the start that still rings',
    state({ name: 'linking' }),
    ['timer'],
    'linking/qr_waiting',
    NOTHING,
  ],
  [
    'typed in',
    state({ name: 'linking', reason: 'pairing_waiting' }),
    ['client.linked', { me: ME }],
    'syncing',
    'mark-linked, arm 120000',
  ],
  ['outside linking', state({ name: 'ready' }), ['client.pairing'], 'ready', NOTHING],
]);

const ASKED = state({ name: 'linking', reason: 'passkey_required' });

table('a passkey is waited for, judged, and back to a QR when nothing comes of it', [
  [
    'asked after the scan',
    state({ name: 'linking' }),
    ['client.passkey', { limitMs: 600_000 }],
    'linking/passkey_required',
    'arm 600000',
  ],
  [
    'asked after the code',
    state({ name: 'linking', reason: 'pairing_waiting' }),
    ['client.passkey', { limitMs: 600_000 }],
    'linking/passkey_required',
    'arm 600000',
  ],
  [
    'the page waits less long',
    state({ name: 'linking' }),
    ['client.passkey', { limitMs: 5_000 }],
    'linking/passkey_required',
    'arm 5000',
  ],
  ['answered', ASKED, ['client.passkey-answered'], 'linking/passkey_required', 'arm 60000'],
  ['accepted', ASKED, ['client.linked', { me: ME }], 'syncing', 'mark-linked, arm 120000'],
  ...(['refused', 'wrong', 'late'] as const).map(
    (why): Row => [
      why,
      ASKED,
      ['client.passkey-over', { why }],
      'linking/qr_waiting',
      'show-qr, alert passkey_required',
    ],
  ),
  [
    'the page is another one, and shows a code by itself',
    ASKED,
    ['client.passkey-over', { why: 'gone' }],
    'linking/qr_waiting',
    'alert passkey_required',
  ],
  [
    'nobody answered',
    ASKED,
    ['timer'],
    'linking/qr_waiting',
    'refuse-passkey, show-qr, alert passkey_required',
  ],
  [
    'an answer to nothing',
    state({ name: 'linking' }),
    ['client.passkey-answered'],
    'linking/qr_waiting',
    NOTHING,
  ],
  [
    'an end of nothing',
    state({ name: 'linking' }),
    ['client.passkey-over', { why: 'late' }],
    'linking/qr_waiting',
    NOTHING,
  ],
  ['outside linking', state({ name: 'ready' }), ['client.passkey', { limitMs: 5_000 }], 'ready', NOTHING],
]);

table('a logout is no connection loss: the session goes, and never by the backoff', [
  ...(['starting', 'syncing', 'ready', 'reconnecting', 'failed'] as const).flatMap((name): Row[] => [
    [
      'the phone said so',
      state({ name, attempts: 3 }),
      ['client.logged-out', { explained: true }],
      'starting/logged_out_by_phone',
      'close, remove-profile, launch, arm 90000, alert logged_out_by_phone',
      { session: null, attempts: 0 },
    ],
    [
      'the page itself did it',
      state({ name, attempts: 3 }),
      ['client.logged-out', { explained: true, byPage: 'syncd_failure' }],
      'starting/logged_out_by_page',
      'close, remove-profile, launch, arm 90000, alert logged_out_by_page',
      { session: null, attempts: 0 },
    ],
    ...(['banned', 'locked'] as const).map(
      (ban): Row => [
        `WhatsApp has ${ban} the account`,
        state({ name, attempts: 3 }),
        ['client.logged-out', { explained: true, ban }],
        'failed/banned',
        'close, remove-profile, alert banned',
        { session: null, attempts: 0, retryAtMs: null },
      ],
    ),
    [
      'only a QR turned up: a second browser looks',
      state({ name, attempts: 3 }),
      ['client.logged-out', { explained: false }],
      'starting',
      'launch, arm 90000',
      { session: ME, attempts: 3, unfound: 1 },
    ],
    [
      'only a QR turned up once more',
      state({ name, attempts: 3, unfound: 1 }),
      ['client.logged-out', { explained: false }],
      'starting/auth_failed',
      'close, move-aside authfailed, launch, arm 90000, alert auth_failed',
      { session: null, attempts: 0, unfound: 0 },
    ],
    [
      'only a QR turned up, and nothing waited for a word',
      state({ name }),
      ['client.unpaired'],
      'starting',
      'launch, arm 90000',
      { session: ME, unfound: 1 },
    ],
    [
      'once more, and nothing waited for a word',
      state({ name, unfound: 1 }),
      ['client.unpaired'],
      'starting/auth_failed',
      'close, move-aside authfailed, launch, arm 90000, alert auth_failed',
      { session: null, unfound: 0 },
    ],
    [
      'the phone said so to the second browser',
      state({ name, unfound: 1 }),
      ['client.logged-out', { explained: true }],
      'starting/logged_out_by_phone',
      'close, remove-profile, launch, arm 90000, alert logged_out_by_phone',
      { session: null, unfound: 0 },
    ],
  ]),
  [
    'a session that is lost and found again and again is no mishap of a page',
    state({ name: 'ready', sickMs: [AT_MS - 3_000, AT_MS - 2_000, AT_MS - 1_000] }),
    ['client.logged-out', { explained: false }],
    'starting/auth_failed',
    'close, move-aside authfailed, launch, arm 90000, alert auth_failed',
    { session: null },
  ],
  [
    'a page that is linked, and then is not, wins no third browser by it',
    state({ name: 'starting', unfound: 1 }),
    ['client.linked', { me: ME }],
    'syncing',
    'arm 120000',
    { unfound: 1 },
  ],
  [
    'what the second browser has found is found',
    state({ name: 'syncing', unfound: 1 }),
    ['client.ready', { me: ME }],
    'ready',
    'mark-linked, prune-profiles',
    { unfound: 0 },
  ],
  [
    'stop is configured',
    state({ name: 'ready' }),
    ['client.logged-out', { explained: true }],
    'stopped/logged_out_by_phone',
    'close, remove-profile, alert logged_out_by_phone',
    { session: null, timer: 41 },
    STOP_AFTER_LOGOUT,
  ],
  [
    'stop is configured',
    state({ name: 'starting', unfound: 1 }),
    ['client.unpaired'],
    'stopped/auth_failed',
    'close, move-aside authfailed, alert auth_failed',
    { session: null, timer: 41 },
    STOP_AFTER_LOGOUT,
  ],
  [
    'our own logout, as the page tells it',
    state({ name: 'logging-out' }),
    ['client.logged-out', { explained: true }],
    'logging-out/user_stopped',
    NOTHING,
  ],
  ['at rest', state({ name: 'stopped' }), ['client.logged-out', { explained: true }], 'stopped', NOTHING],
]);

const OFFLINE = 'reconnecting/network_down';
table('a page that had been connected gets 60 s when only the network is gone', [
  ['grace', state({ name: 'ready' }), ['client.offline'], `${OFFLINE} grace`, 'arm 60000', { attempts: 0 }],
  [
    'seen by the monitor',
    state({ name: 'ready' }),
    ['client.sick', { ailment: 'offline', detail: '' }],
    `${OFFLINE} grace`,
    'arm 60000',
  ],
  [
    'no grace configured: the first delay',
    state({ name: 'ready' }),
    ['client.offline'],
    `${OFFLINE} grace`,
    'arm 5000',
    {},
    { ...POLICY, graceMs: 0 },
  ],
  [
    'it is told again',
    state({ name: 'reconnecting', step: grace }),
    ['client.offline'],
    `${OFFLINE} grace`,
    NOTHING,
  ],
  [
    'it came back by itself',
    state({ name: 'reconnecting', step: grace }),
    ['client.linked', { me: null }],
    'syncing',
    'arm 120000',
    { attempts: 0 },
  ],
  [
    'over: the first attempt',
    state({ name: 'reconnecting', step: grace }),
    ['timer'],
    `${OFFLINE} running reconnect`,
    'nudge reconnect, arm 20000',
    { attempts: 1 },
  ],
  [
    'over, and no attempt is left',
    state({ name: 'reconnecting', step: grace, attempts: 5 }),
    ['timer'],
    'failed/attempts_exhausted',
    'alert attempts_exhausted, arm 300000',
    { attempts: 5 },
  ],
  [
    'a page that shows a QR mends itself',
    state({ name: 'linking' }),
    ['client.offline'],
    'linking/qr_waiting',
    NOTHING,
  ],
  ['a sync has a deadline of its own', state({ name: 'syncing' }), ['client.offline'], 'syncing', NOTHING],
]);

table('attempts climb as far as the fault asks: socket, reload, new browser', [
  [
    'network, 1st was not enough',
    state({ name: 'reconnecting', attempts: 1 }),
    ['timer'],
    `${OFFLINE} scheduled reload`,
    'arm 10000',
  ],
  [
    'network, 2nd begins',
    state({ name: 'reconnecting', attempts: 1, step: scheduled('reload') }),
    ['timer'],
    `${OFFLINE} running reload`,
    'nudge reload, arm 20000',
    { attempts: 2 },
  ],
  [
    'network, 2nd was not enough',
    state({ name: 'reconnecting', attempts: 2, step: running('reload') }),
    ['timer'],
    `${OFFLINE} scheduled browser`,
    'arm 15000',
  ],
  [
    'network, 3rd begins',
    state({ name: 'reconnecting', attempts: 2, step: scheduled('browser') }),
    ['timer'],
    `${OFFLINE} running browser`,
    START,
    { attempts: 3, generation: 8 },
  ],
  [
    'a sync that does not end: a reload',
    state({ name: 'syncing' }),
    ['timer'],
    'reconnecting/sync_timeout scheduled reload',
    'arm 5000',
  ],
  [
    'then a new browser, and the reason stays',
    state({ name: 'reconnecting', reason: 'sync_timeout', attempts: 1, step: running('reload') }),
    ['timer'],
    'reconnecting/sync_timeout scheduled browser',
    'arm 10000',
  ],
  [
    'a page that never says who it is',
    state({ name: 'starting' }),
    ['timer'],
    `${OFFLINE} scheduled reconnect`,
    'arm 5000',
  ],
  [
    'a browser that died',
    state({ name: 'ready' }),
    ['client.broken', { reason: 'browser_crashed', detail: '' }],
    'reconnecting/browser_crashed scheduled browser',
    'close, arm 5000, alert browser_crashed',
    { generation: 8 },
  ],
  [
    'a page that hangs',
    state({ name: 'ready' }),
    ['client.sick', { ailment: 'unresponsive', detail: '' }],
    'reconnecting/page_unresponsive scheduled browser',
    'close, arm 5000, alert page_unresponsive',
  ],
  [
    'a page that shows a QR hangs',
    state({ name: 'linking' }),
    ['client.sick', { ailment: 'unresponsive', detail: '' }],
    'reconnecting/page_unresponsive scheduled browser',
    'close, arm 5000, alert page_unresponsive',
  ],
  [
    'a deaf page',
    state({ name: 'ready' }),
    ['client.sick', { ailment: 'deaf', detail: '' }],
    'reconnecting/page_unresponsive scheduled reload',
    'arm 5000, alert page_unresponsive',
  ],
  [
    'deaf again within the hour',
    state({ name: 'ready', sickMs: [AT_MS - 1] }),
    ['client.sick', { ailment: 'deaf', detail: '' }],
    'reconnecting/page_unresponsive scheduled browser',
    'arm 5000, alert page_unresponsive',
  ],
  [
    'messages stay unsent',
    state({ name: 'ready' }),
    ['client.sick', { ailment: 'stuck', detail: '' }],
    'reconnecting/page_unresponsive scheduled reconnect',
    'arm 5000, alert page_unresponsive',
  ],
  [
    'nothing helped three times: told, and left',
    state({ name: 'ready', sickMs: [AT_MS - 3, AT_MS - 2, AT_MS - 1] }),
    ['client.sick', { ailment: 'stuck', detail: '' }],
    'ready',
    'alert page_unresponsive',
  ],
  [
    'that was long ago',
    state({ name: 'ready', sickMs: [AT_MS - HOUR_MS] }),
    ['client.sick', { ailment: 'stuck', detail: '' }],
    'reconnecting/page_unresponsive scheduled reconnect',
    'arm 5000, alert page_unresponsive',
    { sickMs: [AT_MS] },
  ],
  [
    'a page that reloads itself proves itself anew',
    state({ name: 'ready' }),
    ['client.reloading'],
    'syncing',
    'arm 120000',
    { attempts: 0 },
  ],
  ['a reload while nothing is proved', state({ name: 'syncing' }), ['client.reloading'], 'syncing', NOTHING],
  [
    'a reload of the page under an attempt',
    state({ name: 'reconnecting', step: grace }),
    ['client.reloading'],
    `${OFFLINE} grace`,
    NOTHING,
  ],
]);

table('the first start is no attempt, and a failed load is a failed one', [
  [
    'refused at start',
    state({ name: 'starting' }),
    ['client.broken', { reason: 'network_down', detail: '' }],
    `${OFFLINE} scheduled browser`,
    'close, arm 5000',
    { attempts: 0 },
  ],
  [
    'refused at the 2nd attempt',
    state({ name: 'reconnecting', attempts: 2, step: running('browser') }),
    ['client.broken', { reason: 'network_down', detail: '' }],
    `${OFFLINE} scheduled browser`,
    'close, arm 15000',
    { attempts: 2 },
  ],
  [
    'the browser is missing',
    state({ name: 'starting' }),
    ['client.broken', { reason: 'browser_missing', detail: '' }],
    'reconnecting/browser_missing scheduled browser',
    'close, arm 5000',
  ],
  [
    'the disk is full',
    state({ name: 'starting' }),
    ['client.broken', { reason: 'disk_full', detail: '' }],
    'reconnecting/disk_full scheduled browser',
    'close, arm 5000',
  ],
  [
    'the browser dies while an attempt is only planned',
    state({ name: 'reconnecting', attempts: 1, step: scheduled('reload') }),
    ['client.broken', { reason: 'browser_crashed', detail: '' }],
    'reconnecting/browser_crashed scheduled browser',
    'close, arm 10000',
    { attempts: 1 },
  ],
]);

table('attempts used up: failed, one alert, then a slow retry that is not counted', [
  [
    'the fifth failed',
    state({ name: 'reconnecting', attempts: 5, step: running('browser') }),
    ['client.broken', { reason: 'network_down', detail: '' }],
    'failed/attempts_exhausted',
    'close, alert attempts_exhausted, arm 300000',
    { attempts: 5, retryAtMs: AT_MS + 300_000 } as Partial<State>,
  ],
  [
    'the fifth ran out: its page lives on',
    state({ name: 'reconnecting', attempts: 5, step: running('browser') }),
    ['timer'],
    'failed/attempts_exhausted',
    'alert attempts_exhausted, arm 300000',
  ],
  [
    'a slow retry',
    state({ name: 'failed', attempts: 5 }),
    ['timer'],
    'reconnecting/attempts_exhausted slow',
    START,
    { attempts: 5 },
  ],
  [
    'which fails: nobody is told again',
    state({
      name: 'reconnecting',
      reason: 'attempts_exhausted',
      attempts: 5,
      step: slow,
      alerted: ['attempts_exhausted'],
    }),
    ['client.broken', { reason: 'network_down', detail: '' }],
    'failed/attempts_exhausted',
    'close, arm 300000',
    { attempts: 5 },
  ],
  [
    'which runs out',
    state({
      name: 'reconnecting',
      reason: 'attempts_exhausted',
      attempts: 5,
      step: slow,
      alerted: ['attempts_exhausted'],
    }),
    ['timer'],
    'failed/attempts_exhausted',
    'arm 300000',
  ],
  [
    'which gets as far as a sync that does not end',
    state({ name: 'syncing', attempts: 5, alerted: ['attempts_exhausted'] }),
    ['timer'],
    'failed/attempts_exhausted',
    'arm 300000',
    { attempts: 5 },
  ],
  [
    'which ends with a crash',
    state({ name: 'syncing', attempts: 5, alerted: ['attempts_exhausted'] }),
    ['client.broken', { reason: 'page_unresponsive', detail: '' }],
    'failed/attempts_exhausted',
    'close, arm 300000, alert page_unresponsive',
  ],
  [
    'which succeeds',
    state({ name: 'reconnecting', reason: 'attempts_exhausted', attempts: 5, step: slow }),
    ['client.linked', { me: null }],
    'syncing',
    'arm 120000',
    { attempts: 5 },
  ],
  [
    'a live page came back by itself',
    state({ name: 'failed', attempts: 5 }),
    ['client.linked', { me: null }],
    'syncing',
    'arm 120000',
  ],
  [
    'and was ready at once',
    state({ name: 'failed', attempts: 5 }),
    ['client.ready', { me: ME }],
    'ready',
    'mark-linked, prune-profiles',
    { attempts: 0 },
  ],
  [
    'a live page died: cleared away, nothing else',
    state({ name: 'failed' }),
    ['client.broken', { reason: 'browser_crashed', detail: '' }],
    'failed/attempts_exhausted',
    'close',
    { timer: 40, generation: 8 },
  ],
  [
    'a person is waited for',
    state({ name: 'reconnecting', attempts: 5, step: running('browser') }),
    ['client.broken', { reason: 'network_down', detail: '' }],
    'failed/attempts_exhausted',
    'close, alert attempts_exhausted',
    { retryAtMs: null, timer: 41 } as Partial<State>,
    NEVER_SLOW,
  ],
  [
    'and no timer changes that',
    state({ name: 'failed', retryAtMs: null }),
    ['timer'],
    'failed/attempts_exhausted',
    NOTHING,
  ],
  ['offline in failed', state({ name: 'failed' }), ['client.offline'], 'failed/attempts_exhausted', NOTHING],
]);

const THREE = [AT_MS - 50 * 60_000, AT_MS - 20_000, AT_MS - 10_000];
table('a conflict is taken over a few times an hour, and waits in reconnecting for more', [
  [
    'the first',
    state({ name: 'ready' }),
    ['client.conflict'],
    'reconnecting/conflict scheduled takeover',
    'arm 5000',
  ],
  [
    'at a start',
    state({ name: 'starting' }),
    ['client.conflict'],
    'reconnecting/conflict scheduled takeover',
    'arm 5000',
  ],
  [
    'told twice',
    state({ name: 'reconnecting', reason: 'conflict', step: scheduled('takeover') }),
    ['client.conflict'],
    'reconnecting/conflict scheduled takeover',
    NOTHING,
  ],
  [
    'its time has come',
    state({ name: 'reconnecting', reason: 'conflict', step: scheduled('takeover') }),
    ['timer'],
    'reconnecting/conflict running takeover',
    'nudge takeover, arm 20000',
    { attempts: 1, takeoversMs: [AT_MS] },
  ],
  [
    'taken away again',
    state({
      name: 'reconnecting',
      reason: 'conflict',
      attempts: 1,
      step: running('takeover'),
      takeoversMs: [AT_MS - 1],
    }),
    ['client.conflict'],
    'reconnecting/conflict scheduled takeover',
    'arm 10000',
  ],
  [
    'the fourth within the hour waits for its end',
    state({ name: 'ready', takeoversMs: THREE }),
    ['client.conflict'],
    'reconnecting/conflict scheduled takeover',
    `arm ${10 * 60_000}, alert conflict`,
  ],
  [
    'told once',
    state({ name: 'syncing', takeoversMs: THREE, alerted: ['conflict'] }),
    ['client.conflict'],
    'reconnecting/conflict scheduled takeover',
    `arm ${10 * 60_000}`,
  ],
  [
    'those of an hour ago do not count',
    state({ name: 'ready', takeoversMs: [AT_MS - HOUR_MS, AT_MS - 2, AT_MS - 1] }),
    ['client.conflict'],
    'reconnecting/conflict scheduled takeover',
    'arm 5000',
    { takeoversMs: [AT_MS - 2, AT_MS - 1] },
  ],
  [
    'used up attempts do not forbid it',
    state({ name: 'reconnecting', reason: 'conflict', attempts: 5, step: scheduled('takeover') }),
    ['timer'],
    'reconnecting/conflict running takeover',
    'nudge takeover, arm 20000',
    { attempts: 5 },
  ],
  [
    'a page that cannot be taken over is dealt with as any other',
    state({ name: 'reconnecting', reason: 'conflict', attempts: 1, step: running('takeover') }),
    ['timer'],
    `${OFFLINE} scheduled reload`,
    'arm 10000',
  ],
  [
    'the other one let go',
    state({ name: 'reconnecting', reason: 'conflict', step: scheduled('takeover') }),
    ['client.linked', { me: null }],
    'syncing',
    'arm 120000',
  ],
  ['nothing to take over', state({ name: 'linking' }), ['client.conflict'], 'linking/qr_waiting', NOTHING],
  [
    'a slow retry sees to it',
    state({ name: 'failed' }),
    ['client.conflict'],
    'failed/attempts_exhausted',
    NOTHING,
  ],
]);

table('banned is the end until a person acts; an old version is reloaded once', [
  ...(['starting', 'linking', 'syncing', 'ready', 'reconnecting', 'failed'] as const).map(
    (name): Row => [
      'banned',
      state({ name }),
      ['client.refused', { reason: 'banned' }],
      'failed/banned',
      'close, alert banned',
      { retryAtMs: null, timer: 41 } as Partial<State>,
    ],
  ),
  [
    'a deadline that still rings',
    state({ name: 'failed', reason: 'banned', retryAtMs: null }),
    ['timer'],
    'failed/banned',
    NOTHING,
  ],
  [
    'found out by a slow retry',
    state({
      name: 'reconnecting',
      reason: 'attempts_exhausted',
      step: slow,
      alerted: ['attempts_exhausted'],
    }),
    ['client.refused', { reason: 'banned' }],
    'failed/banned',
    'close, alert banned',
  ],
  [
    'outdated: a reload',
    state({ name: 'starting' }),
    ['client.refused', { reason: 'outdated_library' }],
    'reconnecting/outdated_library scheduled reload',
    'arm 5000',
  ],
  [
    'told twice before the reload',
    state({ name: 'reconnecting', reason: 'outdated_library', step: scheduled('reload') }),
    ['client.refused', { reason: 'outdated_library' }],
    'reconnecting/outdated_library scheduled reload',
    NOTHING,
  ],
  [
    'still outdated after it',
    state({ name: 'reconnecting', reason: 'outdated_library', attempts: 1, step: running('reload') }),
    ['client.refused', { reason: 'outdated_library' }],
    'failed/outdated_library',
    'close, alert outdated_library, arm 300000',
  ],
  [
    'a page that lacks something, after the reload: given up; what it lacks was told by name',
    state({ name: 'syncing', attempts: 1 }),
    ['client.refused', { reason: 'outdated_library', detail: 'send.text is missing: WAWebMsgKey' }],
    'failed/outdated_library',
    'close, arm 300000',
  ],
  [
    'before it: a reload',
    state({ name: 'syncing' }),
    ['client.refused', { reason: 'outdated_library', detail: 'send.text is missing: WAWebMsgKey' }],
    'reconnecting/outdated_library scheduled reload',
    'arm 5000',
  ],
  [
    'a slow retry keeps the reason',
    state({ name: 'failed', reason: 'outdated_library', attempts: 1 }),
    ['timer'],
    'reconnecting/outdated_library slow',
    START,
    { attempts: 1 },
  ],
  [
    'still so',
    state({
      name: 'reconnecting',
      reason: 'outdated_library',
      attempts: 1,
      step: slow,
      alerted: ['outdated_library'],
    }),
    ['client.refused', { reason: 'outdated_library' }],
    'failed/outdated_library',
    'close, arm 300000',
    { attempts: 1 },
  ],
  [
    'no network meanwhile',
    state({
      name: 'reconnecting',
      reason: 'outdated_library',
      attempts: 1,
      step: slow,
      alerted: ['outdated_library'],
    }),
    ['client.broken', { reason: 'network_down', detail: '' }],
    'failed/outdated_library',
    'close, arm 300000',
  ],
]);

table('a page that comes and goes and never syncs climbs all the same', [
  [
    'linked again before the attempt',
    state({ name: 'reconnecting', reason: 'sync_timeout', attempts: 1, step: scheduled('browser') }),
    ['client.linked', { me: null }],
    'reconnecting/sync_timeout scheduled browser',
    NOTHING,
  ],
  [
    'linked again by the attempt',
    state({ name: 'reconnecting', reason: 'sync_timeout', attempts: 2, step: running('browser') }),
    ['client.linked', { me: null }],
    'syncing',
    'arm 120000',
  ],
]);

table('a moment that lies ahead is of a clock that was set back', [
  [
    'a takeover that lies ahead does not count',
    state({ name: 'ready', takeoversMs: [AT_MS + HOUR_MS, AT_MS + 2 * HOUR_MS, AT_MS + 3 * HOUR_MS] }),
    ['client.conflict'],
    'reconnecting/conflict scheduled takeover',
    'arm 5000',
  ],
]);

const NO_START: Draft = ['client.broken', { reason: 'launch_failed', detail: '' }];
const SUSPECT = state({
  name: 'reconnecting',
  reason: 'launch_failed',
  step: scheduled('browser'),
  launchFailures: 2,
});
table('a profile that no browser starts on, twice, while an empty one works, is moved aside', [
  [
    'once',
    state({ name: 'starting' }),
    NO_START,
    'reconnecting/launch_failed scheduled browser',
    'close, arm 5000',
    { launchFailures: 1 },
  ],
  [
    'twice',
    state({ name: 'reconnecting', attempts: 1, step: running('browser'), launchFailures: 1 }),
    NO_START,
    'reconnecting/launch_failed scheduled browser',
    'close, examine-profile, arm 10000',
    { launchFailures: 2 },
  ],
  [
    'twice, and that was the last attempt',
    state({ name: 'reconnecting', attempts: 5, step: running('browser'), launchFailures: 1 }),
    NO_START,
    'failed/attempts_exhausted',
    'close, examine-profile, alert attempts_exhausted, arm 300000',
  ],
  [
    'a third time is not looked into',
    state({ name: 'reconnecting', attempts: 2, step: running('browser'), launchFailures: 2 }),
    NO_START,
    'reconnecting/launch_failed scheduled browser',
    'close, arm 15000',
  ],
  [
    'a fourth time is: the browser may have been mended',
    state({ name: 'reconnecting', attempts: 2, step: running('browser'), launchFailures: 3 }),
    NO_START,
    'reconnecting/launch_failed scheduled browser',
    'close, examine-profile, arm 15000',
  ],
  [
    'nothing to lose',
    bare('reconnecting', { attempts: 1, step: running('browser'), launchFailures: 1 }),
    NO_START,
    'reconnecting/launch_failed scheduled browser',
    'close, arm 10000',
  ],
  [
    'a network failure in between clears it',
    state({ name: 'reconnecting', attempts: 1, step: running('browser'), launchFailures: 1 }),
    ['client.broken', { reason: 'network_down', detail: '' }],
    `${OFFLINE} scheduled browser`,
    'close, arm 10000',
    { launchFailures: 0 },
  ],
  [
    'the empty one starts: aside with it',
    SUSPECT,
    ['profile-suspect', { corrupt: true }],
    'starting/session_corrupt',
    'close, move-aside corrupt, launch, arm 90000, alert session_corrupt',
    { session: null, attempts: 0 },
  ],
  [
    'the empty one does not: it is the browser',
    SUSPECT,
    ['profile-suspect', { corrupt: false }],
    'reconnecting/launch_failed scheduled browser',
    NOTHING,
  ],
  [
    'the verdict comes after giving up',
    state({ name: 'failed' }),
    ['profile-suspect', { corrupt: true }],
    'starting/session_corrupt',
    'close, move-aside corrupt, launch, arm 90000, alert session_corrupt',
  ],
  [
    'a person has begun anew meanwhile',
    state({ name: 'starting' }),
    ['profile-suspect', { corrupt: true }],
    'starting',
    NOTHING,
  ],
  [
    'it came up all the same',
    state({ name: 'ready' }),
    ['profile-suspect', { corrupt: true }],
    'ready',
    NOTHING,
  ],
  [
    'it is removed anyway',
    state({ name: 'logging-out' }),
    ['profile-suspect', { corrupt: true }],
    'logging-out/user_stopped',
    NOTHING,
  ],
]);

table('disconnect works in every state: unlinked where the page can, and the session removed', [
  ...(['ready', 'syncing'] as const).map(
    (name): Row => [
      'linked',
      state({ name, attention: { reason: 'action_required', says: 'x' } }),
      ['disconnect'],
      'logging-out/user_stopped',
      'drain, logout',
      { attention: null, timer: 41, asked: 'person' } as Partial<State>,
    ],
  ),
  ...(['stopped', 'starting', 'linking', 'reconnecting', 'failed'] as const).map(
    (name): Row => [
      'not linked',
      state({ name }),
      ['disconnect'],
      'logging-out/user_stopped',
      'close, remove-profile',
      { attempts: 0, timer: 41, generation: 8 },
    ],
  ),
  ['no session at all', bare('stopped'), ['disconnect'], 'logging-out/user_stopped', 'close, remove-profile'],
  ['once is enough', state({ name: 'logging-out' }), ['disconnect'], 'logging-out/user_stopped', NOTHING],
  [
    'unlinked',
    state({ name: 'logging-out' }),
    ['logout-done', { unlinked: true }],
    'logging-out/user_stopped',
    'close, remove-profile',
    { unlinked: true } as Partial<State>,
  ],
  [
    'the unlink is not confirmed: removed all the same',
    state({ name: 'logging-out' }),
    ['logout-done', { unlinked: false }],
    'logging-out/user_stopped',
    'close, remove-profile',
    { unlinked: false } as Partial<State>,
  ],
  [
    'removed',
    state({ name: 'logging-out', unlinked: true }),
    ['profile-removed', GONE],
    'stopped/user_stopped',
    NOTHING,
    { session: null, unlinked: true } as Partial<State>,
  ],
  [
    'not removed: the session is still there, and why is known',
    state({ name: 'logging-out', unlinked: true }),
    ['profile-removed', { gone: false, left: 'read-only' }],
    'stopped/user_stopped',
    NOTHING,
    { session: ME, unlinked: true, left: 'read-only' } as Partial<State>,
  ],
  ['a removal of before', state({ name: 'starting' }), ['profile-removed', GONE], 'starting', NOTHING],
  [
    'what the page does meanwhile is no matter',
    state({ name: 'logging-out' }),
    ['client.broken', { reason: 'browser_crashed', detail: '' }],
    'logging-out/user_stopped',
    NOTHING,
  ],
  ['nor a timer', state({ name: 'logging-out' }), ['timer'], 'logging-out/user_stopped', NOTHING],
]);

table('clear-session works in every state: unlinked where ready, else left to the phone', [
  ['ready', state({ name: 'ready' }), ['clear'], 'logging-out/user_stopped', 'drain, logout'],
  ...(['stopped', 'starting', 'linking', 'syncing', 'reconnecting', 'failed'] as const).map(
    (name): Row => ['else', state({ name }), ['clear'], 'logging-out/user_stopped', 'close, remove-profile'],
  ),
  ['once is enough', state({ name: 'logging-out' }), ['clear'], 'logging-out/user_stopped', NOTHING],
]);

const END = 'drain, close, exit stopped';
table('a stop keeps the session, unless it is meant to unlink and the phone heard of it', [
  ...(['stopped', 'starting', 'linking', 'syncing', 'ready', 'reconnecting', 'failed'] as const).map(
    (name): Row => [
      'kept',
      state({ name, attention: null }),
      ['stop', { logout: false }],
      'stopped/shutting_down',
      END,
      { session: name === 'linking' ? null : ME, timer: 41 },
    ],
  ),
  ...(['ready', 'syncing'] as const).map(
    (name): Row => [
      'unlink',
      state({ name }),
      ['stop', { logout: true }],
      'logging-out/shutting_down',
      'drain, logout',
      { session: ME },
    ],
  ),
  ...(['stopped', 'starting', 'reconnecting', 'failed'] as const).map(
    (name): Row => [
      'meant to unlink, and cannot: kept, and said',
      state({ name }),
      ['stop', { logout: true }],
      'stopped/shutting_down',
      `alert shutting_down, ${END}`,
      { session: ME },
    ],
  ),
  ['nothing to unlink', state({ name: 'linking' }), ['stop', { logout: true }], 'stopped/shutting_down', END],
  ['nothing to unlink', bare('stopped'), ['stop', { logout: true }], 'stopped/shutting_down', END],
  [
    'unlinked',
    state({ name: 'logging-out', asked: 'stop', next: 'exit' }),
    ['logout-done', { unlinked: true }],
    'logging-out/shutting_down',
    'close, remove-profile',
  ],
  [
    'not confirmed: kept, and said',
    state({ name: 'logging-out', asked: 'stop', next: 'exit' }),
    ['logout-done', { unlinked: false }],
    'stopped/shutting_down',
    'alert shutting_down, close, exit stopped',
    { session: ME, unlinked: false } as Partial<State>,
  ],
  [
    'removed',
    state({ name: 'logging-out', asked: 'stop', next: 'exit', unlinked: true }),
    ['profile-removed', GONE],
    'stopped/shutting_down',
    'exit stopped',
    { session: null },
  ],
  [
    'not removed: said, since nobody waits for an answer',
    state({ name: 'logging-out', asked: 'stop', next: 'exit', unlinked: true }),
    ['profile-removed', { gone: true, left: 'busy' }],
    'stopped/shutting_down',
    'alert shutting_down, exit stopped',
    { session: null, left: 'busy' } as Partial<State>,
  ],
  [
    'a stop within a disconnect sees it through',
    state({ name: 'logging-out' }),
    ['stop', { logout: false }],
    'logging-out/shutting_down',
    NOTHING,
  ],
  [
    'and what a person asked for is done',
    state({ name: 'logging-out', next: 'exit' }),
    ['logout-done', { unlinked: false }],
    'logging-out/shutting_down',
    'close, remove-profile',
  ],
  [
    'a page that waits for a person does not hide the end',
    state({ name: 'ready', attention: { reason: 'action_required', says: 'a dialog' } }),
    ['stop', { logout: false }],
    'stopped/shutting_down',
    END,
    { attention: null },
  ],
]);

table('a lost lock stops the browser and touches nothing', [
  ...STATES.map(
    (name): Row => [
      'lost',
      state({ name, attention: null }),
      ['lock-lost'],
      'stopped/lock_held',
      'alert lock_held, close, exit lock-lost',
      { session: name === 'linking' ? null : ME },
    ],
  ),
]);

table('a person is asked while the state goes on, and once', [
  [
    'a dialog',
    state({ name: 'ready' }),
    ['client.attention', { what: { reason: 'action_required', says: 'Accept?' } }],
    'ready/action_required',
    'alert action_required',
  ],
  [
    'the same',
    state({ name: 'ready', attention: { reason: 'action_required', says: 'Accept?' } }),
    ['client.attention', { what: { reason: 'action_required', says: 'Accept?' } }],
    'ready/action_required',
    NOTHING,
  ],
  [
    'it is gone',
    state({ name: 'ready', attention: { reason: 'action_required', says: 'Accept?' } }),
    ['client.attention', { what: null }],
    'ready',
    NOTHING,
  ],
  [
    'its page is gone',
    state({ name: 'ready', attention: { reason: 'action_required', says: 'Accept?' } }),
    ['client.broken', { reason: 'browser_crashed', detail: '' }],
    'reconnecting/browser_crashed scheduled browser',
    'close, arm 5000, alert browser_crashed',
    { attention: null },
  ],
  [
    'no page, no dialog',
    state({ name: 'stopped' }),
    ['client.attention', { what: { reason: 'action_required', says: 'Accept?' } }],
    'stopped',
    NOTHING,
  ],
]);

table('a healthy account gets a new browser for the asking, and nobody else does', [
  [
    'ready',
    state({ name: 'ready' }),
    ['recycle', { why: 'age' }],
    'starting',
    START,
    { attempts: 0, session: ME },
  ],
  ...(['stopped', 'starting', 'linking', 'syncing', 'reconnecting', 'logging-out', 'failed'] as const).map(
    (name): Row => ['else', state({ name }), ['recycle', { why: 'age' }], told(state({ name })), NOTHING],
  ),
]);

// ---- stories ------------------------------------------------------------------------------------------------------------

/** Plays events; `timer` rings when it is due. Returns each step in words. */
function play(from: State, events: readonly Draft[], policy = POLICY): { steps: string[]; end: State } {
  let now = AT_MS;
  let armed = 0;
  let at = from;
  const steps = events.map((event) => {
    if (event[0] === 'timer') now += armed;
    const next = transition(at, raised(event, at), { atMs: now, policy });
    at = next.state;
    for (const effect of next.effects) if (effect.do === 'arm') armed = effect.afterMs;
    return `${told(at)} ×${at.attempts} [${does(next)}]`;
  });
  return { steps, end: at };
}

const REFUSED: Draft = ['client.broken', { reason: 'network_down', detail: '' }];
const twice = <T>(n: number, items: readonly T[]): T[] => Array.from({ length: n }, () => items).flat();

t.test(
  'offline at start: waits of 5, 10, 15, 20 and 25 s, five attempts, one alert, then every five minutes',
  (t) => {
    const first = initialState(SAVED, AT_MS);
    const tries = twice(8, [REFUSED, ['timer'] as Draft]);
    t.same(play(first, [['initialize', { restart: false }], ...tries]).steps, [
      `starting ×0 [${START}]`,
      ...[1, 2, 3, 4, 5].flatMap((n) => [
        `${OFFLINE} scheduled browser ×${n - 1} [close, arm ${n * 5_000}]`,
        `${OFFLINE} running browser ×${n} [${START}]`,
      ]),
      'failed/attempts_exhausted ×5 [close, alert attempts_exhausted, arm 300000]',
      `reconnecting/attempts_exhausted slow ×5 [${START}]`,
      ...twice(2, [
        'failed/attempts_exhausted ×5 [close, arm 300000]',
        `reconnecting/attempts_exhausted slow ×5 [${START}]`,
      ]),
    ]);
    t.end();
  },
);

t.test('more attempts use the last delay again, and no wait is longer than the cap', (t) => {
  const waits = (policy: typeof POLICY): string[] =>
    play(
      initialState(SAVED, AT_MS),
      [['initialize', { restart: false }], ...twice(8, [REFUSED, ['timer'] as Draft])],
      policy,
    )
      .steps.filter((step) => step.includes('scheduled'))
      .map((step) => step.replace(/^.*arm (\d+).*$/, '$1'));
  t.same(waits({ ...POLICY, maxAttempts: 7 }), [
    '5000',
    '10000',
    '15000',
    '20000',
    '25000',
    '25000',
    '25000',
  ]);
  t.same(waits({ ...POLICY, delaysMs: [10_000, 40_000] }), ['10000', '30000', '30000', '30000', '30000']);
  t.same(waits({ ...POLICY, maxAttempts: 1, delaysMs: [0] }), ['0']);
  t.end();
});

t.test('a connection that does not come back: grace, socket, reload, browsers, and the alert', (t) => {
  const { steps } = play(state({ name: 'ready' }), [
    ['client.offline'],
    ['timer'],
    ['timer'],
    ['timer'],
    ['timer'],
    ['timer'],
    ...twice(3, [REFUSED, ['timer'] as Draft]),
  ]);
  t.same(steps, [
    `${OFFLINE} grace ×0 [arm 60000]`,
    `${OFFLINE} running reconnect ×1 [nudge reconnect, arm 20000]`,
    `${OFFLINE} scheduled reload ×1 [arm 10000]`,
    `${OFFLINE} running reload ×2 [nudge reload, arm 20000]`,
    `${OFFLINE} scheduled browser ×2 [arm 15000]`,
    `${OFFLINE} running browser ×3 [${START}]`,
    `${OFFLINE} scheduled browser ×3 [close, arm 20000]`,
    `${OFFLINE} running browser ×4 [${START}]`,
    `${OFFLINE} scheduled browser ×4 [close, arm 25000]`,
    `${OFFLINE} running browser ×5 [${START}]`,
    'failed/attempts_exhausted ×5 [close, alert attempts_exhausted, arm 300000]',
    `reconnecting/attempts_exhausted slow ×5 [${START}]`,
  ]);
  t.end();
});

t.test('the count is back at 0 once ready, and the next incident is told again', (t) => {
  const { steps, end } = play(state({ name: 'reconnecting', attempts: 5, step: running('browser') }), [
    REFUSED,
    ['timer'],
    ['client.linked', { me: ME }],
    ['client.ready', { me: ME }],
    ['client.broken', { reason: 'browser_crashed', detail: '' }],
    ['timer'],
    ...twice(5, [REFUSED, ['timer'] as Draft]),
  ]);
  t.equal(steps[3], 'ready ×0 [mark-linked, prune-profiles]');
  t.equal(steps.filter((step) => step.includes('alert attempts_exhausted')).length, 2);
  t.equal(end.attempts, 5);
  t.end();
});

t.test(
  'a sync that never ends climbs and gives up, though the page says each time that it is linked',
  (t) => {
    const { steps, end } = play(state({ name: 'ready' }), [
      ['client.reloading'],
      ...twice(6, [['timer'], ['timer'], ['client.linked', { me: null }]] as Draft[]),
    ]);
    t.same(
      steps.filter((step) => step.includes('running')).map((step) => step.replace(/ \[.*/, '')),
      ['reload ×1', 'browser ×2', 'browser ×3', 'browser ×4', 'browser ×5'].map(
        (step) => `reconnecting/sync_timeout running ${step}`,
      ),
    );
    t.equal(steps.filter((step) => step.includes('alert attempts_exhausted')).length, 1);
    t.equal(end.attempts, 5);
    t.end();
  },
);

t.test('two hosts that fight: three takeovers an hour and no more', (t) => {
  const fight: Draft[] = [
    ['client.conflict'],
    ['timer'],
    ['client.linked', { me: null }],
    ['client.ready', { me: ME }],
  ];
  let now = AT_MS;
  let at: State = state({ name: 'ready' });
  let armed = 0;
  const takeovers: number[] = [];
  const alerts: string[] = [];
  for (const event of twice(12, fight)) {
    now += event[0] === 'timer' ? armed : 1_000;
    const next = transition(at, raised(event, at), { atMs: now, policy: POLICY });
    at = next.state;
    for (const effect of next.effects) {
      if (effect.do === 'arm') armed = effect.afterMs;
      if (effect.do === 'nudge') takeovers.push(now);
      if (effect.do === 'alert') alerts.push(effect.reason);
    }
  }
  t.equal(takeovers.length, 12);
  for (const [i, ms] of takeovers.entries())
    if (i >= 3) t.ok(ms - (takeovers[i - 3] ?? 0) >= HOUR_MS, `takeover ${i + 1}`);
  t.ok(alerts.every((reason) => reason === 'conflict') && alerts.length > 0);
  t.end();
});

// ---- what is read off a state --------------------------------------------------------------------------------------------

t.test('when the next attempt is due is known while one is planned, and only then', (t) => {
  const rows: [State, number | null][] = [
    [state({ name: 'reconnecting', step: grace }), AT_MS + 60_000],
    [state({ name: 'reconnecting', step: scheduled('reload') }), AT_MS + 5_000],
    [state({ name: 'reconnecting', step: running('reload') }), null],
    [state({ name: 'reconnecting', step: slow }), null],
    [state({ name: 'failed' }), AT_MS + 300_000],
    [state({ name: 'failed', retryAtMs: null }), null],
    [state({ name: 'ready' }), null],
    [state({ name: 'stopped' }), null],
  ];
  for (const [given, expected] of rows) t.equal(nextAttemptAtMs(given), expected, told(given));
  t.end();
});

t.test('a daemon that is ending says so', (t) => {
  const rows: [State, boolean, boolean][] = [
    [state({ name: 'stopped', reason: 'shutting_down' }), true, true],
    [state({ name: 'stopped', reason: 'lock_held' }), true, true],
    [state({ name: 'logging-out', next: 'exit', asked: 'stop' }), true, false],
    [state({ name: 'logging-out' }), false, false],
    [state({ name: 'stopped', reason: 'user_stopped' }), false, false],
    [state({ name: 'ready', attention: { reason: 'action_required', says: 'a dialog' } }), false, false],
  ];
  for (const [given, ending, over] of rows) {
    t.equal(isShuttingDown(given), ending, told(given));
    t.equal(isOver(given), over, told(given));
  }
  t.end();
});

t.test('a state is as old as its name', (t) => {
  const later = { ...NOW, atMs: AT_MS + 5_000 };
  const offline = transition(
    state({ name: 'ready' }),
    { type: 'client.offline', generation: 7 },
    later,
  ).state;
  t.equal(offline.sinceMs, AT_MS + 5_000);
  const attempt = transition(
    offline,
    { type: 'timer', timer: offline.timer },
    { ...NOW, atMs: AT_MS + 65_000 },
  ).state;
  t.equal(attempt.sinceMs, AT_MS + 5_000, 'an attempt is no new state');
  t.end();
});

t.test('effects that wait for their turn are dropped when they make no sense any more', (t) => {
  const effects: Effect[] = [
    { do: 'launch', generation: 1 },
    { do: 'close' },
    { do: 'nudge', by: 'reload' },
    { do: 'drain' },
    { do: 'logout', generation: 1 },
    { do: 'remove-profile' },
    { do: 'move-profile-aside', why: 'corrupt' },
    { do: 'examine-profile' },
    { do: 'mark-linked' },
    { do: 'prune-profiles' },
    { do: 'arm', timer: 1, afterMs: 1 },
    { do: 'alert', reason: 'banned', says: '' },
    { do: 'exit', because: 'stopped' },
  ];
  const due = (given: State) => does({ effects: effects.filter((effect) => isStillDue(effect, given)) });
  t.equal(due(state({ name: 'ready' })), does({ effects }), 'running: all');
  t.equal(
    due(state({ name: 'stopped', reason: 'shutting_down' })),
    'close, drain, remove-profile, move-aside corrupt, mark-linked, prune-profiles, alert banned, exit stopped',
    'ending: nothing is begun, what was decided of the profile is done',
  );
  t.equal(
    due(state({ name: 'stopped', reason: 'lock_held' })),
    'close, alert banned, exit stopped',
    'lock lost: hands off',
  );
  t.end();
});
