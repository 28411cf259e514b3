// The ids of people and chats. WhatsApp's terms: a JID or wid is `user@server`; a phone number is `…@c.us`, a
// group `…@g.us`, a LID (an identity without a number) `…@lid`. Equality rules: hazards H1 and H21.
import { Fault } from './fault.js';

/** `digits@c.us`, `digits@lid` or `digits[-digits]@g.us`. */
export type ChatId = `${string}@${'c.us' | 'g.us' | 'lid'}`;
/** A place where messages are posted to an audience: the account's own status, or a channel. */
export type PostId = 'status@broadcast' | `${string}@newsletter`;
/** Every id that a message can be sent to. */
export type Addressee = ChatId | PostId;

const STATUS = 'status@broadcast';
const CHANNEL_ID = /^\d{5,30}@newsletter$/;
const CHAT_ID = /^(?:\d{5,20}@(?:c\.us|lid)|\d{5,30}(?:-\d{5,20})?@g\.us)$/;
const NUMBER = /^\+?[\d\s().\-/\u00a0]+$/;

/** Other ids of WhatsApp, by their server. */
const OTHERS: Readonly<Record<string, string>> = {
  broadcast: 'A status or a broadcast list is neither a person nor a group',
  newsletter: 'A channel is neither a person nor a group',
};

export const isChatId = (text: string): text is ChatId => CHAT_ID.test(text);
export const isStatusId = (id: string): boolean => id === STATUS;
export const isChannelId = (id: string): boolean => CHANNEL_ID.test(id);
/** Why a text is no id of a channel. */
export const noChannelId = (text: string): string =>
  `"${text.slice(0, 64)}" is no id of a channel (120363…@newsletter)`;
/** WhatsApp does not report who views a post: it is sent, and never delivered or read. */
export const isPostId = (id: string): id is PostId => isStatusId(id) || isChannelId(id);
export const isGroupId = (id: string): boolean => id.endsWith('@g.us');

/**
 * Parses a recipient: a phone number in international form with any punctuation (`+55 11 90000-0002`), a chat
 * id, or `…@s.whatsapp.net`, which other programs use for `…@c.us`.
 * @throws Fault invalid_recipient
 */
export function parseRecipient(text: string): ChatId {
  const trimmed = text.trim().replace(/@s\.whatsapp\.net$/, '@c.us');
  if (isChatId(trimmed)) return trimmed;
  if (NUMBER.test(trimmed)) {
    const digits = trimmed.replace(/\D/g, '').replace(/^00/, '');
    // E.164: at most 15 digits, and no country code starts with 0.
    if (/^[1-9]\d{6,14}$/.test(digits)) return `${digits}@c.us`;
  }
  const [, server = ''] = /@([a-z.]+)$/.exec(trimmed) ?? [];
  if (server === 'newsletter' && !isChannelId(trimmed))
    throw new Fault('invalid_recipient', { reason: noChannelId(trimmed), hint: 'wactl channel list' });
  if (server in OTHERS)
    throw new Fault('invalid_recipient', {
      reason: `${OTHERS[server]} (${text.slice(0, 64)}).`,
      hint: null,
    });
  throw new Fault('invalid_recipient', {
    reason: `"${text.slice(0, 64)}" is neither a phone number with its country code (+55 11 90000-0002) nor a chat id (…@c.us, …@g.us, …@lid)`,
    hint: null,
  });
}

/**
 * Parses an addressee: a recipient, `status@broadcast`, or a channel.
 * @throws Fault invalid_recipient
 */
export function parseAddressee(text: string): Addressee {
  const trimmed = text.trim();
  return isPostId(trimmed) ? trimmed : parseRecipient(text);
}

/** The digits of a phone number id, or null for groups and LIDs. */
export const numberOf = (id: string): string | null =>
  id.endsWith('@c.us') ? id.slice(0, -5).replace(/:.*$/, '') : null;

/** The account of a wid: WhatsApp Web may name the device as well (`15550001111:12@c.us`). */
export const accountOf = (wid: string): string => wid.replace(/:\d+@/, '@');

/** The parts of WhatsApp's message key that exist in every page generation seen (H1). */
export interface MessageKeyParts {
  readonly fromMe: boolean;
  readonly remote: string;
  readonly id: string;
  readonly participant?: string | undefined;
}

/**
 * Escapes WhatsApp's random part for a key. The sender chooses it: one with an underscore in it could look
 * like the key of another message.
 */
export const escapeId = (id: string): string => id.replace(/[%_]/g, (c) => (c === '%' ? '%25' : '%5F'));
const unescapeId = (id: string): string => id.replace(/%(25|5F)/g, (_, hex) => (hex === '25' ? '%' : '_'));

/**
 * Our own stable key of a message. Never the page's `_serialized`, whose name and form
 * change with WhatsApp Web (H1).
 */
export const messageKey = ({ fromMe, remote, id, participant }: MessageKeyParts): string =>
  `${fromMe}_${remote}_${escapeId(id)}${participant ? `_${participant}` : ''}`;

/** A reference to a message: by our key, whose parts say where it is, or by WhatsApp's random part alone. */
export interface MessageRef {
  readonly id: string;
  /** Null if only the random part is known. */
  readonly place: {
    readonly fromMe: boolean;
    readonly remote: string;
    readonly participant: string | null;
  } | null;
}

/** Parses a message's key, or its random part. */
export function parseMessageRef(text: string): MessageRef {
  const [, fromMe, remote, id, participant] = /^(true|false)_([^_]+)_([^_]+)(?:_(.+))?$/.exec(text) ?? [];
  if (fromMe === undefined || remote === undefined || id === undefined)
    return { id: unescapeId(text), place: null };
  return {
    id: unescapeId(id),
    place: { fromMe: fromMe === 'true', remote, participant: participant ?? null },
  };
}
