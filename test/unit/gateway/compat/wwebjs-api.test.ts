/** wwebjs-api's requests, as its document has them, become our calls, and our results become its answers. */
import t from 'tap';
import { WWEBJS_ROWS } from '../../../../src/gateway/compat/wwebjs-api.js';
import { untilOf } from '../../../../src/gateway/compat/wwebjs-chats.js';
import { Fault } from '../../../../src/protocol/fault.js';
import { METHODS, type MethodName } from '../../../../src/protocol/methods/index.js';
import { exampleDoor, play } from '../../../harness/compat-door.js';

interface Case {
  readonly request: string;
  readonly body?: Record<string, unknown>;
  /** The calls that are made, each as method and parameters. */
  readonly calls: readonly (readonly [MethodName, object])[];
  /** A part of the answer. */
  readonly answer: object;
}

const CHAT = '6281288888888@c.us';
const GROUP = '120363000000000000@g.us';
const ID = 'ABCDEF999999999';
const NAMED = { chatId: CHAT, messageId: ID };
const DATA = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const media = (METHODS['media.put'].example.result as { file: { id: string } }).file.id;
const send = (content: object): readonly [MethodName, object] => ['message.send', { to: CHAT, ...content }];
const put = (name?: string): readonly [MethodName, object] => [
  'media.put',
  { ...(name && { name }), offset: 0, done: true, data: DATA },
];
const DONE = { success: true, result: true };
const SEND = 'POST /client/sendMessage/shop';

