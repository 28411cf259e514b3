// Changes of labels.
import { z } from 'zod';
import { event } from '../event.js';
import { identitySchema, instant, record } from '../schema.js';

const ANA = { id: '15550002222@c.us', phone: '15550002222', lid: null, name: 'Ana', pushname: 'ana' };

export const labelEvents = {
  label: event({
    type: 'label',
    does: 'A label of a business account was created, changed or deleted, or put on a chat or taken off, by this or another device of the account.',
    data: () =>
      record({
        id: z.string().describe("WhatsApp's id of the label."),
        change: z
          .enum(['created', 'changed', 'deleted', 'added', 'removed'])
          .describe(
            '`added`: put on a chat; `removed`: taken off. A deleted label is off all chats, without further events.',
          ),
        name: z.string().describe('The name of the label; with `changed`, the new one.'),
        color: z
          .int()
          .nullable()
          .describe("The number of its colour in WhatsApp's palette, from 0. Null when it has none."),
        chatId: z
          .string()
          .nullable()
          .describe('The id of the chat, with `added` and `removed`; otherwise null.'),
        timestamp: instant().describe('When the page learnt of it.'),
        chat: identitySchema
          .nullable()
          .describe('The chat, with both identities, with `added` and `removed`; otherwise null.'),
      }),
    example: {
      id: '3',
      change: 'added',
      name: 'Pending payment',
      color: 2,
      chatId: ANA.id,
      timestamp: '2026-01-01T00:00:00.000Z',
      chat: ANA,
    },
  }),
};
