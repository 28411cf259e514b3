import { z } from 'zod';
import { eventSchema } from '../events/index.js';
import { method } from '../method.js';
import { CONSUMER_NAME } from '../names.js';
import { cursor, eventType, instant, limit, record } from '../schema.js';

const consumer = () =>
  z.string().regex(CONSUMER_NAME).describe('The name of a consumer, whose place the daemon keeps on disk.');
const from = () =>
  z
    .union([z.enum(['now', 'oldest']), instant()])
    .optional()
    .describe(
      'Without `after`, where a new consumer or a reader without one begins: `now`, `oldest`, or with the first event at this time or later. A known consumer continues where it was.',
    );
const types = () =>
  z
    .array(eventType())
    .min(1)
    .optional()
    .describe('Only these types; all when left out. A `gap` is always included.');

export const eventMethods = {
  'events.list': method({
    name: 'events.list',
    does: 'Events after a cursor (0, or left out: the oldest kept), oldest first, and the cursor to continue from. A `consumer` continues where it was; a new one starts with new events, or where `from` says.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () =>
      record({
        after: cursor()
          .optional()
          .describe('Only events after this cursor. 0, or left out without a consumer: the oldest kept.'),
        limit: limit(1000, 100),
        types: types(),
        consumer: consumer()
          .optional()
          .describe('Without `after`, continues after what this consumer has acknowledged with events.ack.'),
        from: from(),
      }),
    result: () =>
      record({
        events: z.array(eventSchema).describe('The events, oldest first.'),
        next: cursor().describe(
          'The cursor to continue from. It equals the one asked for when nothing follows.',
        ),
      }),
    faults: ['too_many_consumers', 'disk_full'],
    example: { params: { after: 0, limit: 100 }, result: { events: [], next: 0 } },
  }),
  'events.subscribe': method({
    name: 'events.subscribe',
    does: 'Replays the events after the cursor, then sends each new event as the notification `event`. A `consumer` continues where it was; a new one starts with new events, or where `from` says.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () =>
      record({
        after: cursor()
          .optional()
          .describe('Replays events after this cursor first; 0 is the oldest kept. Left out: from now on.'),
        types: types(),
        consumer: consumer()
          .optional()
          .describe('Without `after`, continues after what this consumer has acknowledged with events.ack.'),
        from: from(),
      }),
    result: () =>
      record({
        subscription: z.string().describe('The id of the subscription, which events.unsubscribe takes.'),
        after: cursor().describe('The cursor after which events are sent.'),
      }),
    faults: ['too_many_consumers', 'disk_full'],
    example: { params: { after: 12 }, result: { subscription: 's-1', after: 12 } },
  }),
  'events.unsubscribe': method({
    name: 'events.unsubscribe',
    does: 'Ends a subscription of this connection.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () =>
      record({
        subscription: z.string().max(64).describe('The id that events.subscribe returned.'),
      }),
    result: () => record({ unsubscribed: z.literal(true).describe('Always true.') }),
    faults: ['no_such_subscription'],
    example: { params: { subscription: 's-1' }, result: { unsubscribed: true } },
  }),
  'events.ack': method({
    name: 'events.ack',
    does: 'Stores the place of a named consumer: it has processed everything up to the cursor.',
    effect: 'writes',
    scope: 'read',
    since: '0.1.0',
    params: () =>
      record({
        consumer: consumer(),
        cursor: cursor().describe('Everything up to this cursor has been processed.'),
      }),
    result: () =>
      record({
        consumer: z.string().describe('The name of the consumer.'),
        cursor: cursor().describe('Its place now.'),
      }),
    faults: ['too_many_consumers', 'disk_full'],
    example: { params: { consumer: 'crm', cursor: 12 }, result: { consumer: 'crm', cursor: 12 } },
  }),
  'events.consumers': method({
    name: 'events.consumers',
    does: 'The named consumers, 1,000 at most: where each is, how many events behind, and when it last read or acknowledged. One that did neither for 90 days (three times `journal.retentionDays` if that is longer) is removed.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () => record({}),
    result: () =>
      record({
        consumers: z
          .array(
            record({
              name: z.string().describe('The name of the consumer.'),
              cursor: cursor().describe('Its place: the last event that it acknowledged.'),
              behind: z.int().describe('How many events were stored since.'),
              usedAt: instant().describe('When it last read or acknowledged.'),
            }),
          )
          .describe('The consumers.'),
      }),
    faults: [],
    example: {
      params: {},
      result: { consumers: [{ name: 'crm', cursor: 12, behind: 3, usedAt: '2026-01-01T00:00:00.000Z' }] },
    },
  }),
  'events.forget': method({
    name: 'events.forget',
    does: 'Removes a named consumer. A later one of the same name is new.',
    effect: 'writes',
    scope: 'operate',
    since: '0.1.0',
    params: () => record({ consumer: consumer() }),
    result: () =>
      record({
        consumer: z.string().describe('The name of the consumer.'),
        forgotten: z.literal(true).describe('Always true.'),
      }),
    faults: ['no_such_consumer', 'disk_full'],
    example: { params: { consumer: 'crm' }, result: { consumer: 'crm', forgotten: true } },
  }),
};
