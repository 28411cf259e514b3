// Statuses of others. Posting one is message.send to `status@broadcast`; deleting one of ours is message.delete.
import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { identity, instant, messageSchema, page, personRef, record } from '../schema.js';

const NOW = '2026-01-01T00:00:00.000Z';

export const statusesSchema = record({
  ...identity(),
  name: z.string().describe('The name that is shown for the person.'),
  total: z.int().describe('How many statuses there are.'),
  unseen: z.int().describe('How many of them this account has not seen.'),
  lastAt: instant().nullable().describe('When the last one was posted. Null when not known.'),
});
export type Statuses = z.infer<typeof statusesSchema>;

const ANA = { id: '91000015550002222@lid', phone: '15550002222', lid: '91000015550002222@lid' };
const WHO = { ...ANA, name: 'Ana', pushname: null };
const ONE = ['no_such_contact', 'invalid_recipient'] as const;

export const statusMethods = {
  'status.list': method({
    name: 'status.list',
    does: 'Who has posted statuses in the last day that WhatsApp Web has received, newest first. Marks nothing as seen.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record(page()),
    result: () =>
      record({
        statuses: z.array(statusesSchema).describe('The people, the newest status first.'),
        total: z.int().describe('How many people there are in all.'),
      }),
    faults: LOOK_FAULTS,
    example: {
      params: { limit: 1 },
      result: { statuses: [{ ...ANA, name: 'Ana', total: 2, unseen: 1, lastAt: NOW }], total: 1 },
    },
  }),
  'status.get': method({
    name: 'status.get',
    does: 'The statuses of one person of the last day, oldest first, 100 at most. Marks nothing as seen.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({ contact: personRef() }),
    result: () =>
      record({
        contact: statusesSchema.describe('The person.'),
        messages: z.array(messageSchema).describe('The statuses, oldest first.'),
      }),
    faults: [...LOOK_FAULTS, ...ONE],
    example: {
      params: { contact: '15550002222' },
      result: {
        contact: { ...ANA, name: 'Ana', total: 1, unseen: 1, lastAt: NOW },
        messages: [
          {
            key: 'false_status@broadcast_3AEB0C0FFEE012345678_91000015550002222@lid',
            messageId: '3AEB0C0FFEE012345678',
            chatId: 'status@broadcast',
            from: 'status@broadcast',
            to: '15550001111@c.us',
            author: '91000015550002222@lid',
            fromMe: false,
            type: 'text',
            body: 'good morning',
            timestamp: NOW,
            ack: 1,
            hasMedia: false,
            media: null,
            replyTo: null,
            mentions: [],
            details: null,
            backfilled: false,
            chat: { id: 'status@broadcast', phone: null, lid: null, name: null, pushname: null },
            sender: WHO,
            people: [],
          },
        ],
      },
    },
  }),
  'status.see': method({
    name: 'status.see',
    does: 'Marks the statuses of one person as seen. People who are in the address book of the account are notified.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () => record({ contact: personRef() }),
    result: () => statusesSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: {
      params: { contact: '15550002222' },
      result: { ...ANA, name: 'Ana', total: 1, unseen: 0, lastAt: NOW },
    },
  }),
};
