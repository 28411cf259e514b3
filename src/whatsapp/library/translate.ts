// Translates the library's message to ours. Fields whose form changes between page generations are read by their parts
// (H1).

import { escapeId, messageKey } from '../../protocol/wid.js';
import type { InboundMessage } from '../../session/inbound-message.js';
import type { LibraryMessage } from './library.js';

/** Our names of WhatsApp's types, where they differ. */
const KINDS: Readonly<Record<string, string>> = {
  chat: 'text',
  ptt: 'voice',
  vcard: 'contact',
  multi_vcard: 'contact',
  poll_creation: 'poll',
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
  return KINDS[message.type] ?? message.type;
}

/** The text of a message. The body of a location is a map image, and that of a card its vCard, so other fields are used. */
function bodyOf({ type, body, _data: data }: LibraryMessage): string {
  const { loc, vcardFormattedName: name } = data ?? {};
  if (type === 'location' || type === 'live_location') return typeof loc === 'string' ? loc : '';
  if (type === 'vcard') return typeof name === 'string' ? name : '';
  return type === 'multi_vcard' ? '' : (body ?? '');
}

function mediaOf({ _data: data }: LibraryMessage): InboundMessage['media'] {
  const { mimetype, size, filename } = data ?? {};
  return {
    mimetype: typeof mimetype === 'string' ? mimetype : 'application/octet-stream',
    size: typeof size === 'number' && Number.isInteger(size) ? size : null,
    name: typeof filename === 'string' && filename !== '' ? filename : null,
  };
}

function detailsOf({ type, body, _data: data = {} }: LibraryMessage): InboundMessage['details'] {
  switch (type) {
    case 'location':
    case 'live_location':
      return { latitude: data.lat ?? null, longitude: data.lng ?? null, url: data.clientUrl ?? null };
    case 'vcard':
      return { vcards: [String(data.body ?? body)] };
    case 'multi_vcard':
      return { vcards: ((data.vcardList ?? []) as { vcard?: unknown }[]).map(({ vcard }) => String(vcard)) };
    case 'poll_creation':
      return {
        question: data.pollName ?? null,
        options: ((data.pollOptions ?? []) as { name?: unknown }[]).map(({ name }) => String(name)),
        multiple: data.pollSelectableOptionsCount === 0,
      };
    default:
      return null;
  }
}

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
    body: isPlaceholder(message) ? null : bodyOf(message),
    timestamp: timeOf(message.timestamp),
    ack: message.ack ?? 0,
    hasMedia,
    media: hasMedia ? mediaOf(message) : null,
    replyTo: quoted === undefined ? null : escapeId(quoted),
    mentions: (message.mentionedIds ?? []).map(widText),
    details: detailsOf(message),
    backfilled: false,
  };
}
