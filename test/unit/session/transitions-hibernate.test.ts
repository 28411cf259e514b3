/** Hibernation, as tables: when an account sleeps, what wakes it, and when it wakes by itself. */
import { ASKED, AT_MS, HOUR_MS, POLICY, state } from './machine.js';
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

exactTable('it ends without a page: the session stays unless a person removes it', [
  ['hibernating', on.stop, 'stopped/shutting_down', 'drain, close, exit stopped'],
  [
    'hibernating',
    on.stopUnlinked,
    'stopped/shutting_down',
    'alert shutting_down, drain, close, exit stopped',
  ],
  ['hibernating', 'disconnect', 'logging-out', 'close, remove-profile'],
  ['hibernating', 'lock-lost', 'stopped/lock_held', 'alert lock_held, close, exit lock-lost'],
]);
