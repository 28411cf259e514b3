/** Starts of a session, as a table: requests of a person, and new browsers for a healthy account. */
import { ME } from './machine.js';
import { given, INITIALIZE, NOTHING, RESTART, SAME, START, table } from './transition-table.js';

// biome-ignore format: rows are subject, event and result
table('initialize starts now with the count at 0, where something waits or rests', [
  ['at rest', 'stopped', INITIALIZE, 'starting', START, { attempts: 0 }],
  ['given up', 'failed ×5', INITIALIZE, 'starting', START, { attempts: 0, alerted: [] }],
  ['banned: a person may try', given('failed/banned', { retryAtMs: null }), INITIALIZE, 'starting', START],
  ['scheduled', 'reconnecting scheduled browser ×3', INITIALIZE, 'starting', START, { attempts: 0 }],
  ['in grace', 'reconnecting grace', INITIALIZE, 'starting', START],
  ['waiting for a takeover', 'reconnecting/conflict scheduled takeover', INITIALIZE, 'starting', START],
]);

// biome-ignore format: rows are subject, event and result
table('initialize changes nothing where something is up, and replaces the browser when told to', [
  ['is up', 'starting|linking|syncing|ready', INITIALIZE, SAME, NOTHING],
  ['restart', 'starting|linking|syncing|ready', RESTART, 'starting', START, { attempts: 0 }],
  ['a logout is seen through', 'logging-out', RESTART, 'logging-out/user_stopped', NOTHING],
]);

// biome-ignore format: rows are subject, event and result
table('a healthy account gets a new browser for the asking, and nobody else does', [
  ['ready', 'ready', ['recycle', { why: 'age' }], 'starting', START, { attempts: 0, session: ME }],
  ['else', 'stopped|starting|linking|syncing|reconnecting|logging-out|failed', ['recycle', { why: 'age' }],
    SAME, NOTHING],
]);
