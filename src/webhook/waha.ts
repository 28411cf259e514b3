// Formats events as WAHA does with its engine WEBJS (commit 1a070b9, 2026-08): an envelope with event, session, me and
// payload, and its HMAC. WEBJS raises no events of labels and of answers to events: their names and payloads are those of WAHA's
// other engines (src/structures/labels.dto.ts, webhooks.dto.ts; https://waha.devlike.pro/docs/how-to/labels and
// https://waha.devlike.pro/docs/how-to/event-message).
import { createHmac } from 'node:crypto';
import type { EventData, WireEvent } from '../protocol/events/index.js';
import type { Data, Format, FormatContext } from './format.js';
import { hexOf } from './label-colors.js';
import {
  isUnreadable,
  libraryKey,
  libraryMessage,
  messageOf,
  present,
  revokedMessage,
  seconds,
} from './library-message.js';

/** The names of acknowledgements. */
export const ACKS: Readonly<Record<number, string>> = {
  [-1]: 'ERROR',
  0: 'PENDING',
  1: 'SERVER',
  2: 'DEVICE',
  3: 'READ',
  4: 'PLAYED',
};

/** WAHA's word for a state of the account. */
export const STATUSES: Readonly<Record<string, string>> = {
  stopped: 'STOPPED',
  starting: 'STARTING',
  syncing: 'STARTING',
  reconnecting: 'STARTING',
  linking: 'SCAN_QR_CODE',
  ready: 'WORKING',
  'logging-out': 'STOPPED',
  failed: 'FAILED',
  hibernating: 'WORKING',
};

/** The type of a change of group members, and their role afterwards. */
const MEMBERS: Readonly<Record<string, readonly [type: string, role: string]>> = {
  add: ['join', 'participant'],
  invite: ['join', 'participant'],
  linked_group_join: ['join', 'participant'],
  remove: ['leave', 'left'],
  leave: ['leave', 'left'],
  promote: ['promote', 'admin'],
  demote: ['demote', 'participant'],
};

type Payload = readonly [event: string, payload: object];

const pick = (from: Data, ...names: readonly string[]): Data =>
  present(Object.fromEntries(names.map((name) => [name, from[name]])));

/** A message in WAHA's form, as far as it is known without a context. @param shown the same in the form of whatsapp-web.js */
export function wahaMessage(data: Data, shown = libraryMessage(data)): Data {
  const media = (data.media ?? null) as { mimetype: string; name: string | null } | null;
  return present({
    id: data.key,
    ...pick(shown, 'timestamp', 'from', 'fromMe', 'to', 'body', 'hasMedia'),
    participant: data.author,
    // There is no url: a file is downloaded by its id, with media.fetch.
    media: media && { url: null, mimetype: media.mimetype, filename: media.name },
    ...(data.ack !== undefined && { ack: data.ack, ackName: ACKS[Number(data.ack)] ?? 'UNKNOWN' }),
    location: data.type === undefined ? undefined : (shown.location ?? null),
    ...(typeof data.replyTo === 'string' && { replyTo: { id: data.replyTo } }),
    vCards: shown.vCards,
    _data: {},
  });
}

/** @param shown the same message in the form of whatsapp-web.js */
function payloadOf(data: Data, { isSentHere }: FormatContext, shown?: Data): Data {
  const source = data.fromMe === true && isSentHere(String(data.messageId)) ? 'api' : 'app';
  return { ...wahaMessage(data, shown), source };
}

