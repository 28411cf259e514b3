// The meaning of a state's reason, in a few words for people.
import type { Reason } from './state.js';

/** Empty if the state is clear by itself. */
export const REASON_WORDS: Readonly<Record<Reason, string>> = {
  none: '',
  user_stopped: 'stopped on request',
  no_session: 'no phone is linked',
  qr_waiting: 'a QR code waits to be scanned',
  pairing_waiting: 'a pairing code waits to be typed on the phone',
  passkey_required: 'WhatsApp asks for a passkey',
  network_down: 'no network',
  page_unresponsive: 'the page does not answer',
  browser_crashed: 'the browser crashed',
  browser_missing: 'no Chromium was found',
  launch_failed: 'the browser did not start',
  sync_timeout: 'the chats did not load in time',
  session_corrupt: 'the saved session was damaged and has been moved aside',
  auth_failed: 'WhatsApp refused the saved session',
  logged_out_by_phone: 'the phone unlinked this device',
  logged_out_by_page: 'WhatsApp Web unlinked itself',
  conflict: 'WhatsApp Web is open elsewhere with this session',
  banned: 'WhatsApp has banned this account',
  action_required: 'WhatsApp waits for a person',
  outdated_library: 'WhatsApp Web has changed; this version of wad does not work with it',
  lock_held: 'another daemon holds the session',
  disk_full: 'the disk is full',
  memory_low: 'there is not enough memory for one more browser',
  attempts_exhausted: 'all attempts to reconnect failed',
  shutting_down: 'the daemon is shutting down',
  standby: 'another machine of the fleet runs this account',
};
