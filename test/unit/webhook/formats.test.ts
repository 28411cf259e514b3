// What each form makes of each event, field by field as the receivers of those programs read it; and the signatures.
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { DOCS } from '../../../scripts/docs.js';
import type { WireEvent } from '../../../src/protocol/schema.js';
import { EVENT_TYPES } from '../../../src/protocol/state.js';
import { backoffMs } from '../../../src/webhook/backoff.js';
import { WAD } from '../../../src/webhook/format.js';
import { signer } from '../../../src/webhook/signature.js';
import { WAHA } from '../../../src/webhook/waha.js';
import { WWEBJS_API } from '../../../src/webhook/wwebjs-api.js';

const TELLER = { account: 'shop', version: '1.2.3', me: { id: '15550001111@c.us', pushname: 'Me' } };
const TIME = '2026-01-01T00:00:00.000Z';
const SECONDS = Date.parse(TIME) / 1_000;
const ID = {
  key: 'false_15550002222@c.us_3EB0',
  messageId: '3EB0',
  chatId: '15550002222@c.us',
  fromMe: false,
};
const MESSAGE = {
  ...ID,
  ...{
    from: '15550002222@c.us',
    to: '15550001111@c.us',
    author: null,
    type: 'voice',
    body: 'hi',
    timestamp: TIME,
  },
  ...{ ack: 1, hasMedia: true, media: { mimetype: 'audio/ogg', size: 9, name: null }, replyTo: '3EB1' },
  ...{ mentions: ['15550003333@c.us'], details: null, backfilled: false },
};
const event = (type: WireEvent['type'], data: Record<string, unknown>): WireEvent => ({
  ...{ cursor: 12, type, time: TIME, account: 'shop', data },
});
const OF_ID = { fromMe: false, remote: ID.chatId, id: '3EB0', _serialized: ID.key };
const GROUP = {
  ...{ id: 'N1', chatId: '1203@g.us', change: 'add', author: '15550002222@c.us' },
  ...{ participants: ['15550003333@c.us'], body: null, timestamp: TIME },
};

/** Event, what wwebjs-api posts, what WAHA posts. */
const TABLE: readonly (readonly [string, WireEvent, readonly object[], readonly object[]])[] = [
  [
    'a message that comes in',
    event('message', MESSAGE),
    ['message_create', 'message'].map((dataType) => ({
      ...{ dataType, sessionId: 'shop' },
      data: {
        message: {
          ...{
            id: OF_ID,
            ack: 1,
            hasMedia: true,
            body: 'hi',
            type: 'ptt',
            timestamp: SECONDS,
            fromMe: false,
          },
          ...{ from: MESSAGE.from, to: MESSAGE.to, hasQuotedMsg: true, mentionedIds: MESSAGE.mentions },
        },
      },
    })),
    [
      {
        ...{ id: 'evt_12', event: 'message', session: 'shop', engine: 'WEBJS', timestamp: SECONDS * 1_000 },
        me: { id: '15550001111@c.us', pushName: 'Me' },
        payload: {
          ...{
            id: ID.key,
            timestamp: SECONDS,
            from: MESSAGE.from,
            fromMe: false,
            to: MESSAGE.to,
            body: 'hi',
          },
          ...{
            participant: null,
            hasMedia: true,
            media: { url: null, mimetype: 'audio/ogg', filename: null },
          },
          ...{ ack: 1, ackName: 'SERVER', replyTo: { id: '3EB1' } },
        },
      },
    ],
  ],
  [
    'a message of our own',
    event('message', { ...MESSAGE, fromMe: true, type: 'text', media: null, replyTo: null }),
    [{ dataType: 'message_create', data: { message: { type: 'chat', fromMe: true, hasQuotedMsg: false } } }],
    [{ event: 'message.any', payload: { fromMe: true, media: null } }],
  ],
  [
    'an acknowledgement',
    event('message.ack', { ...ID, ack: 3 }),
    [{ dataType: 'message_ack', data: { message: { id: OF_ID }, ack: 3 } }],
    [{ event: 'message.ack', payload: { id: ID.key, ack: 3, ackName: 'READ' } }],
  ],
  [
    'a reaction',
    event('message.reaction', { ...ID, from: '15550002222@c.us', emoji: '👍', vote: null, timestamp: TIME }),
    [
      {
        dataType: 'message_reaction',
        data: { reaction: { reaction: '👍', msgId: OF_ID, timestamp: SECONDS } },
      },
    ],
    [{ event: 'message.reaction', payload: { reaction: { text: '👍', messageId: ID.key } } }],
  ],
  [
    'a vote',
    event('message.reaction', {
      ...ID,
      from: '15550002222@c.us',
      emoji: null,
      vote: ['now'],
      timestamp: TIME,
    }),
    [{ dataType: 'vote_update', data: { vote: { selectedOptions: [{ name: 'now' }] } } }],
    [{ event: 'poll.vote', payload: { poll: { id: ID.key }, vote: { selectedOptions: ['now'] } } }],
  ],
  [
    'an edit',
    event('message.edit', { ...ID, author: null, body: 'new', previous: 'old', timestamp: TIME }),
    [{ dataType: 'message_edit', data: { message: { id: OF_ID }, newBody: 'new', prevBody: 'old' } }],
    [{ event: 'message.edited', payload: { id: ID.key, body: 'new', editedMessageId: '3EB0' } }],
  ],
  [
    'a deletion',
    event('message.revoke', { ...ID, author: null, timestamp: TIME }),
    [{ dataType: 'message_revoke_everyone', data: { message: { id: OF_ID, type: 'revoked' } } }],
    [{ event: 'message.revoked', payload: { revokedMessageId: '3EB0' } }],
  ],
  [
    'somebody joins a group',
    event('group', GROUP),
    [
      {
        dataType: 'group_join',
        data: { notification: { chatId: '1203@g.us', recipientIds: GROUP.participants } },
      },
    ],
    [
      {
        event: 'group.v2.participants',
        payload: { type: 'join', participants: [{ id: '15550003333@c.us' }] },
      },
    ],
  ],
  [
    'a group gets a name',
    event('group', { ...GROUP, change: 'subject', body: 'Team' }),
    [{ dataType: 'group_update', data: { notification: { type: 'subject', body: 'Team' } } }],
    [{ event: 'group.v2.update', payload: { group: { id: '1203@g.us' } } }],
  ],
  [
    'a call',
    event('call', {
      id: 'C1',
      from: '15550002222@c.us',
      video: true,
      group: false,
      fromMe: false,
      timestamp: TIME,
    }),
    [{ dataType: 'call', data: { call: { id: 'C1', isVideo: true, isGroup: false } } }],
    [{ event: 'call.received', payload: { id: 'C1', isVideo: true, timestamp: SECONDS } }],
  ],
  [
    'ready',
    event('state', { status: 'ready', from: 'syncing', reason: 'none', hint: null }),
    [{ dataType: 'ready', data: {} }],
    [{ event: 'session.status', payload: { status: 'WORKING' } }],
  ],
  [
    'lost',
    event('state', { status: 'reconnecting', from: 'ready', reason: 'network_down', hint: null }),
    [{ dataType: 'disconnected', data: { reason: 'network_down' } }],
    [{ event: 'session.status', payload: { status: 'STARTING' } }],
  ],
  [
    'a code waits',
    event('state', { status: 'linking', from: 'starting', reason: 'qr_waiting', hint: 'wactl qr' }),
    [],
    [{ event: 'session.status', payload: { status: 'SCAN_QR_CODE' } }],
  ],
  ['what they have no words for', event('alert', { reason: 'disk_full' }), [], []],
  ['a code, which is told without its payload', event('qr', { number: 1, expiresAt: TIME }), [], []],
  ['a gap', event('gap', { reason: 'not_kept' }), [], []],
];

