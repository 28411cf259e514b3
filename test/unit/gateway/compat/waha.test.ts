/** WAHA's requests, as its documents and the n8n node make them, become our calls, and our results become its answers. */
import t from 'tap';
import { WAHA_ROWS } from '../../../../src/gateway/compat/waha.js';
import { readCard } from '../../../../src/gateway/compat/waha-sending.js';
import { halves } from '../../../../src/gateway/compat/waha-sessions.js';
import { Fault } from '../../../../src/protocol/fault.js';
import { METHODS, type MethodName } from '../../../../src/protocol/methods/index.js';
import { type Called, exampleDoor, play } from '../../../harness/compat-door.js';

interface Case {
  readonly request: string;
  readonly body?: Record<string, unknown>;
  /** The calls that are made, each as method and parameters. */
  readonly calls: readonly (readonly [MethodName, object])[];
  readonly status?: number;
  /** A part of the answer. */
  readonly answer?: unknown;
}

const CHAT = '15550002222@c.us';
const GROUP = '120363000000000000@g.us';
const SENT = 'true_15550002222@c.us_3EB0C0FFEE0123456789';
const TO = { session: 'shop', chatId: CHAT };
const PNG = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64');
const FILE = { mimetype: 'image/png', filename: 'a.png', data: PNG };
const put = (name?: string): readonly [MethodName, object] => [
  'media.put',
  { ...(name && { name }), offset: 0, done: true, data: PNG },
];
const media = (METHODS['media.put'].example.result as { file: { id: string } }).file.id;

