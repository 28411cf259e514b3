// Sends a message for a foreign request, and describes it as the data of its own event, from which both programs' forms are
// made. It answers when the message is on disk.
import type { SendState } from '../../protocol/state.js';
import type { Answered, Asked } from '../../protocol/types.js';
import { messageKey, parseAddressee } from '../../protocol/wid.js';
import type { Data } from '../../webhook/format.js';
import type { Door } from './row.js';

type Sending = Asked<'message.send'>;

/** The state of a message as the number of WhatsApp's acknowledgement. */
const ACKS: Partial<Record<SendState, number>> = { sent: 1, delivered: 2, read: 3 };

/** @throws (rejects) Fault of message.send */
export async function sendMessage(door: Door, account: string, params: Sending): Promise<Data> {
  const chatId = parseAddressee(params.to);
  const sent = await door.ask(account, 'message.send', params);
  return { ...sentMessage(chatId, params, sent), timestamp: new Date().toISOString() };
}

/**
 * Without `from`: a token that may only send learns nothing of the account. The key lacks the part of a group that names the
 * sender; every method finds the message by it all the same.
 */
export function sentMessage(chatId: string, params: Sending, sent: Answered<'message.send'>): Data {
  const { text, caption, media, location, poll, contacts, event, choice, replyTo, mentions } = params;
  const { channelInvite } = params;
  const { messageId, state } = sent;
  return {
    key: messageKey({ fromMe: true, remote: chatId, id: messageId }),
    messageId,
    chatId,
    to: chatId,
    fromMe: true,
    author: null,
    type: typeOf(params),
    body:
      text ??
      caption ??
      poll?.question ??
      location?.name ??
      event?.name ??
      choice ??
      channelInvite?.text ??
      '',
    ack: ACKS[state] ?? 0,
    hasMedia: media !== undefined,
    replyTo: replyTo ?? null,
    mentions: mentions ?? [],
    details: contacts === undefined ? (location ?? pollDetails(poll) ?? eventDetails(event)) : { vcards: [] },
  };
}

const pollDetails = (poll: Sending['poll']): Data | null =>
  poll === undefined ? null : { ...poll, multiple: poll.multiple ?? false };

const eventDetails = (event: Sending['event']): Data | null => {
  if (event === undefined) return null;
  const { name, description = null, startsAt, endsAt = null, place = null } = event;
  return { event: { name, description, startsAt, endsAt, place, callLink: null, cancelled: false } };
};

function typeOf(params: Sending): string {
  const { media, album, as, location, poll, contacts, event, choice, channelInvite } = params;
  if (media !== undefined) return as ?? 'document';
  if (album !== undefined) return 'album';
  if (location !== undefined) return 'location';
  if (poll !== undefined) return 'poll';
  if (event !== undefined) return 'event';
  if (choice !== undefined) return 'buttons_response';
  if (channelInvite !== undefined) return 'newsletter_admin_invite';
  return contacts === undefined ? 'text' : 'contact';
}
