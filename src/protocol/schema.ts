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
