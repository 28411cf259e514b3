/** Every state handles every event. Properties derived from a state. */
import t from 'tap';
import { REASONS, STATES } from '../../../src/protocol/state.js';
import { type Effect, isStillDue } from '../../../src/session/effect.js';
import type { Now } from '../../../src/session/next-state.js';
import {
  isOver,
  isShuttingDown,
  nextAttemptAtMs,
  placeOf,
  reasonOf,
  type State,
} from '../../../src/session/state.js';
import { transition } from '../../../src/session/transition.js';
import {
  A_DIALOG,
  AT_MS,
  does,
  EVENTS,
  everyState,
  NEVER_SLOW,
  OF_CLIENT,
  POLICY,
  raised,
  STEP,
  STOP_AFTER_LOGOUT,
  state,
  stateText,
} from './machine.js';
import { play } from './transition-table.js';

const NOW: Now = { atMs: AT_MS, policy: POLICY };
const { grace, scheduled, running, queued, slow } = STEP;

/** States that continue by themselves only when their timer fires. */
const needsTimer = (state: State): boolean =>
  state.name === 'syncing' ||
  ((state.name === 'starting' || state.name === 'reconnecting') && placeOf(state) !== 'awaited') ||
  (state.name === 'logging-out' && state.waking !== null) ||
  (state.name === 'failed' && state.retryAtMs !== null) ||
  (state.name === 'hibernating' && state.wakeAtMs !== null) ||
  (state.name === 'linking' && (state.reason === 'pairing_waiting' || state.reason === 'passkey_required'));

/** The rules that a transition breaks. */
function broken(before: State, after: State, effects: readonly Effect[], maxAttempts: number): string[] {
  const all = effects.map((effect) => effect.do);
  const only = <D extends Effect['do']>(what: D) =>
    effects.filter((effect): effect is Extract<Effect, { do: D }> => effect.do === what);
  const [arm, arm2] = only('arm');
  const [launch, launch2] = only('launch');
  const [take, take2] = only('take-place');
  const leavesAt = all.indexOf('leave-place');
  const isSameLaunch = after.generation === before.generation && placeOf(after) !== null;
  const alerts = only('alert').map(({ reason }) => reason);
  const closesAt = all.indexOf('close');
  const isNewer = after.generation > before.generation;
  const wasLoggingOut = before.name === 'logging-out';
  const isStillArmed = needsTimer(before) && before.timer === after.timer;
  const at = nextAttemptAtMs(after);
  const isGone = all.includes('remove-profile') || all.includes('quarantine-profile');
  const isEarly = (what: Effect['do']) =>
    all.includes(what) && !(closesAt >= 0 && closesAt < all.indexOf(what)) && !wasLoggingOut;
  const rules: Record<string, boolean> = {
    'the state and the reason exist': STATES.includes(after.name) && REASONS.includes(reasonOf(after)),
    'the generation never decreases': after.generation >= before.generation,
    'the number of the timer never decreases': after.timer >= before.timer,
    'the attempts are within their limit': after.attempts >= 0 && after.attempts <= maxAttempts,

    'one timer at most is armed': arm2 === undefined,
    'the state waits for the timer that is armed': arm === undefined || arm.timer === after.timer,
    'a timer is not armed for the past': arm === undefined || arm.afterMs >= 0,
    'a state that needs a timer has one': !needsTimer(after) || arm !== undefined || isStillArmed,
    'a state that needs no timer arms none': needsTimer(after) || arm === undefined,
    'the next attempt is when the timer fires':
      at === null || arm === undefined || at === AT_MS + arm.afterMs,

    'one browser at most is launched': launch2 === undefined,
    'a launch has a generation of its own':
      take === undefined || (take.generation === after.generation && isNewer),
    'a launch awaits a place, and no other state does':
      (take !== undefined) === (placeOf(after) === 'awaited' && !isSameLaunch) && take2 === undefined,
    'a browser is launched when its place is taken':
      (launch !== undefined) ===
      (launch?.generation === after.generation &&
        placeOf(before) === 'awaited' &&
        placeOf(after) === 'held' &&
        isSameLaunch),
    'a place is left when its launch is over, before another is asked for':
      (leavesAt === 0) === (placeOf(before) !== null && !isSameLaunch) && leavesAt <= 0,
    'a client that is closed is not listened to': closesAt < 0 || isNewer,
    'a page that is closed does not wait for a person': closesAt < 0 || after.attention === null,
    'one browser at most is closed': all.lastIndexOf('close') === closesAt,
    'the browser is closed first': !(
      ['remove-profile', 'quarantine-profile', 'examine-profile', 'exit'] as const
    ).some(isEarly),
    'a profile is not removed under a browser': !all.includes('remove-profile') || closesAt >= 0,
    'profiles are pruned only when a link is proved':
      !all.includes('prune-profiles') || after.name === 'ready',
    'an exit is the last effect': !all.includes('exit') || (isOver(after) && all.at(-1) === 'exit'),
    'a daemon that ends exits': !isOver(after) || isOver(before) || all.includes('exit'),
    'no timer is armed at the end': !isOver(after) || arm === undefined,

    'a session has a profile': !isGone || after.name === 'logging-out' || after.session === null,
    'a session that is forgotten has no profile':
      before.session === null || after.session !== null || isGone || wasLoggingOut,
    'a linked state has a session':
      !['ready', 'syncing', 'hibernating'].includes(after.name) || after.session !== null,
    'a session is not linked over': after.name !== 'linking' || after.session === null,
    'the profile of another daemon is kept':
      after.name !== 'stopped' || reasonOf(after) !== 'lock_held' || !isGone,
    'no alert is raised twice': new Set(alerts).size === alerts.length,
  };
  return Object.keys(rules).filter((rule) => !rules[rule]);
}

