/** Starts of a session, as tables: requests of a person, and new browsers for a healthy account. */
import { ME, WAITS } from './machine.js';
import { given, NOTHING, on, SAME, START, table } from './transition-table.js';

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
