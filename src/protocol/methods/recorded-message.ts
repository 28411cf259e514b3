// The messages that the daemon has recorded: searched, and purged.
import { z } from 'zod';
import { LOOK_FAULTS } from '../act-faults.js';
import { method } from '../method.js';
import { chatRef, instant, limit, messageSchema, personRef, record } from '../schema.js';

const NOW = '2026-01-01T00:00:00.000Z';
const ANA = { id: '15550002222@c.us', phone: '15550002222', lid: null, name: 'Ana', pushname: 'Ana' };
const named = {
  key: 'false_15550002222@c.us_3AEB0C0FFEE012345678',
  messageId: '3AEB0C0FFEE012345678',
  chatId: '15550002222@c.us',
};

export const recordedMessageMethods = {
  'message.search': method({
    name: 'message.search',
    does: 'Messages in the journal that have all words of the question in their text, caption, file name or poll, as they read now: an edit replaces the text, and a deleted message is not found. It asks the disk, in any state of the account. With `in: "page"` it asks WhatsApp Web instead.',
    effect: 'reads',
    scope: 'read',
    since: '0.2.0',
    params: () =>
      record({
        text: z
          .string()
          .min(1)
          .max(1_000)
          .describe(
            'The words, in any order, without regard to case and accents. `"two words"` is a phrase, `begin*` the beginning of a word. Everything else is plain text; 16 words count.',
          ),
        in: z
          .enum(['journal', 'page'])
          .optional()
          .describe(
            "`journal`, when left out: what the daemon has recorded. `page`: WhatsApp Web's own search, in what it has stored, also from before the daemon. The account must be ready; the newest come first, each word is the beginning of a word, and only `text`, `chat`, `limit` and `after` may be given with it.",
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
          .describe(
            '`out`: only messages of this account. `in`: only messages of others. Both when left out.',
          ),
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
    result: () =>
      record({
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
    faults: [...LOOK_FAULTS, 'invalid_recipient', 'no_such_chat', 'disk_full'],
    example: {
      params: { text: 'hel*', direction: 'in' },
      result: {
        messages: [
          {
            message: {
              ...named,
              from: named.chatId,
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
    does: 'Removes what the daemon has recorded of a time, a chat or a person (exactly one of `before`, `chat`, `person`): events, finished outgoing messages, dead letters, files, entries of the search, and for a person both identities. Only counts remain. Nothing changes on WhatsApp. It answers when the bytes are gone from the files of the store, unless `complete` is false.',
    effect: 'writes',
    scope: 'admin',
    since: '0.2.0',
    params: () =>
      record({
        before: instant().optional().describe('Everything that was stored before this time.'),
        chat: chatRef().optional(),
        person: personRef().optional(),
        dryRun: z
          .literal(true)
          .optional()
          .describe('True: counts what would be removed, and removes nothing.'),
      }),
    result: () =>
      record({
        dryRun: z.boolean().describe('True when nothing was removed.'),
        events: z.int().describe('Events of the journal.'),
        outbox: z.int().describe('Finished outgoing messages.'),
        deadLetters: z.int().describe('Dead letters of webhooks.'),
        seen: z
          .int()
          .describe('Keys of messages, by which a repeated report is recognised: hashes are left of them.'),
        people: z.int().describe('Pairs of a number and a LID.'),
        files: z.int().describe('Files. One that another message has, too, is kept.'),
        complete: z
          .boolean()
          .describe(
            'False when parts of removed rows stay in the file of the store until the daemon starts again: a store above 256 MB is written anew at a start only.',
          ),
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
        complete: true,
        leftovers: [],
        earlier: [],
      },
    },
  }),
};