const CASES: readonly Case[] = [
  {
    request: SEND,
    body: { chatId: CHAT, contentType: 'string', content: 'Hello World!' },
    calls: [send({ text: 'Hello World!' })],
    answer: {
      success: true,
      message: {
        id: {
          fromMe: true,
          remote: CHAT,
          id: '3EB0C0FFEE0123456789',
          _serialized: `true_${CHAT}_3EB0C0FFEE0123456789`,
        },
        type: 'chat',
        body: 'Hello World!',
        to: CHAT,
        fromMe: true,
        ack: 0,
      },
    },
  },
  {
    request: SEND,
    body: {
      chatId: CHAT,
      contentType: 'string',
      content: 'see',
      options: { media: { mimetype: 'image/jpeg', data: DATA }, quotedMessageId: ID },
    },
    calls: [put(), send({ media, caption: 'see', replyTo: ID })],
    answer: { success: true, message: { hasMedia: true } },
  },
  {
    request: SEND,
    body: {
      chatId: CHAT,
      contentType: 'MessageMedia',
      content: { mimetype: 'image/jpeg', data: DATA, filename: 'image.jpg' },
      options: { caption: 'look', sendMediaAsDocument: true },
    },
    calls: [put('image.jpg'), send({ media, as: 'document', caption: 'look' })],
    answer: { success: true },
  },
  ...(
    [
      [{ sendVideoAsGif: true, isViewOnce: false }, { as: 'gif' }],
      [{ isViewOnce: true }, { viewOnce: true }],
    ] as const
  ).map(([options, sent]) => ({
    request: SEND,
    body: { chatId: CHAT, contentType: 'MessageMedia', content: { data: DATA }, options },
    calls: [put(), send({ media, ...sent })],
    answer: { success: true },
  })),
  {
    request: SEND,
    body: {
      chatId: CHAT,
      contentType: 'Location',
      content: { latitude: -6.2, longitude: 106.8, description: 'Jakarta' },
    },
    calls: [send({ location: { latitude: -6.2, longitude: 106.8, name: 'Jakarta' } })],
    answer: { success: true, message: { type: 'location' } },
  },
  {
    request: SEND,
    body: {
      chatId: CHAT,
      contentType: 'Poll',
      content: {
        pollName: 'Cats or Dogs?',
        pollOptions: ['Cats', 'Dogs'],
        options: { allowMultipleAnswers: true },
      },
    },
    calls: [send({ poll: { question: 'Cats or Dogs?', options: ['Cats', 'Dogs'], multiple: true } })],
    answer: { message: { type: 'poll_creation', pollName: 'Cats or Dogs?', allowMultipleAnswers: true } },
  },
  {
    request: 'POST /message/reply/shop',
    body: { ...NAMED, contentType: 'string', content: 'Reply text!' },
    calls: [send({ text: 'Reply text!', replyTo: ID })],
    answer: { success: true, repliedMessage: { hasQuotedMsg: true } },
  },
  {
    request: 'POST /message/delete/shop',
    body: { ...NAMED, everyone: true, clearMedia: true },
    calls: [['message.delete', { id: ID, for: 'all' }]],
    answer: DONE,
  },
  {
    request: 'POST /message/delete/shop',
    body: NAMED,
    calls: [['message.delete', { id: ID, for: 'me' }]],
    answer: DONE,
  },
  {
    request: 'POST /message/react/shop',
    body: { ...NAMED, reaction: '👍' },
    calls: [['message.react', { id: ID, emoji: '👍' }]],
    answer: DONE,
  },
  {
    request: 'POST /message/edit/shop',
    body: { ...NAMED, content: 'new' },
    calls: [['message.edit', { id: ID, text: 'new' }]],
    answer: { success: true, message: { body: 'hello!' } },
  },
  {
    request: 'POST /chat/fetchMessages/shop',
    body: { chatId: CHAT, searchOptions: { limit: 10, fromMe: false } },
    calls: [['chat.messages', { chat: CHAT, limit: 500 }]],
    answer: { success: true, messages: [{ body: 'hello', id: { fromMe: false }, type: 'chat' }] },
  },
  {
    request: 'GET /client/getChats/shop',
    calls: [['chat.list', { limit: 1000 }]],
    answer: { success: true, chats: [{ name: 'Ana', isGroup: false, unreadCount: 2, archived: false }] },
  },
  {
    request: 'POST /client/getChats/shop',
    body: { searchOptions: { unread: true } },
    calls: [['chat.list', { limit: 1000, unread: true }]],
    answer: { success: true },
  },
  {
    request: 'POST /client/sendSeen/shop',
    body: { chatId: CHAT },
    calls: [['chat.markRead', { chat: CHAT }]],
    answer: DONE,
  },
  {
    request: 'POST /client/muteChat/shop',
    body: { chatId: CHAT, unmuteDate: '1733489397' },
    calls: [['chat.mute', { chat: CHAT, until: '2024-12-06T12:49:57.000Z' }]],
    answer: DONE,
  },
  {
    request: 'POST /chat/clearMessages/shop',
    body: { chatId: CHAT },
    calls: [['chat.clear', { chat: CHAT }]],
    answer: DONE,
  },
  {
    request: 'POST /chat/delete/shop',
    body: { chatId: CHAT },
    calls: [['chat.delete', { chat: CHAT }]],
    answer: DONE,
  },
  {
    request: 'POST /chat/clearState/shop',
    body: { chatId: CHAT },
    calls: [['chat.typing', { chat: CHAT, state: 'stop' }]],
    answer: DONE,
  },
  {
    request: 'POST /client/isRegisteredUser/shop',
    body: { number: '6281288888888' },
    calls: [['contact.check', { number: '6281288888888' }]],
    answer: DONE,
  },
  {
    request: 'POST /client/getNumberId/shop',
    body: { number: CHAT },
    calls: [['contact.check', { number: '6281288888888' }]],
    answer: {
      success: true,
      result: { server: 'c.us', user: '15550002222', _serialized: '15550002222@c.us' },
    },
  },
  {
    request: 'POST /client/getContactById/shop',
    body: { contactId: CHAT },
    calls: [['contact.get', { contact: CHAT }]],
    answer: { success: true, contact: { id: { _serialized: '15550002222@c.us' }, name: 'Ana' } },
  },
  {
    request: 'POST /groupChat/addParticipants/shop',
    body: { chatId: GROUP, participantIds: [CHAT], options: { sleep: [250, 500] } },
    calls: [['group.participants', { group: GROUP, action: 'add', participants: [CHAT] }]],
    answer: { success: true, result: { '15550002222@c.us': { code: 200 } } },
  },
  {
    request: 'POST /groupChat/setInfoAdminsOnly/shop',
    body: { chatId: GROUP, adminsOnly: true },
    calls: [['group.update', { group: GROUP, onlyAdminsEdit: true }]],
    answer: DONE,
  },
  {
    request: 'POST /groupChat/getInviteCode/shop',
    body: { chatId: GROUP },
    calls: [['group.invite', { group: GROUP }]],
    answer: { success: true, inviteCode: 'AbCdEfGhIjKlMnOpQrStUv' },
  },
  { request: 'GET /session/start/shop', calls: [['session.initialize', {}]], answer: { success: true } },
  {
    request: 'GET /session/restart/shop',
    calls: [['session.initialize', { restart: true }]],
    answer: { success: true },
  },
  {
    request: 'GET /session/status/shop',
    calls: [['session.status', {}]],
    answer: { success: true, state: 'CONNECTED', message: 'session_connected' },
  },
  {
    request: 'GET /session/qr/shop',
    calls: [['session.qr', {}]],
    answer: { success: true, qr: '2@ref,key,key,secret,1' },
  },
  {
    request: 'POST /session/requestPairingCode/shop',
    body: { phoneNumber: '12025550108', showNotification: true },
    calls: [['session.pair', { number: '12025550108' }]],
    answer: { success: true, result: 'ABCD1234' },
  },
  {
    request: 'GET /session/stop/shop',
    calls: [['session.stop', {}]],
    answer: { success: true, message: 'Session stopped successfully' },
  },
  { request: 'GET /session/terminate/shop', calls: [['session.disconnect', {}]], answer: { success: true } },
  {
    request: 'GET /client/getState/shop',
    calls: [['session.status', {}]],
    answer: { success: true, state: 'CONNECTED' },
  },
];

