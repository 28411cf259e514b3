import { z } from 'zod';
import { method } from '../method.js';
import { PASSKEY_VERDICTS } from '../passkey.js';
import { cursor, done, instant, reason, record, stateName, waitMs } from '../schema.js';
import { RESTRICTION_KINDS } from '../state.js';

const NOW = '2026-01-01T00:00:00.000Z';

const restrictionSchema = record({
  kind: z.enum(RESTRICTION_KINDS),
  until: instant().nullable(),
  used: z.int().nullable(),
  total: z.int().nullable(),
});

/** What `session.status` answers; the first seven fields keep their names and places for ever. */
export const statusSchema = record({
  status: stateName(),
  session: record({
    hasSession: z.boolean(),
    phone: z.string().nullable(),
    platform: z.string().nullable(),
    connected: z.boolean(),
    pushname: z.string().nullable(),
  }),
  reconnectAttempts: z.int(),
  maxReconnectAttempts: z.int(),
  isShuttingDown: z.boolean(),
  monitorActive: z.boolean(),
  timestamp: instant(),
  account: z.string(),
  reason: reason(),
  hint: z.string().nullable(),
  nextAttemptAt: instant().nullable(),
  since: instant(),
  monitor: record({ lastCheckAt: instant().nullable(), lastOkAt: instant().nullable(), failures: z.int() }),
  versions: record({
    wad: z.string(),
    whatsappWebJs: z.string(),
    whatsappWeb: z.string().nullable(),
    browser: z.string().nullable(),
    node: z.string(),
  }),
  /** Per capability: `ok`, `patched`, `degraded: WHY` or `missing: MODULE`. Empty until a page was probed. */
  capabilities: z.record(z.string(), z.string()),
  /**
   * What WhatsApp does not let the account do for now; null: nothing. `ban`: it lets it in again at `until`. `time_lock` and
   * `new_chat_cap`: no new chats until then. `quota_low`: WhatsApp warns that they run out. `quota`: it counts them. `used` and
   * `total` are new chats of the cycle that ends at `until`, or null.
   */
  restriction: restrictionSchema.nullable(),
  outbox: record({ queued: z.int(), unknown: z.int(), failed: z.int() }),
  journal: record({ last: cursor() }),
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
};

/** A QR payload is a secret: whoever scans it owns the link. It is answered, never logged. */
const qrSchema = record({ qr: z.string(), issuedAt: instant(), expiresAt: instant(), number: z.int() });

/** A byte string of WebAuthn's JSON: base64url without padding. */
const bytes = () => z.base64url().max(16_384);

/** The answer to a passkey request, as PublicKeyCredential.toJSON() gives it; what else a browser puts in is let in. */
const passkeyAnswer = z.looseObject({
  id: bytes().min(1),
  rawId: bytes().min(1),
  type: z.literal('public-key'),
  authenticatorAttachment: z.string().max(64).nullish(),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
  response: z.looseObject({
    clientDataJSON: bytes().min(1),
    authenticatorData: bytes().min(1),
    signature: bytes().min(1),
    userHandle: bytes().nullish(),
  }),
});

const EXAMPLE_PASSKEY = {
  id: 'Y3JlZGVudGlhbA',
  rawId: 'Y3JlZGVudGlhbA',
  type: 'public-key',
  clientExtensionResults: {},
  response: { clientDataJSON: 'eyJ0eXBlIjoi4oCmIn0', authenticatorData: 'ZGF0YQ', signature: 'c2lnbmF0dXJl' },
} as const;

export const sessionMethods = {
  'session.status': method({
    name: 'session.status',
    does: 'The state of the account, why it is so, and what a person can do about it.',
    effect: 'reads',
    since: '0.1.0',
    params: record({}),
    result: statusSchema,
    faults: [],
    example: { params: {}, result: statusExample },
  }),
  'session.initialize': method({
    name: 'session.initialize',
    does: 'Starts the account, or with `restart` replaces its browser; answers when the start is under way.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ restart: z.boolean().optional() }),
    result: record({ ...done(), status: stateName() }),
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
    since: '0.1.0',
    params: record({ waitMs: waitMs().optional(), not: z.string().max(4096).optional() }),
    result: qrSchema,
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
    since: '0.1.0',
    params: record({ number: z.string().min(1).max(64) }),
    result: record({ code: z.string(), number: z.string(), expiresAt: instant() }),
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
    since: '0.1.0',
    params: record({}),
    result: record({
      required: z.boolean(),
      options: z.record(z.string(), z.unknown()).nullable(),
      expiresAt: instant().nullable(),
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
    since: '0.1.0',
    params: record({
      credential: passkeyAnswer.optional(),
      refuse: z.literal(true).optional(),
      waitMs: waitMs().optional(),
    }),
    result: record({
      verdict: z.enum(PASSKEY_VERDICTS),
      status: stateName(),
      reason: reason(),
      timestamp: instant(),
    }),
    faults: ['no_passkey', 'not_ready', 'page_error'],
    example: {
      params: { credential: EXAMPLE_PASSKEY, waitMs: 30_000 },
      result: { verdict: 'linked', status: 'syncing', reason: 'none', timestamp: NOW },
    },
  }),
  'session.disconnect': method({
    name: 'session.disconnect',
    does: 'Unlinks the phone (bounded), closes the browser, removes the saved session, and stays stopped.',
    effect: 'writes',
    since: '0.1.0',
    params: record({}),
    result: record({ ...done(), unlinked: z.boolean(), hadSession: z.boolean(), status: stateName() }),
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
    since: '0.1.0',
    params: record({}),
    result: record({ ...done(), unlinked: z.boolean(), hadSession: z.boolean(), status: stateName() }),
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
    since: '0.1.0',
    params: record({ states: z.array(stateName()).min(1), timeoutMs: waitMs().optional() }),
    result: record({ status: stateName(), reason: reason(), timestamp: instant() }),
    faults: ['wait_expired', 'state_unreachable'],
    example: {
      params: { states: ['ready'], timeoutMs: 60_000 },
      result: { status: 'ready', reason: 'none', timestamp: NOW },
    },
  }),
};
