/**
 * The actor takes one event at a time, runs effects in order and to their end, and never stops on an error.
 */
import { mock } from 'node:test';
import t from 'tap';
import { Actor, type Executors } from '../../../../src/daemon/session/actor.js';
import type { Effect } from '../../../../src/session/effect.js';
import { initialState, type State } from '../../../../src/session/state.js';
import { keepLines, settled, thrownBy } from '../../log/lines.js';
import { ME, POLICY, SAVED, state } from '../../session/machine.js';

type Act = (effect: Effect) => void | Promise<void>;

/** Executors that record their effects. `acts` adds behaviour to some of them. */
function stage(from: State = initialState(SAVED, Date.now()), acts: Partial<Record<Effect['do'], Act>> = {}) {
  const log = keepLines();
  const actor = new Actor(from, POLICY, log);
  const done: string[] = [];
  const effects: string[] = [];
  const note =
    (name: Effect['do']): Act =>
    (effect) => {
      effects.push(name);
      const act = acts[name]?.(effect);
      if (!(act instanceof Promise)) return void done.push(name);
      return act.then(() => void done.push(name));
    };
  const names: Exclude<Effect['do'], 'arm'>[] = [
    ...([
      'take-place',
      'leave-place',
      'launch',
      'close',
      'nudge',
      'show-qr',
      'drain',
      'logout',
      'remove-profile',
    ] as const),
    ...(['quarantine-profile', 'examine-profile', 'mark-linked', 'prune-profiles', 'alert', 'exit'] as const),
  ];
  const executors = Object.fromEntries(names.map((name) => [name, note(name)])) as unknown as Executors;
  actor.begin(executors);
  return { actor, log, done, effects };
}

const generation = 7;

