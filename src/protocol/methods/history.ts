// Older messages than the daemon has seen.
import { z } from 'zod';
import { LOOK_FAULTS, NAMED_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { chatRef, instant, limit, messageRef, record } from '../schema.js';

/** Why a fetch ended. */
export const HISTORY_ENDS = [
  'count',
  'start',
  'phone_silent',
  'not_offered',
  'no_access',
  'paused',
  'transferring',
  'time',
] as const;

export const historyMethods = {
  'history.fetch': method({
    name: 'history.fetch',
    does: 'Reads older messages of a chat, from the store of WhatsApp Web and then from the phone, and reports each one that was not reported before as an event `message.history`. Ends after five minutes at the latest. What was reported stays so when it is cancelled; the next call continues.',
    effect: 'reads',
    scope: 'operate',
    since: '0.2.0',
    params: () =>
      record({
        chat: chatRef(),
        count: limit(1_000, 50),
        before: messageRef()
          .optional()
          .describe(
            'Only messages before this one: its `key` or `messageId`, as `next` of the previous answer has it.',
          ),
      }),
    result: () =>
      record({
        chat: z.string().describe('The id of the chat.'),
        fetched: z.int().describe('How many messages were reported.'),
        known: z.int().describe('How many of those that were read had been reported before.'),
        oldest: instant()
          .nullable()
          .describe('When the oldest one that was read was sent. Null without one.'),
        next: z
          .string()
          .nullable()
          .describe('The key of the oldest one that was read: `before` of the next call. Null without one.'),
        end: z
          .enum(HISTORY_ENDS)
          .describe(
            'Why it ended. `count`: as many as asked for. `start`: there are no older ones. `phone_silent`: the phone did not answer. `not_offered`: WhatsApp gives older messages to no linked device of this account now. `no_access`: the phone keeps older ones to itself. `paused`: WhatsApp Web does not ask the phone for two hours, after ten failures. `transferring`: the first transfer from the phone is not over. `time`: five minutes have passed.',
          ),
      }),
    faults: [
      ...LOOK_FAULTS,
      'invalid_recipient',
      'no_such_chat',
      ...NAMED_FAULTS,
      'phone_unreachable',
      'disk_full',
    ],
    example: {
      params: { chat: '15550002222@c.us', count: 50 },
      result: {
        chat: '15550002222@c.us',
        fetched: 50,
        known: 12,
        oldest: '2025-01-01T00:00:00.000Z',
        next: 'false_15550002222@c.us_3AEB0C0FFEE012345678',
        end: 'count',
      },
    },
  }),
};
