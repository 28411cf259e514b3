/** Recovery from faults, as tables: a lost network, a dead browser, a conflict, a refusal, a broken profile. */
import t from 'tap';
import { ALERTED, AT_MS, BARE, HOUR_MS, POLICY, repeated, state, WAITS } from './machine.js';
import { given, NOTHING, on, play, SAME, START, table, tableUnder } from './transition-table.js';

table('a page that was connected gets 60 s when only the network is down', [
  ['ready', 'client.offline', 'grace ×0', 'arm 60000'],
  ['ready', on.sick('offline'), 'grace', 'arm 60000'],
  ['grace', 'client.offline', SAME, NOTHING],
  ['grace', on.linked, 'syncing ×0', 'arm 120000'],
  ['grace', 'timer', 'running reconnect ×1', 'nudge reconnect, arm 20000'],
  ['grace ×5', 'timer', 'failed ×5', 'alert attempts_exhausted, arm 300000'],
  ['linking|syncing', 'client.offline', SAME, NOTHING],
]);

tableUnder({ ...POLICY, graceMs: 0 }, 'without a grace period, the first delay applies', [
  ['ready', 'client.offline', 'grace', 'arm 5000'],
]);

table('each attempt replaces more than the one before: socket, page, browser', [
  ['reconnecting ×1', 'timer', 'scheduled reload', 'arm 10000'],
  ['scheduled reload ×1', 'timer', 'running reload ×2', 'nudge reload, arm 20000'],
  ['running reload ×2', 'timer', 'scheduled browser', 'arm 15000'],
  ['scheduled browser ×2', 'timer', 'running browser ×3', START, { generation: 8 }],
  ['syncing', 'timer', 'scheduled reload/sync_timeout', 'arm 5000'],
  ['running reload/sync_timeout ×1', 'timer', 'scheduled browser/sync_timeout', 'arm 10000'],
  ['starting', 'timer', 'scheduled reconnect', 'arm 5000'],
]);

const CRASHED = 'scheduled browser/browser_crashed';
const HUNG = 'close, arm 5000, alert page_unresponsive';

table('a browser that dies or hangs is replaced', [
  ['ready', on.crashed, CRASHED, 'close, arm 5000, alert browser_crashed', { generation: 8 }],
  ['scheduled reload ×1', on.crashed, `${CRASHED} ×1`, 'close, arm 10000'],
  ['ready|linking', on.sick('unresponsive'), 'scheduled browser/page_unresponsive', HUNG],
]);

const sickBefore = (...agoMs: number[]) => given('ready', { sickMs: agoMs.map((ms) => AT_MS - ms) });
const SICK_ONCE = { sickMs: [AT_MS] };
const REPAIR = 'arm 5000, alert page_unresponsive';

table('a page that is sick is repaired three times an hour, each time with a larger repair', [
  ['ready', on.sick('deaf'), 'scheduled reload/page_unresponsive', REPAIR],
  [sickBefore(1), on.sick('deaf'), 'scheduled browser/page_unresponsive', REPAIR],
  ['ready', on.sick('stuck'), 'scheduled reconnect/page_unresponsive', REPAIR],
  [sickBefore(3, 2, 1), on.sick('stuck'), 'ready', 'alert page_unresponsive'],
  [sickBefore(HOUR_MS), on.sick('stuck'), 'scheduled reconnect/page_unresponsive', REPAIR, SICK_ONCE],
]);

table('a page that reloads itself has to sync again', [
  ['ready', 'client.reloading', 'syncing ×0', 'arm 120000'],
  ['syncing|grace', 'client.reloading', SAME, NOTHING],
]);

table('the first start is not an attempt, and a page that fails to load is a failed attempt', [
  ['starting', on.noNetwork, 'scheduled browser ×0', 'close, arm 5000'],
  ['running browser ×2', on.noNetwork, 'scheduled browser ×2', 'close, arm 15000'],
  ['starting', on.broken('browser_missing'), 'scheduled browser/browser_missing', 'close, arm 5000'],
  ['starting', on.broken('disk_full'), 'scheduled browser/disk_full', 'close, arm 5000'],
]);

const TAKEOVER = 'scheduled takeover/conflict';
const TAKES = 'nudge takeover, arm 20000';
const taken = (...takeoversMs: number[]) => ({ takeoversMs: takeoversMs.map((ms) => AT_MS + ms) });
const THREE = taken(-50 * 60_000, -20_000, -10_000);
const OLD = taken(-HOUR_MS, -2, -1);
/** From a clock that was set back later. */
const AHEAD = taken(HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS);

