import { z } from 'zod';
import { method } from '../method.js';
import { PASSKEY_VERDICTS } from '../passkey.js';
import { PROXY_CAUSES } from '../proxy.js';
import { cursor, done, instant, reason, record, stateName, waitMs } from '../schema.js';
import { RESTRICTION_KINDS, START_WAITS } from '../state.js';

const NOW = '2026-01-01T00:00:00.000Z';

const restrictionSchema = record({
  kind: z
    .enum(RESTRICTION_KINDS)
    .describe(
      '`ban`: no access until then. `time_lock` and `new_chat_cap`: no new chats until then. `quota_low`: WhatsApp warns that the quota of new chats runs out. `quota`: WhatsApp counts new chats.',
    ),
  until: instant().nullable().describe('When it ends. Null when that is not known.'),
  used: z
    .int()
    .nullable()
    .describe('New chats used in the cycle that ends at `until`. Null when there is no quota.'),
  total: z.int().nullable().describe('New chats that the cycle allows. Null when there is no quota.'),
});

/** The result of `session.status`; the first seven fields keep their names and places forever. */
export const statusSchema = record({
  status: stateName().describe('The state of the account. It sends and receives in `ready` only.'),
  session: record({
    hasSession: z.boolean().describe('True when a session is saved: a phone is linked.'),
    phone: z
      .string()
      .nullable()
      .describe('The phone number of the account, digits only. Null when not known.'),
    platform: z.string().nullable().describe('The system of the linked phone. Null when not known.'),
    connected: z.boolean().describe('True in the state `ready`.'),
    pushname: z.string().nullable().describe('What the account calls itself. Null when not known.'),
  }).describe('The linked account.'),
  reconnectAttempts: z.int().describe('Attempts in a row to start or reconnect.'),
  maxReconnectAttempts: z.int().describe('After this many attempts the daemon gives up.'),
  isShuttingDown: z.boolean().describe('True when the daemon is ending.'),
  monitorActive: z.boolean().describe('True when the connection is checked at intervals.'),
  timestamp: instant().describe('When this was answered.'),
  account: z.string().describe('The name of the account, as it is configured.'),
  reason: reason().describe('Why it is in this state; `none` when there is nothing to explain.'),
  waitsFor: z
    .enum(START_WAITS)
    .nullable()
    .describe(
      '`start_slot`: the start waits until fewer other accounts of this machine are starting. Null: it waits for no other account.',
    ),
  hint: z.string().nullable().describe('The command that helps. Null when the daemon needs no help.'),
  nextAttemptAt: instant()
    .nullable()
    .describe('When the next attempt is due, or a hibernating account wakes. Null when none is.'),
  since: instant().describe('When this state began.'),
  monitor: record({
    lastCheckAt: instant()
      .nullable()
      .describe('When the connection was last checked. Null before the first check.'),
    lastOkAt: instant().nullable().describe('When a check last succeeded. Null when none did.'),
    failures: z.int().describe('Failed checks in a row.'),
  }).describe('The checks of the connection.'),
  versions: record({
    wad: z.string().describe('The version of the daemon.'),
    whatsappWebJs: z.string().describe('The version of the library whatsapp-web.js.'),
    whatsappWeb: z.string().nullable().describe('The version of WhatsApp Web. Null until a page was loaded.'),
    browser: z.string().nullable().describe('The version of the browser. Null until it was started.'),
    node: z.string().describe('The version of Node.js.'),
  }).describe('What is running.'),
  capabilities: z
    .record(z.string(), z.string())
    .describe(
      'For each capability: `ok`, `patched`, `degraded: WHY` or `missing: MODULE`. Empty until a page was probed.',
    ),
  restriction: restrictionSchema
    .nullable()
    .describe('What WhatsApp does not let the account do for now. Null: nothing.'),
  outbox: record({
    queued: z.int().describe('Messages that wait to go out.'),
    unknown: z.int().describe('Messages of which it is not known whether they were sent.'),
    failed: z.int().describe('Messages that failed.'),
  }).describe('The outbox.'),
  journal: record({ last: cursor().describe('The cursor of the newest event; 0 without one.') }).describe(
    'The journal of events.',
  ),
  fleet: record({
    machine: z.string().describe('The name of this machine in the fleet.'),
    holder: z.string().nullable().describe('The machine that runs the account. Null when not known.'),
    epoch: z.int().nullable().describe('The number of its lease, which grows. Null when not known.'),
  })
    .nullable()
    .describe('Where the account runs. Null when the daemon belongs to no fleet.'),
  proxy: record({
    address: z.string().describe('The address of the proxy, without its user.'),
    ok: z
      .boolean()
      .nullable()
      .describe('Whether it connected to WhatsApp when it was last tried. Null before the first try.'),
    cause: z.enum(PROXY_CAUSES).nullable().describe('Why it did not. Null when it did, and before.'),
    checkedAt: instant().nullable().describe('When it was last tried. Null before the first try.'),
  })
    .nullable()
    .describe('The proxy of the browser. Null without one, and on a machine of a fleet that stands by.'),
});
export type Status = z.infer<typeof statusSchema>;

