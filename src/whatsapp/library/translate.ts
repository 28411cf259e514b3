// Translates the library's message to ours. Fields whose form changes between page generations are read by their parts
// (H1).

import { escapeId, messageKey } from '../../protocol/wid.js';
import type { InboundMessage } from '../../session/inbound-message.js';
import { detailsOf } from './details.js';
import type { LibraryMessage } from './library.js';

/** Our names of WhatsApp's types, where they differ. */
const KINDS: Readonly<Record<string, string>> = {
  chat: 'text',
  ptt: 'voice',
  vcard: 'contact',
  multi_vcard: 'contact',
  poll_creation: 'poll',
  ptv: 'video_note',
  event_creation: 'event',
};

/** Types that are notices and not messages: of encryption, of the protocol, of a changed number. */
const NOTICES = new Set([
  'e2e_notification',
  'protocol',
  'notification',
  'notification_template',
  'debug',
  'gp2',
  // The remainder of a message that was deleted for everybody.
  'revoked',
]);

export const isNotice = (message: LibraryMessage): boolean => NOTICES.has(message.type);

/** A wid as text, whether it came as one or as an object. */
export const widText = (wid: unknown): string => {
  if (typeof wid === 'string') return wid;
  const object = (wid ?? {}) as { _serialized?: unknown; user?: unknown; server?: unknown };
  if (typeof object._serialized === 'string') return object._serialized;
  return typeof object.user === 'string' ? `${object.user}@${String(object.server)}` : '';
};

/**
 * A message that cannot be shown is a placeholder of the type `ciphertext`. With this subtype (view once) it stays one
 * (WAWebMsgProcessingApiUtils and WAWebMsgGetters, 2026-04-27); for others it is unknown whether they will be decrypted.
 */
const VIEW_ONCE = 'view_once_unavailable_fanout';

export const isPlaceholder = ({ type }: { readonly type: string }): boolean => type === 'ciphertext';

function typeOf(message: LibraryMessage): string {
  if (isPlaceholder(message) && message._data?.subtype === VIEW_ONCE) return 'view_once';
  return (Object.hasOwn(KINDS, message.type) && KINDS[message.type]) || message.type;
}

/**
 * The attribute with the text of a message of these types. Their body is something else: a map image, a vCard, a thumbnail; or
 * they have none.
 */
const TEXT_IN: Readonly<Record<string, string>> = {
  location: 'loc',
  live_location: 'loc',
  vcard: 'vcardFormattedName',
  multi_vcard: '',
  interactive: 'caption',
  product: 'caption',
  'sticker-pack': 'caption',
  order: 'message',
  groups_v4_invite: 'comment',
};

/** The text of a message; null when it cannot be shown. */
function bodyOf({ type, body, _data: data }: LibraryMessage): string | null {
  if (isPlaceholder({ type }) || type === 'unknown') return null;
  const other = Object.hasOwn(TEXT_IN, type) ? TEXT_IN[type] : undefined;
  if (type !== 'list' && other === undefined) return body ?? '';
  const { description } = (data?.list ?? {}) as { description?: unknown };
  const text = other === undefined ? description : data?.[other];
  return typeof text === 'string' ? text : '';
}

function mediaOf({ _data: data }: LibraryMessage): InboundMessage['media'] {
  const { mimetype, size, filename } = data ?? {};
  return {
    mimetype: typeof mimetype === 'string' ? mimetype : 'application/octet-stream',
    size: typeof size === 'number' && Number.isInteger(size) ? size : null,
    name: typeof filename === 'string' && filename !== '' ? filename : null,
  };
}

/** The most mentions that are reported: as many as `message.send` accepts. The sender chooses how many there are. */
const MOST_MENTIONS = 256;

/** The end of the year 9999: other programs cannot read later dates. */
const LATEST_S = 253_402_300_799;

/** ISO 8601; for a message without a time, the current time. */
export const timeOf = (seconds: unknown): string => {
  const isTime = typeof seconds === 'number' && seconds > 0 && seconds <= LATEST_S;
  return new Date(isTime ? seconds * 1000 : Date.now()).toISOString();
};

export function toInbound(message: LibraryMessage): InboundMessage {
  const { fromMe, id, participant } = message.id;
  const remote = widText(message.id.remote);
  const quoted = message._data?.quotedStanzaID;
  const author = widText(message.author) || widText(participant) || null;
  // In a message that was deleted for everybody, the page keeps the fields of its file (WAWebRevokeMsgAction, 2026-04-27).
  const hasMedia = message.hasMedia && message.type !== 'revoked';
  return {
    key: messageKey({ fromMe, remote, id, participant: widText(participant) || undefined }),
    messageId: escapeId(id),
    chatId: remote,
    from: message.from ?? '',
    to: message.to ?? '',
    author,
    fromMe,
    type: typeOf(message),
    body: bodyOf(message),
    timestamp: timeOf(message.timestamp),
    ack: message.ack ?? 0,
    hasMedia,
    media: hasMedia ? mediaOf(message) : null,
    replyTo: quoted === undefined ? null : escapeId(quoted),
    mentions: (message.mentionedIds ?? []).slice(0, MOST_MENTIONS).map(widText),
    details: detailsOf(message),
    backfilled: false,
  };
}
