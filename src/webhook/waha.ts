// Events in the form of WAHA with its engine WEBJS: an envelope with event, session, me and payload, and its HMAC. Pure,
// but for the HMAC's arithmetic.
import { createHmac } from 'node:crypto';
import type { WireEvent } from '../protocol/schema.js';
import type { Format, Teller } from './format.js';

type Data = Readonly<Record<string, unknown>>;

const seconds = (instant: unknown): number => Math.floor(Date.parse(String(instant)) / 1_000);

const ACKS: Readonly<Record<number, string>> = {
  [-1]: 'ERROR',
  0: 'PENDING',
  1: 'SERVER',
  2: 'DEVICE',
  3: 'READ',
  4: 'PLAYED',
};
const ackOf = ({ ack }: Data) => ({ ack, ackName: ACKS[Number(ack)] ?? 'UNKNOWN' });

const STATUSES: Readonly<Record<string, string>> = {
  stopped: 'STOPPED',
  starting: 'STARTING',
  syncing: 'STARTING',
  reconnecting: 'STARTING',
  linking: 'SCAN_QR_CODE',
  ready: 'WORKING',
  'logging-out': 'STOPPED',
  failed: 'FAILED',
};

const messageOf = (data: Data) => {
  const media = data.media as { mimetype: string; name: string | null } | null;
  return {
    id: data.key,
    timestamp: seconds(data.timestamp),
    ...{ from: data.from, fromMe: data.fromMe, to: data.to, participant: data.author, body: data.body },
    hasMedia: data.hasMedia,
    // The file itself is fetched by its id: media.fetch.
    media: media && { url: null, mimetype: media.mimetype, filename: media.name },
    ...ackOf(data),
    ...(data.replyTo !== null && { replyTo: { id: data.replyTo } }),
    vCards: [],
    _data: {},
  };
};

/** Null: it has no such event. */
function payloadOf({ type, data }: WireEvent): readonly [event: string, payload: object] | null {
  switch (type) {
    case 'message':
      // What this account says itself is told as message.any only, there as well.
      return [data.fromMe === true ? 'message.any' : 'message', messageOf(data)];
    case 'message.ack':
      return ['message.ack', { id: data.key, from: data.chatId, fromMe: data.fromMe, ...ackOf(data) }];
    case 'message.reaction': {
      if (data.vote !== null) {
        const poll = { id: data.key, fromMe: null, to: data.chatId };
        return ['poll.vote', { poll, vote: { from: data.from, selectedOptions: data.vote } }];
      }
      const { from, fromMe, timestamp, chatId, key, emoji } = data;
      const reaction = { text: emoji, messageId: key };
      return [
        'message.reaction',
        { from: chatId, participant: from, fromMe, timestamp: seconds(timestamp), reaction },
      ];
    }
    case 'message.edit':
      return [
        'message.edited',
        {
          ...{ id: data.key, from: data.chatId, fromMe: data.fromMe, body: data.body },
          editedMessageId: data.messageId,
        },
      ];
    case 'message.revoke':
      return [
        'message.revoked',
        { after: { id: data.key, from: data.chatId, fromMe: data.fromMe }, revokedMessageId: data.messageId },
      ];
    case 'group': {
      const payload = { group: { id: data.chatId }, timestamp: seconds(data.timestamp) };
      const change = String(data.change);
      const participants = (data.participants as readonly string[]).map((id) => ({ id }));
      return ['add', 'invite', 'remove', 'leave', 'promote', 'demote'].includes(change)
        ? ['group.v2.participants', { ...payload, type: GROUP_CHANGES[change] ?? change, participants }]
        : ['group.v2.update', payload];
    }
    case 'call': {
      const { id, from, timestamp, video, group } = data;
      return ['call.received', { id, from, timestamp: seconds(timestamp), isVideo: video, isGroup: group }];
    }
    case 'state':
      if (data.capabilities !== undefined) return null;
      return ['session.status', { status: STATUSES[String(data.status)] ?? 'STARTING' }];
    case 'alert':
    case 'qr':
    case 'gap':
      return null;
  }
}

const GROUP_CHANGES: Readonly<Record<string, string>> = { add: 'join', invite: 'join', remove: 'leave' };

const envelope = (
  id: string,
  at: Date,
  event: string,
  payload: object,
  { account, version, me }: Teller,
) => ({
  ...{ id, timestamp: at.getTime(), event, session: account, metadata: {} },
  me: me && { id: me.id, pushName: me.pushname },
  payload,
  engine: 'WEBJS',
  environment: { version: `wad ${version}`, engine: 'WEBJS', tier: 'CORE', browser: null },
});

export const WAHA: Format = {
  bodies(event, teller) {
    const told = payloadOf(event);
    if (told === null) return [];
    return [envelope(`evt_${event.cursor}`, new Date(event.time), ...told, teller)];
  },
  test: (at, teller) => envelope('evt_test', at, 'test', {}, teller),
  headers: (body, secret, id, at) => ({
    'X-Webhook-Request-Id': id,
    'X-Webhook-Timestamp': String(at.getTime()),
    'X-Webhook-Hmac': createHmac('sha512', secret).update(body).digest('hex'),
    'X-Webhook-Hmac-Algorithm': 'sha512',
  }),
};
