/** Starts of a session, as tables: requests of a person, and new browsers for a healthy account. */
import { ME, WAITS } from './machine.js';
import { exactTable, given, NOTHING, on, SAME, START, table } from './transition-table.js';

table('initialize starts a session that rests or waits, with the count at 0', [
  ['stopped', on.initialize, 'starting ×0', START],
  ['failed ×5', on.initialize, 'starting ×0', START, { alerted: [] }],
  [given('failed/banned', WAITS), on.initialize, 'starting', START],
  ['scheduled browser ×3', on.initialize, 'starting ×0', START],
  ['grace', on.initialize, 'starting', START],
  ['scheduled takeover/conflict', on.initialize, 'starting', START],
]);

table('initialize changes nothing in a session that is started, unless it asks for a restart', [
  ['starting|linking|syncing|ready', on.initialize, SAME, NOTHING],
  ['starting|linking|syncing|ready', on.restart, 'starting ×0', START],
  ['logging-out', on.restart, SAME, NOTHING],
]);

table('only a session that is ready gets a new browser because of its age', [
  ['ready', on.recycle, 'starting ×0', START, { session: ME }],
  ['stopped|starting|linking|syncing|reconnecting|logging-out|failed', on.recycle, SAME, NOTHING],
]);

const TAKE = 'take-place';
const LEAVE = 'leave-place';
const LAUNCH = 'launch, arm 90000';

exactTable('a launch waits for its place, and its deadline counts from there', [
  ['stopped', on.initialize, 'queued starting', TAKE, { timer: 41, generation: 8 }],
  ['queued starting', 'place-taken', 'starting', LAUNCH, { timer: 41, generation: 7 }],
  ['queued starting/auth_failed', 'place-taken', 'starting/auth_failed', LAUNCH],
  ['scheduled browser ×2', 'timer', 'queued attempt ×3', TAKE],
  ['queued attempt ×3', 'place-taken', 'running browser ×3', LAUNCH],
  ['queued attempt/browser_crashed', 'place-taken', 'running browser/browser_crashed', LAUNCH],
  ['failed ×5', 'timer', 'queued slow/attempts_exhausted ×5', TAKE],
  ['queued slow/attempts_exhausted ×5', 'place-taken', 'slow/attempts_exhausted ×5', LAUNCH],
  ['stopped|starting|linking|syncing|ready|running browser|slow|failed', 'place-taken', SAME, NOTHING],
  ['queued starting|queued attempt|queued slow', 'timer', SAME, NOTHING],
]);

exactTable('a launch that waits for its place can be stopped at once, or replaced', [
  ['queued starting', on.shutdown, 'stopped/shutting_down', `${LEAVE}, drain, close, exit stopped`],
  ['queued attempt', on.shutdown, 'stopped/shutting_down', `${LEAVE}, drain, close, exit stopped`],
  ['queued slow', 'disconnect', 'logging-out', `${LEAVE}, close, remove-profile`],
  ['queued starting', on.restart, 'queued starting', `${LEAVE}, ${TAKE}`, { generation: 8 }],
  ['queued starting', on.initialize, SAME, NOTHING],
  ['queued attempt ×3', on.initialize, 'queued starting ×0', `${LEAVE}, ${TAKE}`],
]);

exactTable('a place is given back when the page has answered, or the start has failed', [
  ['starting', 'client.linked', 'syncing', `${LEAVE}, arm 120000`],
  [given('starting', { session: null }), 'client.unpaired', 'linking', LEAVE],
  ['running browser', on.ready, 'ready', `${LEAVE}, mark-linked, prune-profiles`],
  ['starting', 'timer', 'scheduled reconnect', `${LEAVE}, arm 5000`],
  ['starting', on.broken('memory_low'), 'scheduled browser/memory_low', `${LEAVE}, close, arm 5000`],
  [
    'slow/attempts_exhausted ×5',
    on.noNetwork,
    'failed',
    `${LEAVE}, close, alert attempts_exhausted, arm 300000`,
  ],
  ['ready|syncing|linking', on.restart, 'queued starting', TAKE],
]);
