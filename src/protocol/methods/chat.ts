import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS, NAMED_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import {
  chatRef,
  identity,
  instant,
  limit,
  messageRef,
  messageSchema,
  page,
  record,
  reference,
} from '../schema.js';

const NOW = '2026-01-01T00:00:00.000Z';

export const chatSchema = record({
  ...identity(),
  name: z.string().describe('The name that is shown for the chat.'),
  kind: z.enum(['person', 'group']).describe('Whom it is with.'),
  unread: z.int().describe('How many messages are unread.'),
  markedUnread: z
    .boolean()
    .describe('True when a person marked the chat as unread; `unread` may be 0 all the same.'),
  archived: z.boolean().describe('True when it is archived.'),
  pinned: z.boolean().describe('True when it is pinned to the top of the list.'),
  muted: z.boolean().describe('True when it is muted.'),
  mutedUntil: instant()
    .nullable()
    .describe('When the mute ends. Null when it is not muted, or muted for ever.'),
  disappearingSeconds: z
    .int()
    .nullable()
    .describe('After how many seconds new messages disappear. Null: they stay.'),
  lastMessageAt: instant().nullable().describe('When the newest message was sent. Null without one.'),
  labels: z
    .array(
      record({
        id: z.string().describe("WhatsApp's id of the label."),
        name: z.string().describe('Its name.'),
      }),
    )
    .describe('The labels of a business account on it, or the lists that it is in.'),
});
export type Chat = z.infer<typeof chatSchema>;

/** For the examples of all methods that return a chat. */
export const chatExample: Chat = {
  id: '15550002222@c.us',
  phone: '15550002222',
  lid: '91000015550002222@lid',
  name: 'Ana',
  kind: 'person',
  unread: 2,
  markedUnread: false,
  archived: false,
  pinned: false,
  muted: false,
  mutedUntil: null,
  disappearingSeconds: null,
  lastMessageAt: NOW,
  labels: [],
};

const ANA = {
  id: '15550002222@c.us',
  phone: '15550002222',
  lid: '91000015550002222@lid',
  name: 'Ana',
  pushname: 'ana',
};

/** After what time messages disappear, as WhatsApp offers it. */
export const DISAPPEARING_TIMES = ['off', '24h', '7d', '90d'] as const;

/** Faults of every method that names one chat. */
const ONE = ['invalid_recipient', 'no_such_chat'] as const;
const chat = chatRef;

