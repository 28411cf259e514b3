// The schemas that several method rows share. Types for the client are inferred from them; the client's fast
// path imports types only, never zod.
import { z } from 'zod';
import { detailsSchema } from './details.js';
import { EVENT_TYPES, REASONS, SEND_STATES, STATES, WAITS } from './state.js';

/** An object that refuses unknown keys by name. */
export const record = <S extends z.ZodRawShape>(shape: S) => z.strictObject(shape);
/** One schema each, to which the documents refer by name wherever it is used. */
export const timeSchema = z.iso.datetime();
export const stateNameSchema = z.enum(STATES);
export const reasonSchema = z.enum(REASONS);
export const sendStateSchema = z.enum(SEND_STATES);
export const eventTypeSchema = z.enum(EVENT_TYPES);
export const instant = () => timeSchema;
export const waitMs = () => z.int().min(0).max(86_400_000);
/** The most items of a list to return. */
export const limit = (max: number, fallback: number) =>
  z.int().min(1).max(max).optional().describe(`How many to return at most; ${fallback} when left out.`);
export const cursor = () => z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export const stateName = () => stateNameSchema;
export const reason = () => reasonSchema;
export const sendState = () => sendStateSchema;
export const eventType = () => eventTypeSchema;

export const ack = () =>
  z.int().describe('-1 failed, 0 not sent yet, 1 on the server, 2 delivered, 3 read, 4 played.');

/** The common result of `initialize`, `disconnect` and `clear`. */
export const done = () => ({
  success: z.boolean().describe('Always true: what fails is an error.'),
  message: z.string().describe('What was done, in English.'),
  timestamp: instant().describe('When this was answered.'),
});

/** An outgoing message, as message.send, message.get and message.wait show it. */
export const outgoingSchema = record({
  id: z.string().describe("The daemon's id of the message."),
  messageId: z
    .string()
    .describe("WhatsApp's id of the message, chosen before it is sent. It does not change."),
  chatId: z.string().describe('The id of the chat.'),
  state: sendState().describe(
    'How far it has come. `sent`: the server of WhatsApp has it. `unknown`: the daemon cannot tell yet whether it was sent.',
  ),
  ack: ack(),
  queuedAt: instant().describe('When the daemon accepted it.'),
  sentAt: instant().nullable().describe('When WhatsApp had it. Null before that.'),
  error: z
    .strictObject({
      kind: z.string().describe('The kind of fault.'),
      reason: z.string().describe('What happened, in English.'),
      hint: z.string().nullable().describe('The command that helps. Null when none does.'),
    })
    .nullable()
    .describe('Why it failed, or why the last attempt did. Null without an error.'),
});
export type Outgoing = z.infer<typeof outgoingSchema>;

/** The same in the queue: whom it is for, how often it was tried, and what it waits for. */
export const outboxRowSchema = record({
  ...outgoingSchema.shape,
  to: z.string().describe('The recipient, as an id: a person, a group, a channel or `status@broadcast`.'),
  kind: z
    .string()
    .describe('What it carries: `text`, a kind of file, `location`, `contact`, `poll`, `event` or `choice`.'),
  key: z.string().nullable().describe('The idempotency key of the request. Null without one.'),
  attempts: z.int().describe('How often the daemon has tried to send it.'),
  notBefore: instant().nullable().describe('It does not go out before this time. Null without one.'),
  expiresAt: instant().nullable().describe('It does not go out from this time on. Null without one.'),
  changedAt: instant().describe('When its state changed last.'),
  waitsFor: z
    .enum(WAITS)
    .nullable()
    .describe(
      'What it waits for: `ready` the account, `not_before` its own time, `turn` the message before it in its chat, `pace`, `stranger`, `daily_cap`, `stranger_cap` and `quiet_hours` the pacing, `quota` the quota of new chats, `restriction` the end of a restriction. Null unless it is queued.',
    ),
  nextAt: instant().nullable().describe('When it can go out at the earliest. Null when that is not known.'),
});
export type OutboxRow = z.infer<typeof outboxRowSchema>;
/**
 * A reference to one thing: a number, a chat id, a message. The code that parses it
 * decides whether it is valid.
 * @param what a sentence, for the docs
 */
export const reference = (what: string) => z.string().min(1).max(256).describe(what);

/** Any message, ours or another's. */
export const messageRef = () =>
  reference("A message: its `key`, WhatsApp's `messageId`, or the `id` that message.send returned.");
export const chatRef = () =>
  reference('A chat: a phone number with its country code, …@c.us, …@lid, or the id of a group, …@g.us.');
export const personRef = () => reference('A person: a phone number with its country code, …@c.us or …@lid.');

/** The parameters for a part of a long list. */
export const page = () => ({
  limit: limit(1000, 100),
  offset: z.int().min(0).max(1_000_000).optional().describe('How many to skip; 0 when left out.'),
});

