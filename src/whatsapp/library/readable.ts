// Reads one message, however malformed. A message that cannot be read keeps its key and gets the type
// `unknown`; it makes no other message fail.
import { inboundSchema } from '../../protocol/schema.js';
import { escapeId, messageKey } from '../../protocol/wid.js';
import type { InboundMessage } from '../../session/inbound-message.js';
import { type LibraryClient, type LibraryKey, type LibraryMessage, Message } from './library.js';
import { timeOf, toInbound, widText } from './translate.js';

/** Our own type, which WhatsApp does not have. */
export const UNREADABLE = 'unknown';
/** Marks a malformed message, here and in page/readable.ts; WhatsApp Web has no such subtype. */
const UNREADABLE_DATA = 'unreadable';

interface Model {
  readonly id?: Partial<LibraryKey> | null;
  readonly [attribute: string]: unknown;
}
type Patch = ((this: object, model: Model) => unknown) & { wad?: true };

/**
 * Patches the library's class, once per process: it builds a message before it reports it, and throws for a card without
 * its list. With the patch it builds a message without content.
 */
export function readAnyMessage(): void {
  const { prototype } = Message as unknown as { prototype: { _patch: Patch } };
  const patch = prototype._patch;
  if (patch.wad) return;
  const any: Patch = function (this: object, model: Model) {
    try {
      return patch.call(this, model);
    } catch (error) {
      if (typeof model.id?.id !== 'string') throw error;
      return Object.assign(this, bareOf(model));
    }
  };
  any.wad = true;
  prototype._patch = any;
}

const bareOf = ({ id, t, from, to, author, ack }: Model) => ({
  id,
  type: UNREADABLE,
  body: '',
  timestamp: t,
  ack,
  hasMedia: false,
  mentionedIds: [],
  from: widText(from),
  to: widText(to),
  author: widText(author),
  _data: { subtype: UNREADABLE_DATA },
});

/** Converts a message to our type; one that does not fit becomes `unknown`. @throws when not even its key can be read */
export function readMessage(message: LibraryMessage): InboundMessage {
  try {
    const read = toInbound(message);
    if (inboundSchema.safeParse(read).success) return read;
  } catch {
    // Falls back to a message without content, below.
  }
  const { fromMe, id, participant } = message.id;
  const remote = widText(message.id.remote);
  if (typeof id !== 'string' || remote === '') throw new Error('a message without a key');
  const author = widText(message.author) || widText(participant) || null;
  return {
    key: messageKey({ fromMe: fromMe === true, remote, id, participant: widText(participant) || undefined }),
    messageId: escapeId(id),
    chatId: remote,
    from: widText(message.from) || remote,
    to: widText(message.to),
    author,
    fromMe: fromMe === true,
    type: UNREADABLE,
    body: null,
    timestamp: timeOf(message.timestamp),
    ack: Number.isSafeInteger(message.ack) ? (message.ack as number) : 0,
    hasMedia: false,
    media: null,
    replyTo: null,
    mentions: [],
    details: { hidden: { type: String(message.type).slice(0, 64), why: 'unreadable' } },
    backfilled: false,
  };
}

/** Converts the page's models one by one, without those that have no key. */
export const messagesIn = (client: LibraryClient, models: readonly unknown[]): LibraryMessage[] =>
  models.flatMap((model) => {
    try {
      return [new Message(client, model)];
    } catch {
      return [];
    }
  });

export const readMessages = (messages: readonly LibraryMessage[]): InboundMessage[] =>
  messages.flatMap((message) => {
    try {
      return [readMessage(message)];
    } catch {
      return [];
    }
  });
