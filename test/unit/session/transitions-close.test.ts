/** The ends of a session, as tables: by a person, by the end of the daemon, by a lost lock. */
import { ASKED, BARE, ME } from './machine.js';
import { given, NOTHING, on, SAME, START, table } from './transition-table.js';

const LINKED = { session: ME };
const CLOSED = { timer: 41, generation: 8 };
const UNLINKED = given('logging-out', { unlinked: true });
/** Logouts at the end of the daemon. */
const EXITING = given('logging-out', { asked: 'shutdown', next: 'exit' });
const EXITED = given('logging-out', { asked: 'shutdown', next: 'exit', unlinked: true });
const BY_PERSON = { asked: 'person', attention: null, timer: 41 };
const LEFT = { ...LINKED, unlinked: true, left: 'read-only' };
const AT_REST = 'stopped/user_stopped';
const LOCK_HELD = 'stopped/lock_held';
const STOPPED = 'stopped/shutting_down';
const REMOVE = 'close, remove-profile';
const END = 'drain, close, exit stopped';
const KEPT = 'alert shutting_down, close, exit stopped';
const LOST = 'alert lock_held, close, exit lock-lost';

table('disconnect unlinks where the page can, and removes the session in any case', [
  [given('ready|syncing', ASKED), 'disconnect', 'logging-out', 'drain, logout', BY_PERSON],
  ['stopped|starting|linking|reconnecting|failed', 'disconnect', 'logging-out ×0', REMOVE, CLOSED],
  [given('stopped', BARE), 'disconnect', 'logging-out', REMOVE],
  ['logging-out', 'disconnect', SAME, NOTHING],
  ['logging-out', on.logoutDone(true), SAME, REMOVE, { unlinked: true }],
  ['logging-out', on.logoutDone(false), SAME, REMOVE, { unlinked: false }],
  [UNLINKED, on.removed(true, null), AT_REST, NOTHING, { ...BARE, unlinked: true }],
  [UNLINKED, on.removed(false, 'read-only'), AT_REST, NOTHING, LEFT],
  ['starting', on.removed(true, null), SAME, NOTHING],
  ['logging-out', on.crashed, SAME, NOTHING],
  ['logging-out', 'timer', SAME, NOTHING],
]);

table('clear unlinks only when ready, and removes the session in every state', [
  ['ready', 'clear', 'logging-out', 'drain, logout'],
  ['stopped|starting|linking|syncing|reconnecting|failed', 'clear', 'logging-out', REMOVE],
  ['logging-out', 'clear', SAME, NOTHING],
]);

table('a person stops the account, and it stays linked', [
  [given('ready', ASKED), 'stop', AT_REST, 'drain, close', { session: ME, attention: null, ...CLOSED }],
  ['starting|syncing|reconnecting|failed|hibernating ×4', 'stop', `${AT_REST} ×0`, 'drain, close', LINKED],
  ['linking', 'stop', AT_REST, 'drain, close', BARE],
  ['stopped', 'stop', SAME, NOTHING],
  ['logging-out', 'stop', SAME, NOTHING],
  ['stopped/user_stopped', on.initialize, 'starting', START, LINKED],
  ['stopped/user_stopped', ['page-needed', { atMs: 0, why: 'message' }], SAME, NOTHING],
  ['stopped/user_stopped', on.crashed, SAME, NOTHING],
]);

table('an end of the daemon that does not unlink keeps the session', [
  [
    'stopped|starting|syncing|ready|reconnecting|failed',
    on.shutdown,
    STOPPED,
    END,
    { session: ME, timer: 41 },
  ],
  ['linking', on.shutdown, STOPPED, END, { session: null, timer: 41 }],
  [given('ready', ASKED), on.shutdown, STOPPED, END, { attention: null }],
  ['logging-out', on.shutdown, 'logging-out/shutting_down', NOTHING],
]);

table(
  'an end of the daemon that unlinks keeps the session and raises an alert if the unlink is not confirmed',
  [
    ['ready|syncing', on.shutdownUnlinked, 'logging-out/shutting_down', 'drain, logout', LINKED],
    [
      'stopped|starting|reconnecting|failed',
      on.shutdownUnlinked,
      STOPPED,
      `alert shutting_down, ${END}`,
      LINKED,
    ],
    ['linking', on.shutdownUnlinked, STOPPED, END],
    [given('stopped', BARE), on.shutdownUnlinked, STOPPED, END],
    [EXITING, on.logoutDone(true), SAME, REMOVE],
    [EXITING, on.logoutDone(false), STOPPED, KEPT, { ...LINKED, unlinked: false }],
    [EXITED, on.removed(true, null), STOPPED, 'exit stopped', BARE],
    [
      EXITED,
      on.removed(true, 'busy'),
      STOPPED,
      'alert shutting_down, exit stopped',
      { ...BARE, left: 'busy' },
    ],
    [given('logging-out', { next: 'exit' }), on.logoutDone(false), SAME, REMOVE],
  ],
);

table('a lost lock stops the browser and keeps the profile', [
  ['stopped|starting|syncing|ready|reconnecting|logging-out|failed', 'lock-lost', LOCK_HELD, LOST, LINKED],
  ['linking', 'lock-lost', LOCK_HELD, LOST, BARE],
]);
