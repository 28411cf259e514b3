// Each format turns each event into the fields that receivers of those programs read, with valid signatures.

import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { DOCS } from '../../../scripts/docs.js';
import type { WireEvent } from '../../../src/protocol/events/index.js';
import { WEBHOOK_FORMATS } from '../../../src/protocol/methods/webhook.js';
import { EVENT_TYPES } from '../../../src/protocol/state.js';
import { backoffMs } from '../../../src/webhook/backoff.js';
import { type Format, WAD } from '../../../src/webhook/format.js';
import { signer } from '../../../src/webhook/signature.js';
import { WAHA } from '../../../src/webhook/waha.js';
import { WWEBJS_API } from '../../../src/webhook/wwebjs-api.js';
import { madeUp } from '../../harness/made-up-event.js';

const ME = '15550001111@c.us';
const ANA = '15550002222@c.us';
const BEN = '15550003333@c.us';
const BEN_LID = '270000000000003@lid';
const TEAM = '1203@g.us';
const TIME = '2026-01-01T00:00:00.000Z';
const SECONDS = Date.parse(TIME) / 1_000;

const event = (type: WireEvent['type'], data: Record<string, unknown>): WireEvent => ({
  ...{ cursor: 12, type, time: TIME, account: 'shop', data: madeUp(data) },
});

/** A message as in its event. */
const text = (key: string, more: Record<string, unknown> = {}) => {
  const [, fromMe, chatId, messageId, author = null] =
    /^(true|false)_([^_]+)_([^_]+)(?:_(.+))?$/.exec(key) ?? [];
  return {
    ...{
      key,
      messageId,
      chatId,
      author,
      fromMe: fromMe === 'true',
      type: 'text',
      body: 'hi',
      timestamp: TIME,
    },
    ...(fromMe === 'true' ? { from: ME, to: chatId } : { from: chatId, to: ME }),
    ...{
      ack: 1,
      hasMedia: false,
      media: null,
      replyTo: null,
      mentions: [],
      details: null,
      backfilled: false,
    },
    ...more,
  };
};
const IN = text(`false_${ANA}_3EB0`);
const OUT = text(`true_${ANA}_3EB1`, { body: 'sent here' });
const IN_GROUP = text(`false_${TEAM}_3A02_${ANA}`);
const POLL = text(`true_${TEAM}_3EB3_${ME}`, {
  ...{ type: 'poll', body: 'When?' },
  details: { question: 'When?', options: ['now', 'later'], multiple: true },
});
const KEPT = [IN, OUT, IN_GROUP, POLL];
/** A message that is no longer stored. */
const GONE = { key: `false_${ANA}_3EB9`, messageId: '3EB9', chatId: ANA, fromMe: false };

const CONTEXT = {
  ...{ account: 'shop', version: '1.2.3', me: { id: ME, pushname: 'Me' } },
  message: (key: string) => KEPT.find((one) => one.key === key) ?? null,
  isSentHere: (messageId: string) => messageId === OUT.messageId,
};

const named = ({ key, messageId, chatId, fromMe }: Record<string, unknown>) => ({
  key,
  messageId,
  chatId,
  fromMe,
});

/** The same message in the fields of whatsapp-web.js. */
const library = (of: Record<string, unknown>, more: object = {}) => ({
  id: {
    ...{ fromMe: of.fromMe, remote: of.chatId, id: of.messageId, _serialized: of.key },
    ...(of.author !== null && { participant: of.author }),
  },
  ...{ ack: 1, hasMedia: false, body: of.body, type: 'chat', timestamp: SECONDS, from: of.from, to: of.to },
  ...(of.author !== null && { author: of.author }),
  ...{ deviceType: 'web', isStatus: false, fromMe: of.fromMe, hasQuotedMsg: false, vCards: [] },
  ...{ mentionedIds: [], ...more },
});
/** The same message in the fields of WAHA. */
const waha = (of: Record<string, unknown>, more: object = {}) => ({
  ...{ id: of.key, timestamp: SECONDS, from: of.from, fromMe: of.fromMe, to: of.to, body: of.body },
  ...{ hasMedia: false, participant: of.author, source: 'app', media: null, ack: 1, ackName: 'SERVER' },
  ...{ location: null, vCards: [], _data: {}, ...more },
});

