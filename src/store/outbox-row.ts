// An outgoing message: as a row of the store, and as an object for the daemon. Times are ms since 1970.
import type { FaultKind } from '../protocol/fault-table.js';
import type { SendState } from '../protocol/state.js';
import type { Addressee } from '../protocol/wid.js';

/** An accepted message. The caller supplies ids and times: the store has neither a clock nor randomness. */
export interface NewMessage {
  /** Our own id. */
  readonly id: string;
  /** The id at WhatsApp, chosen by us. */
  readonly messageId: string;
  /** The account that sends it. */
  readonly wid: string;
  /** Idempotency key of the caller, unique per account. */
  readonly key: string | null;
  /** As requested. */
  readonly recipient: Addressee;
  /** The chat to which WhatsApp resolved the recipient. */
  readonly chatId: Addressee;
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly queuedAtMs: number;
  /** The earliest time to send it. */
  readonly notBeforeMs?: number | null;
  /** From this time on it is not sent any more. */
  readonly expiresAtMs?: number | null;
}

export interface StoredMessage extends NewMessage {
  /** Its place in the order of acceptance. */
  readonly seq: number;
  /** Its queue: one per person, whichever of the person's identities `chatId` is. */
  readonly lane: Addressee;
  readonly notBeforeMs: number | null;
  readonly expiresAtMs: number | null;
  readonly state: SendState;
  readonly ack: number;
  /** How often it was handed to the page. */
  readonly attempts: number;
  readonly sentAtMs: number | null;
  /** The time of the last change of state or ack. */
  readonly changedAtMs: number;
  /** The kind may be any string: another version of wad, with other kinds, may have written the row. */
  readonly error: { readonly kind: FaultKind | (string & {}); readonly reason: string } | null;
}

/** The fields of a row that decide whether it can be sent now. */
export type Due = Pick<StoredMessage, 'id' | 'wid' | 'lane' | 'attempts' | 'expiresAtMs'>;

export interface Row {
  seq: number;
  id: string;
  message_id: string;
  wid: string;
  key: string | null;
  content: string;
  recipient: Addressee;
  chat_id: Addressee;
  lane: Addressee;
  kind: string;
  state: SendState;
  ack: number;
  attempts: number;
  queued_at: number;
  not_before: number;
  expires_at: number | null;
  sent_at: number | null;
  changed_at: number;
  error_kind: string | null;
  error_reason: string | null;
  payload: string;
}

export const fromRow = (row: Row): StoredMessage => ({
  seq: row.seq,
  id: row.id,
  messageId: row.message_id,
  wid: row.wid,
  key: row.key,
  recipient: row.recipient,
  chatId: row.chat_id,
  lane: row.lane,
  kind: row.kind,
  payload: JSON.parse(row.payload) as Record<string, unknown>,
  queuedAtMs: row.queued_at,
  notBeforeMs: row.not_before === 0 ? null : row.not_before,
  expiresAtMs: row.expires_at,
  state: row.state,
  ack: row.ack,
  attempts: row.attempts,
  sentAtMs: row.sent_at,
  changedAtMs: row.changed_at,
  error: row.error_kind === null ? null : { kind: row.error_kind, reason: row.error_reason ?? '' },
});
