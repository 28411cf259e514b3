// The table of faults: kind → JSON-RPC code, exit status of wactl, HTTP status, whether a retry helps, the
// text, and what a person can do. Everything else (socket, HTTP, exit codes, docs/faults.md) follows from it.
// Codes are positive, in hundreds per area, and never reused; the −32xxx ones are JSON-RPC's own.

/**
 * When the same call may be tried again: at once, after a while, never, or only after checking what happened.
 */
export type Retry = 'now' | 'later' | 'never' | 'ask_first';

/** One row of the table; see docs/faults.md for the classes of exit statuses. */
export interface FaultRow {
  readonly code: number;
  /** The exit status of wactl. */
  readonly exit: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 130;
  /**
   * The exit status of wad when a start or a run ends with it: sysexits.h. systemd
   * restarts neither 64 nor 78.
   */
  readonly wadExit: 64 | 70 | 73 | 75 | 77 | 78;
  readonly http: number;
  readonly retry: Retry;
  readonly says: string;
  readonly remedy: string | null;
}

const row = (
  code: number,
  exit: FaultRow['exit'],
  http: number,
  retry: Retry,
  says: string,
  remedy: string | null = null,
): FaultRow => ({ code, exit, wadExit: 70, http, retry, says, remedy });

/** A fault that gives wad an exit status other than 70. */
const ends = (wadExit: FaultRow['wadExit'], of: FaultRow): FaultRow => ({ ...of, wadExit });