/**
 * A person, group or channel: the id that WhatsApp Web uses, with both identities of a person as far as they
 * are known. The same person may write from either (H21).
 */
export const identity = () => ({
  id: z.string().describe('The id that WhatsApp Web uses for this person, group or channel.'),
  phone: z
    .string()
    .nullable()
    .describe('The phone number, digits only. Null for groups, and where the number is not known.'),
  lid: z
    .string()
    .nullable()
    .describe('The LID, the second identity of a person. Null for groups, and where it is not known.'),
});

export const identitySchema = record({
  ...identity(),
  name: z
    .string()
    .nullable()
    .describe(
      "The name that this account saved for the person, the verified name of a business, or the group's subject. Null when not known.",
    ),
  pushname: z
    .string()
    .nullable()
    .describe('What the person calls themselves. Null for groups, and when not known.'),
});
export type Who = z.infer<typeof identitySchema>;

/** The file of a message, as far as it is known before it is fetched. */
export const mediaSchema = record({
  mimetype: z.string().describe('The media type, as the sender declared it.'),
  size: z.int().nullable().describe('Size in bytes, as the sender declared it. Null when it declared none.'),
  name: z.string().nullable().describe('The file name. Null when the sender gave none.'),
});

/**
 * The people that an event names, each with both identities and both names as far as they are known
 * when the event is stored: for groups both identities are null.
 */
export const named = () => ({
  chat: identitySchema.describe('The chat, with both identities and its names.'),
  sender: identitySchema
    .nullable()
    .describe(
      'Who wrote the message, reacted, called or changed the group, with both identities and names. Null when unknown.',
    ),
  people: z
    .array(identitySchema)
    .describe('Everyone else that the event names, in this order: `mentions`, then `participants`.'),
});
export interface Named {
  readonly chat: Who;
  readonly sender: Who | null;
  readonly people: Who[];
}

/** The message that an event or an act is about. */
export const messageName = () => ({
  key: z.string().describe("The daemon's own key of the message. It is unique and does not change."),
  messageId: z
    .string()
    .describe("WhatsApp's id of the message. The sender chooses it, so it may not be unique."),
  chatId: z.string().describe('The id of the chat.'),
});

/** A message as the page has it. */
const inbound = () => ({
  ...messageName(),
  from: z.string().describe('The id of the sender; in a group, the id of the group.'),
  to: z.string().describe('The id of the recipient.'),
  author: z.string().nullable().describe('The id of the member who wrote it. Null outside groups.'),
  fromMe: z.boolean().describe('True when this account sent it, from any of its devices.'),
  type: z
    .string()
    .describe(
      'What it is: `text`, `image`, `video`, `audio`, `voice`, `document`, `sticker`, `location`, `contact`, `poll`, `event`, `video_note`, or a word of WhatsApp, such as `list`. `ciphertext`: WhatsApp Web cannot read it yet. `view_once`: only the phone can show it. `unknown`: it cannot be shown; `details.hidden` has the reason.',
    ),
  body: z.string().nullable().describe('The text or caption. Null when the message cannot be shown.'),
  timestamp: instant().describe('When it was sent.'),
  ack: ack(),
  hasMedia: z.boolean().describe('True when it has a file, which `media.fetch` reads.'),
  media: mediaSchema
    .nullable()
    .describe('The file, as far as it is known before it is fetched. Null without one.'),
  replyTo: z.string().nullable().describe('The `messageId` of the message that it answers. Null otherwise.'),
  mentions: z.array(z.string()).describe('The ids of the people that the text mentions: the first 256.'),
  details: detailsSchema
    .nullable()
    .describe(
      'What it carries besides its text, in the parts that apply to it. Null when it has only text or a file.',
    ),
  backfilled: z
    .boolean()
    .describe(
      'True when it was read from the page later, not received live: after a connection was lost, or by `history.fetch`.',
    ),
});
export const inboundSchema = record(inbound());

/** A message in a chat or an event. */
export const messageSchema = record({ ...inbound(), ...named() });
export type Message = z.infer<typeof messageSchema>;

/**
 * Any message that this daemon knows of, as message.get shows it: one that it was asked to send, one that was
 * received, or one that another device of the account sent.
 */
export const knownSchema = record({
  ...outgoingSchema.shape,
  id: z
    .string()
    .nullable()
    .describe("The daemon's id of the message. Null for a message that this daemon was not asked to send."),
  state: sendState()
    .nullable()
    .describe('How far it has come. Null for a message that this daemon was not asked to send.'),
  queuedAt: instant()
    .nullable()
    .describe('When the daemon accepted it. Null for a message that it was not asked to send.'),
  key: z.string().nullable().describe("The daemon's own key of the message. Null until it has been seen."),
  message: messageSchema
    .nullable()
    .describe(
      'The message as its event reported it. Null when there was no event yet, or it is not kept any more.',
    ),
});
export type Known = z.infer<typeof knownSchema>;
