import { z } from 'zod';
import { eventSchema } from '../events/index.js';
import { method } from '../method.js';
import { cursor, instant, record } from '../schema.js';

const NOW = '2026-01-01T00:00:00.000Z';
const name = () => z.string().min(1).max(32);

/** How one receiver stands. */
export const webhookSchema = record({
  name: name(),
  /** Without what may be a secret in it: password, path and query are cut. */
  url: z.string(),
  format: z.enum(['wad', 'wwebjs-api', 'waha']),
  /** Empty: every type. */
  types: z.array(z.string()),
  state: z.enum(['idle', 'delivering', 'waiting']),
  /** Its place on disk. */
  cursor: cursor(),
  /** Events that are not dealt with yet; some of them may not be wanted. */
  behind: z.int(),
  /** Of the event that is being delivered. */
  attempts: z.int(),
  nextAttemptAt: instant().nullable(),
  lastError: z.string().nullable(),
  deliveredAt: instant().nullable(),
  dead: z.int(),
});
export type Webhook = z.infer<typeof webhookSchema>;

export const webhookMethods = {
  'webhook.list': method({
    name: 'webhook.list',
    does: 'Every webhook of the configuration and how it stands.',
    effect: 'reads',
    since: '0.1.0',
    params: record({}),
    result: record({ webhooks: z.array(webhookSchema) }),
    faults: [],
    example: {
      params: {},
      result: {
        webhooks: [
          {
            ...({ name: 'crm', url: 'https://crm.example/…', format: 'wad', types: ['message'] } as const),
            ...({ state: 'waiting', cursor: 1_200, behind: 34, attempts: 3, nextAttemptAt: NOW } as const),
            ...{ lastError: 'the receiver answered 503', deliveredAt: null, dead: 0 },
          },
        ],
      },
    },
  }),
  'webhook.test': method({
    name: 'webhook.test',
    does: 'Posts a test to a webhook and says what came of it. When it is taken, what waits goes on at once.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ name: name() }),
    result: record({
      taken: z.boolean(),
      /** Of HTTP; null without an answer. */
      status: z.int().nullable(),
      says: z.string().nullable(),
      ms: z.int(),
    }),
    faults: ['no_such_webhook'],
    example: { params: { name: 'crm' }, result: { taken: true, status: 204, says: null, ms: 31 } },
  }),
  'webhook.dead': method({
    name: 'webhook.dead',
    does: 'The events that a webhook was given up to be told of, oldest first.',
    effect: 'reads',
    since: '0.1.0',
    params: record({ name: name(), limit: z.int().min(1).max(1_000).optional() }),
    result: record({
      letters: z.array(record({ event: eventSchema, at: instant(), attempts: z.int(), reason: z.string() })),
    }),
    faults: ['no_such_webhook'],
    example: { params: { name: 'crm' }, result: { letters: [] } },
  }),
  'webhook.redrive': method({
    name: 'webhook.redrive',
    does: 'Posts the dead letters of a webhook again, oldest first, until one is not taken.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ name: name(), limit: z.int().min(1).max(10_000).optional() }),
    result: record({ taken: z.int(), left: z.int(), says: z.string().nullable() }),
    faults: ['no_such_webhook', 'disk_full'],
    example: { params: { name: 'crm' }, result: { taken: 12, left: 0, says: null } },
  }),
};
