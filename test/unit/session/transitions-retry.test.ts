/**
 * Attempts, as tables and stories: when the next is due, when they are exhausted, and the slow retry after
 * that.
 */
import t from 'tap';
import { initialState, type State } from '../../../src/session/state.js';
import { transition } from '../../../src/session/transition.js';
import { AT_MS, type Draft, does, POLICY, raised, SAVED, told } from './machine.js';
import {
  broken,
  given,
  INITIALIZE,
  KNOWN,
  LINKED,
  NEVER_SLOW,
  NOTHING,
  OFFLINE,
  READY,
  repeated,
  START,
  TIMER,
  table,
} from './transition-table.js';

// biome-ignore format: rows are subject, event and result
table('attempts used up: failed, one alert, then a slow retry that is not counted', [
  ['the fifth failed', 'reconnecting running browser ×5', broken('network_down'),
    'failed/attempts_exhausted', 'close, alert attempts_exhausted, arm 300000',
    { attempts: 5, retryAtMs: AT_MS + 300_000 }],
  ['the fifth ran out: its page lives on', 'reconnecting running browser ×5', TIMER,
    'failed/attempts_exhausted', 'alert attempts_exhausted, arm 300000'],
  ['a slow retry', 'failed ×5', TIMER, 'reconnecting/attempts_exhausted slow', START, { attempts: 5 }],
  ['which fails: nobody is told again',
    given('reconnecting/attempts_exhausted slow ×5', { alerted: ['attempts_exhausted'] }),
    broken('network_down'), 'failed/attempts_exhausted',
    'close, arm 300000', { attempts: 5 }],
  ['which runs out', given('reconnecting/attempts_exhausted slow ×5', { alerted: ['attempts_exhausted'] }),
    TIMER, 'failed/attempts_exhausted', 'arm 300000'],
  ['which gets as far as a sync that does not end', given('syncing ×5', { alerted: ['attempts_exhausted'] }),
    TIMER, 'failed/attempts_exhausted', 'arm 300000', { attempts: 5 }],
  ['which ends with a crash', given('syncing ×5', { alerted: ['attempts_exhausted'] }),
    broken('page_unresponsive'), 'failed/attempts_exhausted', 'close, arm 300000, alert page_unresponsive'],
  ['which succeeds', 'reconnecting/attempts_exhausted slow ×5', LINKED,
    'syncing', 'arm 120000', { attempts: 5 }],
  ['a live page came back by itself', 'failed ×5', LINKED, 'syncing', 'arm 120000'],
  ['and was ready at once', 'failed ×5', READY, 'ready', 'mark-linked, prune-profiles', { attempts: 0 }],
  ['a live page died: cleared away, nothing else', 'failed', broken('browser_crashed'),
    'failed/attempts_exhausted', 'close', { timer: 40, generation: 8 }],
  ['a person is waited for', 'reconnecting running browser ×5', broken('network_down'),
    'failed/attempts_exhausted', 'close, alert attempts_exhausted',
    { retryAtMs: null, timer: 41 }, NEVER_SLOW],
  ['and no timer changes that', given('failed', { retryAtMs: null }), TIMER,
    'failed/attempts_exhausted', NOTHING],
  ['offline in failed', 'failed', OFFLINE, 'failed/attempts_exhausted', NOTHING],
]);

// biome-ignore format: rows are subject, event and result
table('a page that comes and goes and never syncs climbs all the same', [
  ['linked again before the attempt', 'reconnecting/sync_timeout scheduled browser ×1', LINKED,
    'reconnecting/sync_timeout scheduled browser', NOTHING],
  ['linked again by the attempt', 'reconnecting/sync_timeout running browser ×2', LINKED,
    'syncing', 'arm 120000'],
]);

/** Plays events. `timer` rings when it is due. Returns each step in words. */
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

const only = (words: string): State => given(words)[0] as State;
const NO_NETWORK = broken('network_down');

t.test(
  'offline at start: waits of 5, 10, 15, 20 and 25 s, five attempts, one alert, then every five minutes',
  (t) => {
    const first = initialState(SAVED, AT_MS);
    const tries = repeated(8, [NO_NETWORK, TIMER]);
    t.same(play(first, [INITIALIZE, ...tries]).steps, [
      `starting ×0 [${START}]`,
      ...[1, 2, 3, 4, 5].flatMap((n) => [
        `reconnecting/network_down scheduled browser ×${n - 1} [close, arm ${n * 5_000}]`,
        `reconnecting/network_down running browser ×${n} [${START}]`,
      ]),
      'failed/attempts_exhausted ×5 [close, alert attempts_exhausted, arm 300000]',
      `reconnecting/attempts_exhausted slow ×5 [${START}]`,
      ...repeated(2, [
        'failed/attempts_exhausted ×5 [close, arm 300000]',
        `reconnecting/attempts_exhausted slow ×5 [${START}]`,
      ]),
    ]);
    t.end();
  },
);

t.test('more attempts use the last delay again, and no wait is longer than the cap', (t) => {
  const waits = (policy: typeof POLICY): string[] =>
    play(initialState(SAVED, AT_MS), [INITIALIZE, ...repeated(8, [NO_NETWORK, TIMER])], policy)
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
  const { steps } = play(only('ready'), [
    OFFLINE,
    TIMER,
    TIMER,
    TIMER,
    TIMER,
    TIMER,
    ...repeated(3, [NO_NETWORK, TIMER]),
  ]);
  t.same(steps, [
    `reconnecting/network_down grace ×0 [arm 60000]`,
    `reconnecting/network_down running reconnect ×1 [nudge reconnect, arm 20000]`,
    `reconnecting/network_down scheduled reload ×1 [arm 10000]`,
    `reconnecting/network_down running reload ×2 [nudge reload, arm 20000]`,
    `reconnecting/network_down scheduled browser ×2 [arm 15000]`,
    `reconnecting/network_down running browser ×3 [${START}]`,
    `reconnecting/network_down scheduled browser ×3 [close, arm 20000]`,
    `reconnecting/network_down running browser ×4 [${START}]`,
    `reconnecting/network_down scheduled browser ×4 [close, arm 25000]`,
    `reconnecting/network_down running browser ×5 [${START}]`,
    'failed/attempts_exhausted ×5 [close, alert attempts_exhausted, arm 300000]',
    `reconnecting/attempts_exhausted slow ×5 [${START}]`,
  ]);
  t.end();
});

t.test('the count is back at 0 once ready, and the next incident is told again', (t) => {
  const { steps, end } = play(only('reconnecting running browser ×5'), [
    NO_NETWORK,
    TIMER,
    KNOWN,
    READY,
    broken('browser_crashed'),
    TIMER,
    ...repeated(5, [NO_NETWORK, TIMER]),
  ]);
  t.equal(steps[3], 'ready ×0 [mark-linked, prune-profiles]');
  t.equal(steps.filter((step) => step.includes('alert attempts_exhausted')).length, 2);
  t.equal(end.attempts, 5);
  t.end();
});

t.test(
  'a sync that never ends climbs and gives up, though the page says each time that it is linked',
  (t) => {
    const { steps, end } = play(only('ready'), [
      ['client.reloading'],
      ...repeated(6, [TIMER, TIMER, LINKED]),
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