/** A promise and the function that fulfils it. */
function gate(): { passed: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

t.test('effects run in list order, each to its end', async (t) => {
  const closing = gate();
  const { actor, effects, done } = stage(state({ name: 'stopped' }), { close: () => closing.passed });
  actor.post({ type: 'disconnect' });
  await settled();
  t.same(effects, ['close']);
  t.same(done, []);
  closing.open();
  await settled();
  t.same(done, ['close', 'remove-profile']);
});

t.test('the effects of all events so far can be awaited', async (t) => {
  const closing = gate();
  const { actor, done } = stage(state({ name: 'ready' }), { close: () => closing.passed });
  actor.post({ type: 'stop' });
  const all = actor.settled().then(() => done.push('settled'));
  await settled();
  t.same(done, ['drain']);
  closing.open();
  await all;
  t.same(done, ['drain', 'close', 'settled']);
});

t.test('a second event queues behind the effects of the first', async (t) => {
  const closing = gate();
  const { actor, effects } = stage(state({ name: 'failed' }), { close: () => closing.passed });
  actor.post({ type: 'disconnect' });
  actor.post({ type: 'shutdown', logout: false });
  actor.post({ type: 'lock-lost' });
  await settled();
  t.same(effects, ['alert', 'close'], 'alerts run at once');
  closing.open();
  await settled();
  t.same(effects, ['alert', 'close', 'close', 'exit'], 'the profile belongs to another owner now');
  actor.end();
});

t.test('a launch that is still pending at the end is not started', async (t) => {
  const closing = gate();
  const { actor, effects } = stage(state({ name: 'ready' }), { close: () => closing.passed });
  actor.post({ type: 'client.logged-out', generation, explained: true });
  actor.post({ type: 'shutdown', logout: false });
  closing.open();
  await settled();
  t.same(effects, ['alert', 'close', 'remove-profile', 'leave-place', 'drain', 'close', 'exit']);
  actor.end();
});

t.test('a failing effect is logged, and the next ones run', async (t) => {
  const { actor, log, done } = stage(state({ name: 'stopped' }), {
    close: async () => {
      throw new Error('no');
    },
    'remove-profile': () => {
      throw new Error('neither');
    },
  });
  actor.post({ type: 'disconnect' });
  actor.post({ type: 'shutdown', logout: false });
  await settled();
  t.match(
    log.lines.filter(([level]) => level === 'error'),
    [
      ['error', 'session.effect-failed', { effect: 'close', err: { message: 'no' } }],
      ['error', 'session.effect-failed', { effect: 'remove-profile', err: { message: 'neither' } }],
    ],
  );
  t.same(done, []);
  actor.post({ type: 'lock-lost' });
  await settled();
  t.same(done, ['alert', 'exit']);
  actor.end();
});

t.test('an alert that fails does not stop the other effects', async (t) => {
  const { actor, log, done } = stage(state({ name: 'ready' }), {
    alert: () => {
      throw new Error('full');
    },
  });
  actor.post({ type: 'client.logged-out', generation, explained: true });
  await settled();
  t.same(done, ['close', 'remove-profile', 'take-place']);
  t.match(log.lines.at(-1), ['error', 'session.effect-failed', { effect: 'alert' }]);
  actor.end();
});

t.test('a watcher that throws stops neither the effects nor other watchers', async (t) => {
  const { actor, log, done } = stage(state({ name: 'stopped' }));
  const changes: string[] = [];
  actor.watch(() => {
    throw new Error('a watcher');
  });
  actor.watch(({ name }) => changes.push(name));
  actor.post({ type: 'disconnect' });
  await settled();
  t.same(changes, ['logging-out']);
  t.same(done, ['close', 'remove-profile']);
  t.match(log.lines, [
    ['info', 'session.transition'],
    ['error', 'session.watcher-failed', { err: Error }],
  ]);
});

t.test('an event posted by a watcher is processed after the current one and its effects', async (t) => {
  const { actor, effects } = stage(state({ name: 'ready' }));
  const changes: string[] = [];
  actor.watch(({ name }) => {
    if (name === 'reconnecting') actor.post({ type: 'disconnect' });
  });
  actor.watch(({ name }, { name: before }) => changes.push(`${before} → ${name}`));
  actor.post({ type: 'client.broken', generation, reason: 'browser_crashed', detail: 'gone' });
  t.equal(actor.state.name, 'logging-out', 'the state has changed before post() returns');
  await settled();
  t.same(changes, ['ready → reconnecting', 'reconnecting → logging-out']);
  t.same(effects, ['alert', 'close', 'close', 'remove-profile']);
  actor.end();
});

t.test(
  'a transition is logged as one line with its cause, and an event that changes nothing is not logged',
  (t) => {
    const { actor, log } = stage(state({ name: 'ready' }));
    actor.post({ type: 'client.ready', generation, me: ME });
    actor.post({ type: 'client.offline', generation: generation - 1 });
    t.same(log.lines, []);
    actor.post({ type: 'client.broken', generation, reason: 'browser_crashed', detail: 'gone' });
    t.same(log.lines, [
      [
        'info',
        'session.transition',
        {
          ...{ from: 'ready', to: 'reconnecting', reason: 'browser_crashed' },
          ...{ cause: 'client.broken', nextAttemptInMs: POLICY.delaysMs[0], detail: 'gone' },
        },
      ],
    ]);
    actor.end();
    t.end();
  },
);

t.test('the one timer is armed, cleared, and silent after the end', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const { actor } = stage(state({ name: 'ready' }));
  actor.post({ type: 'client.offline', generation });
  mock.timers.tick(59_999);
  t.match(actor.state, { name: 'reconnecting', step: { kind: 'grace' } });
  mock.timers.tick(1);
  t.match(actor.state, { name: 'reconnecting', attempts: 1, step: { kind: 'running', rung: 'reconnect' } });
  actor.post({ type: 'client.ready', generation, me: ME });
  mock.timers.tick(1_000_000);
  t.equal(actor.state.name, 'ready', 'the deadline of the attempt is cleared');
  actor.post({ type: 'client.offline', generation });
  actor.end();
  mock.timers.tick(1_000_000);
  t.match(actor.state, { name: 'reconnecting', step: { kind: 'grace' } });
  t.end();
});

t.test('until() resolves at once or at the first matching state, and rejects when aborted', async (t) => {
  const { actor } = stage(state({ name: 'ready' }));
  const never = new AbortController().signal;
  const is = (name: string) => (state: State) => state.name === name;
  t.equal((await actor.until(is('ready'), { signal: AbortSignal.abort() })).name, 'ready', 'at once');
  const later = actor.until(is('reconnecting'), { signal: never });
  const late = new AbortController();
  const tooLate = actor.until(is('failed'), { signal: late.signal });
  actor.post({ type: 'client.offline', generation });
  t.equal((await later).name, 'reconnecting');
  late.abort();
  t.match(await thrownBy(tooLate), {
    kind: 'wait_expired',
    details: { more: { status: 'reconnecting', sessionReason: 'network_down' } },
  });
  t.match(await thrownBy(actor.until(is('failed'), { signal: late.signal })), { kind: 'wait_expired' });
  actor.end();
});

t.test('a watcher is not called after it was removed, or after the end', (t) => {
  const { actor } = stage(state({ name: 'ready' }));
  const changes: string[] = [];
  const stop = actor.watch(({ name }) => changes.push(`a ${name}`));
  actor.watch(({ name }) => changes.push(`b ${name}`));
  stop();
  actor.post({ type: 'client.offline', generation });
  actor.end();
  actor.post({ type: 'client.ready', generation, me: ME });
  t.same(changes, ['b reconnecting']);
  t.end();
});