const CASES: readonly Case[] = [
  {
    request: 'POST /api/sendText',
    body: { ...TO, text: 'hello', reply_to: null, linkPreview: true, linkPreviewHighQuality: false },
    calls: [['message.send', { to: CHAT, text: 'hello', linkPreview: true }]],
    status: 201,
    answer: { id: SENT, fromMe: true, to: CHAT, body: 'hello', ack: 0, ackName: 'PENDING', hasMedia: false },
  },
  {
    request: 'POST /api/sendText',
    body: { ...TO, chatId: 15550002222, text: 'hi', reply_to: SENT, mentions: [CHAT] },
    calls: [['message.send', { to: '15550002222', text: 'hi', replyTo: SENT, mentions: [CHAT] }]],
    status: 201,
    answer: { to: CHAT, replyTo: { id: SENT } },
  },
  {
    request: `GET /api/sendText?session=shop&phone=15550002222&text=hi`,
    calls: [['message.send', { to: '15550002222', text: 'hi' }]],
  },
  {
    request: 'POST /api/sendImage',
    body: { ...TO, file: FILE, caption: 'look' },
    calls: [put('a.png'), ['message.send', { to: CHAT, media, as: 'image', caption: 'look' }]],
    status: 201,
    answer: { id: SENT, hasMedia: true, body: 'look' },
  },
  {
    request: 'POST /api/sendFile',
    body: { ...TO, file: { data: `data:image/png;base64,${PNG}` }, caption: '' },
    calls: [put(), ['message.send', { to: CHAT, media, as: 'document' }]],
    status: 201,
  },
  {
    request: 'POST /api/sendVoice',
    body: { ...TO, file: FILE, convert: true },
    calls: [put('a.png'), ['message.send', { to: CHAT, media, as: 'voice' }]],
    status: 201,
  },
  {
    request: 'POST /api/sendVideo',
    body: { ...TO, file: FILE, asNote: true },
    calls: [put('a.png'), ['message.send', { to: CHAT, media, as: 'video_note' }]],
    status: 201,
  },
  {
    request: 'POST /api/sendLocation',
    body: { ...TO, latitude: 38.8937255, longitude: '-77.0969763', title: 'Our office' },
    calls: [
      [
        'message.send',
        { to: CHAT, location: { latitude: 38.8937255, longitude: -77.0969763, name: 'Our office' } },
      ],
    ],
    status: 201,
    answer: { location: { latitude: 38.8937255, longitude: -77.0969763, name: 'Our office' } },
  },
  {
    request: 'POST /api/sendPoll',
    body: { ...TO, poll: { name: 'How are you?', options: ['Good', 'Bad'], multipleAnswers: false } },
    calls: [
      [
        'message.send',
        { to: CHAT, poll: { question: 'How are you?', options: ['Good', 'Bad'], multiple: false } },
      ],
    ],
    status: 201,
  },
  {
    request: 'POST /api/sendContactVcard',
    body: { ...TO, contacts: [{ fullName: 'Jane', phoneNumber: '+91 11111 11111', vcard: null }] },
    calls: [['message.send', { to: CHAT, contacts: [{ name: 'Jane', number: '+91 11111 11111' }] }]],
    status: 201,
  },
  {
    request: 'POST /api/sendSeen',
    body: TO,
    calls: [['chat.markRead', { chat: CHAT }]],
    status: 201,
    answer: {},
  },
  { request: 'POST /api/startTyping', body: TO, calls: [['chat.typing', { chat: CHAT }]], status: 201 },
  {
    request: 'POST /api/stopTyping',
    body: TO,
    calls: [['chat.typing', { chat: CHAT, state: 'stop' }]],
    status: 201,
  },
  {
    request: 'PUT /api/reaction',
    body: { session: 'shop', messageId: SENT, reaction: '' },
    calls: [['message.react', { id: SENT, emoji: '' }]],
  },
  {
    request: 'POST /api/shop/status/text',
    body: { text: 'Have a look!', contacts: null, backgroundColor: '#38b42f', font: 1 },
    calls: [['message.send', { to: 'status@broadcast', text: 'Have a look!' }]],
    status: 201,
  },
  {
    request: `DELETE /api/shop/chats/${CHAT}/messages/${SENT}`,
    calls: [['message.delete', { id: SENT }]],
  },
  {
    request: `PUT /api/shop/chats/${CHAT}/messages/${SENT}`,
    body: { text: 'new' },
    calls: [['message.edit', { id: SENT, text: 'new' }]],
  },
  {
    request: 'GET /api/shop/chats?limit=20&offset=40&sortBy=conversationTimestamp',
    calls: [['chat.list', { limit: 20, offset: 40 }]],
    answer: [
      {
        id: { server: 'c.us', user: '15550002222', _serialized: CHAT },
        name: 'Ana',
        isGroup: false,
        unreadCount: 2,
        isMuted: false,
        muteExpiration: 0,
      },
    ],
  },
  {
    request: `GET /api/shop/chats/${encodeURIComponent(CHAT)}/messages?limit=10&offset=5&downloadMedia=false`,
    calls: [['chat.messages', { chat: CHAT, limit: 15 }]],
    answer: [],
  },
  {
    request: `GET /api/messages?session=shop&chatId=${CHAT}&limit=1`,
    calls: [['chat.messages', { chat: CHAT, limit: 1 }]],
    answer: [
      {
        id: 'false_15550002222@c.us_3AEB0C0FFEE012345678',
        timestamp: 1767225600,
        from: CHAT,
        fromMe: false,
        to: '15550001111@c.us',
        body: 'hello',
        hasMedia: false,
        media: null,
        ack: 1,
        ackName: 'SERVER',
      },
    ],
  },
  {
    request: `GET /api/messages?session=shop&chatId=${CHAT}&limit=1&filter.fromMe=true`,
    calls: [['chat.messages', { chat: CHAT, limit: 500 }]],
    answer: [],
  },
  {
    request: 'GET /api/contacts/check-exists?session=shop&phone=15550002222@c.us',
    calls: [['contact.check', { number: '15550002222' }]],
    answer: { numberExists: true, chatId: CHAT },
  },
  {
    request: `GET /api/contacts?session=shop&contactId=${CHAT}`,
    calls: [['contact.get', { contact: CHAT }]],
    answer: { id: CHAT, name: 'Ana', pushname: 'ana', isMyContact: true, isBlocked: false },
  },
  {
    request: `DELETE /api/shop/chats/${CHAT}`,
    calls: [['chat.delete', { chat: CHAT }]],
    answer: true,
  },
  {
    request: `DELETE /api/shop/chats/${CHAT}/messages`,
    calls: [['chat.clear', { chat: CHAT }]],
    answer: true,
  },
  {
    request: 'POST /api/contacts/unblock',
    body: { session: 'shop', contactId: CHAT },
    calls: [['contact.block', { contact: CHAT, blocked: false }]],
    status: 201,
  },
  {
    request: 'GET /api/shop/lids/91000015550002222',
    calls: [['contact.get', { contact: '91000015550002222@lid' }]],
    answer: { lid: '91000015550002222@lid', pn: CHAT },
  },
  {
    request: 'GET /api/shop/groups',
    calls: [['group.list', { limit: 1000 }]],
    answer: [{ id: { _serialized: GROUP }, name: 'Team', isGroup: true, groupMetadata: { size: 1 } }],
  },
  { request: 'GET /api/shop/groups/count', calls: [['group.list', { limit: 1 }]], answer: { count: 1 } },
  {
    request: `GET /api/shop/groups/${GROUP}/participants/v2`,
    calls: [['group.get', { group: GROUP }]],
    answer: [{ id: CHAT, pn: CHAT, role: 'participant' }],
  },
  {
    request: `POST /api/shop/groups/${GROUP}/participants/add`,
    body: { participants: [{ id: CHAT }] },
    calls: [['group.participants', { group: GROUP, action: 'add', participants: [CHAT] }]],
    status: 201,
    answer: { [CHAT]: { code: 200 } },
  },
  {
    request: `PUT /api/shop/groups/${GROUP}/settings/security/messages-admin-only`,
    body: { adminsOnly: false },
    calls: [['group.update', { group: GROUP, onlyAdminsSend: false }]],
    answer: true,
  },
  { request: 'POST /api/sessions/shop/start', calls: [['session.initialize', {}]], status: 201 },
  {
    request: 'POST /api/sessions/shop/restart',
    calls: [['session.initialize', { restart: true }]],
    status: 201,
  },
  { request: 'POST /api/sessions/shop/stop', calls: [['session.stop', {}]], status: 201 },
  {
    request: 'POST /api/sessions/shop/logout',
    calls: [
      ['session.disconnect', {}],
      ['session.initialize', {}],
    ],
    status: 201,
  },
  {
    request: 'POST /api/sessions/stop',
    body: { name: 'shop' },
    calls: [['session.stop', {}]],
    status: 201,
  },
  {
    request: 'POST /api/sessions/stop',
    body: { name: 'shop', logout: true },
    calls: [['session.disconnect', {}]],
    status: 201,
  },
  {
    request: 'GET /api/sessions/shop/me',
    calls: [['session.status', {}]],
    answer: { id: '919876543210@c.us', pushName: 'Your Name' },
  },
  {
    request: 'GET /api/shop/auth/qr?format=raw',
    calls: [['session.qr', { waitMs: 10_000 }]],
    answer: { value: '2@ref,key,key,secret,1' },
  },
  {
    request: 'POST /api/shop/auth/request-code',
    body: { phoneNumber: '15550001111', method: null },
    calls: [['session.pair', { number: '15550001111' }]],
    status: 201,
    answer: { code: 'ABCD-1234' },
  },
  { request: 'GET /api/server/version', calls: [], answer: { version: 'wad 1.2.3', engine: 'WEBJS' } },
  { request: 'GET /ping', calls: [], answer: { message: 'pong' } },
];

