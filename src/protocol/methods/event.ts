import { z } from 'zod';
import { eventSchema } from '../events/index.js';
import { method } from '../method.js';
import { CONSUMER_NAME } from '../names.js';
import { cursor, eventType, instant, record } from '../schema.js';

const consumer = () => z.string().regex(CONSUMER_NAME);
/** Where a consumer begins that is new; one that is known goes on where it was. */
const from = () => z.enum(['now', 'oldest']).optional();
const types = () => z.array(eventType()).min(1).optional();

export const eventMethods = {
  'events.list': method({
    name: 'events.list',
    does: 'Events after a cursor (0, or left out: the oldest kept), oldest first, and the cursor to go on from. A `consumer` goes on where it was; a new one begins now, or with `from: "oldest"` at the oldest kept.',
    effect: 'reads',
    since: '0.1.0',
    params: record({
      after: cursor().optional(),
      limit: z.int().min(1).max(1000).optional(),
      types: types(),
      /** Goes on after what this consumer has acknowledged. */
      consumer: consumer().optional(),
      from: from(),
    }),
    result: record({ events: z.array(eventSchema), next: cursor() }),
    faults: ['too_many_consumers', 'disk_full'],
    example: { params: { after: 0, limit: 100 }, result: { events: [], next: 0 } },
  }),
  'events.subscribe': method({
    name: 'events.subscribe',
    does: 'Replays what came after the cursor, then sends each new event as the notification `event`. A `consumer` goes on where it was; a new one begins now, or with `from: "oldest"` at the oldest kept.',
    effect: 'reads',
    since: '0.1.0',
    params: record({
      after: cursor().optional(),
      types: types(),
      consumer: consumer().optional(),
      from: from(),
    }),
    result: record({ subscription: z.string(), after: cursor() }),
    faults: ['too_many_consumers', 'disk_full'],
    example: { params: { after: 12 }, result: { subscription: 's-1', after: 12 } },
  }),
  'events.unsubscribe': method({
    name: 'events.unsubscribe',
    does: 'Ends a subscription of this connection.',
    effect: 'reads',
    since: '0.1.0',
    params: record({ subscription: z.string().max(64) }),
    result: record({ unsubscribed: z.literal(true) }),
    faults: ['no_such_subscription'],
    example: { params: { subscription: 's-1' }, result: { unsubscribed: true } },
  }),
  'events.ack': method({
    name: 'events.ack',
    does: 'Keeps the place of a named consumer: everything up to the cursor has been dealt with.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ consumer: consumer(), cursor: cursor() }),
    result: record({ consumer: z.string(), cursor: cursor() }),
    faults: ['too_many_consumers', 'disk_full'],
    example: { params: { consumer: 'crm', cursor: 12 }, result: { consumer: 'crm', cursor: 12 } },
  }),
  'events.consumers': method({
    name: 'events.consumers',
    does: 'The named consumers, 1,000 at most: where each is, how many events behind, and when it was last heard of. After 90 days without a word (three times `journal.retentionDays` where that is longer) one is forgotten.',
    effect: 'reads',
    since: '0.1.0',
    params: record({}),
    result: record({
      consumers: z.array(record({ name: z.string(), cursor: cursor(), behind: z.int(), usedAt: instant() })),
    }),
    faults: [],
    example: {
      params: {},
      result: { consumers: [{ name: 'crm', cursor: 12, behind: 3, usedAt: '2026-01-01T00:00:00.000Z' }] },
    },
  }),
  'events.forget': method({
    name: 'events.forget',
    does: 'Forgets the place of a named consumer; under the same name a new one begins.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ consumer: consumer() }),
    result: record({ consumer: z.string(), forgotten: z.literal(true) }),
    faults: ['no_such_consumer', 'disk_full'],
    example: { params: { consumer: 'crm' }, result: { consumer: 'crm', forgotten: true } },
  }),
};