t.test('each event in each form', (t) => {
  for (const [about, told, wwebjs, waha] of TABLE) {
    t.same(WAD.bodies(told, TELLER), [told], `${about}: as it stands in the journal`);
    for (const [name, bodies, expected] of [
      ['wwebjs-api', WWEBJS_API.bodies(told, TELLER), wwebjs],
      ['waha', WAHA.bodies(told, TELLER), waha],
    ] as const) {
      t.equal(bodies.length, expected.length, `${about}: ${name}`);
      t.match(bodies, expected, `${about}: ${name}`);
      t.same(JSON.parse(JSON.stringify(bodies)), bodies, 'and it is JSON');
    }
  }
  const types = new Set(TABLE.map(([, { type }]) => type));
  t.same(
    EVENT_TYPES.filter((type) => !types.has(type)),
    [],
    'no type is forgotten',
  );
  t.end();
});

t.test('docs/migrating.md has each word in the row of what happens', async (t) => {
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

t.test('the signature is that of Standard Webhooks, for both kinds of secret', (t) => {
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

t.test('the other programs have headers of their own besides', (t) => {
  const at = new Date();
  t.same(WWEBJS_API.headers('{}', 'a key', 'shop-12', at), { 'x-api-key': 'a key' });
  const headers = WAHA.headers('{}', 'a key', 'shop-12', at);
  t.equal(headers['X-Webhook-Hmac'], createHmac('sha512', 'a key').update('{}').digest('hex'));
  t.match(headers, { 'X-Webhook-Hmac-Algorithm': 'sha512', 'X-Webhook-Request-Id': 'shop-12' });
  t.equal(headers['X-Webhook-Timestamp'], String(at.getTime()));
  t.end();
});

t.test('it is tried soon at first, then once an hour, never all at the same moment', (t) => {
  const half = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((attempts) => backoffMs(attempts, 0.5));
  t.same(half, [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 3_600_000, 3_600_000]);
  t.equal(backoffMs(2, 0), 4_500);
  t.equal(backoffMs(2, 1), 5_500);
  t.equal(backoffMs(1, 0.5, 60_000), 60_000, 'a receiver may ask for more');
  t.equal(backoffMs(1, 0.5, 1e9), 3_600_000, 'but not for ever');
  t.end();
});