for (const { request, body, calls, status = 200, answer } of CASES)
  t.test(`${request} ${JSON.stringify(body ?? {}).slice(0, 100)}`, async (t) => {
    const door = exampleDoor();
    const reply = await play(WAHA_ROWS, request, door, body ? { body } : {});
    const made = door.calls.map(({ method, params }: Called) => [method, params]);
    t.same(made, calls);
    t.ok(door.calls.every(({ account }) => account === 'shop'));
    t.equal(reply.status, status);
    if (answer !== undefined) t.match(reply.json, answer as object);
  });

const status = METHODS['session.status'].example.result as never;
const SEEN = [
  { account: 'shop', status },
  { account: 'down', status: null },
];

t.test(
  'the sessions are the accounts; those whose daemon does not run are listed with all=true',
  async (t) => {
    const door = exampleDoor({}, SEEN);
    const me = { id: '919876543210@c.us', pushName: 'Your Name' };
    const shop = { name: 'shop', status: 'WORKING', config: {}, me };
    const down = { name: 'down', status: 'STOPPED', config: {}, me: null };
    t.same((await play(WAHA_ROWS, 'GET /api/sessions', door)).json, [shop]);
    t.same((await play(WAHA_ROWS, 'GET /api/sessions?all=true', door)).json, [shop, down]);
    t.match((await play(WAHA_ROWS, 'GET /api/sessions/down', door)).json, {
      ...down,
      engine: { engine: 'WEBJS' },
    });
  },
);

t.test('an account that the caller may not see is asked for, so that the gateway refuses it', async (t) => {
  const door = exampleDoor({ 'session.status': new Fault('not_permitted') }, SEEN);
  await t.rejects(play(WAHA_ROWS, 'GET /api/sessions/other', door), { kind: 'not_permitted' } as never);
});

t.test('the QR code is a PNG, or base64 in JSON, as Accept says', async (t) => {
  const png = await play(WAHA_ROWS, 'GET /api/shop/auth/qr', exampleDoor(), { accept: '*/*' });
  t.equal(png.type, 'image/png');
  const { json } = await play(WAHA_ROWS, 'GET /api/shop/auth/qr', exampleDoor());
  t.same(json, { mimetype: 'image/png', data: Buffer.from(png.bytes).toString('base64') });
});

t.test('a session without a name is the default one', async (t) => {
  const door = exampleDoor();
  await play(WAHA_ROWS, 'POST /api/sendText', door, { body: { chatId: CHAT, text: 'hi' } });
  t.equal(door.calls[0]?.account, 'default');
});

