// Events about messages: the message itself, its acks, reactions, edits and deletion.
import { z } from 'zod';
import { event } from '../event.js';
import { ack, instant, messageName, messageSchema, named, record } from '../schema.js';
import { ATTENDANCE } from '../state.js';

const ANA = {
  id: '15550002222@c.us',
  phone: '15550002222',
  lid: '91000015550002222@lid',
  name: 'Ana',
  pushname: 'ana',
};
const NAME = {
  key: 'false_15550002222@c.us_3EB0C431C26A1916E07E',
  messageId: '3EB0C431C26A1916E07E',
  chatId: ANA.id,
};
const NAMED = { chat: ANA, sender: ANA, people: [] };
const AT = '2026-01-01T00:00:00.000Z';

const author = () =>
  z.string().nullable().describe('The id of the member who did it. Null outside groups, and when unknown.');

export const TRANSCRIPT_ERRORS = [
  'no_file',
  'not_found',
  'failed',
  'timed_out',
  'too_long',
  'interrupted',
] as const;

/** Why a message has no text. */
export const transcriptErrorSchema = record({
  kind: z
    .enum(TRANSCRIPT_ERRORS)
    .describe(
      '`no_file`: the file is not available. `not_found`: the program cannot be run. `failed`, `timed_out`, `too_long`: how it ended. `interrupted`: the daemon ended twice meanwhile.',
    ),
  reason: z.string().describe('What happened, for people.'),
});

export const messageEvents = {
  message: event({
    type: 'message',
    does: 'A message was received, or sent by any device of the account. Each message is reported once; one of the type `ciphertext` is reported again when it can be read.',
    data: () => messageSchema,
    example: {
      ...NAME,
      from: ANA.id,
      to: '15550001111@c.us',
      author: null,
      fromMe: false,
      type: 'text',
      body: 'Hello',
      timestamp: AT,
      ack: 1,
      hasMedia: false,
      media: null,
      replyTo: null,
      mentions: [],
      details: null,
      backfilled: false,
      ...NAMED,
    },
  }),
  'message.history': event({
    type: 'message.history',
    does: 'An older message, which `history.fetch` read from WhatsApp Web or from the phone. A message that was reported before is not reported again. Batches go back in time; within one the oldest is first.',
    data: () => messageSchema,
    example: {
      ...NAME,
      from: ANA.id,
      to: '15550001111@c.us',
      author: null,
      fromMe: false,
      type: 'text',
      body: 'Long ago',
      timestamp: '2025-01-01T00:00:00.000Z',
      ack: 1,
      hasMedia: false,
      media: null,
      replyTo: null,
      mentions: [],
      details: null,
      backfilled: true,
      ...NAMED,
    },
  }),
  'message.ack': event({
    type: 'message.ack',
    does: 'A message got further on its way: it was sent, delivered, read or played, or it failed. An ack that reports nothing new is not an event.',
    data: () =>
      record({
        ...messageName(),
        fromMe: z.boolean().describe('True for a message of this account.'),
        ack: ack(),
        ...named(),
      }),
    example: {
      ...NAME,
      key: 'true_15550002222@c.us_3EB0C431C26A1916E07E',
      fromMe: true,
      ack: 2,
      chat: ANA,
      sender: null,
      people: [],
    },
  }),
  'message.reaction': event({
    type: 'message.reaction',
    does: 'Someone reacted to a message, voted in a poll, or took either back.',
    data: () =>
      record({
        ...messageName(),
        from: z.string().describe('The id of the person who reacted or voted.'),
        fromMe: z
          .boolean()
          .nullable()
          .describe(
            'True when this account did. Null for a vote from a LID, which may be the LID of this account.',
          ),
        emoji: z
          .string()
          .nullable()
          .describe('The reaction. An empty string: it was taken back. Null for a vote.'),
        vote: z
          .array(z.string())
          .nullable()
          .describe(
            'The chosen options of the poll; `#2` is the second one of a poll whose text is not known. An empty list: the vote was taken back. Null for a reaction.',
          ),
        timestamp: instant().describe('When it was done.'),
        ...named(),
      }),
    example: { ...NAME, from: ANA.id, fromMe: false, emoji: '👍', vote: null, timestamp: AT, ...NAMED },
  }),
  'message.attendance': event({
    type: 'message.attendance',
    does: 'Someone answered an event: whether they come.',
    data: () =>
      record({
        ...messageName(),
        from: z.string().describe('The id of the person who answered.'),
        fromMe: z.boolean().describe('True when this account did, from any of its devices.'),
        answer: z.enum(ATTENDANCE).describe('The answer. It replaces an earlier one of this person.'),
        timestamp: instant().describe('When it was given.'),
        ...named(),
      }),
    example: { ...NAME, from: ANA.id, fromMe: false, answer: 'going', timestamp: AT, ...NAMED },
  }),
  'message.edit': event({
    type: 'message.edit',
    does: 'The text of a message was changed by its author.',
    data: () =>
      record({
        ...messageName(),
        author: author(),
        fromMe: z.boolean().describe('True for a message of this account.'),
        body: z.string().describe('The new text.'),
        previous: z.string().nullable().describe('The text before. Null when it is not known.'),
        timestamp: instant().describe('When it was changed.'),
        ...named(),
      }),
    example: {
      ...NAME,
      author: null,
      fromMe: false,
      body: 'Hello!',
      previous: 'Hello',
      timestamp: AT,
      ...NAMED,
    },
  }),
  'message.revoke': event({
    type: 'message.revoke',
    does: 'A message was deleted for everyone.',
    data: () =>
      record({
        ...messageName(),
        author: author(),
        fromMe: z.boolean().describe('True when this account deleted it.'),
        timestamp: instant().describe('When the daemon learned of it.'),
        ...named(),
      }),
    example: { ...NAME, author: null, fromMe: false, timestamp: AT, ...NAMED },
  }),
  'message.transcript': event({
    type: 'message.transcript',
    does: 'A voice message as text, by the program of `[transcribe]`. Each received message has at most one, also when the program failed, and one more for each `media.transcribe`.',
    data: () =>
      record({
        ...messageName(),
        author: author(),
        fromMe: z
          .boolean()
          .describe('True for a message of this account, which is transcribed only by `media.transcribe`.'),
        text: z.string().nullable().describe('What was said. Null when there is an `error`.'),
        language: z.string().nullable().describe('Null: the program does not tell.'),
        error: transcriptErrorSchema.nullable().describe('Why there is no text. Null when there is one.'),
        ...named(),
      }),
    example: {
      ...NAME,
      author: null,
      fromMe: false,
      text: 'See you at nine.',
      language: null,
      error: null,
      ...NAMED,
    },
  }),
};
