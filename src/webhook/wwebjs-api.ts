// Formats events as wwebjs-api does (commit e45da16, 2026-07): `{ dataType, data, sessionId }`, with the objects of
// whatsapp-web.js in it.
import type { EventData, WireEvent } from '../protocol/events/index.js';
import type { Data, Format, FormatContext } from './format.js';
import {
  isUnreadable,
  libraryKey,
  libraryMessage,
  messageOf,
  revokedMessage,
  seconds,
} from './library-message.js';

/** Without data if that program posts none. */
type Raised = readonly (readonly [dataType: string, data?: object])[];

/** The events that the library would have raised, in its order. An event that it lacks keeps our name. */
function raised({ type, data }: WireEvent, context: FormatContext): Raised {
  switch (type) {
    case 'message': {
      const message = libraryMessage(data);
      if (isUnreadable(data)) return [['message_ciphertext', { message }]];
      const created = ['message_create', { message }] as const;
      return data.fromMe === true ? [created] : [created, ['message', { message }]];
    }
    case 'message.history':
      return [[type, { message: libraryMessage(data) }]];
    case 'message.ack': {
      const { ack } = data;
      return [['message_ack', { message: libraryMessage({ ...messageOf(data, context), ack }), ack }]];
    }
    case 'message.reaction':
      return [data.vote === null ? reactionOf(data) : voteOf(data, data.vote, context)];
    case 'message.edit': {
      const { body } = data;
      const message = libraryMessage({ ...messageOf(data, context), body });
      return [['message_edit', { message, newBody: body, prevBody: data.previous }]];
    }
    case 'message.revoke':
      return [['message_revoke_everyone', { message: revokedMessage(data, context) }]];
    case 'group':
      return [[noticeOf(data.change), { notification: notificationOf(data) }]];
    case 'call':
      // The library raises its event when the call begins to ring.
      return data.state === 'ended' ? [] : [['call', { call: callOf(data) }]];
    case 'state':
      return stateOf(data);
    case 'label':
    case 'chat.timer':
    case 'group.tag':
    case 'presence':
    case 'message.attendance':
    case 'message.transcript':
    case 'restriction':
    case 'alert':
    case 'gap':
      return [[type, { [type]: data }]];
    case 'qr':
      return [];
  }
}

/** Of the reaction's own key, only these two parts are known. */
const reactionOf = (data: EventData<'message.reaction'>): Raised[number] => {
  const { chatId, emoji, from, fromMe, timestamp } = data;
  const reaction = {
    id: { fromMe, remote: chatId },
    msgId: libraryKey(data),
    senderId: from,
    reaction: emoji,
    timestamp: seconds(timestamp),
  };
  return ['message_reaction', { reaction }];
};

/** A vote in a poll. `#3` stands for the third option when its name is unknown. */
function voteOf(
  data: EventData<'message.reaction'>,
  vote: readonly string[],
  context: FormatContext,
): Raised[number] {
  const poll = context.message(data.key);
  const names = ((poll?.details as Data | null)?.options ?? []) as readonly string[];
  const option = (name: string) => {
    const place = /^#(\d+)$/.exec(name)?.[1];
    const localId = names.indexOf(name);
    if (localId < 0 && place !== undefined) return { localId: Number(place) - 1 };
    return localId < 0 ? { name } : { name, localId };
  };
  const voted = {
    voter: data.from,
    selectedOptions: vote.map(option),
    interractedAtTs: Date.parse(data.timestamp),
    parentMessage: libraryMessage(messageOf(data, context)),
    parentMsgKey: libraryKey(data),
  };
  return ['vote_update', { vote: voted }];
}

function noticeOf(change: string): string {
  if (['add', 'invite', 'linked_group_join'].includes(change)) return 'group_join';
  if (['remove', 'leave'].includes(change)) return 'group_leave';
  if (change === 'membership_approval_request') return 'group_membership_request';
  return change === 'promote' || change === 'demote' ? 'group_admin_changed' : 'group_update';
}

const notificationOf = ({
  id,
  chatId,
  change,
  author,
  participants,
  body,
  timestamp,
}: EventData<'group'>) => ({
  id: { fromMe: false, remote: chatId, id },
  chatId,
  type: change,
  author,
  body: body ?? '',
  recipientIds: participants,
  timestamp: seconds(timestamp),
});

const callOf = ({ id, from, fromMe, group, timestamp, video }: EventData<'call'>) => ({
  id,
  from,
  timestamp: seconds(timestamp),
  isVideo: video,
  isGroup: group,
  fromMe,
});

/** The library's word for a reason, if it has one. */
const REASONS: Readonly<Record<string, string>> = {
  logged_out_by_phone: 'LOGOUT',
  logged_out_by_page: 'LOGOUT',
  conflict: 'CONFLICT',
};

function stateOf({ status, from, reason, capabilities }: EventData<'state'>): Raised {
  if (capabilities !== undefined || status === from) return [];
  if (status === 'syncing') return [['authenticated']];
  if (status === 'ready') return [['ready']];
  if (status === 'linking' && reason === 'auth_failed') return [['status', { msg: reason }]];
  // A hibernating account is connected as far as its users can tell.
  if (from !== 'ready' || status === 'hibernating') return [];
  const why = status === 'logging-out' ? 'LOGOUT' : (REASONS[reason] ?? reason);
  return [['disconnected', { reason: why }]];
}

export const WWEBJS_API: Format = {
  bodies: (event, context) =>
    raised(event, context).map(([dataType, data]) => {
      return { dataType, ...(data && { data }), sessionId: context.account };
    }),
  test: (_, { account }) => ({ dataType: 'test', data: {}, sessionId: account }),
  // Receivers of wwebjs-api authenticate the sender by a shared key.
  headers: (_, secret) => ({ 'x-api-key': secret }),
};
