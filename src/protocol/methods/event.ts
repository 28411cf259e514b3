import { z } from 'zod';
import { method } from '../method.js';
import { cursor, eventSchema, eventType, record } from '../schema.js';

const consumer = () => z.string().regex(/^[\w.-]{1,64}$/);
const types = () => z.array(eventType()).min(1).optional();

export const eventMethods = {
  'events.list': method({
    name: 'events.list',
    does: 'Events after a cursor (0, or left out: the oldest kept), oldest first, and the cursor to go on from.',
    effect: 'reads',
    since: '0.1.0',
    params: record({
      after: cursor().optional(),
      limit: z.int().min(1).max(1000).optional(),
      types: types(),
      /** Goes on after what this consumer has acknowledged. */
      consumer: consumer().optional(),
    }),
    result: record({ events: z.array(eventSchema), next: cursor() }),
    faults: [],
    example: { params: { after: 0, limit: 100 }, result: { events: [], next: 0 } },
  }),
  'events.subscribe': method({
    name: 'events.subscribe',
    does: 'Replays what came after the cursor, then sends each new event as the notification `event`.',
    effect: 'reads',
    since: '0.1.0',
    params: record({ after: cursor().optional(), types: types(), consumer: consumer().optional() }),
    result: record({ subscription: z.string(), after: cursor() }),
    faults: [],
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
    faults: ['disk_full'],
    example: { params: { consumer: 'crm', cursor: 12 }, result: { consumer: 'crm', cursor: 12 } },
  }),
};
