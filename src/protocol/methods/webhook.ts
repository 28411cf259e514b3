import { z } from 'zod';
import { eventSchema } from '../events/index.js';
import { method } from '../method.js';
import { cursor, instant, limit, record } from '../schema.js';

/** Our own format, and those of other programs whose receivers are supported. */
export const WEBHOOK_FORMATS = ['wad', 'wwebjs-api', 'waha'] as const;

const NOW = '2026-01-01T00:00:00.000Z';
const name = () => z.string().min(1).max(32).describe('The name of the webhook in the configuration.');

/** A webhook and its current state. */
export const webhookSchema = record({
  name: name(),
  url: z
    .string()
    .describe('The address without what may be secret in it: password, path and query are cut off.'),
  format: z.enum(WEBHOOK_FORMATS).describe('The format of its requests.'),
  types: z
    .array(z.string())
    .describe('The types of event that it is configured for. An empty list: all of them.'),
  state: z
    .enum(['idle', 'delivering', 'waiting'])
    .describe('`waiting`: the last attempt failed, and the next one is due at `nextAttemptAt`.'),
  cursor: cursor().describe('Its place on disk: everything up to this event has been processed.'),
  behind: z
    .int()
    .describe('Events that are not processed yet, including types that it is not configured for.'),
  attempts: z.int().describe('Attempts so far at the event that is being delivered.'),
  nextAttemptAt: instant().nullable().describe('When the next attempt is due. Null unless it waits.'),
  lastError: z
    .string()
    .nullable()
    .describe('Why the last attempt failed, in English. Null after one that succeeded.'),
  deliveredAt: instant()
    .nullable()
    .describe('When an event was last delivered. Null when none was since the start.'),
  dead: z
    .int()
    .describe('How many events are kept as dead letters: they were dropped after the retries ran out.'),
});
export type Webhook = z.infer<typeof webhookSchema>;

export const webhookMethods = {
  'webhook.list': method({
    name: 'webhook.list',
    does: 'Every webhook of the configuration, and its state.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () => record({}),
    result: () => record({ webhooks: z.array(webhookSchema).describe('The webhooks.') }),
    faults: [],
    example: {
      params: {},
      result: {
        webhooks: [
          {
            ...({ name: 'crm', url: 'https://crm.example/…', format: 'wad', types: ['message'] } as const),
            ...({ state: 'waiting', cursor: 1_200, behind: 34, attempts: 3, nextAttemptAt: NOW } as const),
            lastError: 'the receiver answered 503',
            deliveredAt: null,
            dead: 0,
          },
        ],
      },
    },
  }),
  'webhook.test': method({
    name: 'webhook.test',
    does: 'Posts a test to a webhook and returns the outcome. If it is accepted, waiting events are retried at once.',
    effect: 'writes',
    scope: 'operate',
    since: '0.1.0',
    params: () => record({ name: name() }),
    result: () =>
      record({
        taken: z.boolean().describe('True when the receiver answered 2xx.'),
        status: z.int().nullable().describe('The HTTP status. Null without an answer.'),
        says: z.string().nullable().describe('Why it was not accepted, in English. Null when it was.'),
        ms: z.int().describe('How long it took, in milliseconds.'),
      }),
    faults: ['no_such_webhook'],
    example: { params: { name: 'crm' }, result: { taken: true, status: 204, says: null, ms: 31 } },
  }),
  'webhook.dead': method({
    name: 'webhook.dead',
    does: 'The dead letters of a webhook: events that were dropped after its retries ran out, oldest first.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () => record({ name: name(), limit: limit(1_000, 100) }),
    result: () =>
      record({
        letters: z
          .array(
            record({
              event: eventSchema.describe('The event.'),
              at: instant().describe('When it was dropped.'),
              attempts: z.int().describe('How often it was tried.'),
              reason: z.string().describe('Why the last attempt failed, in English.'),
            }),
          )
          .describe('The dead letters, oldest first.'),
      }),
    faults: ['no_such_webhook'],
    example: { params: { name: 'crm' }, result: { letters: [] } },
  }),
  'webhook.redrive': method({
    name: 'webhook.redrive',
    does: 'Posts the dead letters of a webhook again, oldest first, until one is not accepted.',
    effect: 'writes',
    scope: 'operate',
    since: '0.1.0',
    params: () =>
      record({
        name: name(),
        limit: z
          .int()
          .min(1)
          .max(10_000)
          .optional()
          .describe('How many to post at most; 10000 when left out.'),
      }),
    result: () =>
      record({
        taken: z.int().describe('How many the receiver accepted.'),
        left: z.int().describe('How many dead letters are left.'),
        says: z.string().nullable().describe('Why it stopped, in English. Null when all were accepted.'),
      }),
    faults: ['no_such_webhook', 'disk_full'],
    example: { params: { name: 'crm' }, result: { taken: 12, left: 0, says: null } },
  }),
};