export const FAULTS = {
  // JSON-RPC's own
  parse_error: row(-32700, 1, 400, 'never', 'The line is not JSON.'),
  invalid_request: row(-32600, 1, 400, 'never', 'The line is not a JSON-RPC 2.0 request.'),
  method_not_found: row(-32601, 1, 404, 'never', 'There is no such method.', 'wactl call rpc.discover'),
  invalid_params: ends(
    78,
    row(-32602, 2, 400, 'never', 'The parameters do not fit the method.', 'wactl call rpc.discover'),
  ),

  // 10xx: the daemon and its socket
  internal: row(1000, 1, 500, 'ask_first', 'The daemon had an internal error.', 'wactl logs'),
  line_too_long: row(1001, 1, 413, 'never', 'The line is longer than the daemon accepts.'),
  answer_too_long: row(
    1011,
    1,
    413,
    'never',
    'The answer is longer than can be sent: ask for less, with a smaller `limit`.',
  ),
  busy: row(1002, 5, 429, 'later', 'The daemon is busy and accepts no more work now.'),
  deadline_exceeded: row(1003, 8, 504, 'ask_first', 'The deadline passed.', 'wactl status'),
  shutting_down: row(1004, 5, 503, 'later', 'The daemon is shutting down.', 'wactl status'),
  slow_reader: row(
    1005,
    5,
    503,
    'now',
    'The peer did not read; its events can be resumed by cursor.',
    'wactl events --since CURSOR',
  ),
  unsupported_now: row(
    1006,
    5,
    501,
    'later',
    'This build of WhatsApp Web lacks what the method needs.',
    'wactl doctor',
  ),
  disk_full: ends(73, row(1007, 5, 507, 'later', 'The disk is full.', 'df -h')),
  store_newer: ends(
    78,
    row(1008, 1, 500, 'never', 'The store was written by a newer version of wad.', 'wactl version'),
  ),

  wrong_account: row(1009, 3, 409, 'never', 'The daemon serves another account.'),
  connection_idle: row(1010, 5, 503, 'now', 'The connection was idle, and another one needed its place.'),

  // 11xx: the session
  not_linked: row(1100, 4, 409, 'later', 'No phone is linked to this account.', 'wactl qr'),
  not_ready: row(1101, 5, 503, 'later', 'The account is not ready.', 'wactl wait ready'),
  no_qr: row(1102, 5, 404, 'later', 'There is no QR code to scan now.', 'wactl status'),
  already_linked: row(1103, 1, 409, 'never', 'A phone is linked already.', 'wactl disconnect'),
  pairing_limited: row(1104, 5, 429, 'later', 'Too many pairing codes were requested.', 'wactl qr'),
  pairing_failed: row(1105, 1, 502, 'later', 'WhatsApp gave no pairing code.', 'wactl qr'),
  action_required: row(1106, 4, 409, 'later', 'WhatsApp Web waits for a person.', 'wactl status'),
  banned: row(
    1107,
    4,
    403,
    'never',
    'WhatsApp has banned this account or requires that its terms are accepted.',
    'wactl status',
  ),
  lock_held: ends(75, row(1108, 1, 423, 'later', 'Another daemon holds the session.', 'wactl status')),
  launch_failed: row(1109, 1, 502, 'later', 'Chromium could not be started.', 'wactl doctor'),
  wait_expired: row(1110, 8, 504, 'later', 'The wait ran out.', 'wactl status'),
  state_unreachable: row(
    1111,
    4,
    409,
    'later',
    'The account cannot reach that state by itself.',
    'wactl status',
  ),
  no_passkey: row(
    1113,
    4,
    409,
    'later',
    'WhatsApp asks for no passkey now; its request may have expired.',
    'wactl passkey',
  ),
  not_removed: row(1112, 1, 500, 'later', 'The saved session could not be removed.', 'wactl logs'),

  // 12xx: messages
  outcome_unknown: row(
    1200,
    6,
    504,
    'ask_first',
    'The message may or may not have gone out.',
    'wactl outbox show ID',
  ),
  not_on_whatsapp: row(1201, 7, 404, 'never', 'The number is not on WhatsApp.'),
  no_such_chat: row(1202, 7, 404, 'never', 'There is no such chat.', 'wactl chats'),
  no_such_message: row(1203, 7, 404, 'never', 'There is no such message.', 'wactl messages CHAT'),
  invalid_recipient: row(
    1204,
    2,
    400,
    'never',
    'That is neither a phone number with its country code nor a chat id.',
  ),
  send_failed: row(1205, 1, 502, 'later', 'The message did not go out.'),
  key_reused: row(
    1206,
    1,
    409,
    'never',
    'The key was used for a message with different content.',
    'wactl outbox show ID',
  ),
  page_error: row(1207, 1, 502, 'ask_first', 'WhatsApp Web answered with an error.', 'wactl logs'),
  too_late: row(
    1209,
    1,
    409,
    'never',
    'The state of the message does not allow that.',
    'wactl outbox show ID',
  ),
  not_allowed: row(1210, 1, 403, 'never', 'WhatsApp does not allow this account to do that.'),
  whatsapp_limit: row(1211, 5, 429, 'later', 'WhatsApp limits how often this may be done.'),
  no_such_contact: row(1212, 7, 404, 'never', 'There is no such contact.', 'wactl contacts'),
  no_such_media: row(1213, 7, 404, 'never', 'There is no such file.'),
  no_such_call: row(1240, 7, 404, 'never', 'No such call is ringing.', 'wactl events --type call'),
  no_such_invite: row(1260, 7, 404, 'never', 'The invitation is not valid, or was revoked.'),
  no_such_label: row(1270, 7, 404, 'never', 'There is no such label.', 'wactl label list'),
  ambiguous_label: row(1271, 2, 409, 'never', 'Several labels have this name.', 'wactl label list'),
  phone_unreachable: row(
    1250,
    5,
    504,
    'later',
    'The phone did not answer. Older messages come from it: it has to be switched on, and online.',
    'wactl history CHAT',
  ),
  media_gone: row(1214, 7, 410, 'later', 'WhatsApp does not have the file any more.'),
  media_too_large: row(1215, 2, 413, 'never', 'The file is larger than WhatsApp accepts.'),
  media_unusable: row(
    1216,
    2,
    415,
    'never',
    'WhatsApp does not accept the file as this kind.',
    'wactl send TO --file FILE --as document',
  ),
  tool_missing: row(
    1217,
    1,
    501,
    'never',
    'A program that is needed for this is not installed.',
    'sudo apt-get install ffmpeg',
  ),
  ambiguous_message: row(
    1218,
    2,
    409,
    'never',
    'Several messages have this id; name one by its key.',
    'wactl messages CHAT',
  ),
  blocked_contact: row(
    1219,
    1,
    409,
    'never',
    'This account has blocked the contact, so WhatsApp Web sends nothing there.',
    'wactl contacts --blocked',
  ),
  restricted: row(
    1220,
    5,
    429,
    'later',
    'WhatsApp does not let this account begin new chats for now.',
    'wactl status',
  ),
  new_chat_cap: row(
    1221,
    5,
    429,
    'later',
    'This account has used up the new chats that WhatsApp allows it for now.',
    'wactl status',
  ),
  still_queued: row(
    1230,
    1,
    409,
    'later',
    'Messages that are not sent yet would be purged.',
    'wactl outbox list --state queued,sending,unknown',
  ),
  account_changed: row(
    1208,
    1,
    409,
    'never',
    'Another account was linked before the message went out.',
    'wactl status',
  ),

  // 13xx: events
  no_such_subscription: row(1300, 1, 404, 'never', 'There is no such subscription on this connection.'),

  too_many_consumers: row(
    1301,
    1,
    409,
    'never',
    'The limit of named consumers is reached.',
    'wactl events consumers',
  ),
  no_such_consumer: row(
    1302,
    7,
    404,
    'never',
    'There is no consumer of this name.',
    'wactl events consumers',
  ),

  no_such_webhook: row(1310, 7, 404, 'never', 'There is no webhook of this name.', 'wactl webhook list'),
  webhook_refused: row(1311, 1, 403, 'never', 'A webhook may not use this address.', 'wad --check-config'),

  // 14xx: the HTTP door
  unauthorized: row(
    1400,
    1,
    401,
    'never',
    'HTTP requires a bearer token, and there was none or a wrong one.',
    'wad --check-config',
  ),
  foreign_host: row(1401, 1, 403, 'never', 'The Host header does not name an address of this machine.'),
  foreign_origin: row(1402, 1, 403, 'never', 'Pages of other sites are refused.'),
  no_such_route: row(1403, 1, 404, 'never', 'There is nothing at this path.', 'GET /openapi.json'),
  wrong_verb: row(1404, 1, 405, 'never', 'This path does not allow this HTTP method.', 'GET /openapi.json'),
  body_too_slow: row(1405, 1, 408, 'now', 'The request did not arrive in time.'),
  body_too_large: row(1406, 1, 413, 'never', 'The request is too long.'),
  unsupported_body: row(
    1407,
    1,
    415,
    'never',
    'The body of a request must be JSON, with the content type application/json.',
  ),
  address_in_use: ends(78, row(1408, 1, 500, 'never', 'Another program listens on the address for HTTP.')),
  bad_config: ends(78, row(1409, 1, 500, 'never', 'The configuration cannot be used on this machine.')),

  // 15xx: the gateway and its tokens
  not_permitted: row(
    1500,
    1,
    403,
    'never',
    'The token does not permit that, or not for this account.',
    'wactl token list',
  ),
  rate_limited: row(1501, 5, 429, 'later', 'Too many requests came in a short time.'),
  no_such_token: row(1502, 7, 404, 'never', 'There is no token of this name.', 'wactl token list'),
  token_exists: row(1503, 1, 409, 'never', 'There is a token of this name already.', 'wactl token list'),
  no_such_account: row(1504, 7, 404, 'never', 'There is no account of this name.', 'wactl accounts'),
  not_served: row(1510, 1, 501, 'never', 'The gateway does not serve this route of the other program.'),
  not_fetched: row(1511, 1, 502, 'later', 'The file at the url could not be fetched.'),

  // 16xx: the fleet
  standby: row(
    1600,
    5,
    503,
    'later',
    'Another machine runs this account; this one stands by.',
    'wactl fleet accounts',
  ),
  lease_lost: row(
    1601,
    5,
    503,
    'later',
    'This machine may not run the account any more.',
    'wactl fleet accounts',
  ),
  fleet_unreachable: ends(75, row(1602, 3, 503, 'later', 'The NATS servers of the fleet do not answer.')),
  fleet_refused: ends(77, row(1603, 3, 403, 'never', 'The NATS servers of the fleet refuse this client.')),
  fleet_mismatch: ends(78, row(1604, 1, 500, 'never', 'What the NATS servers have does not fit this fleet.')),
  bad_snapshot: row(1605, 1, 500, 'never', 'The sealed copy of the profile cannot be opened.'),
  wrong_key: ends(
    78,
    row(1610, 1, 500, 'never', 'The key of this machine does not open what the fleet has sealed.'),
  ),
  newer_profile: ends(
    78,
    row(
      1611,
      1,
      500,
      'never',
      'The profile was last used by a newer Chromium than this machine has.',
      'sudo apt-get install chromium',
    ),
  ),
  no_such_machine: row(1606, 7, 404, 'never', 'There is no machine of this name.', 'wactl fleet machines'),
  clock_skew: ends(
    75,
    row(
      1609,
      3,
      503,
      'later',
      'The clocks of this machine and of the NATS servers differ by minutes.',
      'timedatectl',
    ),
  ),
  no_fleet: row(
    1607,
    1,
    409,
    'never',
    'This daemon belongs to no fleet: there is no table [fleet] in its configuration.',
  ),
  machine_taken: ends(
    78,
    row(1608, 1, 409, 'never', 'Another machine of this name is in the fleet.', 'wactl fleet machines'),
  ),

  // 19xx: raised by the client itself, never sent by the daemon
  usage: ends(64, row(1900, 2, 400, 'never', 'The command line is not understood.', 'wactl --help')),
  unreachable: row(1901, 3, 503, 'later', 'The daemon is not running.', 'systemctl start wad@default'),
  permission_denied: ends(
    77,
    row(1902, 3, 403, 'never', "No permission on the daemon's socket.", 'sudo usermod -aG wad $USER'),
  ),
  connection_lost: row(1903, 3, 502, 'now', 'The connection to the daemon was lost.', 'wactl status'),
  interrupted: row(1904, 130, 499, 'now', 'Interrupted.'),
  bad_answer: row(
    1905,
    1,
    502,
    'never',
    'The daemon answered something that is not JSON-RPC.',
    'wactl version',
  ),
  unsafe_socket: row(
    1906,
    3,
    403,
    'never',
    "The daemon's socket belongs to another user, or another user can replace it.",
  ),
  older_daemon: row(1907, 3, 502, 'never', 'The running daemon is older than this program: restart it.'),
} as const satisfies Record<string, FaultRow>;

export type FaultKind = keyof typeof FAULTS;

/** The row of a kind. */
export const faultRow = (kind: FaultKind): FaultRow => FAULTS[kind];
/** True for a kind of the table; for strings that came over a wire. */
export const isFaultKind = (text: unknown): text is FaultKind =>
  typeof text === 'string' && Object.hasOwn(FAULTS, text);
