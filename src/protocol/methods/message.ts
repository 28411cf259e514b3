import { z } from 'zod';
import { method } from '../method.js';
import { instant, outgoingSchema, record, sendState, waitMs } from '../schema.js';

const NOW = '2026-01-01T00:00:00.000Z';
const outgoing = {
  id: 'm-1',
  messageId: '3EB0C0FFEE0123456789',
  chatId: '15550002222@c.us',
  state: 'sent' as const,
  ack: 1,
  queuedAt: NOW,
  sentAt: NOW,
  error: null,
};

/** Ours or WhatsApp's: both name the same message wherever a message is named. */
const anyId = () => z.string().min(1).max(256);

export const messageMethods = {
  'message.send': method({
    name: 'message.send',
    does: 'Accepts a text for a person or a group: it is on disk when this answers, and goes out once the account is ready. `message.wait` tells when WhatsApp has taken it.',
    effect: 'writes',
    since: '0.1.0',
    params: record({
      to: z.string().min(1).max(128),
      text: z.string().min(1).max(65_536),
      /** Idempotency key: the same request twice is one message. */
      key: z.string().min(1).max(256).optional(),
      /** It does not go out before this. */
      notBefore: instant().optional(),
      /** It does not go out from this on. */
      expiresAt: instant().optional(),
    }),
    result: record({ id: z.string(), messageId: z.string(), state: sendState() }),
    faults: [
      'invalid_recipient',
      'not_linked',
      'not_ready',
      'not_on_whatsapp',
      'key_reused',
      'unsupported_now',
      'disk_full',
      'banned',
    ],
    example: {
      params: { to: '+1 555 000 2222', text: 'hello' },
      result: { id: 'm-1', messageId: '3EB0C0FFEE0123456789', state: 'queued' },
    },
  }),
  'message.get': method({
    name: 'message.get',
    does: "A message that this daemon was asked to send, by its id or by WhatsApp's.",
    effect: 'reads',
    since: '0.1.0',
    params: record({ id: anyId() }),
    result: outgoingSchema,
    faults: ['no_such_message'],
    example: { params: { id: 'm-1' }, result: outgoing },
  }),
  'message.wait': method({
    name: 'message.wait',
    does: 'Answers when the message has come as far as `for`, or can come no further.',
    effect: 'reads',
    since: '0.1.0',
    params: record({
      id: anyId(),
      for: z.enum(['sent', 'delivered', 'read']).optional(),
      timeoutMs: waitMs().optional(),
    }),
    result: outgoingSchema,
    faults: ['no_such_message', 'wait_expired'],
    example: { params: { id: 'm-1', for: 'sent', timeoutMs: 60_000 }, result: outgoing },
  }),
};
