/** Hibernation, as tables: when an account sleeps, what wakes it, and when it wakes by itself. */
import { ASKED, AT_MS, HOUR_MS, ME, POLICY, state } from './machine.js';
import { exactTable, given, NOTHING, on, SAME, tableUnder } from './transition-table.js';

const idle = (dueAtMs: number | null) => ['idle', { dueAtMs }] as const;
const needed = (atMs: number) => ['page-needed', { atMs, why: 'message' }] as const;
const MINUTE_MS = 60_000;
const asleep = (wakeAtMs: number | null) => [state({ name: 'hibernating', wakeAtMs })];

exactTable('an idle account closes its browser and keeps its link', [
  ['ready', idle(null), 'hibernating', 'close, arm 3600000', { wakeAtMs: AT_MS + HOUR_MS, generation: 8 }],
  ['ready', idle(AT_MS + MINUTE_MS), 'hibernating', 'close, arm 60000', { wakeAtMs: AT_MS + MINUTE_MS }],
  ['ready', idle(AT_MS + 2 * HOUR_MS), 'hibernating', 'close, arm 3600000', { wakeAtMs: AT_MS + HOUR_MS }],
  ['ready', idle(AT_MS - 1), 'hibernating', 'close, arm 0', { wakeAtMs: AT_MS }],
  [given('ready', ASKED), idle(null), 'ready/action_required', NOTHING],
  [
    'stopped|starting|linking|syncing|running reload|logging-out|failed|hibernating',
    idle(null),
    SAME,
    NOTHING,
  ],
]);

tableUnder({ ...POLICY, wakeMs: 0 }, 'without a period it sleeps until it is needed', [
  ['ready', idle(null), 'hibernating', 'close', { wakeAtMs: null, timer: 41 }],
  ['ready', idle(AT_MS + MINUTE_MS), 'hibernating', 'close, arm 60000', { wakeAtMs: AT_MS + MINUTE_MS }],
  ['ready', idle(AT_MS + 2 ** 40), 'hibernating', `close, arm ${2 ** 31 - 1}`],
  [asleep(null), needed(AT_MS + MINUTE_MS), 'hibernating', 'arm 60000', { wakeAtMs: AT_MS + MINUTE_MS }],
]);

exactTable('it wakes when it is time, when its page is needed, and on request', [
  ['hibernating', 'timer', 'queued starting', 'take-place', { generation: 8 }],
  ['hibernating', ['timer', { timer: 39 }], SAME, NOTHING],
  ['hibernating', needed(0), 'queued starting', 'take-place'],
  ['hibernating', needed(AT_MS), 'queued starting', 'take-place'],
  ['hibernating', needed(AT_MS + MINUTE_MS), 'hibernating', 'arm 60000', { wakeAtMs: AT_MS + MINUTE_MS }],
  ['hibernating', needed(AT_MS + 2 * HOUR_MS), SAME, NOTHING],
  ['hibernating', on.initialize, 'queued starting', 'take-place'],
  ['hibernating', on.restart, 'queued starting', 'take-place'],
  ['stopped|starting|linking|syncing|ready|running reload|logging-out|failed', needed(0), SAME, NOTHING],
]);

const waking = (waking: 'awaited' | 'held', more = {}) => given('logging-out', { waking, ...more });
const EXITING = { asked: 'shutdown', next: 'exit' };
const ENDING = waking('held', EXITING);
const LINKED = { session: ME };
const KEPT = 'leave-place, alert shutting_down, close, exit stopped';
const REMOVED = 'leave-place, close, remove-profile';

exactTable('it is stopped without a page, and stays linked', [
  ['hibernating', 'stop', 'stopped/user_stopped', 'drain, close', { ...LINKED, timer: 41 }],
  ['hibernating', on.shutdown, 'stopped/shutting_down', 'drain, close, exit stopped', LINKED],
  ['hibernating', 'lock-lost', 'stopped/lock_held', 'alert lock_held, close, exit lock-lost'],
]);

exactTable('it is woken to be unlinked', [
  ['hibernating', 'disconnect', 'queued logging-out', 'take-place, arm 90000', { asked: 'person' }],
  ['hibernating', 'clear', 'queued logging-out', 'take-place, arm 90000', { next: 'rest', generation: 8 }],
  ['hibernating', on.shutdownUnlinked, 'queued logging-out/shutting_down', 'take-place, arm 30000', EXITING],
  [waking('awaited'), 'place-taken', 'waking logging-out', 'launch', { timer: 40 }],
  ['logging-out', 'place-taken', SAME, NOTHING],
  [waking('held'), on.linked, SAME, NOTHING],
  [
    waking('held'),
    on.ready,
    'logging-out',
    'leave-place, logout',
    { waking: null, timer: 41, generation: 7 },
  ],
  ['logging-out', on.ready, SAME, NOTHING],
]);

exactTable('a waking that fails, or takes too long, ends like an unlink that was not confirmed', [
  [ENDING, 'timer', 'stopped/shutting_down', KEPT, LINKED],
  [waking('awaited', EXITING), 'timer', 'stopped/shutting_down', KEPT, LINKED],
  [ENDING, 'hurry', 'stopped/shutting_down', KEPT, LINKED],
  [ENDING, on.noNetwork, 'stopped/shutting_down', KEPT, LINKED],
  [ENDING, on.refused('banned'), 'stopped/shutting_down', KEPT, LINKED],
  [ENDING, 'client.conflict', 'stopped/shutting_down', KEPT, LINKED],
  [ENDING, 'client.unpaired', 'stopped/shutting_down', KEPT, LINKED],
  [ENDING, on.loggedOut(false), 'stopped/shutting_down', KEPT, LINKED],
  [waking('held'), 'timer', 'logging-out', REMOVED, { unlinked: false, waking: null, generation: 8 }],
  [waking('held'), on.noNetwork, 'logging-out', REMOVED, { unlinked: false, waking: null }],
  [ENDING, ['timer', { timer: 39 }], SAME, NOTHING],
  ['logging-out', 'timer', SAME, NOTHING],
  ['logging-out', 'hurry', SAME, NOTHING],
]);

exactTable('a link that ended during the sleep needs no unlink', [
  [ENDING, on.loggedOut(true), 'logging-out/shutting_down', REMOVED, { unlinked: true, waking: null }],
  [waking('held'), on.loggedOut(true), 'logging-out', REMOVED, { unlinked: true, waking: null }],
]);

exactTable('the daemon ends while a person waits for the unlink: it takes no longer than its own', [
  [waking('held'), on.shutdown, 'waking logging-out/shutting_down', 'arm 30000', { asked: 'person' }],
  [ENDING, on.shutdown, SAME, NOTHING],
]);
