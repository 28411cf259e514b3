// Words and tone of each state, for people.
import { REASON_WORDS } from '../../../src/protocol/reason-words.js';
import type { Reason, SendState, StateName, WaitsFor } from '../../../src/protocol/state.js';
import type { Status } from '../../../src/protocol/types.js';

/** A tone has a colour and a symbol. */
export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'idle';

/** Symbol, colour and word of something. */
export type Labelled = readonly [Tone, string];

const STATES: Readonly<Record<StateName, Labelled>> = {
  stopped: ['idle', 'Stopped'],
  starting: ['busy', 'Starting'],
  linking: ['wait', 'Waiting for the phone'],
  syncing: ['busy', 'Loading chats'],
  ready: ['good', 'Ready'],
  reconnecting: ['busy', 'Reconnecting'],
  'logging-out': ['busy', 'Unlinking'],
  failed: ['bad', 'Failed'],
  hibernating: ['idle', 'Hibernating'],
};

// A newer daemon may send a word that this table lacks.
export const stateWords = (state: StateName): Labelled => STATES[state] ?? ['wait', state];

/** For an account whose daemon does not answer. */
export const NOT_RUNNING: Labelled = ['bad', 'Not running'];

/** Empty when the state is clear by itself. */
export const reasonWords = (reason: Reason): string => REASON_WORDS[reason] ?? reason;

const SENDS: Readonly<Record<SendState, Labelled>> = {
  queued: ['wait', 'Queued'],
  sending: ['busy', 'Sending'],
  sent: ['good', 'Sent'],
  delivered: ['good', 'Delivered'],
  read: ['good', 'Read'],
  failed: ['bad', 'Failed'],
  expired: ['bad', 'Expired'],
  cancelled: ['idle', 'Cancelled'],
  unknown: ['bad', 'Unknown'],
};

export const sendWords = (state: SendState): Labelled => SENDS[state] ?? ['wait', state];

const WAITS: Readonly<Record<WaitsFor, string>> = {
  ready: 'waits until the account is ready',
  not_before: 'waits for its own time',
  turn: 'waits for the message before it',
  pace: 'waits for its turn',
  stranger: 'waits between new contacts',
  daily_cap: 'waits for tomorrow: the daily limit is reached',
  stranger_cap: 'waits for tomorrow: the limit of new contacts is reached',
  quiet_hours: 'waits for the end of the quiet hours',
  quota: 'waits for the quota of new chats',
  restriction: 'waits for the end of the restriction',
};

export const waitWords = (waitsFor: WaitsFor): string => WAITS[waitsFor] ?? waitsFor;

type Restriction = Pick<NonNullable<Status['restriction']>, 'kind' | 'used' | 'total'>;

/** What a restriction by WhatsApp means, without its end. */
export function restrictionWords({ kind, used, total }: Restriction): string {
  const count = used === null || total === null ? '' : ` (${used} of ${total} used)`;
  switch (kind) {
    case 'ban':
      return 'Banned by WhatsApp';
    case 'time_lock':
      return 'WhatsApp allows no new chats';
    case 'new_chat_cap':
      return `New chats are used up${count}`;
    case 'quota_low':
      return `New chats are running out${count}`;
    case 'quota':
      return `New chats are counted${count}`;
    default:
      return kind;
  }
}
