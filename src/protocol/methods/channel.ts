// Channels: found by their links, followed, muted, and their posts read. Posting and inviting an admin are message.send;
// reacting to a post and deleting one are message.react and message.delete. Admins are in channel-admins.ts.
import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { instant, limit, messageSchema, page, record, reference } from '../schema.js';

const NOW = '2026-01-01T00:00:00.000Z';
const ID = '120363000000000001@newsletter';
const LINK = 'https://whatsapp.com/channel/0029AbCdEfGhIjKl';

export const channelRef = () =>
  reference('A channel: its id, …@newsletter, its link `https://whatsapp.com/channel/…`, or the code in it.');

/** What this account is in a channel. */
export const CHANNEL_ROLES = ['owner', 'admin', 'follower', 'none'] as const;

export const channelSchema = record({
  id: z.string().describe('The id of the channel, …@newsletter.'),
  name: z.string().describe('The name of the channel.'),
  description: z.string().nullable().describe('The description. Null without one, or when not known.'),
  link: z.string().nullable().describe('The link by which people follow it. Null when not known.'),
  followers: z.int().nullable().describe('How many people follow it. Null when not known.'),
  verified: z.boolean().describe('True when WhatsApp has verified it.'),
  createdAt: instant().nullable().describe('When it was made. Null when not known.'),
  role: z
    .enum(CHANNEL_ROLES)
    .describe('What this account is there: `owner`, `admin`, `follower`, or `none` of them.'),
  muted: z.boolean().describe('True when it is muted. False when this account does not follow it.'),
  unread: z.int().describe('How many posts are unread. 0 when this account does not follow it.'),
});
export type Channel = z.infer<typeof channelSchema>;

export const postSchema = record({
  message: messageSchema.describe(
    'The post as a message. Its `key` names it for message.react, message.delete and media.fetch.',
  ),
  serverId: z.int().describe('The number of the post in its channel; later posts have higher ones.'),
  views: z.int().nullable().describe('How often it was viewed. Null when WhatsApp does not say.'),
  forwards: z.int().nullable().describe('How often it was forwarded. Null when WhatsApp does not say.'),
  reactions: z
    .array(
      record({
        emoji: z.string().describe('The reaction.'),
        count: z.int().describe('How many people gave it.'),
      }),
    )
    .describe(
      'The reactions with their numbers, most frequent first, 100 at most. WhatsApp names no people.',
    ),
  reaction: z
    .string()
    .nullable()
    .describe('The reaction of this account. Null without one, or when WhatsApp Web does not know it.'),
});
export type Post = z.infer<typeof postSchema>;

/** Of a method that names a channel. */
const ONE = ['no_such_chat'] as const;
/** Of a method that asks the server about one. */
const ASKS = [...LOOK_FAULTS, ...ONE, 'not_allowed', 'whatsapp_limit'] as const;
const channel = channelRef;
const channelId = () => reference('A channel of this account, by its id, …@newsletter.');
const name = () => z.string().trim().min(1).max(100).describe('The name of the channel.');
const description = () => z.string().max(2048).describe('The description of the channel.');
const example: Channel = {
  id: ID,
  name: 'News',
  description: 'What is new',
  link: LINK,
  followers: 120,
  verified: false,
  createdAt: NOW,
  role: 'follower',
  muted: false,
  unread: 0,
};
const NEWS = { id: ID, phone: null, lid: null, name: 'News', pushname: null };

