/** Attempts, as tables and stories: when the next one is due, when they are used up, and the slow retry. */
import t from 'tap';
import type { Policy } from '../../../src/session/policy.js';
import { initialState, type State } from '../../../src/session/state.js';
import { ALERTED, AT_MS, type Named, NEVER_SLOW, POLICY, repeated, SAVED, state, WAITS } from './machine.js';
import { given, NOTHING, on, play, SAME, START, table, tableUnder } from './transition-table.js';

const SLOW = 'slow/attempts_exhausted';
const GIVES_UP = 'alert attempts_exhausted, arm 300000';
const RETRIES = 'close, arm 300000';

table('when the attempts are used up: one alert, then slow retries that are not counted', [
  ['running browser ×5', on.noNetwork, 'failed ×5', `close, ${GIVES_UP}`, { retryAtMs: AT_MS + 300_000 }],
  ['running browser ×5', 'timer', 'failed', GIVES_UP],
  ['failed ×5', 'timer', `${SLOW} ×5`, START],
  [given(`${SLOW} ×5`, ALERTED), on.noNetwork, 'failed ×5', RETRIES],
  [given(`${SLOW} ×5`, ALERTED), 'timer', 'failed', 'arm 300000'],
  [given('syncing ×5', ALERTED), 'timer', 'failed ×5', 'arm 300000'],
  [given('syncing ×5', ALERTED), on.hangs, 'failed', `${RETRIES}, alert page_unresponsive`],
  [`${SLOW} ×5`, on.linked, 'syncing ×5', 'arm 120000'],
]);

table('a page that was kept after giving up can recover by itself, or end', [
  ['failed ×5', on.linked, 'syncing', 'arm 120000'],
  ['failed ×5', on.ready, 'ready ×0', 'mark-linked, prune-profiles'],
  ['failed', on.crashed, 'failed', 'close', { timer: 40, generation: 8 }],
  ['failed', 'client.offline', SAME, NOTHING],
]);

tableUnder(NEVER_SLOW, 'without slow retries, giving up waits for a person', [
  ['running browser ×5', on.noNetwork, 'failed', 'close, alert attempts_exhausted', { ...WAITS, timer: 41 }],
]);

table('a page that links again but never syncs gets no more time', [
  ['scheduled browser/sync_timeout ×1', on.linked, SAME, NOTHING],
  ['running browser/sync_timeout ×2', on.linked, 'syncing', 'arm 120000'],
]);

/** Each attempt fails. */
const failing = (n: number): Named[] => repeated(n, [on.noNetwork, 'timer']);
const START_OFFLINE = [on.initialize, ...failing(8)];
const FIRST = initialState(SAVED, AT_MS);

t.test('without a network at the start: five attempts, one alert, then slow retries', async (t) => {
  t.same(play(FIRST, START_OFFLINE).words, [
    `starting ×0 [${START}]`,
    ...[1, 2, 3, 4, 5].flatMap((n) => [
      `scheduled browser ×${n - 1} [close, arm ${n * 5_000}]`,
      `running browser ×${n} [${START}]`,
    ]),
    `failed ×5 [close, ${GIVES_UP}]`,
    `${SLOW} ×5 [${START}]`,
    ...repeated(2, ['failed ×5 [close, arm 300000]', `${SLOW} ×5 [${START}]`]),
  ]);
});

t.test('more attempts use the last delay again, and no wait is longer than the cap', async (t) => {
  const waits = (more: Partial<Policy>): number[] =>
    play(FIRST, START_OFFLINE, { policy: { ...POLICY, ...more } }).words.flatMap((step) =>
      step.startsWith('scheduled') ? [Number(/arm (\d+)/.exec(step)?.[1])] : [],
    );
  t.same(waits({ maxAttempts: 7 }), [5_000, 10_000, 15_000, 20_000, 25_000, 25_000, 25_000]);
  t.same(waits({ delaysMs: [10_000, 40_000] }), [10_000, 30_000, 30_000, 30_000, 30_000]);
  t.same(waits({ maxAttempts: 1, delaysMs: [0] }), [0]);
});

t.test('a connection that does not come back: grace, socket, reload, browsers, and the alert', async (t) => {
  const events: Named[] = ['client.offline', ...repeated(5, ['timer']), ...failing(3)];
  t.same(play(state({ name: 'ready' }), events).words, [
    `grace ×0 [arm 60000]`,
    `running reconnect ×1 [nudge reconnect, arm 20000]`,
    `scheduled reload ×1 [arm 10000]`,
    `running reload ×2 [nudge reload, arm 20000]`,
    `scheduled browser ×2 [arm 15000]`,
    `running browser ×3 [${START}]`,
    `scheduled browser ×3 [close, arm 20000]`,
    `running browser ×4 [${START}]`,
    `scheduled browser ×4 [close, arm 25000]`,
    `running browser ×5 [${START}]`,
    `failed ×5 [close, ${GIVES_UP}]`,
    `${SLOW} ×5 [${START}]`,
  ]);
});

const alerts = (words: string[]): string[] =>
  words.filter((step) => step.includes('alert attempts_exhausted'));

t.test('the count is 0 again when ready, and the next incident raises an alert again', async (t) => {
  const events = [...failing(1), on.known, on.ready, on.crashed, 'timer' as const, ...failing(5)];
  const { words, end } = play(given('running browser ×5')[0] as State, events);
  t.equal(words[3], 'ready ×0 [mark-linked, prune-profiles]');
  t.equal(alerts(words).length, 2);
  t.equal(end.attempts, 5);
});

t.test('a sync that never ends uses up the attempts, though the page links each time', async (t) => {
  const events: Named[] = [['client.reloading'], ...repeated(6, ['timer', 'timer', on.linked])];
  const { words, end } = play(state({ name: 'ready' }), events);
  t.same(
    words.filter((step) => step.startsWith('running')).map((step) => step.replace(/ \[.*/, '')),
    ['reload', 'browser', 'browser', 'browser', 'browser'].map(
      (rung, i) => `running ${rung}/sync_timeout ×${i + 1}`,
    ),
  );
  t.equal(alerts(words).length, 1);
  t.equal(end.attempts, 5);
});
