import { z } from 'zod';
import { NAMED_FAULTS } from '../act-faults.js';
import { MAX_ALBUM, MEDIA_KINDS } from '../content.js';
import { method } from '../method.js';
import {
  instant,
  knownSchema,
  messageRef,
  outgoingSchema,
  personRef,
  record,
  reference,
  sendState,
  waitMs,
} from '../schema.js';

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

export const messageMethods = {
  'message.send': method({
    name: 'message.send',
    does: 'Accepts a message (one of text, media, album, location, contacts, poll, event, choice, channelInvite) for a person, a group, a channel of ours (`…@newsletter`), or as a status (`status@broadcast`): it is on disk when this answers, and goes out once the account is ready. `message.wait` waits until WhatsApp has it.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        to: z
          .string()
          .min(1)
          .max(128)
          .describe(
            'The recipient: a phone number with its country code, …@c.us, …@lid, a group, …@g.us, a channel, …@newsletter, or `status@broadcast`.',
          ),
        text: z.string().min(1).max(65_536).optional().describe('The text of a text message.'),
        media: reference('The `id` of a file that media.put or media.fetch returned.').optional(),
        as: z
          .enum(MEDIA_KINDS)
          .optional()
          .describe('What the file is shown as; its media type decides when left out.'),
        quality: z
          .enum(['standard', 'hd'])
          .optional()
          .describe('Of an image: `hd` for 2,560 pixels instead of 1,600; `standard` when left out.'),
        viewOnce: z
          .literal(true)
          .optional()
          .describe('True: an image, a video or a voice message that can be opened once.'),
        caption: z.string().min(1).max(65_536).optional().describe('The text that goes with the file.'),
        album: z
          .array(
            record({
              media: reference('The `id` of a file that media.put or media.fetch returned.'),
              as: z
                .enum(['image', 'video'])
                .optional()
                .describe('What the file is shown as; its media type decides when left out.'),
              quality: z
                .enum(['standard', 'hd'])
                .optional()
                .describe('Of an image: `hd` for 2,560 pixels instead of 1,600.'),
              caption: z.string().min(1).max(65_536).optional().describe('The text that goes with the file.'),
            }),
          )
          .min(2)
          .max(MAX_ALBUM)
          .optional()
          .describe(
            'An album: 2 to 30 pictures and films that are shown as one. It and each of its files are messages; all are accepted, or none.',
          ),
        location: record({
          latitude: z.number().min(-90).max(90).describe('Degrees north; negative in the south.'),
          longitude: z.number().min(-180).max(180).describe('Degrees east; negative in the west.'),
          name: z.string().min(1).max(1_000).optional().describe('The name of the place.'),
        })
          .optional()
          .describe('A location.'),
        contacts: z
          .array(
            record({
              name: z.string().min(1).max(256).describe('The name on the card.'),
              number: z.string().min(1).max(64).describe('The phone number with its country code.'),
            }),
          )
          .min(1)
          .max(64)
          .optional()
          .describe('Contact cards, 64 at most.'),
        poll: record({
          question: z.string().min(1).max(255).describe('The question.'),
          options: z.array(z.string().min(1).max(100)).min(2).max(12).describe('The options, 2 to 12.'),
          multiple: z
            .boolean()
            .optional()
            .describe('True: several options may be chosen; false when left out.'),
        })
          .optional()
          .describe('A poll.'),
        event: record({
          name: z.string().min(1).max(100).describe('The name.'),
          description: z.string().min(1).max(2_048).optional().describe('The description.'),
          startsAt: instant().describe('When it begins.'),
          endsAt: instant().optional().describe('When it ends.'),
          place: z.string().min(1).max(100).optional().describe('The place.'),
          call: z
            .enum(['voice', 'video'])
            .optional()
            .describe('A call of this kind, whose link WhatsApp makes.'),
        })
          .optional()
          .describe('An event.'),
        choice: z
          .string()
          .min(1)
          .max(1_000)
          .optional()
          .describe(
            'An answer to the buttons or the list of the message `replyTo`: the place of a button or row as `#2`, its text, or its id, in this order.',
          ),
        channelInvite: record({
          channel: reference('A channel that this account owns, by its id, …@newsletter.'),
          text: z.string().min(1).max(1_024).optional().describe('The text of the invitation.'),
        })
          .optional()
          .describe(
            'An invitation for a person to become an admin of a channel. `channel.revokeInvite` withdraws it.',
          ),
        replyTo: messageRef()
          .optional()
          .describe('The message that it answers: its `key`, `messageId` or `id`.'),
        mentions: z
          .array(personRef())
          .max(256)
          .optional()
          .describe('The people whom the text names as @ and the digits of their number.'),
        mentionAll: z
          .literal(true)
          .optional()
          .describe('True: `@all` in the text mentions everybody in the group.'),
        linkPreview: z
          .union([
            z.literal(true),
            record({
              url: z
                .string()
                .min(1)
                .max(2_048)
                .optional()
                .describe('The link, as it is in the text; the first one when left out.'),
              title: z.string().min(1).max(300).describe('The heading.'),
              description: z.string().min(1).max(1_000).optional().describe('The text below it.'),
              thumbnail: z
                .string()
                .max(65_536)
                .regex(/^\/9j\/[A-Za-z0-9+/]*={0,2}$/)
                .optional()
                .describe('A small JPEG in base64.'),
            }),
          ])
          .optional()
          .describe(
            'True: fetches a preview of the first link, for five seconds at most. An object: shows this preview and fetches nothing.',
          ),
        key: z
          .string()
          .min(1)
          .max(256)
          .regex(/^[^\n]*$/)
          .optional()
          .describe(
            'The idempotency key, without line breaks: repeating a request with the same key sends one message.',
          ),
        notBefore: instant().optional().describe('It does not go out before this time.'),
        expiresAt: instant().optional().describe('It does not go out from this time on.'),
      }),
    result: () =>
      record({
        id: z.string().describe("The daemon's id of the message."),
        messageId: z.string().describe("WhatsApp's id of the message, chosen before it is sent."),
        state: sendState().describe(
          'How far it has come: `queued`, or more for a request that was repeated.',
        ),
        parts: z
          .array(
            record({
              id: z.string().describe("The daemon's id of the message."),
              messageId: z.string().describe("WhatsApp's id of the message."),
              state: sendState().describe('How far it has come.'),
            }),
          )
          .optional()
          .describe('Of an album: the messages with its files, in their order.'),
      }),
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
    scope: 'read',
    since: '0.1.0',
    params: () => record({ id: messageRef() }),
    result: () => knownSchema,
    faults: [...NAMED_FAULTS],
    example: {
      params: { id: 'm-1' },
      result: { ...outgoing, key: 'true_15550002222@c.us_3EB0C0FFEE0123456789', message: null },
    },
  }),
  'message.wait': method({
    name: 'message.wait',
    does: 'Answers when the message has reached the state `for` or a final state. `unknown` is not final: it is returned only when the time runs out.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () =>
      record({
        id: messageRef(),
        for: z
          .enum(['sent', 'delivered', 'read'])
          .optional()
          .describe('How far to wait; `sent` when left out.'),
        timeoutMs: waitMs()
          .optional()
          .describe('How long to wait, in milliseconds; without an end when left out.'),
      }),
    result: () => outgoingSchema,
    faults: ['no_such_message', 'wait_expired'],
    example: { params: { id: 'm-1', for: 'sent', timeoutMs: 60_000 }, result: outgoing },
  }),
};
