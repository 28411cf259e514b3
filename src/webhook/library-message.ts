// Converts a message to the fields of whatsapp-web.js 1.34.7 (src/structures/Message.js), which receivers of programs
// built on it expect. A field of unknown value is omitted.
import type { Details } from '../protocol/details.js';
import { parseMessageRef } from '../protocol/wid.js';
import type { Data, FormatContext } from './format.js';

/** The library's names of types that we name differently. */
const TYPES: Readonly<Record<string, string>> = {
  text: 'chat',
  voice: 'ptt',
  poll: 'poll_creation',
  event: 'event_creation',
  video_note: 'ptv',
  view_once: 'ciphertext',
};

/** True for messages that cannot be shown, for which the library has one event. */
export const isUnreadable = ({ type }: Data): boolean => type === 'ciphertext' || type === 'view_once';

export const seconds = (instant: unknown): number => Math.floor(Date.parse(String(instant)) / 1_000);

export const present = (fields: Data): Data =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** The library's key of a message. `fromMe` is taken from our key: in `data` it may be about who reacted or voted. */
export function libraryKey({ key, messageId, chatId }: Data) {
  const { place } = parseMessageRef(String(key));
  return {
    fromMe: place?.fromMe ?? false,
    remote: chatId,
    id: messageId,
    ...(place?.participant && { participant: place.participant }),
    _serialized: key,
  };
}

/** The message that an event refers to: the data of its own event, else the parts of its key. */
export function messageOf(data: Data, { me, message }: FormatContext): Data {
  const { key, messageId, chatId } = data;
  const { fromMe, participant } = libraryKey(data);
  const [from, to] = fromMe ? [me?.id, chatId] : [chatId, me?.id];
  return (
    message(String(key)) ?? {
      key,
      messageId,
      chatId,
      fromMe,
      from,
      to,
      author: participant ?? null,
      body: '',
    }
  );
}

export function libraryMessage(data: Data): Data {
  const { author, body, details, mentions, timestamp, type } = data;
  const { vcards = [] } = (details ?? {}) as { vcards?: readonly string[] };
  const isKnown = type !== undefined;
  return present({
    id: libraryKey(data),
    ack: data.ack,
    hasMedia: data.hasMedia,
    body: isKnown ? bodyOf(String(type), body, vcards) : body,
    type:
      type === 'contact' ? (vcards.length === 1 ? 'vcard' : 'multi_vcard') : (TYPES[String(type)] ?? type),
    timestamp: timestamp === undefined ? undefined : seconds(timestamp),
    from: data.from,
    to: data.to,
    author: author ?? undefined,
    deviceType: deviceOf(String(data.messageId)),
    isStatus: data.chatId === 'status@broadcast',
    fromMe: data.fromMe,
    hasQuotedMsg: isKnown ? data.replyTo !== null : undefined,
    location: locationOf(data),
    vCards: isKnown ? vcards : undefined,
    mentionedIds: mentions,
    ...pollOf(data),
    ...contentOf(data),
  });
}

/** A message that was deleted for everyone: it has no text, and `protocolMessageKey` names the deleted message. */
export const revokedMessage = (data: Data, context: FormatContext): Data => {
  const { timestamp, ...message } = libraryMessage({ ...messageOf(data, context), body: '' });
  return present({
    ...message,
    type: 'revoked',
    hasMedia: false,
    vCards: [],
    protocolMessageKey: libraryKey(data),
    timestamp: timestamp ?? seconds(data.timestamp),
  });
};

/** For a contact, the library puts the card into `body`; for a location, a map image, which we do not store. */
function bodyOf(type: string, body: unknown, vcards: readonly string[]): unknown {
  if (type === 'contact') return vcards.length === 1 ? vcards[0] : '';
  return isPlace(type) ? '' : (body ?? '');
}

const isPlace = (type: unknown): boolean => type === 'location' || type === 'live_location';

/** The library's guess of the sender's device. */
function deviceOf(messageId: string): string {
  if (messageId.length > 25) return 'android';
  return messageId.startsWith('3A') ? 'ios' : 'web';
}

function locationOf({ type, body, details }: Data): Data | undefined {
  if (!isPlace(type)) return undefined;
  const { latitude, longitude, url } = (details ?? {}) as Data;
  const [name = '', address = ''] = String(body).split('\n');
  const description = [name, address].filter((line) => line !== '').join('\n');
  return { latitude, longitude, name, address, url: url ?? null, description };
}

function pollOf({ type, details }: Data): Data {
  if (type !== 'poll') return {};
  const { question, options, multiple } = (details ?? {}) as Data;
  const names = (options ?? []) as readonly string[];
  return {
    pollName: question,
    pollOptions: names.map((name, localId) => ({ name, localId })),
    allowMultipleAnswers: multiple,
  };
}

/** The fields of invitations, answers, orders, products, events and GIFs. */
function contentOf({ type, from, to, details }: Data): Data {
  const { groupInvite, choice, order, product, event, gif } = (details ?? {}) as Details;
  const expires = groupInvite?.expiresAt;
  return {
    inviteV4: groupInvite && {
      inviteCode: groupInvite.code,
      inviteCodeExp: typeof expires === 'string' ? seconds(expires) : undefined,
      groupId: groupInvite.groupId,
      groupName: groupInvite.name,
      fromId: from,
      toId: to,
    },
    selectedButtonId: type === 'list_response' ? undefined : (choice?.id ?? undefined),
    selectedRowId: type === 'list_response' ? (choice?.id ?? undefined) : undefined,
    orderId: order?.id,
    token: order?.token ?? undefined,
    productId: product?.id,
    title: product?.name,
    description: product?.description ?? undefined,
    businessOwnerJid: product?.seller ?? undefined,
    eventName: event?.name,
    isGif: gif,
  };
}
