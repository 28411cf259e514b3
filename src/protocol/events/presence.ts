// Presence of people who are subscribed to.
import { z } from 'zod';
import { event } from '../event.js';
import { instant, named, record } from '../schema.js';

const ANA = { id: '15550002222@c.us', phone: '15550002222', lid: null, name: 'Ana', pushname: 'ana' };

export const presenceEvents = {
  presence: event({
    type: 'presence',
    does: 'A person came online or went offline, or began or stopped to type or record. Only for people of `presence.subscribe`.',
    data: () =>
      record({
        from: z.string().describe('The id of the person.'),
        state: z
          .enum(['available', 'unavailable', 'typing', 'recording'])
          .describe('`available`: online. `typing` and `recording` are in the chat with this account.'),
        lastSeenAt: instant()
          .nullable()
          .describe('When the person was online last, with `unavailable`. Null when not known or hidden.'),
        timestamp: instant().describe('When the page learnt of it.'),
        ...named(),
      }),
    example: {
      from: ANA.id,
      state: 'typing',
      lastSeenAt: null,
      timestamp: '2026-01-01T00:00:00.000Z',
      chat: ANA,
      sender: ANA,
      people: [],
    },
  }),
};