for (const { request, body, calls, answer } of CASES)
  t.test(`${request} ${JSON.stringify(body ?? {}).slice(0, 100)}`, async (t) => {
    const door = exampleDoor();
    const reply = await play(WWEBJS_ROWS, request, door, body ? { body } : {});
    t.same(
      door.calls.map(({ method, params }) => [method, params]),
      calls,
    );
    t.ok(door.calls.every(({ account }) => account === 'shop'));
    t.equal(reply.status, 200);
    t.match(reply.json, answer);
  });

t.test('the sessions are the accounts', async (t) => {
  const door = exampleDoor({}, [{ account: 'shop', status: null }]);
  t.same((await play(WWEBJS_ROWS, 'GET /session/getSessions', door)).json, {
    success: true,
    result: ['shop'],
  });
});

t.test('without a QR code both routes say so with the status 200, as that program does', async (t) => {
  const none = { success: false, message: 'qr code not ready or already scanned' };
  for (const kind of ['no_qr', 'already_linked'] as const) {
    const door = exampleDoor({ 'session.qr': new Fault(kind) });
    t.same((await play(WWEBJS_ROWS, 'GET /session/qr/shop', door)).json, none);
    t.same((await play(WWEBJS_ROWS, 'GET /session/qr/shop/image', door)).json, none);
  }
  const refused = exampleDoor({ 'session.qr': new Fault('not_permitted') });
  await t.rejects(play(WWEBJS_ROWS, 'GET /session/qr/shop', refused), { kind: 'not_permitted' } as never);
  t.equal((await play(WWEBJS_ROWS, 'GET /session/qr/shop/image', exampleDoor())).type, 'image/png');
});

t.test('a session that is not connected is no success', async (t) => {
  const example = METHODS['session.status'].example.result;
  const door = exampleDoor({ 'session.status': { ...example, status: 'linking' } });
  t.same((await play(WWEBJS_ROWS, 'GET /session/status/shop', door)).json, {
    success: false,
    state: 'UNPAIRED',
    message: 'session_not_connected',
  });
});

t.test('an account that hibernates counts as connected', async (t) => {
  const example = METHODS['session.status'].example.result;
  const door = exampleDoor({ 'session.status': { ...example, status: 'hibernating' } });
  t.match((await play(WWEBJS_ROWS, 'GET /session/status/shop', door)).json, {
    success: true,
    state: 'CONNECTED',
  });
});

