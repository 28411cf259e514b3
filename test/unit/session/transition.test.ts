/**
 * Every state handles every event, and properties derived from a state. The rules are in
 * transitions-*.test.ts.
 */
import t from 'tap';
import { REASONS, STATES } from '../../../src/protocol/state.js';
import { type Effect, isStillDue } from '../../../src/session/effect.js';
import type { Now } from '../../../src/session/next-state.js';
import { isOver, isShuttingDown, nextAttemptAtMs, reasonOf, type State } from '../../../src/session/state.js';
import { transition } from '../../../src/session/transition.js';
import { AT_MS, type Draft, does, EVENTS, everyState, POLICY, raised, STEP, state, told } from './machine.js';
import { NEVER_SLOW, STOP_AFTER_LOGOUT } from './transition-table.js';

const NOW: Now = { atMs: AT_MS, policy: POLICY };
const { grace, scheduled, running, slow } = STEP;

// ---- every state × every event ------------------------------------------------------------------------------------

/** States that continue by themselves only when their timer rings. */
const needsTimer = (state: State): boolean =>
  state.name === 'starting' ||
  state.name === 'syncing' ||
  state.name === 'reconnecting' ||
  (state.name === 'failed' && state.retryAtMs !== null) ||
  (state.name === 'linking' && (state.reason === 'pairing_waiting' || state.reason === 'passkey_required'));

/** Yields the errors of a transition, in words. */
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

// ---- derived from a state
// --------------------------------------------------------------------------------------------

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