table('a session is taken over three times an hour, and the fourth takeover waits', [
  ['ready|starting', 'client.conflict', TAKEOVER, 'arm 5000'],
  [TAKEOVER, 'client.conflict', SAME, NOTHING],
  [TAKEOVER, 'timer', 'running takeover/conflict ×1', TAKES, taken(0)],
  [`${TAKEOVER} ×5`, 'timer', 'running takeover/conflict ×5', TAKES],
  [given('running takeover/conflict ×1', taken(-1)), 'client.conflict', TAKEOVER, 'arm 10000'],
  [given('ready', THREE), 'client.conflict', TAKEOVER, 'arm 600000, alert conflict'],
  [given('syncing', { ...THREE, alerted: ['conflict'] }), 'client.conflict', TAKEOVER, 'arm 600000'],
  [given('ready', OLD), 'client.conflict', TAKEOVER, 'arm 5000', taken(-2, -1)],
  [given('ready', AHEAD), 'client.conflict', TAKEOVER, 'arm 5000'],
  ['running takeover/conflict ×1', 'timer', 'scheduled reload', 'arm 10000'],
  [TAKEOVER, on.linked, 'syncing', 'arm 120000'],
  ['linking|failed', 'client.conflict', SAME, NOTHING],
]);

const BANNED = on.refused('banned');
const GIVES_UP = 'close, alert banned';
const ENDED = { retryAtMs: null, timer: 41 };

table('a ban waits for a person, and no timer ends the wait', [
  ['starting|linking|syncing|ready|reconnecting|failed', BANNED, 'failed/banned', GIVES_UP, ENDED],
  [given('slow/attempts_exhausted', ALERTED), BANNED, 'failed/banned', GIVES_UP],
  [given('failed/banned', WAITS), 'timer', SAME, NOTHING],
  [given('failed', WAITS), 'timer', SAME, NOTHING],
]);

const OUTDATED = on.refused('outdated_library');
const LACKS = on.refused('outdated_library', { detail: 'send.text is missing: WAWebMsgKey' });
const FAILED = 'failed/outdated_library';
const RELOAD = 'scheduled reload/outdated_library';
/** A slow retry of an account whose outdated version is reported already. */
const SLOW = given('slow/outdated_library ×1', { alerted: ['outdated_library'] });

table('an outdated version reloads the page once, then gives up', [
  ['starting', OUTDATED, RELOAD, 'arm 5000'],
  [RELOAD, OUTDATED, SAME, NOTHING],
  ['running reload/outdated_library ×1', OUTDATED, FAILED, 'close, alert outdated_library, arm 300000'],
  ['syncing', LACKS, RELOAD, 'arm 5000'],
  ['syncing ×1', LACKS, FAILED, 'close, arm 300000'],
  [`${FAILED} ×1`, 'timer', 'slow/outdated_library ×1', START],
  [SLOW, OUTDATED, `${FAILED} ×1`, 'close, arm 300000'],
  [SLOW, on.noNetwork, FAILED, 'close, arm 300000'],
]);

const NO_LAUNCH = on.broken('launch_failed');
const AGAIN = 'scheduled browser/launch_failed';
const failures = (launchFailures: number) => ({ launchFailures });
const failed = (n: number, words: string, more = {}) => given(words, { ...failures(n), ...more });
const EXAMINE = 'close, examine-profile';
const MOVED = `close, quarantine corrupt, ${START}, alert session_corrupt`;

table('a profile is examined at every second launch in a row that fails', [
  ['starting', NO_LAUNCH, AGAIN, 'close, arm 5000', failures(1)],
  [failed(1, 'running browser ×1'), NO_LAUNCH, AGAIN, `${EXAMINE}, arm 10000`, failures(2)],
  [failed(1, 'running browser ×5'), NO_LAUNCH, 'failed', `${EXAMINE}, alert attempts_exhausted, arm 300000`],
  [failed(2, 'running browser ×2'), NO_LAUNCH, AGAIN, 'close, arm 15000'],
  [failed(3, 'running browser ×2'), NO_LAUNCH, AGAIN, `${EXAMINE}, arm 15000`],
  [failed(1, 'running browser ×1', BARE), NO_LAUNCH, AGAIN, 'close, arm 10000'],
  [failed(1, 'running browser ×1'), on.noNetwork, 'scheduled browser', 'close, arm 10000', failures(0)],
]);

table('a profile that is damaged is moved aside, unless the session has gone on since', [
  [failed(2, AGAIN), on.suspect(true), 'starting/session_corrupt ×0', MOVED, BARE],
  ['failed', on.suspect(true), 'starting/session_corrupt', MOVED],
  [failed(2, AGAIN), on.suspect(false), SAME, NOTHING],
  ['starting|ready|logging-out', on.suspect(true), SAME, NOTHING],
]);

t.test('two hosts that take the session from each other: at most three takeovers an hour', async (t) => {
  const events = repeated(12, ['client.conflict', 'timer', on.linked, on.ready]);
  const { steps } = play(state({ name: 'ready' }), events, { paceMs: 1_000 });
  const takeovers = steps.filter(({ effects }) => effects.some(({ do: what }) => what === 'nudge'));
  t.equal(takeovers.length, 12);
  for (const [i, { atMs }] of takeovers.slice(3).entries())
    t.ok(atMs - (takeovers[i]?.atMs ?? 0) >= HOUR_MS, `takeover ${i + 4}`);
  const alerts = steps.flatMap(({ effects }) => effects.filter((effect) => effect.do === 'alert'));
  t.ok(alerts.every(({ reason }) => reason === 'conflict') && alerts.length > 0);
});
