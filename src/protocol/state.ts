// The names of a session's states, reasons and acks, on the wire and in the logs.

export const STATES = [
  'stopped',
  'starting',
  'linking',
  'syncing',
  'ready',
  'reconnecting',
  'logging-out',
  'failed',
  'hibernating',
] as const;
export type StateName = (typeof STATES)[number];

export const REASONS = [
  'none',
  'user_stopped',
  'no_session',
  'qr_waiting',
  'pairing_waiting',
  'passkey_required',
  'network_down',
  'page_unresponsive',
  'browser_crashed',
  'browser_missing',
  'launch_failed',
  'sync_timeout',
  'session_corrupt',
  'auth_failed',
  'logged_out_by_phone',
  'logged_out_by_page',
  'conflict',
  'banned',
  'action_required',
  'outdated_library',
  'lock_held',
  'disk_full',
  'memory_low',
  'attempts_exhausted',
  'shutting_down',
  'standby',
] as const;
export type Reason = (typeof REASONS)[number];

/** The states of an outgoing message. */
export const SEND_STATES = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'read',
  'failed',
  'expired',
  'cancelled',
  'unknown',
] as const;
export type SendState = (typeof SEND_STATES)[number];

/**
 * What a queued message waits for: the account, its own time, the message before it in its chat, the pacing
 * (the next turn of all, the gap between strangers, tomorrow, tomorrow's strangers, the end of the quiet
 * hours), the quota of new chats that WhatsApp gives the account, or the end of a restriction by WhatsApp.
 */
export const WAITS = [
  'ready',
  'not_before',
  'turn',
  'pace',
  'stranger',
  'daily_cap',
  'stranger_cap',
  'quiet_hours',
  'quota',
  'restriction',
] as const;
export type WaitsFor = (typeof WAITS)[number];

/** What a start may wait for: its turn, while other accounts of this machine start. */
export const START_WAITS = ['start_slot'] as const;

/** What WhatsApp may forbid the account for a time, the worst first; see session/restriction.ts. */
export const RESTRICTION_KINDS = ['ban', 'time_lock', 'new_chat_cap', 'quota_low', 'quota'] as const;
export type RestrictionKind = (typeof RESTRICTION_KINDS)[number];

/** The answers to an event of a chat. */
export const ATTENDANCE = ['going', 'not_going', 'maybe'] as const;
export type Attendance = (typeof ATTENDANCE)[number];

export const EVENT_TYPES = [
  'message',
  'message.history',
  'message.ack',
  'message.reaction',
  'message.attendance',
  'message.edit',
  'message.revoke',
  'message.transcript',
  'group',
  'group.tag',
  'call',
  'label',
  'chat.timer',
  'presence',
  'state',
  'restriction',
  'alert',
  'qr',
  'gap',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];