const statusExample: Status = {
  status: 'ready',
  session: {
    hasSession: true,
    phone: '919876543210',
    platform: 'android',
    connected: true,
    pushname: 'Your Name',
  },
  reconnectAttempts: 0,
  maxReconnectAttempts: 5,
  isShuttingDown: false,
  monitorActive: true,
  timestamp: NOW,
  account: 'default',
  reason: 'none',
  waitsFor: null,
  hint: null,
  nextAttemptAt: null,
  since: NOW,
  monitor: { lastCheckAt: NOW, lastOkAt: NOW, failures: 0 },
  versions: {
    wad: '0.1.0',
    whatsappWebJs: '1.34.7',
    whatsappWeb: '2.3000.1043220887',
    browser: 'Chrome/156.0.8078.79',
    node: '20.20.2',
  },
  capabilities: { 'session.receive': 'ok', 'send.text': 'patched' },
  restriction: null,
  outbox: { queued: 0, unknown: 0, failed: 0 },
  journal: { last: 1234 },
  fleet: null,
  proxy: null,
};

/** A QR payload is a secret: anybody who scans it owns the link. It is returned, never logged. */
const qrSchema = record({
  qr: z.string().describe('The payload of the QR code. It is a secret: whoever scans it owns the link.'),
  issuedAt: instant().describe('When WhatsApp showed the code.'),
  expiresAt: instant().describe('When WhatsApp replaces the code.'),
  number: z.int().describe('Counts the codes of this attempt to link, from 1.'),
});

/** A byte string of WebAuthn's JSON: base64url without padding. */
const bytes = () => z.base64url().max(16_384);

/**
 * The answer to a passkey request, as PublicKeyCredential.toJSON() returns it; other fields
 * of a browser are allowed.
 */
const passkeyAnswer = z.looseObject({
  id: bytes().min(1).describe('The id of the credential, in base64url.'),
  rawId: bytes().min(1).describe('The same as `id`.'),
  type: z.literal('public-key').describe('The kind of credential.'),
  authenticatorAttachment: z.string().max(64).nullish().describe('Where the passkey is kept.'),
  clientExtensionResults: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('The results of WebAuthn extensions; none when left out.'),
  response: z
    .looseObject({
      clientDataJSON: bytes().min(1).describe('What the browser signed, in base64url.'),
      authenticatorData: bytes().min(1).describe('What the authenticator adds, in base64url.'),
      signature: bytes().min(1).describe('The signature, in base64url.'),
      userHandle: bytes().nullish().describe('The user that the passkey belongs to, in base64url.'),
    })
    .describe('The signed answer.'),
});