export const chatMethods = {
  'chat.list': method({
    name: 'chat.list',
    does: 'Chats, the one with the newest message first.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () =>
      record({
        ...page(),
        query: z
          .string()
          .min(1)
          .max(256)
          .optional()
          .describe('Only chats with this in their name, or these digits in their number.'),
        unread: z
          .boolean()
          .optional()
          .describe('True: only chats with unread messages. False: only others. Left out: both.'),
        archived: z
          .boolean()
          .optional()
          .describe('True: only archived chats. False: only others. Left out: both.'),
        label: reference('Only chats with this label: its `id`, or its whole name.').optional(),
      }),
    result: () =>
      record({
        chats: z.array(chatSchema).describe('The chats, newest message first.'),
        total: z.int().describe('How many there are in all pages together.'),
      }),
    faults: [...LOOK_FAULTS, 'no_such_label', 'ambiguous_label'],
    example: { params: { limit: 20 }, result: { chats: [chatExample], total: 1 } },
  }),
  'chat.get': method({
    name: 'chat.get',
    does: 'One chat, by the number or either identity of the person, or by the id of the group.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () => record({ chat: chat() }),
    result: () => chatSchema,
    faults: [...LOOK_FAULTS, ...ONE],
    example: { params: { chat: '+1 555 000 2222' }, result: chatExample },
  }),
  'chat.messages': method({
    name: 'chat.messages',
    does: 'The last messages of a chat, oldest first; with `before`, those before that one. Statuses are never read.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () =>
      record({
        chat: chat(),
        limit: limit(500, 50),
        before: messageRef().optional().describe('Only messages before this one: its `key` or `messageId`.'),
      }),
    result: () =>
      record({
        messages: z.array(messageSchema).describe('The messages, oldest first.'),
        more: z.boolean().describe('True when the chat may have older messages.'),
      }),
    faults: [...LOOK_FAULTS, ...ONE, ...NAMED_FAULTS],
    example: {
      params: { chat: '15550002222@c.us', limit: 1 },
      result: {
        messages: [
          {
            key: 'false_15550002222@c.us_3AEB0C0FFEE012345678',
            messageId: '3AEB0C0FFEE012345678',
            chatId: '15550002222@c.us',
            from: '15550002222@c.us',
            to: '15550001111@c.us',
            author: null,
            fromMe: false,
            type: 'text',
            body: 'hello',
            timestamp: NOW,
            ack: 1,
            hasMedia: false,
            media: null,
            replyTo: null,
            mentions: [],
            details: null,
            backfilled: false,
            chat: ANA,
            sender: ANA,
            people: [],
          },
        ],
        more: true,
      },
    },
  }),
  'chat.markRead': method({
    name: 'chat.markRead',
    does: 'Marks a chat as read, which its people may see; with `read: false` as unread, which only this account sees.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        chat: chat(),
        read: z.boolean().optional().describe('False marks it as unread; true when left out.'),
      }),
    result: () => chatSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { chat: '15550002222@c.us' }, result: { ...chatExample, unread: 0 } },
  }),
  'chat.archive': method({
    name: 'chat.archive',
    does: 'Archives a chat, or with `archived: false` takes it out again.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        chat: chat(),
        archived: z.boolean().optional().describe('False takes it out of the archive; true when left out.'),
      }),
    result: () => chatSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { chat: '15550002222@c.us' }, result: { ...chatExample, archived: true } },
  }),
  'chat.mute': method({
    name: 'chat.mute',
    does: 'Mutes a chat, until a time or for ever; with `muted: false`, unmutes it.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        chat: chat(),
        muted: z.boolean().optional().describe('False ends the mute; true when left out.'),
        until: instant().optional().describe('When the mute ends; never when left out.'),
      }),
    result: () => chatSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: {
      params: { chat: '15550002222@c.us', until: '2026-01-02T00:00:00.000Z' },
      result: { ...chatExample, muted: true, mutedUntil: '2026-01-02T00:00:00.000Z' },
    },
  }),
  'chat.pin': method({
    name: 'chat.pin',
    does: 'Pins a chat to the top of the list; with `pinned: false`, unpins it.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        chat: chat(),
        pinned: z.boolean().optional().describe('False unpins it; true when left out.'),
      }),
    result: () => chatSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { chat: '15550002222@c.us' }, result: { ...chatExample, pinned: true } },
  }),
  'chat.timer': method({
    name: 'chat.timer',
    does: 'Sets after what time new messages of a chat disappear, for everybody in it. Messages that were sent before stay.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        chat: chat(),
        after: z.enum(DISAPPEARING_TIMES).describe('After what time they disappear; `off`: they stay.'),
      }),
    result: () => chatSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: {
      params: { chat: '15550002222@c.us', after: '7d' },
      result: { ...chatExample, disappearingSeconds: 604_800 },
    },
  }),
  'chat.clear': method({
    name: 'chat.clear',
    does: 'Deletes all messages of a chat, on all devices of this account, and keeps the chat. Others keep theirs. It cannot be undone. What the daemon has recorded stays: message.purge removes it.',
    effect: 'writes',
    scope: 'operate',
    since: '0.2.0',
    params: () =>
      record({
        chat: chat(),
        keepStarred: z.boolean().optional().describe('True keeps starred messages; false when left out.'),
      }),
    result: () => chatSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { chat: '15550002222@c.us' }, result: { ...chatExample, unread: 0 } },
  }),
  'chat.delete': method({
    name: 'chat.delete',
    does: 'Deletes a chat with its messages, on all devices of this account; a group must have been left before. Others keep theirs. It cannot be undone. What the daemon has recorded stays: message.purge removes it.',
    effect: 'writes',
    scope: 'operate',
    since: '0.2.0',
    params: () => record({ chat: chat() }),
    result: () =>
      record({
        chat: z.string().describe('The id of the chat.'),
        deleted: z
          .boolean()
          .describe('True: it is gone. False: its messages are gone, and a new one has arrived meanwhile.'),
      }),
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { chat: '15550002222@c.us' }, result: { chat: '15550002222@c.us', deleted: true } },
  }),
  'chat.typing': method({
    name: 'chat.typing',
    does: 'Shows the people of a chat "typing…" or "recording audio…" for some seconds, or stops that.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        chat: chat(),
        state: z
          .enum(['typing', 'recording', 'stop'])
          .optional()
          .describe('What is shown; `stop` ends it. `typing` when left out.'),
      }),
    result: () =>
      record({
        chat: z.string().describe('The id of the chat.'),
        state: z.enum(['typing', 'recording', 'stop']).describe('What is shown now.'),
      }),
    faults: [...ACT_FAULTS, ...ONE],
    example: {
      params: { chat: '15550002222@c.us' },
      result: { chat: '15550002222@c.us', state: 'typing' },
    },
  }),
};
