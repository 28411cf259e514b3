// The few schemas that method rows are built from. Types for the client are inferred from them; the client's fast
// path imports types only, never zod.
import { z } from 'zod';
import { EVENT_TYPES, REASONS, SEND_STATES, STATES, WAITS } from './state.js';

/** An object that refuses unknown keys by name. */
export const record = <S extends z.ZodRawShape>(shape: S) => z.strictObject(shape);
/** One schema each, which the documents refer to by name wherever it stands. */
export const timeSchema = z.iso.datetime();
export const stateNameSchema = z.enum(STATES);
export const reasonSchema = z.enum(REASONS);
export const sendStateSchema = z.enum(SEND_STATES);
export const eventTypeSchema = z.enum(EVENT_TYPES);
export const instant = () => timeSchema;
export const waitMs = () => z.int().min(0).max(86_400_000);
export const cursor = () => z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export const stateName = () => stateNameSchema;
export const reason = () => reasonSchema;
export const sendState = () => sendStateSchema;
export const eventType = () => eventTypeSchema;

/** What `initialize`, `disconnect` and `clear` answer. */
export const done = () => ({ success: z.boolean(), message: z.string(), timestamp: instant() });

/** A message on its way out, as message.send, message.get and message.wait show it. */
export const outgoingSchema = record({
  id: z.string(),
  messageId: z.string(),
  chatId: z.string(),
  state: sendState(),
  ack: z.int(),
  queuedAt: instant(),
  sentAt: instant().nullable(),
  error: z.strictObject({ kind: z.string(), reason: z.string(), hint: z.string().nullable() }).nullable(),
});
export type Outgoing = z.infer<typeof outgoingSchema>;

/** The same as it lies in the queue: who it is for, how often it was tried, and what it waits for. */
export const outboxRowSchema = record({
  ...outgoingSchema.shape,
  to: z.string(),
  kind: z.string(),
  key: z.string().nullable(),
  attempts: z.int(),
  notBefore: instant().nullable(),
  expiresAt: instant().nullable(),
  changedAt: instant(),
  /** Null unless it is queued. */
  waitsFor: z.enum(WAITS).nullable(),
  /** When it can go out at the earliest, as far as that is known. */
  nextAt: instant().nullable(),
});
export type OutboxRow = z.infer<typeof outboxRowSchema>;
/** Whatever names one thing: a number, a chat id, a message. What it may be is checked where it is read. */
export const reference = (what: string) => z.string().min(1).max(256).describe(what);

/** A part of a long list. */
export const page = () => ({
  limit: z.int().min(1).max(1000).optional(),
  offset: z.int().min(0).max(1_000_000).optional(),
});

/**
 * Who: the id that WhatsApp Web keeps them under, with both identities of a person as far as they are known. The
 * same person may write from either (H21).
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

export const identitySchema = record(identity());
export type Who = z.infer<typeof identitySchema>;

/** What a message carries besides its text, as far as it is known before it is fetched. */
export const mediaSchema = record({
  mimetype: z.string().describe('The media type, as the sender declared it.'),
  size: z.int().nullable().describe('Size in bytes, as the sender declared it. Null when it declared none.'),
  name: z.string().nullable().describe('The file name. Null when the sender gave none.'),
});

/** Whom an event names, each with both identities as far as they are known: for groups both are null. */
export const named = () => ({
  chat: identitySchema.describe('The chat, with both identities.'),
  sender: identitySchema
    .nullable()
    .describe(
      'Who wrote the message, reacted, called or changed the group, with both identities. Null when unknown.',
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

/** Which message an event is about. */
export const messageName = () => ({
  key: z.string().describe("The daemon's own key of the message. It is unique and does not change."),
  messageId: z
    .string()
    .describe("WhatsApp's id of the message. The sender chooses it, so it may not be unique."),
  chatId: z.string().describe('The id of the chat.'),
});
export const ack = () =>
  z.int().describe('-1 failed, 0 not sent yet, 1 on the server, 2 delivered, 3 read, 4 played.');

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
      'What it is: `text`, `image`, `video`, `audio`, `voice`, `document`, `sticker`, `location`, `contact`, `poll`, or a word of WhatsApp. `ciphertext`: WhatsApp Web cannot read it yet. `view_once`: only the phone can show it.',
    ),
  body: z.string().nullable().describe('The text or caption. Null when the message cannot be shown.'),
  timestamp: instant().describe('When it was sent.'),
  ack: ack(),
  hasMedia: z.boolean().describe('True when it has a file, which `media.fetch` reads.'),
  media: mediaSchema
    .nullable()
    .describe('The file, as far as it is known before it is fetched. Null without one.'),
  replyTo: z.string().nullable().describe('The `messageId` of the message that it answers. Null otherwise.'),
  mentions: z.array(z.string()).describe('The ids of the people that the text mentions.'),
  details: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe(
      'A location has `latitude`, `longitude` and `url`, a contact `vcards`, a poll `question`, `options` and `multiple`. Null for other types.',
    ),
  backfilled: z
    .boolean()
    .describe('True when it was read from the page after a connection was lost, not received live.'),
});
export const inboundSchema = record(inbound());

/** A message in a chat or an event. */
export const messageSchema = record({ ...inbound(), ...named() });
export type Message = z.infer<typeof messageSchema>;

/**
 * Any message that this daemon knows of, as message.get shows it: one it was asked to send, one that came in, or one
 * that another device of the account sent.
 */
export const knownSchema = record({
  ...outgoingSchema.shape,
  /** Ours; null for a message that this daemon was not asked to send. So are `state` and `queuedAt`. */
  id: z.string().nullable(),
  state: sendState().nullable(),
  queuedAt: instant().nullable(),
  /** Null until the message has been seen. */
  key: z.string().nullable(),
  /** As its event told of it; null when there was none yet, or it is not kept any more. */
  message: messageSchema.nullable(),
});
export type Known = z.infer<typeof knownSchema>;