/** The payloads for an event, in order. An event that WAHA lacks keeps our name. */
function payloadsOf({ type, time, data, account }: WireEvent, context: FormatContext): readonly Payload[] {
  switch (type) {
    case 'message':
      if (isUnreadable(data)) return [['message.waiting', payloadOf(data, context)]];
      // WAHA also reports received messages as message.any; see docs/migrating.md.
      return [[data.fromMe === true ? 'message.any' : 'message', payloadOf(data, context)]];
    case 'message.history':
      return [[type, payloadOf(data, context)]];
    case 'message.ack': {
      const message = { ...messageOf(data, context), ack: data.ack };
      return [['message.ack', payloadOf(message, context)]];
    }
    case 'message.reaction':
      return [data.vote === null ? reactionOf(data) : voteOf(data, context)];
    case 'message.edit': {
      const message = { ...messageOf(data, context), body: data.body };
      const payload = { ...payloadOf(message, context), editedMessageId: data.messageId };
      return [['message.edited', payload]];
    }
    case 'message.revoke': {
      const known = context.message(data.key);
      const left = { ...messageOf(data, context), media: null };
      const after = payloadOf(left, context, revokedMessage(data, context));
      const before = known && payloadOf(known, context);
      return [['message.revoked', { after, before, revokedMessageId: data.messageId }]];
    }
    case 'group':
      return groupOf(data, context);
    case 'call': {
      const { id, from, timestamp, video, group } = data;
      // WAHA's events distinguish calls that were answered or declined elsewhere, which is unknown here.
      if (data.state === 'ended') return [];
      return [
        [
          'call.received',
          { id, from, timestamp: seconds(timestamp), isVideo: video, isGroup: group, _data: {} },
        ],
      ];
    }
    case 'label':
      return [labelOf(data)];
    case 'presence':
      return [['presence.update', presenceOf(data)]];
    case 'state': {
      if (data.capabilities !== undefined) return [];
      const status = STATUSES[data.status] ?? 'STARTING';
      const statuses = [{ status, timestamp: Date.parse(time) }];
      return [['session.status', { name: account, status, statuses }]];
    }
    case 'message.attendance':
      return [attendanceOf(data, context)];
    case 'message.transcript':
    case 'chat.timer':
    case 'group.tag':
    case 'restriction':
    case 'alert':
    case 'gap':
      return [[type, data]];
    case 'qr':
      return [];
  }
}

/**
 * WAHA's words for a presence (src/structures/enums.dto.ts). It has `paused` as well, for a person who stops typing: here that is
 * what the person does then.
 */
const PRESENCES: Readonly<Record<EventData<'presence'>['state'], string>> = {
  available: 'online',
  unavailable: 'offline',
  typing: 'typing',
  recording: 'recording',
};

/** As src/core/engines/webjs makes it: `lastSeen` in seconds, null when it is unknown or hidden. */
function presenceOf({ from, state, lastSeenAt }: EventData<'presence'>): object {
  const lastSeen = lastSeenAt === null ? null : seconds(lastSeenAt);
  return { id: from, presences: [{ participant: from, lastKnownPresence: PRESENCES[state], lastSeen }] };
}

/** A label as WAHA gives it, in its events and in the answers of its routes. */
export const wahaLabel = ({ id, name, color }: { id: string; name: string; color: number | null }): Data => ({
  id,
  name,
  color,
  colorHex: hexOf(color),
});

function labelOf(data: EventData<'label'>): Payload {
  const { change, chatId, id } = data;
  const label = wahaLabel(data);
  if (change === 'added' || change === 'removed')
    return [`label.chat.${change === 'added' ? 'added' : 'deleted'}`, { labelId: id, chatId, label }];
  return [change === 'deleted' ? 'label.deleted' : 'label.upsert', label];
}

function reactionOf(data: EventData<'message.reaction'>): Payload {
  const { chatId, emoji, from, fromMe, key, timestamp } = data;
  return [
    'message.reaction',
    {
      from,
      fromMe,
      participant: from,
      to: chatId,
      timestamp: seconds(timestamp),
      reaction: { text: emoji, messageId: key },
    },
  ];
}

function voteOf(data: EventData<'message.reaction'>, context: FormatContext): Payload {
  const { chatId, from, key, messageId, timestamp, vote } = data;
  const me = context.me?.id ?? null;
  const own = libraryKey(data);
  const inGroup = chatId.endsWith('@g.us');
  const fromMe = data.fromMe === true;
  const ends = (isOwn: boolean) => (isOwn ? { from: me, to: chatId } : { from: chatId, to: me });
  return [
    'poll.vote',
    {
      poll: { id: key, fromMe: own.fromMe, ...ends(own.fromMe), ...pick(own, 'participant') },
      vote: {
        id: `${fromMe}_${chatId}_${messageId}${inGroup ? `_${from}` : ''}`,
        fromMe,
        ...ends(fromMe),
        ...(inGroup && { participant: from }),
        selectedOptions: vote,
        timestamp: Date.parse(timestamp),
      },
      _data: {},
    },
  ];
}