t.test('every state handles every event, and each transition keeps the rules', async (t) => {
  const problems = new Set<string>();
  let count = 0;
  for (const policy of [
    POLICY,
    { ...POLICY, wakeMs: 0 },
    NEVER_SLOW,
    STOP_AFTER_LOGOUT,
    { ...POLICY, graceMs: 0 },
  ])
    for (const before of everyState())
      for (const event of EVENTS) {
        const next = transition(before, raised(event, before), { atMs: AT_MS, policy });
        count++;
        for (const rule of broken(before, next.state, next.effects, policy.maxAttempts))
          problems.add(
            `${stateText(before)} + ${JSON.stringify(event)} → ${stateText(next.state)} [${does(next)}]: ${rule}`,
          );
      }
  t.same([...problems].slice(0, 20), []);
  t.ok(count > 200_000, `${count} transitions`);
});

t.test('an event of a replaced client or of an old timer changes nothing', async (t) => {
  const problems = new Set<string>();
  for (const before of everyState())
    for (const [type, more] of EVENTS) {
      const isOfClient = OF_CLIENT.test(type);
      if (!isOfClient && type !== 'timer') continue;
      const old = isOfClient ? { generation: before.generation - 1 } : { timer: before.timer - 1 };
      const next = transition(before, raised([type, { ...more, ...old }], before), NOW);
      if (next.state !== before || next.effects.length > 0)
        problems.add(`${stateText(before)} + old ${type}`);
    }
  t.same([...problems], []);
});

t.test('an event changes nothing once the daemon has ended', async (t) => {
  for (const reason of ['shutting_down', 'lock_held'] as const) {
    const over = state({ name: 'stopped', reason });
    for (const event of EVENTS) {
      const next = transition(over, raised(event, over), NOW);
      t.ok(next.state === over && next.effects.length === 0, `${reason} + ${event[0]}`);
    }
  }
});

t.test('the time of the next attempt is known only while one is scheduled', async (t) => {
  const rows: [State, number | null][] = [
    [state({ name: 'reconnecting', step: grace }), AT_MS + 60_000],
    [state({ name: 'reconnecting', step: scheduled('reload') }), AT_MS + 5_000],
    [state({ name: 'reconnecting', step: running('reload') }), null],
    [state({ name: 'reconnecting', step: slow }), null],
    [state({ name: 'reconnecting', step: queued('attempt') }), null],
    [state({ name: 'failed' }), AT_MS + 300_000],
    [state({ name: 'failed', retryAtMs: null }), null],
    [state({ name: 'ready' }), null],
    [state({ name: 'stopped' }), null],
  ];
  for (const [given, expected] of rows) t.equal(nextAttemptAtMs(given), expected, stateText(given));
});

t.test('a state tells whether the daemon is ending or has ended', async (t) => {
  const rows: [State, boolean, boolean][] = [
    [state({ name: 'stopped', reason: 'shutting_down' }), true, true],
    [state({ name: 'stopped', reason: 'lock_held' }), true, true],
    [state({ name: 'logging-out', next: 'exit', asked: 'shutdown' }), true, false],
    [state({ name: 'logging-out' }), false, false],
    [state({ name: 'stopped', reason: 'user_stopped' }), false, false],
    [state({ name: 'ready', attention: A_DIALOG }), false, false],
  ];
  for (const [given, ending, over] of rows) {
    t.equal(isShuttingDown(given), ending, stateText(given));
    t.equal(isOver(given), over, stateText(given));
  }
});

t.test('the age of a state counts from the last change of its name', async (t) => {
  const { steps } = play(state({ name: 'ready' }), ['client.offline', 'timer'], { paceMs: 5_000 });
  t.same(
    steps.map((step) => step.state.sinceMs),
    [AT_MS + 5_000, AT_MS + 5_000],
  );
});

t.test('effects that are queued are dropped when the state no longer needs them', async (t) => {
  const effects: Effect[] = [
    { do: 'take-place', generation: 1 },
    { do: 'leave-place' },
    { do: 'launch', generation: 1 },
    { do: 'close' },
    { do: 'nudge', by: 'reload' },
    { do: 'drain' },
    { do: 'logout', generation: 1 },
    { do: 'remove-profile' },
    { do: 'quarantine-profile', why: 'corrupt' },
    { do: 'examine-profile' },
    { do: 'mark-linked' },
    { do: 'prune-profiles' },
    { do: 'arm', timer: 1, afterMs: 1 },
    { do: 'alert', reason: 'banned', says: '' },
    { do: 'exit', because: 'stopped' },
  ];
  const due = (given: State) => does({ effects: effects.filter((effect) => isStillDue(effect, given)) });
  t.equal(due(state({ name: 'ready' })), does({ effects }), 'a running session: all');
  t.equal(
    due(state({ name: 'stopped', reason: 'shutting_down' })),
    'leave-place, close, drain, remove-profile, quarantine corrupt, mark-linked, prune-profiles, alert banned, exit stopped',
    'at the end: nothing new, but the profile is removed or moved as decided',
  );
  t.equal(
    due(state({ name: 'stopped', reason: 'lock_held' })),
    'leave-place, close, alert banned, exit stopped',
    'without the lock: nothing that touches the profile',
  );
});
