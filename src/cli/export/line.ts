// One line of messages.jsonl: a message with its file, and how two reports of the same message are recognised.
import { createHash } from 'node:crypto';
import type { Message } from '../../protocol/schema.js';

/** The file of a message in the export, or why it is missing. Null when the message has none, or none was asked for. */
export type ExportedFile =
  | { readonly path: string; readonly size: number; readonly mimetype: string | null }
  | { readonly missing: string; readonly reason: string }
  | null;

export type Line = Message & { readonly file: ExportedFile };

/**
 * The same for every report of a message. Its key changes when WhatsApp names the chat by a LID instead of a number, so it
 * does not serve. In groups the author belongs to it, because the sender chooses the id.
 */
export function identityOf({ fromMe, messageId, author, sender }: Message): string {
  const who = fromMe || author === null ? '' : (sender?.phone ?? sender?.lid ?? author);
  return JSON.stringify([fromMe, messageId, who]);
}

/** A name for files and anchors, because the sender chooses the id: lower-case hexadecimal digits. */
export const stemOf = (message: Message): string =>
  createHash('sha256').update(message.key).digest('hex').slice(0, 32);

/** Oldest first; messages of one second keep their order. */
export const inOrder = (lines: Iterable<Line>): Line[] =>
  [...lines].sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0));
