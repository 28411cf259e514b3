// A request to send one message, as the outbox accepts it.
import type { Addressee } from '../../protocol/wid.js';

export interface SendRequest {
  /** The account that sends it. */
  readonly wid: string;
  /** The recipient as requested. WhatsApp may know the chat under another id. */
  readonly recipient: Addressee;
  readonly chatId: Addressee;
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly key: string | null;
  readonly notBeforeMs: number | null;
  readonly expiresAtMs: number | null;
}