const raised = (dataType: string, data?: object) => ({ dataType, ...(data && { data }), sessionId: 'shop' });
const enveloped = (name: string, payload: object, id = 'evt_12') => ({
  ...{ id, timestamp: SECONDS * 1_000, event: name, session: 'shop', metadata: {} },
  ...{ me: { id: ME, pushName: 'Me' }, payload, engine: 'WEBJS' },
  environment: { version: 'wad 1.2.3', engine: 'WEBJS', tier: 'CORE', browser: null },
});
const incoming = (message: object) => [raised('message_create', { message }), raised('message', { message })];
const group = (change: string, more: object = {}) =>
  event('group', {
    ...{ id: 'N1', chatId: TEAM, change, author: ANA, participants: [BEN], body: null, timestamp: TIME },
    ...more,
  });
const notification = (type: string, more: object = {}) => ({
  notification: {
    ...{ id: { fromMe: false, remote: TEAM, id: 'N1' }, chatId: TEAM, type, author: ANA, body: '' },
    ...{ recipientIds: [BEN], timestamp: SECONDS, ...more },
  },
});
const inTeam = (more: object = {}) => ({ group: { id: TEAM }, timestamp: SECONDS, _data: {}, ...more });
const state = (status: string, from: string, reason = 'none') =>
  event('state', { status, from, reason, hint: null });
const TRANSCRIPT = { ...named(IN), author: null, fromMe: false, text: 'hi', language: null, error: null };
const status = (word: string) =>
  enveloped('session.status', {
    ...{ name: 'shop', status: word, statuses: [{ status: word, timestamp: SECONDS * 1_000 }] },
  });

