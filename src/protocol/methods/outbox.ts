import { z } from 'zod';
import { method } from '../method.js';
import { cursor, limit, type OutboxRow, outboxRowSchema, record, reference, sendState } from '../schema.js';

const NOW = '2026-01-01T00:00:00.000Z';
const row: OutboxRow = {
  id: 'm-1',
  messageId: '3EB0C0FFEE0123456789',
  chatId: '15550002222@c.us',
  state: 'queued',
  ack: 0,
  queuedAt: NOW,
  sentAt: null,
  error: null,
  to: '15550002222@c.us',
  kind: 'text',
  key: 'order-17',
  attempts: 0,
  notBefore: null,
  expiresAt: null,
  changedAt: NOW,
  waitsFor: 'ready',
  nextAt: null,
};

const id = () => reference("A message of the outbox: its `id`, or WhatsApp's `messageId`.");

export const outboxMethods = {
  'outbox.list': method({
    name: 'outbox.list',
    does: 'Messages on their way out and what became of them, newest first; `next` is where the next page begins, null after the last one.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () =>
      record({
        states: z
          .array(sendState())
          .min(1)
          .optional()
          .describe('Only messages in these states; all when left out.'),
        chat: z
          .string()
          .min(1)
          .max(128)
          .optional()
          .describe('Only messages to this chat: a phone number with its country code, or an id.'),
        after: cursor().optional().describe('The next page: `next` of the previous answer.'),
        limit: limit(1000, 100),
      }),
    result: () =>
      record({
        messages: z.array(outboxRowSchema).describe('The messages, newest first.'),
        next: cursor().nullable().describe('What `after` of the next page is. Null after the last one.'),
      }),
    faults: ['invalid_recipient'],
    example: { params: { states: ['queued'] }, result: { messages: [row], next: null } },
  }),
  'outbox.get': method({
    name: 'outbox.get',
    does: 'One message of the outbox with its content.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () => record({ id: id() }),
    result: () =>
      record({
        ...outboxRowSchema.shape,
        payload: z
          .record(z.string(), z.unknown())
          .describe('The content; its fields depend on `kind`, such as `text`, `file` and `caption`.'),
      }),
    faults: ['no_such_message'],
    example: { params: { id: 'm-1' }, result: { ...row, payload: { text: 'hello' } } },
  }),
  'outbox.cancel': method({
    name: 'outbox.cancel',
    does: 'Cancels a queued message; it will not be sent.',
    effect: 'writes',
    scope: 'operate',
    since: '0.1.0',
    params: () => record({ id: id() }),
    result: () => outboxRowSchema,
    faults: ['no_such_message', 'too_late', 'disk_full'],
    example: {
      params: { id: 'm-1' },
      result: { ...row, state: 'cancelled', waitsFor: null },
    },
  }),
  'outbox.resolve': method({
    name: 'outbox.resolve',
    does: 'Decides for a message of unknown outcome: it was sent, it was not, or it goes out again under the same id.',
    effect: 'writes',
    scope: 'operate',
    since: '0.1.0',
    params: () =>
      record({
        id: id(),
        as: z
          .enum(['sent', 'failed', 'again'])
          .describe('What to do with it: `again` sends it once more under the same id.'),
      }),
    result: () => outboxRowSchema,
    faults: ['no_such_message', 'too_late', 'disk_full'],
    example: {
      params: { id: 'm-1', as: 'sent' },
      result: { ...row, state: 'sent', attempts: 1, sentAt: NOW, waitsFor: null },
    },
  }),
};
