import { z } from 'zod';
import { ACT_FAULTS, LOOK_FAULTS, NAMED_FAULTS } from '../act-faults.js';
import { MEDIA_KINDS } from '../content.js';
import { method } from '../method.js';
import {
  chatRef,
  identity,
  instant,
  knownSchema,
  limit,
  messageName,
  messageRef,
  messageSchema,
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

const ANA = { id: '15550002222@c.us', phone: '15550002222', lid: null, name: 'Ana', pushname: 'Ana' };
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

export const messageMethods = {
  'message.send': method({
    name: 'message.send',
    does: 'Accepts a message (one of text, media, location, contacts, poll, event, choice) for a person, a group, a channel of ours (`…@newsletter`), or as a status (`status@broadcast`): it is on disk when this answers, and goes out once the account is ready. `message.wait` waits until WhatsApp has it.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: record({
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
          'An answer to the buttons or the list of the message `replyTo`: the id or the text of a button or row, or its place as `#2`.',
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
        .optional()
        .describe('The idempotency key: repeating a request with the same key sends one message.'),
      notBefore: instant().optional().describe('It does not go out before this time.'),
      expiresAt: instant().optional().describe('It does not go out from this time on.'),
    }),
    result: record({
      id: z.string().describe("The daemon's id of the message."),
      messageId: z.string().describe("WhatsApp's id of the message, chosen before it is sent."),
      state: sendState().describe('How far it has come: `queued`, or more for a request that was repeated.'),
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
    params: record({ id: messageRef() }),
    result: knownSchema,
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
    params: record({
      id: messageRef(),
      for: z
        .enum(['sent', 'delivered', 'read'])
        .optional()
        .describe('How far to wait; `sent` when left out.'),
      timeoutMs: waitMs()
        .optional()
        .describe('How long to wait, in milliseconds; without an end when left out.'),
    }),
    result: outgoingSchema,
    faults: ['no_such_message', 'wait_expired'],
    example: { params: { id: 'm-1', for: 'sent', timeoutMs: 60_000 }, result: outgoing },
  }),
  'message.react': method({
    name: 'message.react',
    does: 'Reacts to a message with an emoji; an empty one removes the reaction. Done at once, not queued.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: record({
      id: messageRef(),
      emoji: z.string().max(64).describe('The reaction. An empty string removes it.'),
    }),
    result: record({
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
    params: record({
      id: messageRef(),
      text: z.string().min(1).max(65_536).describe('The new text or caption.'),
    }),
    result: record({ ...messageName(), text: z.string().describe('The text now.') }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS],
    example: { params: { id: 'm-1', text: 'hello!' }, result: { ...acted, text: 'hello!' } },
  }),
  'message.delete': method({
    name: 'message.delete',
    does: 'Deletes a message for everybody, or with `for: "me"` on the devices of this account only.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: record({
      id: messageRef(),
      for: z
        .enum(['all', 'me'])
        .optional()
        .describe('`me`: on the devices of this account only. `all` when left out.'),
    }),
    result: record({ ...messageName(), for: z.enum(['all', 'me']).describe('For whom it was deleted.') }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS, 'no_such_chat'],
    example: { params: { id: 'm-1' }, result: { ...acted, for: 'all' } },
  }),
  'message.forward': method({
    name: 'message.forward',
    does: 'Forwards a message to another chat. `key` is the new message, or null where it was not seen in time.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: record({ id: messageRef(), to: chatRef() }),
    result: record({
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
    params: record({
      id: messageRef(),
      options: z
        .array(z.string().min(1).max(1_000))
        .max(64)
        .describe(
          'The options, by their text, or by their place as `#2`. An empty list takes the vote back.',
        ),
    }),
    result: record({
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
    params: record({ id: messageRef() }),
    result: record({
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
  'message.pin': method({
    name: 'message.pin',
    does: 'Pins a message at the top of its chat, for everybody in it; with `pinned: false`, removes the pin.',
    effect: 'writes',
    scope: 'send',
    since: '0.2.0',
    params: record({
      id: messageRef(),
      pinned: z.boolean().optional().describe('False removes the pin; true when left out.'),
      for: z.enum(PIN_TIMES).optional().describe('How long it stays pinned; `7d` when left out.'),
    }),
    result: record({
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
    params: record({
      id: messageRef(),
      kept: z.boolean().optional().describe('False lets it disappear; true when left out.'),
    }),
    result: record({ ...messageName(), kept: z.boolean().describe('True when it is kept now.') }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS],
    example: { params: { id: acted.key }, result: { ...acted, kept: true } },
  }),
  'message.info': method({
    name: 'message.info',
    does: 'Who has received, read and played a message of this account, with the times that WhatsApp Web knows.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: record({ id: messageRef() }),
    result: record({
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
    params: record({
      id: messageRef(),
      starred: z.boolean().optional().describe('False removes the star; true when left out.'),
    }),
    result: record({ ...messageName(), starred: z.boolean().describe('True when it is starred now.') }),
    faults: [...ACT_FAULTS, ...NAMED_FAULTS, 'no_such_chat'],
    example: { params: { id: acted.key }, result: { ...acted, starred: true } },
  }),
  'message.search': method({
    name: 'message.search',
    does: 'Messages in the journal that have all words of the question in their text, caption, file name or poll, as they read now: an edit replaces the text, and a deleted message is not found. It asks the disk, in any state of the account.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: record({
      text: z
        .string()
        .min(1)
        .max(1_000)
        .describe(
          'The words, in any order, without regard to case and accents. `"two words"` is a phrase, `begin*` the beginning of a word. Everything else is plain text; 16 words count.',
        ),
      chat: chatRef().optional(),
      sender: personRef().optional(),
      kinds: z
        .array(z.string().min(1).max(64))
        .min(1)
        .max(16)
        .optional()
        .describe('Only messages of these types, such as `text`, `image`, `document`; all when left out.'),
      direction: z
        .enum(['in', 'out'])
        .optional()
        .describe('`out`: only messages of this account. `in`: only messages of others. Both when left out.'),
      since: instant().optional().describe('Only messages that were sent at this time or later.'),
      until: instant().optional().describe('Only messages that were sent before this time.'),
      order: z
        .enum(['best', 'newest'])
        .optional()
        .describe(
          '`best`, when left out: the best match first, among the newest 200 that match, then among the 200 before them, and so on. `newest`: the newest first.',
        ),
      limit: limit(100, 20),
      after: z
        .string()
        .max(64)
        .optional()
        .describe('Continues the same question: `next` of the previous answer.'),
    }),
    result: record({
      messages: z
        .array(
          record({
            message: messageSchema.describe('The message, with the text that it has now.'),
            edited: z.boolean().describe('True when its text was changed after it was sent.'),
            snippet: z
              .string()
              .describe(
                'The part of the text around the first hit, 200 characters at most; a file name is on a line of its own.',
              ),
            marks: z
              .array(
                record({
                  start: z.int().describe('Where the hit begins in `snippet`, in UTF-16 units.'),
                  length: z.int().describe('How long it is, in UTF-16 units.'),
                }),
              )
              .describe('The hits in the snippet.'),
          }),
        )
        .describe('The messages.'),
      next: z
        .string()
        .nullable()
        .describe(
          'Where to continue, also after an answer without messages: a call searches for one second. Null when nothing is left.',
        ),
      behind: z
        .int()
        .describe(
          'How many events of the journal are not indexed yet: many after an upgrade, otherwise 0. Messages in them are not found.',
        ),
    }),
    faults: ['invalid_recipient', 'disk_full'],
    example: {
      params: { text: 'hel*', direction: 'in' },
      result: {
        messages: [
          {
            message: {
              ...acted,
              from: acted.chatId,
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
            edited: false,
            snippet: 'hello',
            marks: [{ start: 0, length: 5 }],
          },
        ],
        next: null,
        behind: 0,
      },
    },
  }),
  'message.purge': method({
    name: 'message.purge',
    does: 'Removes what the daemon has recorded of a time, a chat or a person (exactly one of `before`, `chat`, `person`): events, finished outgoing messages, dead letters, files, entries of the search, and for a person both identities. Only counts remain. Nothing changes on WhatsApp. It answers when the bytes are gone from the files of the store.',
    effect: 'writes',
    scope: 'admin',
    since: '0.2.0',
    params: record({
      before: instant().optional().describe('Everything that was stored before this time.'),
      chat: chatRef().optional(),
      person: personRef().optional(),
      dryRun: z.literal(true).optional().describe('True: counts what would be removed, and removes nothing.'),
    }),
    result: record({
      dryRun: z.boolean().describe('True when nothing was removed.'),
      events: z.int().describe('Events of the journal.'),
      outbox: z.int().describe('Finished outgoing messages.'),
      deadLetters: z.int().describe('Dead letters of webhooks.'),
      seen: z.int().describe('Keys of messages, by which a repeated report is recognised.'),
      people: z.int().describe('Pairs of a number and a LID.'),
      files: z.int().describe('Files. One that another message has, too, is kept.'),
      leftovers: z
        .array(z.string())
        .describe('Copies of a damaged store in the state directory, which a person has to delete.'),
      earlier: z
        .array(
          record({
            at: instant().describe('When it was done.'),
            by: z.string().describe('`age`, `chat` or `person`.'),
            events: z.int().describe('How many events it removed.'),
          }),
        )
        .describe('The newest 20 earlier purges: that something was removed, and how much.'),
    }),
    faults: ['invalid_recipient', 'still_queued', 'disk_full'],
    example: {
      params: { person: '+1 555 000 2222' },
      result: {
        dryRun: false,
        events: 12,
        outbox: 3,
        deadLetters: 0,
        seen: 8,
        people: 1,
        files: 2,
        leftovers: [],
        earlier: [],
      },
    },
  }),
};