/** [subject, event, posts of wwebjs-api, posts of WAHA]. */
type Row = readonly [string, WireEvent, readonly object[], readonly object[]];
const LABEL = { id: '3', name: 'Paid', color: 2 };
const WAHA_LABEL = { ...LABEL, colorHex: '#ffd429' };
const TABLE: readonly Row[] = [
  ['an incoming message', event('message', IN), incoming(library(IN)), [enveloped('message', waha(IN))]],
  ...['ciphertext', 'view_once'].map(
    (type): Row => [
      `a message that cannot be shown: ${type}`,
      event('message', { ...IN, type, body: null }),
      [raised('message_ciphertext', { message: library(IN, { type: 'ciphertext', body: '' }) })],
      [enveloped('message.waiting', waha(IN, { body: '' }))],
    ],
  ),
  [
    'a message sent by this account',
    event('message', OUT),
    [raised('message_create', { message: library(OUT) })],
    [enveloped('message.any', waha(OUT, { source: 'api' }))],
  ],
  [
    'a message in a group, from a phone of another make',
    event('message', IN_GROUP),
    incoming(library(IN_GROUP, { deviceType: 'ios' })),
    [enveloped('message', waha(IN_GROUP))],
  ],
  [
    'a voice message that replies to another and mentions somebody',
    event('message', {
      ...{ ...IN, type: 'voice', body: '', hasMedia: true, replyTo: '3EB1', mentions: [BEN] },
      media: { mimetype: 'audio/ogg', size: 9, name: null },
    }),
    incoming(library(IN, { type: 'ptt', body: '', hasMedia: true, hasQuotedMsg: true, mentionedIds: [BEN] })),
    [
      enveloped('message', {
        ...waha(IN, { body: '', hasMedia: true, replyTo: { id: '3EB1' } }),
        media: { url: null, mimetype: 'audio/ogg', filename: null },
      }),
    ],
  ],
  [
    'a location',
    event('message', {
      ...{ ...IN, type: 'location', body: 'Home\nMain Street 1' },
      details: { latitude: 1.5, longitude: 2.5, url: null },
    }),
    incoming(
      library(IN, {
        ...{ type: 'location', body: '' },
        location: {
          ...{ latitude: 1.5, longitude: 2.5, name: 'Home', address: 'Main Street 1', url: null },
          description: 'Home\nMain Street 1',
        },
      }),
    ),
    [
      enveloped(
        'message',
        waha(IN, {
          body: '',
          location: {
            ...{ latitude: 1.5, longitude: 2.5, name: 'Home', address: 'Main Street 1', url: null },
            description: 'Home\nMain Street 1',
          },
        }),
      ),
    ],
  ],
  [
    'a contact card',
    event('message', { ...IN, type: 'contact', body: 'Ben', details: { vcards: ['BEGIN:VCARD'] } }),
    incoming(library(IN, { type: 'vcard', body: 'BEGIN:VCARD', vCards: ['BEGIN:VCARD'] })),
    [enveloped('message', waha(IN, { body: 'BEGIN:VCARD', vCards: ['BEGIN:VCARD'] }))],
  ],
  [
    'two contact cards',
    event('message', { ...IN, type: 'contact', body: '', details: { vcards: ['A', 'B'] } }),
    incoming(library(IN, { type: 'multi_vcard', body: '', vCards: ['A', 'B'] })),
    [enveloped('message', waha(IN, { body: '', vCards: ['A', 'B'] }))],
  ],
  [
    'a poll of ours',
    event('message', POLL),
    [
      raised('message_create', {
        message: library(POLL, {
          ...{ type: 'poll_creation', pollName: 'When?', allowMultipleAnswers: true },
          pollOptions: [
            { name: 'now', localId: 0 },
            { name: 'later', localId: 1 },
          ],
        }),
      }),
    ],
    [enveloped('message.any', waha(POLL))],
  ],
  [
    'an ack of a stored message',
    event('message.ack', { ...named(OUT), ack: 3 }),
    [raised('message_ack', { message: library(OUT, { ack: 3 }), ack: 3 })],
    [enveloped('message.ack', waha(OUT, { source: 'api', ack: 3, ackName: 'READ' }))],
  ],
  [
    'an ack of a message that is not stored',
    event('message.ack', { ...GONE, ack: -1 }),
    [
      raised('message_ack', {
        message: {
          id: { fromMe: false, remote: ANA, id: '3EB9', _serialized: GONE.key },
          ...{ ack: -1, body: '', from: ANA, to: ME, deviceType: 'web', isStatus: false, fromMe: false },
        },
        ack: -1,
      }),
    ],
    [
      enveloped('message.ack', {
        ...{ id: GONE.key, from: ANA, fromMe: false, to: ME, body: '', participant: null, source: 'app' },
        ...{ media: null, ack: -1, ackName: 'ERROR', _data: {} },
      }),
    ],
  ],
  [
    'a reaction to one of our messages',
    event('message.reaction', {
      ...{ ...named(OUT), fromMe: false, from: ANA, emoji: '👍', vote: null, timestamp: TIME },
    }),
    [
      raised('message_reaction', {
        reaction: {
          id: { fromMe: false, remote: ANA },
          msgId: { fromMe: true, remote: ANA, id: '3EB1', _serialized: OUT.key },
          ...{ senderId: ANA, reaction: '👍', timestamp: SECONDS },
        },
      }),
    ],
    [
      enveloped('message.reaction', {
        ...{ from: ANA, fromMe: false, participant: ANA, to: ANA, timestamp: SECONDS },
        reaction: { text: '👍', messageId: OUT.key },
      }),
    ],
  ],
  [
    'a vote in our poll',
    event('message.reaction', {
      ...{ ...named(POLL), fromMe: false, from: BEN, emoji: null, vote: ['later', '#7'], timestamp: TIME },
    }),
    [
      raised('vote_update', {
        vote: {
          voter: BEN,
          selectedOptions: [{ name: 'later', localId: 1 }, { localId: 6 }],
          interractedAtTs: SECONDS * 1_000,
          parentMessage: library(POLL, {
            ...{ type: 'poll_creation', pollName: 'When?', allowMultipleAnswers: true },
            pollOptions: [
              { name: 'now', localId: 0 },
              { name: 'later', localId: 1 },
            ],
          }),
          parentMsgKey: { fromMe: true, remote: TEAM, id: '3EB3', participant: ME, _serialized: POLL.key },
        },
      }),
    ],
    [
      enveloped('poll.vote', {
        poll: { id: POLL.key, fromMe: true, from: ME, to: TEAM, participant: ME },
        vote: {
          ...{ id: `false_${TEAM}_3EB3_${BEN}`, fromMe: false, from: TEAM, to: ME, participant: BEN },
          ...{ selectedOptions: ['later', '#7'], timestamp: SECONDS * 1_000 },
        },
        _data: {},
      }),
    ],
  ],
  [
    'our vote in a poll that is not stored',
    event('message.reaction', {
      ...{ ...GONE, fromMe: true, from: ME, emoji: null, vote: ['yes'], timestamp: TIME },
    }),
    [
      raised('vote_update', {
        vote: {
          ...{ voter: ME, selectedOptions: [{ name: 'yes' }], interractedAtTs: SECONDS * 1_000 },
          parentMessage: {
            id: { fromMe: false, remote: ANA, id: '3EB9', _serialized: GONE.key },
            ...{ body: '', from: ANA, to: ME, deviceType: 'web', isStatus: false, fromMe: false },
          },
          parentMsgKey: { fromMe: false, remote: ANA, id: '3EB9', _serialized: GONE.key },
        },
      }),
    ],
    [
      enveloped('poll.vote', {
        poll: { id: GONE.key, fromMe: false, from: ANA, to: ME },
        vote: {
          ...{ id: `true_${ANA}_3EB9`, fromMe: true, from: ME, to: ANA },
          ...{ selectedOptions: ['yes'], timestamp: SECONDS * 1_000 },
        },
        _data: {},
      }),
    ],
  ],
  [
    'an answer to an event',
    event('message.attendance', {
      ...{ ...named(OUT), from: ANA, fromMe: false, answer: 'going', timestamp: TIME },
    }),
    [
      raised('message.attendance', {
        'message.attendance': { ...named(OUT), from: ANA, fromMe: false, answer: 'going', timestamp: TIME },
      }),
    ],
    [
      enveloped('event.response', {
        ...{
          id: `false_${ANA}_3EB1`,
          timestamp: SECONDS,
          from: ANA,
          to: ME,
          participant: null,
          fromMe: false,
        },
        eventCreationKey: { id: OUT.key, from: ME, to: ANA, fromMe: true },
        eventResponse: { response: 'GOING', timestampMs: SECONDS * 1_000, extraGuestCount: 0 },
        ...{ source: 'app', ack: null, ackName: 'UNKNOWN', replyTo: null, _data: {} },
      }),
    ],
  ],
  [
    'our answer to an event in a group',
    event('message.attendance', {
      ...{ ...named(POLL), from: ME, fromMe: true, answer: 'not_going', timestamp: TIME },
    }),
    [
      raised('message.attendance', {
        'message.attendance': {
          ...named(POLL),
          from: ME,
          fromMe: true,
          answer: 'not_going',
          timestamp: TIME,
        },
      }),
    ],
    [
      enveloped('event.response', {
        ...{
          id: `true_${TEAM}_3EB3_${ME}`,
          timestamp: SECONDS,
          from: ME,
          to: TEAM,
          participant: ME,
          fromMe: true,
        },
        eventCreationKey: { id: POLL.key, from: ME, to: TEAM, fromMe: true, participant: ME },
        eventResponse: { response: 'NOT_GOING', timestampMs: SECONDS * 1_000, extraGuestCount: 0 },
        ...{ source: 'app', ack: null, ackName: 'UNKNOWN', replyTo: null, _data: {} },
      }),
    ],
  ],
  [
    'an edit',
    event('message.edit', { ...named(IN), author: null, body: 'new', previous: 'hi', timestamp: TIME }),
    [raised('message_edit', { message: library(IN, { body: 'new' }), newBody: 'new', prevBody: 'hi' })],
    [enveloped('message.edited', { ...waha(IN, { body: 'new' }), editedMessageId: '3EB0' })],
  ],
  [
    'an older message',
    event('message.history', IN),
    [raised('message.history', { message: library(IN) })],
    [enveloped('message.history', waha(IN))],
  ],
  [
    'a deletion',
    event('message.revoke', { ...named(IN_GROUP), author: ANA, timestamp: TIME }),
    [
      raised('message_revoke_everyone', {
        message: library(IN_GROUP, {
          ...{ body: '', type: 'revoked', deviceType: 'ios' },
          protocolMessageKey: {
            ...{ fromMe: false, remote: TEAM, id: '3A02', participant: ANA, _serialized: IN_GROUP.key },
          },
        }),
      }),
    ],
    [
      enveloped('message.revoked', {
        after: waha(IN_GROUP, { body: '' }),
        before: waha(IN_GROUP),
        revokedMessageId: '3A02',
      }),
    ],
  ],
  [
    'a deletion of a message that is not stored',
    event('message.revoke', { ...GONE, author: null, timestamp: TIME }),
    [
      raised('message_revoke_everyone', {
        message: {
          id: { fromMe: false, remote: ANA, id: '3EB9', _serialized: GONE.key },
          ...{ body: '', from: ANA, to: ME, deviceType: 'web', isStatus: false, fromMe: false },
          ...{ type: 'revoked', hasMedia: false, vCards: [], timestamp: SECONDS },
          protocolMessageKey: { fromMe: false, remote: ANA, id: '3EB9', _serialized: GONE.key },
        },
      }),
    ],
    [
      enveloped('message.revoked', {
        after: {
          ...{
            id: GONE.key,
            timestamp: SECONDS,
            from: ANA,
            fromMe: false,
            to: ME,
            body: '',
            hasMedia: false,
          },
          ...{ participant: null, source: 'app', media: null, vCards: [], _data: {} },
        },
        before: null,
        revokedMessageId: '3EB9',
      }),
    ],
  ],
  ...(
    [
      ['add', 'group_join', 'join', 'participant'],
      ['invite', 'group_join', 'join', 'participant'],
      ['linked_group_join', 'group_join', 'join', 'participant'],
      ['remove', 'group_leave', 'leave', 'left'],
      ['leave', 'group_leave', 'leave', 'left'],
      ['promote', 'group_admin_changed', 'promote', 'admin'],
      ['demote', 'group_admin_changed', 'demote', 'participant'],
    ] as const
  ).map(([change, dataType, type, role]): (typeof TABLE)[number] => [
    `somebody in a group: ${change}`,
    group(change),
    [raised(dataType, notification(change))],
    [enveloped('group.v2.participants', inTeam({ type, participants: [{ id: BEN, role }] }))],
  ]),
  [
    'a person with a known number is added to a group by LID',
    group('add', { participants: [BEN_LID], people: [{ id: BEN_LID, phone: '15550003333', lid: BEN_LID }] }),
    [raised('group_join', notification('add', { recipientIds: [BEN_LID] }))],
    [
      enveloped(
        'group.v2.participants',
        inTeam({
          type: 'join',
          participants: [{ id: BEN_LID, pn: '15550003333@c.us', role: 'participant' }],
        }),
      ),
    ],
  ],
  [
    'we are added to a group',
    group('add', { participants: [BEN, ME] }),
    [raised('group_join', notification('add', { recipientIds: [BEN, ME] }))],
    [
      enveloped(
        'group.v2.participants',
        inTeam({ type: 'join', participants: [BEN, ME].map((id) => ({ id, role: 'participant' })) }),
      ),
      enveloped('group.v2.join', inTeam(), 'evt_12_1'),
    ],
  ],
  [
    'we become an admin',
    group('promote', { participants: [ME] }),
    [raised('group_admin_changed', notification('promote', { recipientIds: [ME] }))],
    [
      enveloped(
        'group.v2.participants',
        inTeam({ type: 'promote', participants: [{ id: ME, role: 'admin' }] }),
      ),
    ],
  ],
  [
    'a request to join a group',
    group('membership_approval_request', { participants: [] }),
    [raised('group_membership_request', notification('membership_approval_request', { recipientIds: [] }))],
    [],
  ],
  [
    "a change of a group's name",
    group('subject', { body: 'Team', participants: [] }),
    [raised('group_update', notification('subject', { body: 'Team', recipientIds: [] }))],
    [enveloped('group.v2.update', inTeam({ group: { id: TEAM, subject: 'Team' } }))],
  ],
  [
    'a removed group description',
    group('description', { participants: [] }),
    [raised('group_update', notification('description', { recipientIds: [] }))],
    [enveloped('group.v2.update', inTeam({ group: { id: TEAM, description: '' } }))],
  ],
  [
    "a change of a group's picture",
    group('picture', { participants: [] }),
    [raised('group_update', notification('picture', { recipientIds: [] }))],
    [enveloped('group.v2.update', inTeam())],
  ],
  [
    'a call',
    event('call', { id: 'C1', from: ANA, video: true, group: false, fromMe: false, timestamp: TIME }),
    [
      raised('call', {
        call: { id: 'C1', from: ANA, timestamp: SECONDS, isVideo: true, isGroup: false, fromMe: false },
      }),
    ],
    [
      enveloped('call.received', {
        ...{ id: 'C1', from: ANA, timestamp: SECONDS, isVideo: true, isGroup: false, _data: {} },
      }),
    ],
  ],
  ...(
    [
      ['created', null, 'label.upsert', WAHA_LABEL],
      ['deleted', null, 'label.deleted', WAHA_LABEL],
      ['added', ANA, 'label.chat.added', { labelId: '3', chatId: ANA, label: WAHA_LABEL }],
      ['removed', ANA, 'label.chat.deleted', { labelId: '3', chatId: ANA, label: WAHA_LABEL }],
    ] as const
  ).map(([change, chatId, name, payload]): Row => {
    const data = { ...LABEL, change, chatId, timestamp: TIME };
    return [
      `a label: ${change}`,
      event('label', data),
      [raised('label', { label: data })],
      [enveloped(name, payload)],
    ];
  }),
  [
    'the timer of a chat',
    event('chat.timer', { chatId: ANA, seconds: 86_400, timestamp: TIME }),
    [raised('chat.timer', { 'chat.timer': { chatId: ANA, seconds: 86_400, timestamp: TIME } })],
    [enveloped('chat.timer', { chatId: ANA, seconds: 86_400, timestamp: TIME })],
  ],
  [
    'the tag of a member',
    event('group.tag', { chatId: TEAM, author: ANA, tag: 'Coach', timestamp: TIME }),
    [raised('group.tag', { 'group.tag': { chatId: TEAM, author: ANA, tag: 'Coach', timestamp: TIME } })],
    [enveloped('group.tag', { chatId: TEAM, author: ANA, tag: 'Coach', timestamp: TIME })],
  ],
  [
    'the presence of a person',
    event('presence', { from: ANA, state: 'available', lastSeenAt: null, timestamp: TIME }),
    [raised('presence', { presence: { from: ANA, state: 'available', lastSeenAt: null, timestamp: TIME } })],
    [
      enveloped('presence.update', {
        id: ANA,
        presences: [{ participant: ANA, lastKnownPresence: 'online', lastSeen: null }],
      }),
    ],
  ],
  ['linked', state('syncing', 'linking'), [raised('authenticated')], [status('STARTING')]],
  ['ready', state('ready', 'syncing'), [raised('ready')], [status('WORKING')]],
  [
    'lost',
    state('reconnecting', 'ready', 'network_down'),
    [raised('disconnected', { reason: 'network_down' })],
    [status('STARTING')],
  ],
  [
    'the session is used elsewhere',
    state('reconnecting', 'ready', 'conflict'),
    [raised('disconnected', { reason: 'CONFLICT' })],
    [status('STARTING')],
  ],
  [
    'logged out by the phone',
    state('linking', 'ready', 'logged_out_by_phone'),
    [raised('disconnected', { reason: 'LOGOUT' })],
    [status('SCAN_QR_CODE')],
  ],
  [
    'logged out by the page itself',
    state('linking', 'ready', 'logged_out_by_page'),
    [raised('disconnected', { reason: 'LOGOUT' })],
    [status('SCAN_QR_CODE')],
  ],
  ['it hibernates', state('hibernating', 'ready', 'none'), [], [status('WORKING')]],
  [
    'logged out here',
    state('logging-out', 'ready', 'user_stopped'),
    [raised('disconnected', { reason: 'LOGOUT' })],
    [status('STOPPED')],
  ],
  [
    'the session is no longer accepted',
    state('linking', 'starting', 'auth_failed'),
    [raised('status', { msg: 'auth_failed' })],
    [status('SCAN_QR_CODE')],
  ],
  ['a QR code waits to be scanned', state('linking', 'starting', 'qr_waiting'), [], [status('SCAN_QR_CODE')]],
  [
    'the reconnect attempts are used up',
    state('failed', 'reconnecting', 'attempts_exhausted'),
    [],
    [status('FAILED')],
  ],
  [
    'a change of capabilities',
    event('state', { status: 'ready', from: 'ready', reason: 'none', hint: null, capabilities: {} }),
    [],
    [],
  ],
  [
    'an alert, without an equivalent in the other formats',
    event('alert', { reason: 'disk_full', says: 'The disk is full.', hint: 'df -h' }),
    [raised('alert', { alert: { reason: 'disk_full', says: 'The disk is full.', hint: 'df -h' } })],
    [enveloped('alert', { reason: 'disk_full', says: 'The disk is full.', hint: 'df -h' })],
  ],
  [
    'a transcript, without an equivalent in the other formats',
    event('message.transcript', TRANSCRIPT),
    [raised('message.transcript', { 'message.transcript': TRANSCRIPT })],
    [enveloped('message.transcript', TRANSCRIPT)],
  ],
  [
    'a restriction, without an equivalent in the other formats',
    event('restriction', { kind: 'time_lock', until: null, used: null, total: null, before: null }),
    [
      raised('restriction', {
        restriction: { kind: 'time_lock', until: null, used: null, total: null, before: null },
      }),
    ],
    [enveloped('restriction', { kind: 'time_lock', until: null, used: null, total: null, before: null })],
  ],
  [
    'a gap, without an equivalent in the other formats',
    event('gap', { reason: 'not_kept' }),
    [raised('gap', { gap: { reason: 'not_kept' } })],
    [enveloped('gap', { reason: 'not_kept' })],
  ],
  ['a QR, which is posted without its payload', event('qr', { number: 1, expiresAt: TIME }), [], []],
];