t.test('the session of the path wins over one in the body', async (t) => {
  const door = exampleDoor();
  await play(WAHA_ROWS, `POST /api/shop/chats/${CHAT}/archive`, door, { body: { session: 'other' } });
  t.equal(door.calls[0]?.account, 'shop');
});

t.test('sent messages carry the acknowledgement of a repeated request', async (t) => {
  const result = { id: 'm-1', messageId: '3EB0C0FFEE0123456789', state: 'delivered' };
  const reply = await play(WAHA_ROWS, 'POST /api/sendText', exampleDoor({ 'message.send': result }), {
    body: { ...TO, text: 'hi' },
  });
  t.match(reply.json, { ack: 2, ackName: 'DEVICE' });
});

t.test('bodies that do not fit are refused before any call', async (t) => {
  const hostile: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ['POST /api/sendText', { session: 'shop', text: 'hi' }, /"chatId" must be a text/],
    ['POST /api/sendText', { ...TO, text: { a: 1 } }, /"text" must be a text/],
    ['POST /api/sendText', { ...TO, session: ['shop'], text: 'hi' }, /"session" must be a text/],
    ['POST /api/sendImage', TO, /"file" must be an object/],
    ['POST /api/sendImage', { ...TO, file: { data: '<svg/>' } }, /base64/],
    ['POST /api/sendImage', { ...TO, file: {} }, /"file.url" must be a text/],
    [
      'POST /api/sendPoll',
      { ...TO, poll: { name: 'x', options: [{}] } },
      /"poll.options" must be a list of texts/,
    ],
    ['POST /api/sendLocation', { ...TO, latitude: 'north' }, /"latitude" must be a number/],
    ['POST /api/sendContactVcard', { ...TO, contacts: [{ vcard: 'BEGIN' }] }, /FN and TEL/],
    ['POST /api/sendImage', { ...TO, file: { url: 'file:///etc/passwd' } }, /only http and https/],
    ['POST /api/sendImage', { ...TO, file: { url: 'http://127.0.0.1/' } }, /not public/],
    ['POST /api/sendImage', { ...TO, file: { url: 'http://[::ffff:10.0.0.1]/' } }, /not public/],
    ['POST /api/sendImage', { ...TO, file: { url: 'http://localhost:1/' } }, /not public/],
    ['POST /api/sendImage', { ...TO, file: { url: 'http://169.254.169.254/latest' } }, /not public/],
    ['POST /api/sendImage', { ...TO, file: { url: 'http://a:b@example.com/' } }, /password/],
  ];
  for (const [request, body, says] of hostile) {
    const door = exampleDoor();
    await t.rejects(
      play(WAHA_ROWS, request, door, { body }),
      { kind: 'invalid_params', message: says },
      request,
    );
    t.same(door.calls, []);
  }
});

t.test('a status for a list of contacts is refused, because everyone would see it', async (t) => {
  for (const [path, content] of [
    ['text', { text: 'hi' }],
    ['image', { file: FILE }],
  ] as const) {
    const door = exampleDoor();
    const body = { ...content, contacts: [CHAT] };
    await t.rejects(play(WAHA_ROWS, `POST /api/shop/status/${path}`, door, { body }), {
      kind: 'not_served',
    } as never);
    t.same(door.calls, []);
  }
});

t.test('a value that is not served says so', async (t) => {
  const online = { chatId: CHAT, presence: 'online' };
  await t.rejects(play(WAHA_ROWS, 'POST /api/shop/presence', exampleDoor(), { body: online }), {
    kind: 'not_served',
  } as never);
});

t.test('of a vCard the name and the number are read', async (t) => {
  const lines = ['BEGIN:VCARD', 'VERSION:3.0', 'FN:Jane Doe', 'ORG:Company Name;'];
  const waid = [...lines, 'TEL;type=CELL;type=VOICE;waid=911111111111:+91 11111 11111', 'END:VCARD'];
  t.same(readCard(waid.join('\n')), { name: 'Jane Doe', number: '911111111111' });
  t.same(readCard([...lines, 'TEL;TYPE=CELL:+1 555 000 2222'].join('\r\n')), {
    name: 'Jane Doe',
    number: '+1 555 000 2222',
  });
});

t.test('a pairing code is shown in two halves', async (t) => {
  t.equal(halves('ABCD1234'), 'ABCD-1234');
  t.equal(halves('ABC'), 'ABC');
});

t.test('a token that may start an account but not read it is answered that it was done', async (t) => {
  const door = {
    ...exampleDoor(),
    accounts: async () => {
      throw new Fault('not_permitted');
    },
  };
  t.match(await play(WAHA_ROWS, 'POST /api/sessions/shop/start', door), {
    status: 201,
    json: { name: 'shop' },
  });
});