/** WAHA's words for the answers to an event. */
const ANSWERS: Readonly<Record<EventData<'message.attendance'>['answer'], string>> = {
  going: 'GOING',
  not_going: 'NOT_GOING',
  maybe: 'MAYBE',
};

/** The id of the answer itself is not known: it is made from that of the event, as for a vote. */
function attendanceOf(data: EventData<'message.attendance'>, { me }: FormatContext): Payload {
  const { answer, chatId, from, fromMe, key, messageId, timestamp } = data;
  const own = libraryKey(data);
  const inGroup = chatId.endsWith('@g.us');
  const ends = (isOwn: boolean) =>
    isOwn ? { from: me?.id ?? null, to: chatId } : { from: chatId, to: me?.id ?? null };
  return [
    'event.response',
    {
      id: `${fromMe}_${chatId}_${messageId}${inGroup ? `_${from}` : ''}`,
      timestamp: seconds(timestamp),
      ...ends(fromMe),
      participant: inGroup ? from : null,
      fromMe,
      eventCreationKey: { id: key, ...ends(own.fromMe), fromMe: own.fromMe, ...pick(own, 'participant') },
      eventResponse: { response: ANSWERS[answer], timestampMs: Date.parse(timestamp), extraGuestCount: 0 },
      source: 'app',
      ack: null,
      ackName: 'UNKNOWN',
      replyTo: null,
      _data: {},
    },
  ];
}

/** The id by phone number of a person in the event, if it is known. */
function numberIdOf({ people = [] }: EventData<'group'>, id: string): string | undefined {
  const phone = people.find((one) => one.id === id)?.phone ?? null;
  return phone === null ? undefined : `${phone}@c.us`;
}

function groupOf(data: EventData<'group'>, { me }: FormatContext): readonly Payload[] {
  const { change, participants: ids } = data;
  // WAHA has an event of its own for requests to join, which its engine WEBJS does not raise.
  if (change === 'membership_approval_request') return [];
  const about = { group: { id: data.chatId }, timestamp: seconds(data.timestamp), _data: {} };
  const member = MEMBERS[change];
  if (member !== undefined) {
    const [type, role] = member;
    const participants = ids.map((id) => present({ id, pn: numberIdOf(data, id), role }));
    const changed: Payload = ['group.v2.participants', { ...about, type, participants }];
    const isMine = me !== null && ids.includes(me.id) && (type === 'join' || type === 'leave');
    return isMine ? [changed, [`group.v2.${type}`, about]] : [changed];
  }
  const named = change === 'subject' || change === 'description';
  const group = { ...about.group, ...(named && { [change]: data.body ?? '' }) };
  return [['group.v2.update', { ...about, group }]];
}

const envelope = (
  id: string,
  at: Date,
  [event, payload]: Payload,
  { account, version, me }: FormatContext,
): object => ({
  id,
  timestamp: at.getTime(),
  event,
  session: account,
  metadata: {},
  me: me && { id: me.id, pushName: me.pushname },
  payload,
  engine: 'WEBJS',
  environment: { version: `wad ${version}`, engine: 'WEBJS', tier: 'CORE', browser: null },
});

export const WAHA: Format = {
  bodies: (event, context) =>
    payloadsOf(event, context).map((payload, n) =>
      envelope(`evt_${event.cursor}${n === 0 ? '' : `_${n}`}`, new Date(event.time), payload, context),
    ),
  test: (at, context) => envelope('evt_test', at, ['test', {}], context),
  headers: (body, secret, id, at) => ({
    'X-Webhook-Request-Id': id,
    'X-Webhook-Timestamp': String(at.getTime()),
    'X-Webhook-Hmac': createHmac('sha512', secret).update(body).digest('hex'),
    'X-Webhook-Hmac-Algorithm': 'sha512',
  }),
};