/** Every format, and its expected bodies for a row of the table. */
const FORMATS: Readonly<
  Record<(typeof WEBHOOK_FORMATS)[number], readonly [Format, (row: Row) => readonly object[]]>
> = {
  // As stored in the journal.
  wad: [WAD, ([, posted]) => [posted]],
  'wwebjs-api': [WWEBJS_API, ([, , wwebjs]) => wwebjs],
  waha: [WAHA, ([, , , waha]) => waha],
};

t.test('each event has the expected fields in each format', (t) => {
  for (const row of TABLE) {
    const [about, posted] = row;
    for (const [name, [format, expected]] of Object.entries(FORMATS)) {
      const bodies = format.bodies(posted, CONTEXT);
      // As posted: undefined fields are left out.
      t.strictSame(JSON.parse(JSON.stringify(bodies)), expected(row), `${about}: ${name}`);
      t.strictSame(JSON.parse(JSON.stringify(bodies)), bodies, `${about}: ${name}: it is JSON`);
    }
  }
  const types = new Set(TABLE.map(([, { type }]) => type));
  t.same(
    EVENT_TYPES.filter((type) => !types.has(type)),
    [],
    'every type has a row',
  );
  t.end();
});

t.test('a stranger who reuses the id of one of our messages does not count as us', (t) => {
  const theirs = text(`false_${ANA}_${OUT.messageId}`);
  t.match(WAHA.bodies(event('message', theirs), CONTEXT), [{ payload: { source: 'app', fromMe: false } }]);
  t.end();
});

