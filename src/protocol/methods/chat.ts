import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS, NAMED_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { identity, instant, messageSchema, page, record, reference } from '../schema.js';

const NOW = '2026-01-01T00:00:00.000Z';

export const chatSchema = record({
  ...identity(),
  name: z.string(),
  kind: z.enum(['person', 'group']),
  unread: z.int(),
  /** A person marked it as unread; `unread` may be 0 all the same. */
  markedUnread: z.boolean(),
  archived: z.boolean(),
  pinned: z.boolean(),
  muted: z.boolean(),
  /** Null where it is not muted, or muted for ever. */
  mutedUntil: instant().nullable(),
  lastMessageAt: instant().nullable(),
});
export type Chat = z.infer<typeof chatSchema>;

const example: Chat = {
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
  lastMessageAt: NOW,
};

const ANA = { id: '15550002222@c.us', phone: '15550002222', lid: '91000015550002222@lid' };

/** Faults of whatever names one chat. */
const ONE = ['invalid_recipient', 'no_such_chat'] as const;
const chat = () => reference('a phone number or chat id');

export const chatMethods = {
  'chat.list': method({
    name: 'chat.list',
    does: 'Chats, the one with the newest message first.',
    effect: 'reads',
    since: '0.1.0',
    params: record({
      ...page(),
      /** Part of a name, or digits of a number. */
      query: z.string().min(1).max(256).optional(),
      unread: z.boolean().optional(),
      archived: z.boolean().optional(),
    }),
    result: record({ chats: z.array(chatSchema), total: z.int() }),
    faults: LOOK_FAULTS,
    example: { params: { limit: 20 }, result: { chats: [example], total: 1 } },
  }),
  'chat.get': method({
    name: 'chat.get',
    does: 'One chat, by the number or either identity of the person, or by the id of the group.',
    effect: 'reads',
    since: '0.1.0',
    params: record({ chat: chat() }),
    result: chatSchema,
    faults: [...LOOK_FAULTS, ...ONE],
    example: { params: { chat: '+1 555 000 2222' }, result: example },
  }),
  'chat.messages': method({
    name: 'chat.messages',
    does: 'The last messages of a chat, oldest first; with `before`, those before that one. Statuses are never read.',
    effect: 'reads',
    since: '0.1.0',
    params: record({
      chat: chat(),
      limit: z.int().min(1).max(500).optional(),
      before: reference('a message').optional(),
    }),
    result: record({ messages: z.array(messageSchema), more: z.boolean() }),
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
    does: 'Marks a chat as read, which its people may see; with `read: false` as unread, for oneself.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ chat: chat(), read: z.boolean().optional() }),
    result: chatSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { chat: '15550002222@c.us' }, result: { ...example, unread: 0 } },
  }),
  'chat.archive': method({
    name: 'chat.archive',
    does: 'Archives a chat, or with `archived: false` takes it out again.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ chat: chat(), archived: z.boolean().optional() }),
    result: chatSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { chat: '15550002222@c.us' }, result: { ...example, archived: true } },
  }),
  'chat.mute': method({
    name: 'chat.mute',
    does: 'Mutes a chat, until a moment or for ever; with `muted: false` no longer.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ chat: chat(), muted: z.boolean().optional(), until: instant().optional() }),
    result: chatSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: {
      params: { chat: '15550002222@c.us', until: '2026-01-02T00:00:00.000Z' },
      result: { ...example, muted: true, mutedUntil: '2026-01-02T00:00:00.000Z' },
    },
  }),
  'chat.pin': method({
    name: 'chat.pin',
    does: 'Pins a chat to the top of the list, or with `pinned: false` no longer.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ chat: chat(), pinned: z.boolean().optional() }),
    result: chatSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { chat: '15550002222@c.us' }, result: { ...example, pinned: true } },
  }),
  'chat.typing': method({
    name: 'chat.typing',
    does: 'Shows the people of a chat "typing…" or "recording audio…" for some seconds, or stops that.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ chat: chat(), state: z.enum(['typing', 'recording', 'stop']).optional() }),
    result: record({ chat: z.string(), state: z.enum(['typing', 'recording', 'stop']) }),
    faults: [...ACT_FAULTS, ...ONE],
    example: {
      params: { chat: '15550002222@c.us' },
      result: { chat: '15550002222@c.us', state: 'typing' },
    },
  }),
};
