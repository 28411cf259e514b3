import { z } from 'zod';
import { ACT_FAULTS, NAMED_FAULTS } from '../act-faults.js';
import { MEDIA_KINDS } from '../content.js';
import { method } from '../method.js';
import { instant, knownSchema, outgoingSchema, record, reference, sendState, waitMs } from '../schema.js';

const NOW = '2026-01-01T00:00:00.000Z';
const outgoing = {
  id: 'm-1',
  messageId: '3EB0C0FFEE0123456789',
  chatId: '15550002222@c.us',
  state: 'sent' as const,
  ack: 1,
  queuedAt: NOW,
  sentAt: NOW,
  error: null,
};

/** Ours or WhatsApp's: both name the same message wherever a message is named. */
const anyId = () => z.string().min(1).max(256);

const actedOn = { key: z.string(), messageId: z.string(), chatId: z.string() };
const acted = {
  key: 'false_15550002222@c.us_3AEB0C0FFEE012345678',
  messageId: '3AEB0C0FFEE012345678',
  chatId: '15550002222@c.us',
};

export const messageMethods = {
  'message.send': method({
    name: 'message.send',
    does: 'Accepts a message (one of text, media, location, contacts, poll) for a person, a group, a channel of ours (`…@newsletter`), or as a status (`status@broadcast`): it is on disk when this answers, and goes out once the account is ready. `message.wait` tells when WhatsApp has taken it.',
    effect: 'writes',
    since: '0.1.0',
    params: record({
      to: z.string().min(1).max(128),
      text: z.string().min(1).max(65_536).optional(),
      /** A file that was put with media.put, or fetched. */
      media: reference('the id of a file').optional(),
      /** What the file is shown as; by its type when left out. */
      as: z.enum(MEDIA_KINDS).optional(),
      caption: z.string().min(1).max(65_536).optional(),
      location: record({
        latitude: z.number().min(-90).max(90),
        longitude: z.number().min(-180).max(180),
        name: z.string().min(1).max(1_000).optional(),
      }).optional(),
      /** Contact cards. */
      contacts: z
        .array(record({ name: z.string().min(1).max(256), number: z.string().min(1).max(64) }))
        .min(1)
        .max(64)
        .optional(),
      poll: record({
        question: z.string().min(1).max(255),
        options: z.array(z.string().min(1).max(100)).min(2).max(12),
        /** Whether several options may be chosen. */
        multiple: z.boolean().optional(),
      }).optional(),
      /** The message that it answers. */
      replyTo: reference('a message').optional(),
      /** People who are named in the text as @ and the digits of their number. */
      mentions: z.array(reference('a phone number, …@c.us or …@lid')).max(256).optional(),
      /** Fetches a preview of the first link, for five seconds at most. */
      linkPreview: z.literal(true).optional(),
      /** Idempotency key: the same request twice is one message. */
      key: z.string().min(1).max(256).optional(),
      /** It does not go out before this. */
      notBefore: instant().optional(),
      /** It does not go out from this on. */
      expiresAt: instant().optional(),
    }),
    result: record({ id: z.string(), messageId: z.string(), state: sendState() }),
    faults: [
      'invalid_recipient',
      'not_linked',
      'not_ready',
      'not_on_whatsapp',
      'no_such_chat',
      'not_allowed',
      'ambiguous_message',
      'key_reused',
      'no_such_media',
      'media_unusable',
      'media_too_large',
      'tool_missing',
      'unsupported_now',
      'disk_full',
      'banned',
    ],
    example: {
      params: { to: '+1 555 000 2222', text: 'hello' },
      result: { id: 'm-1', messageId: '3EB0C0FFEE0123456789', state: 'queued' },
    },
  }),
  'message.get': method({
    name: 'message.get',
    does: "Any message that this daemon knows of, sent or received, by its key, by WhatsApp's id, or by the id of message.send.",
    effect: 'reads',
    since: '0.1.0',
    params: record({ id: anyId() }),
    result: knownSchema,
    faults: [...NAMED_FAULTS],
    example: {
      params: { id: 'm-1' },
      result: { ...outgoing, key: 'true_15550002222@c.us_3EB0C0FFEE0123456789', message: null },
    },
  }),
  'message.wait': method({
    name: 'message.wait',
    does: 'Answers when the message has come as far as `for`, or can come no further. An unknown outcome is waited for, and is the answer when the time is over.',
    effect: 'reads',
    since: '0.1.0',
    params: record({
      id: anyId(),
      for: z.enum(['sent', 'delivered', 'read']).optional(),
      timeoutMs: waitMs().optional(),
    }),
    result: outgoingSchema,
    faults: ['no_such_message', 'wait_expired'],
    example: { params: { id: 'm-1', for: 'sent', timeoutMs: 60_000 }, result: outgoing },
  }),
  'message.react': method({
    name: 'message.react',
    does: 'Reacts to a message with an emoji; an empty one takes the reaction back. Answered once, not queued.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ id: anyId(), emoji: z.string().max(64) }),
    result: record({ ...actedOn, emoji: z.string() }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS],
    example: { params: { id: acted.key, emoji: '👍' }, result: { ...acted, emoji: '👍' } },
  }),
  'message.edit': method({
    name: 'message.edit',
    does: 'Changes the text or caption of a message of ours, as long as WhatsApp lets it be changed.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ id: anyId(), text: z.string().min(1).max(65_536) }),
    result: record({ ...actedOn, text: z.string() }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS],
    example: { params: { id: 'm-1', text: 'hello!' }, result: { ...acted, text: 'hello!' } },
  }),
  'message.delete': method({
    name: 'message.delete',
    does: 'Deletes a message for everybody, or with `for: "me"` on the devices of this account only.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ id: anyId(), for: z.enum(['all', 'me']).optional() }),
    result: record({ ...actedOn, for: z.enum(['all', 'me']) }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS, 'no_such_chat'],
    example: { params: { id: 'm-1' }, result: { ...acted, for: 'all' } },
  }),
  'message.forward': method({
    name: 'message.forward',
    does: 'Sends a message on to another chat. `key` is the new message, or null where it was not seen in time.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ id: anyId(), to: reference('a phone number or chat id') }),
    result: record({ chatId: z.string(), key: z.string().nullable(), messageId: z.string().nullable() }),
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
  'message.star': method({
    name: 'message.star',
    does: 'Stars a message, or with `starred: false` no longer.',
    effect: 'writes',
    since: '0.1.0',
    params: record({ id: anyId(), starred: z.boolean().optional() }),
    result: record({ ...actedOn, starred: z.boolean() }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS, 'no_such_chat'],
    example: { params: { id: acted.key }, result: { ...acted, starred: true } },
  }),
};