t.test('while the account is unknown, a message names only the other side', (t) => {
  const unlinked = { ...CONTEXT, me: null };
  const ack = event('message.ack', { ...GONE, ack: 2 });
  t.match(WWEBJS_API.bodies(ack, unlinked), [{ data: { message: { from: ANA, to: undefined } } }]);
  t.match(WAHA.bodies(ack, unlinked), [{ me: null, payload: { from: ANA, to: undefined } }]);
  t.match(WAHA.bodies(group('add', { participants: [ME] }), unlinked), [{ event: 'group.v2.participants' }]);
  t.end();
});

t.test('docs/migrating.md has the names of each event in one row', async (t) => {
  const text = await readFile(new URL('migrating.md', DOCS), 'utf8');
  const [, section = ''] = text.split('\n## Events and webhooks\n');
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word)));
  for (const [about, { type }, wwebjs, waha] of TABLE) {
    const words = (bodies: readonly object[], key: string) =>
      bodies.map((body) => (body as Record<string, unknown>)[key]);
    const found = rows.filter(
      ([, , ours = [], theirs = [], others = []]) =>
        ours.includes(type) &&
        words(wwebjs, 'dataType').every((word) => theirs.includes(word as string)) &&
        words(waha, 'event').every((word) => others.includes(word as string)),
    );
    t.ok(found.length > 0, about);
  }
});