t.test('a file is read in pieces and returned whole; a large one is refused', async (t) => {
  const pieces = { 'media.fetch': { id: 'f', mimetype: 'application/pdf', name: 'a.pdf', size: 3 } };
  const request = 'POST /message/downloadMedia/shop';
  const reply = await play(WWEBJS_ROWS, request, exampleDoor(pieces), { body: NAMED });
  const file = { mimetype: 'application/pdf', data: 'JVBE', filename: 'a.pdf', filesize: 3 };
  t.same(reply.json, { success: true, messageMedia: file });
  const large = exampleDoor({ 'media.fetch': { ...pieces['media.fetch'], size: 2 ** 30 } });
  await t.rejects(play(WWEBJS_ROWS, request, large, { body: NAMED }), { kind: 'answer_too_long' } as never);
});

t.test(
  'a file that is shorter or longer than announced is an error, and does not end in a loop',
  async (t) => {
    const file = { id: 'f', mimetype: 'application/pdf', name: 'a.pdf', size: 5 };
    const piece = { ...METHODS['media.read'].example.result, size: 5, end: false };
    for (const [data, reads] of [
      ['', 1],
      ['JVBE', 2],
      [DATA, 1],
    ] as const) {
      const door = exampleDoor({ 'media.fetch': file, 'media.read': { ...piece, data } });
      const reply = play(WWEBJS_ROWS, 'POST /message/downloadMedia/shop', door, { body: NAMED });
      await t.rejects(reply, { kind: 'no_such_media' } as never);
      t.equal(door.calls.filter(({ method }) => method === 'media.read').length, reads);
    }
  },
);

t.test('a file is read only when there is a place for it', async (t) => {
  const door = exampleDoor({
    'media.fetch': { id: 'f', mimetype: 'application/pdf', name: 'a.pdf', size: 3 },
  });
  const asked: unknown[] = [];
  const full = {
    ...door,
    holdFile: async (account: string, bytes: number) => {
      asked.push(account, bytes);
      throw new Fault('busy');
    },
  };
  const reply = play(WWEBJS_ROWS, 'POST /message/downloadMedia/shop', full, { body: NAMED });
  await t.rejects(reply, { kind: 'busy' } as never);
  t.same(asked, ['shop', 3]);
  t.same(
    door.calls.map(({ method }) => method),
    ['media.fetch'],
  );
});

t.test('contents that cannot be sent are refused before any call', async (t) => {
  const cases: readonly (readonly [object, string])[] = [
    [{ contentType: 'Contact', content: { contactId: CHAT } }, 'not_served'],
    [{ contentType: 'Buttons', content: {} }, 'invalid_params'],
    [{ content: 'hi' }, 'invalid_params'],
    [{ contentType: 'constructor', content: 'hi' }, 'invalid_params'],
    [{ contentType: 'MessageMedia', content: { data: '!' } }, 'invalid_params'],
    [{ contentType: 'MessageMediaFromURL', content: 'http://10.0.0.1/a.png' }, 'invalid_params'],
    [{ contentType: 'Location', content: { latitude: 1 } }, 'invalid_params'],
  ];
  for (const [body, kind] of cases) {
    const door = exampleDoor();
    await t.rejects(play(WWEBJS_ROWS, SEND, door, { body: { chatId: CHAT, ...body } }), { kind } as never);
    t.same(door.calls, []);
  }
});

t.test('the end of a mute is read as seconds, milliseconds or a date', async (t) => {
  t.equal(untilOf('1733489397'), '2024-12-06T12:49:57.000Z');
  t.equal(untilOf('1733489397000'), '2024-12-06T12:49:57.000Z');
  t.equal(untilOf('2024-12-06T12:49:57Z'), '2024-12-06T12:49:57.000Z');
  t.equal(untilOf('tomorrow'), 'tomorrow', 'the method refuses it');
  t.equal(untilOf(undefined), undefined);
});
