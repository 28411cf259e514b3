// The library's message → ours. Fields whose form changes between page generations are read by their parts (H1).

import { messageKey } from '../protocol/wid.js';
import type { InboundMessage } from '../session/port.js';
import type { LibraryMessage } from './library.js';

/** WhatsApp's words for kinds that people know under another name. */
const KINDS: Readonly<Record<string, string>> = {
  chat: 'text',
  ptt: 'voice',
  vcard: 'contact',
  multi_vcard: 'contact',
  poll_creation: 'poll',
};

/** Types that are no message of anybody's: notices of encryption, of the protocol, of a number that changed. */
const NOTICES = new Set([
  'e2e_notification',
  'protocol',
  'notification',
  'notification_template',
  'debug',
  'gp2',
]);

export const isNotice = (message: LibraryMessage): boolean => NOTICES.has(message.type);

/** A wid as text, whether it came as one or as an object. */
export const widText = (wid: unknown): string => {
  if (typeof wid === 'string') return wid;
  const object = (wid ?? {}) as { _serialized?: unknown; user?: unknown; server?: unknown };
  if (typeof object._serialized === 'string') return object._serialized;
  return typeof object.user === 'string' ? `${object.user}@${String(object.server)}` : '';
};

export function toInbound(message: LibraryMessage): InboundMessage {
  const { fromMe, id, participant } = message.id;
  const remote = widText(message.id.remote);
  const author = widText(message.author) || widText(participant) || null;
  return {
    key: messageKey({ fromMe, remote, id, participant: widText(participant) || undefined }),
    messageId: id,
    chatId: remote,
    from: message.from ?? '',
    to: message.to ?? '',
    author,
    fromMe,
    type: KINDS[message.type] ?? message.type,
    body: message.body,
    timestamp: new Date(message.timestamp * 1000).toISOString(),
    ack: message.ack ?? 0,
    hasMedia: message.hasMedia,
    media: null,
    replyTo: message._data?.quotedStanzaID ?? null,
    mentions: (message.mentionedIds ?? []).map(widText),
    backfilled: false,
  };
}