t.test(
  'docs/webhooks.md has every format, and every event that the other formats post under our name',
  async (t) => {
    const text = await readFile(new URL('webhooks.md', DOCS), 'utf8');
    for (const name of WEBHOOK_FORMATS) t.match(text, `\n| \`${name}\` |`, name);
    for (const [about, { type }, [wwebjs], [waha]] of TABLE)
      if (
        (wwebjs as { dataType?: string })?.dataType === type &&
        (waha as { event?: string })?.event === type
      )
        t.match(text, `\`${type}\``, about);
  },
);

t.test('the signature conforms to Standard Webhooks, for both kinds of secret', (t) => {
  const at = new Date();
  for (const [secret, theirs] of [
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')],
    ['any-word-of-some-length', new Webhook('any-word-of-some-length', { format: 'raw' })],
  ] as const) {
    const headers = signer(secret, 'webhook.crm.secretFile')('shop-12', at, '{"a":1}');
    t.same(theirs.verify('{"a":1}', headers), { a: 1 });
    t.equal(headers['webhook-id'], 'shop-12');
    t.throws(() => theirs.verify('{"a":2}', headers), 'another body');
    t.throws(() => theirs.verify('{"a":1}', { ...headers, 'webhook-id': 'shop-13' }), 'another id');
  }
  t.end();
});

t.test('the formats of other programs have their own headers', (t) => {
  const at = new Date();
  t.same(WWEBJS_API.headers('{}', 'a key', 'shop-12', at), { 'x-api-key': 'a key' });
  const headers = WAHA.headers('{}', 'a key', 'shop-12', at);
  t.equal(headers['X-Webhook-Hmac'], createHmac('sha512', 'a key').update('{}').digest('hex'));
  t.match(headers, { 'X-Webhook-Hmac-Algorithm': 'sha512', 'X-Webhook-Request-Id': 'shop-12' });
  t.equal(headers['X-Webhook-Timestamp'], String(at.getTime()));
  t.end();
});

t.test('retries are soon at first, then hourly, with a random offset', (t) => {
  const half = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((attempts) => backoffMs(attempts, 0.5));
  t.same(half, [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 3_600_000, 3_600_000]);
  t.equal(backoffMs(2, 0), 4_500);
  t.equal(backoffMs(2, 1), 5_500);
  t.equal(backoffMs(1, 0.5, 60_000), 60_000, 'a receiver may ask for a longer wait');
  t.equal(backoffMs(1, 0.5, 1e9), 3_600_000, 'but at most an hour');
  t.end();
});
