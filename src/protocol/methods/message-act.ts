// Votes, reactions and other acts on a message that exists, and what is known of its readers.
import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS, NAMED_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { chatRef, identity, instant, messageName, messageRef, record } from '../schema.js';
import { ATTENDANCE } from '../state.js';

const NOW = '2026-01-01T00:00:00.000Z';
const acted = {
  key: 'false_15550002222@c.us_3AEB0C0FFEE012345678',
  messageId: '3AEB0C0FFEE012345678',
  chatId: '15550002222@c.us',
};

/** How long a pinned message stays pinned. */
export const PIN_TIMES = ['24h', '7d', '30d'] as const;

const receiptSchema = record({
  ...identity(),
  state: z.enum(['delivered', 'read', 'played']).describe('How far it has come at this person.'),
  deliveredAt: instant().nullable().describe('When it arrived. Null when that is not known.'),
  readAt: instant().nullable().describe('When it was read. Null when it was not, or that is not known.'),
  playedAt: instant()
    .nullable()
    .describe('When a voice message was played. Null when it was not, or that is not known.'),
});
export type Receipt = z.infer<typeof receiptSchema>;

export const messageActMethods = {
  'message.react': method({
    name: 'message.react',
    does: 'Reacts to a message with an emoji; an empty one removes the reaction. Done at once, not queued.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        id: messageRef(),
        emoji: z.string().max(64).describe('The reaction. An empty string removes it.'),
      }),
    result: () =>
      record({
        ...messageName(),
        emoji: z.string().describe('The reaction now. An empty string: none.'),
      }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS],
    example: { params: { id: acted.key, emoji: '👍' }, result: { ...acted, emoji: '👍' } },
  }),
  'message.edit': method({
    name: 'message.edit',
    does: 'Changes the text or caption of a message of ours, as long as WhatsApp lets it be changed.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        id: messageRef(),
        text: z.string().min(1).max(65_536).describe('The new text or caption.'),
      }),
    result: () => record({ ...messageName(), text: z.string().describe('The text now.') }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS],
    example: { params: { id: 'm-1', text: 'hello!' }, result: { ...acted, text: 'hello!' } },
  }),
  'message.delete': method({
    name: 'message.delete',
    does: 'Deletes a message for everybody, or with `for: "me"` on the devices of this account only.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        id: messageRef(),
        for: z
          .enum(['all', 'me'])
          .optional()
          .describe('`me`: on the devices of this account only. `all` when left out.'),
      }),
    result: () =>
      record({ ...messageName(), for: z.enum(['all', 'me']).describe('For whom it was deleted.') }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS, 'no_such_chat'],
    example: { params: { id: 'm-1' }, result: { ...acted, for: 'all' } },
  }),
  'message.forward': method({
    name: 'message.forward',
    does: 'Forwards a message to another chat. `key` is the new message, or null where it was not seen in time.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () => record({ id: messageRef(), to: chatRef() }),
    result: () =>
      record({
        chatId: z.string().describe('The id of the chat that it was sent to.'),
        key: z.string().nullable().describe('The key of the new message. Null when it was not seen in time.'),
        messageId: z
          .string()
          .nullable()
          .describe("WhatsApp's id of the new message. Null when it was not seen in time."),
      }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS, 'no_such_chat', 'not_on_whatsapp', 'invalid_recipient'],
    example: {
      params: { id: acted.key, to: '+1 555 000 3333' },
      result: {
        chatId: '15550003333@c.us',
        key: 'true_15550003333@c.us_3EB0C0FFEE0123456789',
        messageId: '3EB0C0FFEE0123456789',
      },
    },
  }),
  'message.vote': method({
    name: 'message.vote',
    does: 'Votes in a poll. The options replace an earlier vote; without any, the vote is taken back. Done at once, not queued.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        id: messageRef(),
        options: z
          .array(z.string().min(1).max(1_000))
          .max(64)
          .describe(
            'The options, by their text, or by their place as `#2`. An empty list takes the vote back.',
          ),
      }),
    result: () =>
      record({
        ...messageName(),
        vote: z.array(z.string()).describe('The options that are chosen now.'),
      }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS],
    example: { params: { id: acted.key, options: ['now'] }, result: { ...acted, vote: ['now'] } },
  }),
  'message.poll': method({
    name: 'message.poll',
    does: 'A poll with its votes, as far as WhatsApp Web has received them.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({ id: messageRef() }),
    result: () =>
      record({
        ...messageName(),
        question: z.string().nullable().describe('The question. Null when WhatsApp Web does not have it.'),
        multiple: z.boolean().describe('True: several options may be chosen.'),
        options: z
          .array(
            record({
              text: z.string().describe('The option.'),
              votes: z.int().describe('How many people have chosen it.'),
              voters: z
                .array(record({ ...identity(), fromMe: z.boolean().describe('True for this account.') }))
                .describe('Who has chosen it.'),
            }),
          )
          .describe('The options, in order.'),
        voters: z.int().describe('How many people have voted.'),
      }),
    faults: [...LOOK_FAULTS, ...NAMED_FAULTS, 'not_allowed'],
    example: {
      params: { id: acted.key },
      result: {
        ...acted,
        question: 'When?',
        multiple: false,
        options: [
          {
            text: 'now',
            votes: 1,
            voters: [{ id: acted.chatId, phone: '15550002222', lid: null, fromMe: false }],
          },
          { text: 'later', votes: 0, voters: [] },
        ],
        voters: 1,
      },
    },
  }),
  'message.attend': method({
    name: 'message.attend',
    does: 'Answers an event: whether this account comes. It replaces an earlier answer. Done at once, not queued.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () => record({ id: messageRef(), answer: z.enum(ATTENDANCE).describe('The answer.') }),
    result: () => record({ ...messageName(), answer: z.enum(ATTENDANCE).describe('The answer now.') }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS],
    example: { params: { id: acted.key, answer: 'going' }, result: { ...acted, answer: 'going' } },
  }),
  'message.attendance': method({
    name: 'message.attendance',
    does: 'Who comes to an event: the answers that WhatsApp Web has received, the oldest first. Whoever made the event has given none, and comes.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({ id: messageRef() }),
    result: () =>
      record({
        ...messageName(),
        name: z
          .string()
          .nullable()
          .describe('The name of the event. Null when WhatsApp Web does not have it.'),
        people: z
          .array(
            record({
              ...identity(),
              fromMe: z.boolean().describe('True for this account.'),
              answer: z.enum(ATTENDANCE).describe('The newest answer of this person.'),
              answeredAt: instant().nullable().describe('When it was given. Null when that is not known.'),
            }),
          )
          .describe('Who has answered.'),
      }),
    faults: [...LOOK_FAULTS, ...NAMED_FAULTS, 'not_allowed'],
    example: {
      params: { id: acted.key },
      result: {
        ...acted,
        name: 'Tea',
        people: [
          {
            ...{ id: acted.chatId, phone: '15550002222', lid: null },
            ...{ fromMe: false, answer: 'going', answeredAt: NOW },
          },
        ],
      },
    },
  }),
  'message.pin': method({
    name: 'message.pin',
    does: 'Pins a message at the top of its chat, for everybody in it; with `pinned: false`, removes the pin.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        id: messageRef(),
        pinned: z.boolean().optional().describe('False removes the pin; true when left out.'),
        for: z.enum(PIN_TIMES).optional().describe('How long it stays pinned; `7d` when left out.'),
      }),
    result: () =>
      record({
        ...messageName(),
        pinned: z.boolean().describe('True when it is pinned now.'),
        until: instant().nullable().describe('When the pin ends. Null when it is not pinned.'),
      }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS, 'no_such_chat'],
    example: {
      params: { id: acted.key, for: '24h' },
      result: { ...acted, pinned: true, until: '2026-01-02T00:00:00.000Z' },
    },
  }),
  'message.keep': method({
    name: 'message.keep',
    does: 'Keeps a message of a chat whose messages disappear, for everybody in it; with `kept: false`, lets it disappear.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        id: messageRef(),
        kept: z.boolean().optional().describe('False lets it disappear; true when left out.'),
      }),
    result: () => record({ ...messageName(), kept: z.boolean().describe('True when it is kept now.') }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS],
    example: { params: { id: acted.key }, result: { ...acted, kept: true } },
  }),
  'message.info': method({
    name: 'message.info',
    does: 'Who has received, read and played a message of this account, with the times that WhatsApp Web knows.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({ id: messageRef() }),
    result: () =>
      record({
        ...messageName(),
        people: z
          .array(receiptSchema)
          .describe(
            'One entry for each person who has received it. In a group WhatsApp Web keeps only the time of the last state.',
          ),
        pending: z.int().describe('How many people have not received it yet, as far as that is known.'),
      }),
    faults: [...LOOK_FAULTS, ...NAMED_FAULTS, 'not_allowed'],
    example: {
      params: { id: 'm-1' },
      result: {
        ...acted,
        people: [
          {
            id: acted.chatId,
            phone: '15550002222',
            lid: null,
            state: 'read',
            deliveredAt: NOW,
            readAt: NOW,
            playedAt: null,
          },
        ],
        pending: 0,
      },
    },
  }),
  'message.star': method({
    name: 'message.star',
    does: 'Stars a message; with `starred: false`, removes the star.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        id: messageRef(),
        starred: z.boolean().optional().describe('False removes the star; true when left out.'),
      }),
    result: () => record({ ...messageName(), starred: z.boolean().describe('True when it is starred now.') }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS, 'no_such_chat'],
    example: { params: { id: acted.key }, result: { ...acted, starred: true } },
  }),
};