const EXAMPLE_PASSKEY = {
  id: 'Y3JlZGVudGlhbA',
  rawId: 'Y3JlZGVudGlhbA',
  type: 'public-key',
  clientExtensionResults: {},
  response: { clientDataJSON: 'eyJ0eXBlIjoi4oCmIn0', authenticatorData: 'ZGF0YQ', signature: 'c2lnbmF0dXJl' },
} as const;

/** The result of `disconnect` and `clear`. */
const removedSchema = record({
  ...done(),
  unlinked: z.boolean().describe('True when the phone was unlinked.'),
  hadSession: z.boolean().describe('True when there was a saved session to remove.'),
  status: stateName().describe('The state now.'),
});

export const sessionMethods = {
  'session.status': method({
    name: 'session.status',
    does: 'The state of the account, why it is so, and what a person can do about it.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () => record({}),
    result: () => statusSchema,
    faults: [],
    example: { params: {}, result: statusExample },
  }),
  'session.initialize': method({
    name: 'session.initialize',
    does: 'Starts the account, or with `restart` replaces its browser; answers when the start is under way.',
    effect: 'writes',
    scope: 'operate',
    since: '0.1.0',
    params: () =>
      record({
        restart: z.boolean().optional().describe('True replaces the browser; false when left out.'),
      }),
    result: () => record({ ...done(), status: stateName().describe('The state now.') }),
    faults: [],
    example: {
      params: {},
      result: { success: true, message: 'Starting.', timestamp: NOW, status: 'starting' },
    },
  }),
  'session.qr': method({
    name: 'session.qr',
    does: 'The QR payload that can be scanned now. With `waitMs`, waits that long for one other than `not`.',
    effect: 'reads',
    scope: 'operate',
    since: '0.1.0',
    params: () =>
      record({
        waitMs: waitMs()
          .optional()
          .describe('How long to wait for a code, in milliseconds; not at all when left out.'),
        not: z
          .string()
          .max(4096)
          .optional()
          .describe('A payload that is already known: only another one is returned.'),
      }),
    result: () => qrSchema,
    faults: ['no_qr', 'already_linked', 'unsupported_now'],
    example: {
      params: {},
      result: {
        qr: '2@ref,key,key,secret,1',
        issuedAt: NOW,
        expiresAt: '2026-01-01T00:01:00.000Z',
        number: 1,
      },
    },
  }),
  'session.pair': method({
    name: 'session.pair',
    does: 'Asks WhatsApp for an eight-character code that links the phone with this number, instead of a QR.',
    effect: 'writes',
    scope: 'operate',
    since: '0.1.0',
    params: () =>
      record({
        number: z.string().min(1).max(64).describe('The phone number of the account with its country code.'),
      }),
    result: () =>
      record({
        code: z.string().describe('The code to enter on the phone, eight characters.'),
        number: z.string().describe('The phone number, digits only.'),
        expiresAt: instant().describe('When the code expires.'),
      }),
    faults: [
      ...(['already_linked', 'not_ready', 'pairing_limited', 'pairing_failed'] as const),
      ...(['invalid_recipient', 'unsupported_now'] as const),
    ],
    example: {
      params: { number: '+1 555 000 1111' },
      result: { code: 'ABCD1234', number: '15550001111', expiresAt: '2026-01-01T00:03:00.000Z' },
    },
  }),
  'session.passkey': method({
    name: 'session.passkey',
    does: 'Whether WhatsApp asks for the passkey of the account that is being linked, and what it asks (WebAuthn JSON).',
    effect: 'reads',
    scope: 'operate',
    since: '0.1.0',
    params: () => record({}),
    result: () =>
      record({
        required: z.boolean().describe('True when WhatsApp asks for the passkey.'),
        options: z
          .record(z.string(), z.unknown())
          .nullable()
          .describe('What it asks: the options of WebAuthn as JSON. Null when it asks for nothing.'),
        expiresAt: instant().nullable().describe('When the request expires. Null when there is none.'),
      }),
    faults: [],
    example: {
      params: {},
      result: {
        required: true,
        options: { challenge: 'Y2hhbGxlbmdl', rpId: 'whatsapp.com', userVerification: 'required' },
        expiresAt: '2026-01-01T00:10:00.000Z',
      },
    },
  }),
  'session.answerPasskey': method({
    name: 'session.answerPasskey',
    does: 'Gives WhatsApp Web the answer of a browser that has the passkey, or `refuse`; waits up to `waitMs` for the verdict.',
    effect: 'writes',
    scope: 'operate',
    since: '0.1.0',
    params: () =>
      record({
        credential: passkeyAnswer
          .optional()
          .describe('The answer of the browser. Either this or `refuse` is given.'),
        refuse: z.literal(true).optional().describe('True refuses the request.'),
        waitMs: waitMs()
          .optional()
          .describe('How long to wait for the verdict, in milliseconds; not at all when left out.'),
      }),
    result: () =>
      record({
        verdict: z.enum(PASSKEY_VERDICTS).describe('`goes_on`: WhatsApp has not decided yet.'),
        status: stateName().describe('The state now.'),
        reason: reason().describe('Why it is in this state.'),
        timestamp: instant().describe('When this was answered.'),
      }),
    faults: ['no_passkey', 'not_ready', 'page_error'],
    example: {
      params: { credential: EXAMPLE_PASSKEY, waitMs: 30_000 },
      result: { verdict: 'linked', status: 'syncing', reason: 'none', timestamp: NOW },
    },
  }),
  'session.stop': method({
    name: 'session.stop',
    does: 'Stops the account and keeps its link: sends what is in flight, closes the browser, and stays stopped until `session.initialize` or a restart of the daemon.',
    effect: 'writes',
    scope: 'operate',
    since: '0.2.0',
    params: () => record({}),
    result: () => record({ ...done(), status: stateName().describe('The state now.') }),
    faults: [],
    example: {
      params: {},
      result: {
        success: true,
        message: 'Stopped; the phone stays linked.',
        timestamp: NOW,
        status: 'stopped',
      },
    },
  }),
  'session.disconnect': method({
    name: 'session.disconnect',
    does: 'Unlinks the phone (bounded), closes the browser, removes the saved session, and stays stopped.',
    effect: 'writes',
    scope: 'operate',
    since: '0.1.0',
    params: () => record({}),
    result: () => removedSchema,
    faults: ['not_removed'],
    example: {
      params: {},
      result: {
        success: true,
        message: 'Unlinked; the saved session is removed.',
        timestamp: NOW,
        unlinked: true,
        hadSession: true,
        status: 'stopped',
      },
    },
  }),
  'session.clear': method({
    name: 'session.clear',
    does: 'Removes the saved session; unlinks the phone first where the account is ready.',
    effect: 'writes',
    scope: 'admin',
    since: '0.1.0',
    params: () => record({}),
    result: () => removedSchema,
    faults: ['not_removed'],
    example: {
      params: {},
      result: {
        success: true,
        message: 'The saved session is removed; a fresh one can be initialized now.',
        timestamp: NOW,
        unlinked: false,
        hadSession: true,
        status: 'stopped',
      },
    },
  }),
  'session.wait': method({
    name: 'session.wait',
    does: 'Answers when the account is in one of the given states; `timeoutMs` bounds the wait.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () =>
      record({
        states: z.array(stateName()).min(1).describe('The states to wait for; any of them will do.'),
        timeoutMs: waitMs()
          .optional()
          .describe('How long to wait, in milliseconds; without an end when left out.'),
      }),
    result: () =>
      record({
        status: stateName().describe('The state that was reached.'),
        reason: reason().describe('Why it is in this state.'),
        timestamp: instant().describe('When this was answered.'),
      }),
    faults: ['wait_expired', 'state_unreachable'],
    example: {
      params: { states: ['ready'], timeoutMs: 60_000 },
      result: { status: 'ready', reason: 'none', timestamp: NOW },
    },
  }),
};