export const channelMethods = {
  'channel.list': method({
    name: 'channel.list',
    does: 'The channels that this account owns, administers or follows, by name.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () =>
      record({
        ...page(),
        query: z.string().min(1).max(256).optional().describe('Only channels with this in their name.'),
      }),
    result: () =>
      record({
        channels: z.array(channelSchema).describe('The channels, by name.'),
        total: z.int().describe('How many there are in all.'),
      }),
    faults: LOOK_FAULTS,
    example: { params: { limit: 1 }, result: { channels: [example], total: 1 } },
  }),
  'channel.search': method({
    name: 'channel.search',
    does: "Searches WhatsApp's directory for channels by their name, without following any.",
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () =>
      record({
        query: z.string().trim().min(1).max(128).describe('What to search for.'),
        limit: limit(50, 20),
      }),
    result: () =>
      record({
        channels: z.array(channelSchema).describe("The channels that were found, in WhatsApp's order."),
      }),
    faults: [...LOOK_FAULTS, 'not_allowed', 'whatsapp_limit'],
    example: {
      params: { query: 'news', limit: 1 },
      result: { channels: [{ ...example, role: 'none' }] },
    },
  }),
  'channel.create': method({
    name: 'channel.create',
    does: 'Makes a channel of this account.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () => record({ name: name(), description: description().optional() }),
    result: () => channelSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: {
      params: { name: 'News', description: 'What is new' },
      result: { ...example, role: 'owner', followers: 0 },
    },
  }),
  'channel.update': method({
    name: 'channel.update',
    does: 'Changes the name or the description of a channel that this account owns or administers.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        channel: channelId(),
        name: name().optional(),
        description: description().optional(),
      }),
    result: () => channelSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: {
      params: { channel: ID, name: 'News' },
      result: { ...example, role: 'owner' },
    },
  }),
  'channel.delete': method({
    name: 'channel.delete',
    does: 'Deletes a channel of this account, with its posts, for everybody. It cannot be undone.',
    effect: 'writes',
    scope: 'operate',
    since: '0.2.0',
    params: () => record({ channel: channelId() }),
    result: () =>
      record({
        channel: z.string().describe('The id of the channel.'),
        deleted: z.boolean().describe('Always true: what fails is an error.'),
      }),
    faults: ACT_FAULTS,
    example: { params: { channel: ID }, result: { channel: ID, deleted: true } },
  }),
  'channel.get': method({
    name: 'channel.get',
    does: 'One channel, by its id or its link, without following it.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () => record({ channel: channel() }),
    result: () => channelSchema,
    faults: ASKS,
    example: { params: { channel: LINK }, result: { ...example, role: 'none' } },
  }),
  'channel.follow': method({
    name: 'channel.follow',
    does: 'Follows a channel. From then on its posts are events of the type `message`.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () => record({ channel: channel() }),
    result: () => channelSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { channel: LINK }, result: example },
  }),
  'channel.unfollow': method({
    name: 'channel.unfollow',
    does: 'Stops following a channel. The owner of a channel cannot.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () => record({ channel: channel() }),
    result: () =>
      record({
        channel: z.string().describe('The id of the channel.'),
        unfollowed: z.boolean().describe('False when this account did not follow it.'),
      }),
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { channel: ID }, result: { channel: ID, unfollowed: true } },
  }),
  'channel.mute': method({
    name: 'channel.mute',
    does: 'Mutes a channel that this account follows, or unmutes it. Its posts are events all the same.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: () =>
      record({
        channel: channel(),
        muted: z.boolean().optional().describe('False unmutes it; true when left out.'),
      }),
    result: () => channelSchema,
    faults: [...ACT_FAULTS, ...ONE],
    example: { params: { channel: ID }, result: { ...example, muted: true } },
  }),
  'channel.posts': method({
    name: 'channel.posts',
    does: 'The last posts of a channel from the server, oldest first, with how often each was viewed, forwarded and reacted to; with `before`, those before that one. Deleted posts are left out. Nothing is marked as read.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () =>
      record({
        channel: channel(),
        limit: limit(100, 20),
        before: z
          .int()
          .min(1)
          .max(Number.MAX_SAFE_INTEGER)
          .optional()
          .describe('Only posts before this one: its `serverId`, or `next` of an earlier answer.'),
      }),
    result: () =>
      record({
        channel: z.string().describe('The id of the channel.'),
        posts: z.array(postSchema).describe('The posts, oldest first.'),
        next: z
          .int()
          .nullable()
          .describe('What to give as `before` for older posts. Null when there are none.'),
      }),
    faults: ASKS,
    example: {
      params: { channel: ID, limit: 1 },
      result: {
        channel: ID,
        posts: [
          {
            message: {
              key: `false_${ID}_3AEB0C0FFEE012345678`,
              messageId: '3AEB0C0FFEE012345678',
              chatId: ID,
              from: ID,
              to: '15550001111@c.us',
              author: null,
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
              chat: NEWS,
              sender: NEWS,
              people: [],
            },
            serverId: 107,
            views: 98,
            forwards: 2,
            reactions: [{ emoji: '👍', count: 12 }],
            reaction: '👍',
          },
        ],
        next: 107,
      },
    },
  }),
};
