/** Linking, syncing and logout, as tables: QR, pairing code, passkey, and required actions of a person. */
import { ALERTED, ASKED, AT_MS, BARE, ME, SAVED, STOP_AFTER_LOGOUT } from './machine.js';
import { given, NOTHING, on, SAME, START, table, tableUnder } from './transition-table.js';

const banned = (ban: string) => on.loggedOut(true, { ban });
const BY_PHONE = on.loggedOut(true);
const BY_PAGE = on.loggedOut(true, { byPage: 'syncd_failure' });
const UNEXPLAINED = on.loggedOut(false);

const OURS = { session: SAVED };
const DIED = 'close, arm 5000, alert browser_crashed';
const CALM = { attention: null };
const SYNC = 'arm 120000';
const NEW_LINK = 'mark-linked, arm 120000';
const PROVED = 'mark-linked, prune-profiles';

table('a page without a saved session shows a QR', [
  [given('starting', BARE), 'client.unpaired', 'linking', NOTHING, { timer: 41 }],
  [given('starting/logged_out_by_phone', BARE), 'client.unpaired', 'linking/logged_out_by_phone', NOTHING],
]);

table('a page that is linked syncs, and the account may be known later', [
  [given('starting', OURS), on.linked, 'syncing', SYNC, OURS],
  ['linking', on.linked, 'syncing', NEW_LINK, OURS],
  [given('syncing', OURS), on.known, 'syncing', NOTHING, { session: ME, timer: 40 }],
  ['syncing', on.linked, 'syncing', NOTHING, { session: ME }],
  ['syncing', 'client.progress', 'syncing', SYNC],
  ['ready', 'client.progress', SAME, NOTHING],
  ['ready', on.known, SAME, NOTHING],
]);

table('a page is ready when our probe passes, and each later probe updates the account', [
  [given('syncing ×4', ALERTED), on.ready, 'ready ×0', PROVED, { alerted: [], timer: 41 }],
  [given('ready', OURS), on.ready, 'ready', NOTHING, { session: ME }],
  ['starting', on.ready, 'ready', PROVED],
]);

table('a pairing code is valid for three minutes, then a QR is shown', [
  ['linking', 'client.pairing', 'linking/pairing_waiting', 'arm 180000'],
  ['linking/pairing_waiting', 'client.pairing', SAME, 'arm 180000'],
  ['linking/pairing_waiting', 'client.pairing-over', 'linking', 'show-qr'],
  ['linking/pairing_waiting', 'timer', 'linking', 'show-qr'],
  ['linking/pairing_waiting', on.known, 'syncing', NEW_LINK],
  ['linking|ready', 'client.pairing-over', SAME, NOTHING],
  ['linking', 'timer', SAME, NOTHING],
  ['ready', 'client.pairing', SAME, NOTHING],
]);

table('a passkey is waited for and judged, and a QR is shown if it does not succeed', [
  ['linking', on.passkey(600_000), 'linking/passkey_required', 'arm 600000'],
  ['linking/pairing_waiting', on.passkey(600_000), 'linking/passkey_required', 'arm 600000'],
  ['linking', on.passkey(5_000), 'linking/passkey_required', 'arm 5000'],
  ['linking/passkey_required', 'client.passkey-answered', SAME, 'arm 60000'],
  ['linking/passkey_required', on.known, 'syncing', NEW_LINK],
  ['linking/passkey_required', on.passkeyOver('refused'), 'linking', 'show-qr, alert passkey_required'],
  ['linking/passkey_required', on.passkeyOver('wrong'), 'linking', 'show-qr, alert passkey_required'],
  ['linking/passkey_required', on.passkeyOver('late'), 'linking', 'show-qr, alert passkey_required'],
  ['linking/passkey_required', on.passkeyOver('gone'), 'linking', 'alert passkey_required'],
  ['linking/passkey_required', 'timer', 'linking', 'refuse-passkey, show-qr, alert passkey_required'],
  ['linking', 'client.passkey-answered', SAME, NOTHING],
  ['linking', on.passkeyOver('late'), SAME, NOTHING],
  ['ready', on.passkey(5_000), SAME, NOTHING],
]);

const STARTED = 'starting|syncing|ready|reconnecting|failed';
const REMOVE = 'close, remove-profile';
const REMOVED = `${REMOVE}, ${START}, alert`;
const BANNED = `${REMOVE}, alert banned`;
const ASIDE = 'close, quarantine authfailed';
const MOVED = `${ASIDE}, ${START}, alert auth_failed`;
/** A browser did not find the session. */
const unfound = (words: string) => given(words, { unfound: 1 });
const OFTEN_SICK = { sickMs: [AT_MS - 3_000, AT_MS - 2_000, AT_MS - 1_000] };
const FAILED = { session: null, retryAtMs: null };
const KEPT = { session: ME, unfound: 1 };
const REST = { session: null, timer: 41 };
const FRESH = { session: null, unfound: 0 };

table('an explained logout removes the session and links again', [
  [`${STARTED} ×3`, BY_PHONE, 'starting/logged_out_by_phone ×0', `${REMOVED} logged_out_by_phone`, BARE],
  [`${STARTED} ×3`, BY_PAGE, 'starting/logged_out_by_page ×0', `${REMOVED} logged_out_by_page`, BARE],
  [unfound(STARTED), BY_PHONE, 'starting/logged_out_by_phone', `${REMOVED} logged_out_by_phone`, FRESH],
  ['logging-out|stopped', BY_PHONE, SAME, NOTHING],
]);

table('a logout of a banned or locked account removes the session and waits for a person', [
  [`${STARTED} ×3`, banned('banned'), 'failed/banned ×0', BANNED, FAILED],
  [`${STARTED} ×3`, banned('locked'), 'failed/banned ×0', BANNED, FAILED],
]);

table('a session that is not found is tried in a second browser, then moved aside', [
  [`${STARTED} ×3`, UNEXPLAINED, 'starting ×3', START, KEPT],
  [STARTED, 'client.unpaired', 'starting', START, KEPT],
  [unfound(`${STARTED} ×3`), UNEXPLAINED, 'starting/auth_failed ×0', MOVED, FRESH],
  [unfound(STARTED), 'client.unpaired', 'starting/auth_failed', MOVED, FRESH],
  [given('ready', OFTEN_SICK), UNEXPLAINED, 'starting/auth_failed', MOVED, BARE],
]);

table('only a page that is ready proves that the session is found', [
  [unfound('starting'), on.known, 'syncing', SYNC, { unfound: 1 }],
  [unfound('syncing'), on.ready, 'ready', PROVED, { unfound: 0 }],
]);

tableUnder(STOP_AFTER_LOGOUT, 'a logout stops the session if it is configured to', [
  ['ready', BY_PHONE, 'stopped/logged_out_by_phone', `${REMOVE}, alert logged_out_by_phone`, REST],
  [unfound('starting'), 'client.unpaired', 'stopped/auth_failed', `${ASIDE}, alert auth_failed`, REST],
]);

table('a person is asked once, and the state goes on', [
  ['ready', on.attention, 'ready/action_required', 'alert action_required'],
  [given('ready', ASKED), on.attention, SAME, NOTHING],
  [given('ready', ASKED), on.attentionOver, 'ready', NOTHING],
  [given('ready', ASKED), on.crashed, 'scheduled browser/browser_crashed', DIED, CALM],
  ['stopped', on.attention, SAME, NOTHING],
]);
