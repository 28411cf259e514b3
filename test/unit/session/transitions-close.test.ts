/** The ends of a session, as tables: by a person, by a stop of the daemon, by a lost lock. */
import { ME } from './machine.js';
import { broken, given, NOTHING, TIMER, table } from './transition-table.js';

const GONE = { gone: true, left: null };
const END = 'drain, close, exit stopped';

// biome-ignore format: rows are subject, event and result
table('disconnect works in every state: unlinked where the page can, and the session removed', [
  ['linked', given('ready|syncing', { attention: { reason: 'action_required', says: 'x' } }), ['disconnect'],
    'logging-out/user_stopped', 'drain, logout', { attention: null, timer: 41, asked: 'person' }],
  ['not linked', 'stopped|starting|linking|reconnecting|failed', ['disconnect'],
    'logging-out/user_stopped', 'close, remove-profile', { attempts: 0, timer: 41, generation: 8 }],
  ['no session at all', given('stopped', { session: null }), ['disconnect'],
    'logging-out/user_stopped', 'close, remove-profile'],
  ['once is enough', 'logging-out', ['disconnect'], 'logging-out/user_stopped', NOTHING],
  ['unlinked', 'logging-out', ['logout-done', { unlinked: true }],
    'logging-out/user_stopped', 'close, remove-profile', { unlinked: true }],
  ['the unlink is not confirmed: removed all the same', 'logging-out', ['logout-done', { unlinked: false }],
    'logging-out/user_stopped', 'close, remove-profile', { unlinked: false }],
  ['removed', given('logging-out', { unlinked: true }), ['profile-removed', GONE],
    'stopped/user_stopped', NOTHING, { session: null, unlinked: true }],
  ['not removed: the session is still there, and why is known', given('logging-out', { unlinked: true }),
    ['profile-removed', { gone: false, left: 'read-only' }], 'stopped/user_stopped', NOTHING,
    { session: ME, unlinked: true, left: 'read-only' }],
  ['a removal of before', 'starting', ['profile-removed', GONE], 'starting', NOTHING],
  ['what the page does meanwhile is no matter', 'logging-out', broken('browser_crashed'),
    'logging-out/user_stopped', NOTHING],
  ['nor a timer', 'logging-out', TIMER, 'logging-out/user_stopped', NOTHING],
]);

// biome-ignore format: rows are subject, event and result
table('clear-session works in every state: unlinked where ready, else left to the phone', [
  ['ready', 'ready', ['clear'], 'logging-out/user_stopped', 'drain, logout'],
  ['else', 'stopped|starting|linking|syncing|reconnecting|failed', ['clear'],
    'logging-out/user_stopped', 'close, remove-profile'],
  ['once is enough', 'logging-out', ['clear'], 'logging-out/user_stopped', NOTHING],
]);

// biome-ignore format: rows are subject, event and result
table('a stop keeps the session, unless it is meant to unlink and the phone heard of it', [
  ['kept', 'stopped|starting|syncing|ready|reconnecting|failed', ['stop', { logout: false }],
    'stopped/shutting_down', END, { session: ME, timer: 41 }],
  ['kept', 'linking', ['stop', { logout: false }],
    'stopped/shutting_down', END, { session: null, timer: 41 }],
  ['unlink', 'ready|syncing', ['stop', { logout: true }],
    'logging-out/shutting_down', 'drain, logout', { session: ME }],
  ['meant to unlink, and cannot: kept, and said', 'stopped|starting|reconnecting|failed',
    ['stop', { logout: true }], 'stopped/shutting_down', `alert shutting_down, ${END}`, { session: ME }],
  ['nothing to unlink', 'linking', ['stop', { logout: true }], 'stopped/shutting_down', END],
  ['nothing to unlink', given('stopped', { session: null }), ['stop', { logout: true }],
    'stopped/shutting_down', END],
  ['unlinked', given('logging-out', { asked: 'stop', next: 'exit' }), ['logout-done', { unlinked: true }],
    'logging-out/shutting_down', 'close, remove-profile'],
  ['not confirmed: kept, and said', given('logging-out', { asked: 'stop', next: 'exit' }),
    ['logout-done', { unlinked: false }], 'stopped/shutting_down', 'alert shutting_down, close, exit stopped',
    { session: ME, unlinked: false }],
  ['removed', given('logging-out', { asked: 'stop', next: 'exit', unlinked: true }),
    ['profile-removed', GONE], 'stopped/shutting_down', 'exit stopped', { session: null }],
  ['not removed: said, since nobody waits for an answer',
    given('logging-out', { asked: 'stop', next: 'exit', unlinked: true }),
    ['profile-removed', { gone: true, left: 'busy' }], 'stopped/shutting_down',
    'alert shutting_down, exit stopped', { session: null, left: 'busy' }],
  ['a stop within a disconnect sees it through', 'logging-out', ['stop', { logout: false }],
    'logging-out/shutting_down', NOTHING],
  ['and what a person asked for is done', given('logging-out', { next: 'exit' }),
    ['logout-done', { unlinked: false }], 'logging-out/shutting_down', 'close, remove-profile'],
  ['a page that waits for a person does not hide the end',
    given('ready', { attention: { reason: 'action_required', says: 'a dialog' } }),
    ['stop', { logout: false }], 'stopped/shutting_down',
    END, { attention: null }],
]);

// biome-ignore format: rows are subject, event and result
table('a lost lock stops the browser and touches nothing', [
  ['lost', 'stopped|starting|syncing|ready|reconnecting|logging-out|failed', ['lock-lost'],
    'stopped/lock_held', 'alert lock_held, close, exit lock-lost', { session: ME }],
  ['lost', 'linking', ['lock-lost'],
    'stopped/lock_held', 'alert lock_held, close, exit lock-lost', { session: null }],
]);
