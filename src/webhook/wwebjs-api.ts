// Events in the form of wwebjs-api: `{ dataType, data, sessionId }`, with what whatsapp-web.js calls things. Of a message
// the fields that receivers read are there; what only the library's own objects hold is not. Pure.
import type { WireEvent } from '../protocol/schema.js';
import type { Format } from './format.js';

type Data = Readonly<Record<string, unknown>>;

const seconds = (instant: unknown): number => Math.floor(Date.parse(String(instant)) / 1_000);

/** Our words for what the library calls otherwise. */
const TYPES: Readonly<Record<string, string>> = {
  text: 'chat',
  voice: 'ptt',
  contact: 'vcard',
  poll: 'poll_creation',
};

const idOf = ({ key, messageId, chatId, fromMe }: Data) => ({
  ...{ fromMe, remote: chatId, id: messageId, _serialized: key },
});

const messageOf = (data: Data) => ({
  id: idOf(data),
  ack: data.ack,
  hasMedia: data.hasMedia,
  body: data.body,
  type: TYPES[String(data.type)] ?? data.type,
  timestamp: seconds(data.timestamp),
  from: data.from,
  to: data.to,
  ...(data.author !== null && { author: data.author }),
  fromMe: data.fromMe,
  hasQuotedMsg: data.replyTo !== null,
  mentionedIds: data.mentions,
});

/** What the library would have raised, in its order. */
function raised({ type, data }: WireEvent): readonly (readonly [dataType: string, data: object])[] {
  switch (type) {
    case 'message': {
      const message = messageOf(data);
      const created = ['message_create', { message }] as const;
      return data.fromMe === true ? [created] : [created, ['message', { message }]];
    }
    case 'message.ack':
      return [
        ['message_ack', { message: { id: idOf(data), fromMe: data.fromMe, ack: data.ack }, ack: data.ack }],
      ];
    case 'message.reaction': {
      const { emoji, from, vote, timestamp } = data;
      // A vote in a poll is another event there.
      if (vote !== null) {
        const chosen = (vote as readonly string[]).map((name) => ({ name }));
        return [
          ['vote_update', { vote: { voter: from, selectedOptions: chosen, parentMsgKey: idOf(data) } }],
        ];
      }
      const reaction = { reaction: emoji, senderId: from, timestamp: seconds(timestamp), msgId: idOf(data) };
      return [['message_reaction', { reaction }]];
    }
    case 'message.edit': {
      const message = { id: idOf(data), body: data.body, fromMe: data.fromMe };
      return [['message_edit', { message, newBody: data.body, prevBody: data.previous }]];
    }
    case 'message.revoke': {
      const message = {
        id: idOf(data),
        fromMe: data.fromMe,
        type: 'revoked',
        timestamp: seconds(data.timestamp),
      };
      return [['message_revoke_everyone', { message }]];
    }
    case 'group':
      return [[noticeOf(String(data.change)), { notification: notificationOf(data) }]];
    case 'call':
      return [
        [
          'call',
          {
            call: {
              id: data.id,
              from: data.from,
              isVideo: data.video,
              isGroup: data.group,
              fromMe: data.fromMe,
            },
          },
        ],
      ];
    case 'state':
      return stateOf(data);
    case 'alert':
    case 'qr':
    case 'gap':
      return [];
  }
}

function noticeOf(change: string): string {
  if (['add', 'invite', 'linked_group_join'].includes(change)) return 'group_join';
  if (['remove', 'leave'].includes(change)) return 'group_leave';
  return change === 'promote' || change === 'demote' ? 'group_admin_changed' : 'group_update';
}

const notificationOf = ({ id, chatId, change, author, participants, body, timestamp }: Data) => ({
  id: { fromMe: false, remote: chatId, id },
  ...{ chatId, type: change, author, body: body ?? '' },
  recipientIds: participants,
  timestamp: seconds(timestamp),
});

function stateOf({ status, from, reason, capabilities }: Data): ReturnType<typeof raised> {
  if (capabilities !== undefined || status === from) return [];
  switch (status) {
    case 'syncing':
      return [['authenticated', {}]];
    case 'ready':
      return [['ready', {}]];
    case 'linking':
      return reason === 'auth_failed' ? [['status', { msg: reason }]] : [];
    default:
      return from === 'ready' ? [['disconnected', { reason }]] : [];
  }
}

export const WWEBJS_API: Format = {
  bodies: (event, { account }) =>
    raised(event).map(([dataType, data]) => ({ dataType, data, sessionId: account })),
  test: (_, { account }) => ({ dataType: 'test', data: {}, sessionId: account }),
  // Its receivers know their sender by the key that both have.
  headers: (_, secret) => ({ 'x-api-key': secret }),
};
