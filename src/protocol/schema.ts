// The few schemas that method rows are built from. Types for the client are inferred from them; the client's fast
// path imports types only, never zod.
import { z } from 'zod';
import { EVENT_TYPES, REASONS, SEND_STATES, STATES, WAITS } from './state.js';

/** An object that refuses unknown keys by name. */
export const record = <S extends z.ZodRawShape>(shape: S) => z.strictObject(shape);
export const instant = () => z.iso.datetime();
export const waitMs = () => z.int().min(0).max(86_400_000);
export const cursor = () => z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export const stateName = () => z.enum(STATES);
export const reason = () => z.enum(REASONS);
export const sendState = () => z.enum(SEND_STATES);
export const eventType = () => z.enum(EVENT_TYPES);

/** What `initialize`, `disconnect` and `clear` answer. */
export const done = () => ({ success: z.boolean(), message: z.string(), timestamp: instant() });

/** An event as it stands in the journal and on the wire. */
export const eventSchema = record({
  cursor: cursor(),
  type: eventType(),
  time: instant(),
  account: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type WireEvent = z.infer<typeof eventSchema>;

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
  id: z.string(),
  /** Digits; null for groups, and where WhatsApp tells no number. */
  phone: z.string().nullable(),
  lid: z.string().nullable(),
});

/** What a message carries besides its text, as far as it is known before it is fetched. */
export const mediaSchema = record({
  mimetype: z.string(),
  size: z.int().nullable(),
  name: z.string().nullable(),
});

/** Whom an event names, each with both identities as far as they are known: for groups both are null. */
const named = () => ({
  /** The chat that it is in. */
  chat: z.strictObject(identity()),
  /** Who did it: who wrote the message, reacted, called, changed the group. Null where that is not known. */
  sender: z.strictObject(identity()).nullable(),
  /** Who else is named, in that order: the mentions of a message, the participants that a change of a group is about. */
  people: z.array(z.strictObject(identity())),
});
export type Who = z.infer<z.ZodObject<ReturnType<typeof identity>>>;
export interface Named {
  readonly chat: Who;
  readonly sender: Who | null;
  readonly people: Who[];
}

/** A message as the page has it. */
const inbound = () => ({
  /** Ours, and stable. */
  key: z.string(),
  /** WhatsApp's random part. */
  messageId: z.string(),
  chatId: z.string(),
  from: z.string(),
  to: z.string(),
  author: z.string().nullable(),
  fromMe: z.boolean(),
  /** `ciphertext`: WhatsApp Web cannot read it yet; `view_once`: it never can, only the phone. */
  type: z.string(),
  /** Null where the message cannot be shown. */
  body: z.string().nullable(),
  timestamp: instant(),
  ack: z.int(),
  hasMedia: z.boolean(),
  media: mediaSchema.nullable(),
  /** The random part of the message that it answers. */
  replyTo: z.string().nullable(),
  mentions: z.array(z.string()),
  /** What is in it besides `body`: of a location, a contact card or a poll. */
  details: z.record(z.string(), z.unknown()).nullable(),
  backfilled: z.boolean(),
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
