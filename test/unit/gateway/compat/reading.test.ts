/** Votes, pins, events, answers to buttons, receipts, and looking for messages, of both programs. */
import t from 'tap';
import { WAHA_ROWS } from '../../../../src/gateway/compat/waha.js';
import { pinTime } from '../../../../src/gateway/compat/waha-messages.js';
import { WWEBJS_ROWS } from '../../../../src/gateway/compat/wwebjs-api.js';
import { infoObject, votesOf } from '../../../../src/gateway/compat/wwebjs-reading.js';
import { Fault } from '../../../../src/protocol/fault.js';
import { METHODS, type MethodName } from '../../../../src/protocol/methods/index.js';
import { exampleDoor, play, testCases } from '../../../harness/compat-door.js';

const CHAT = '15550002222@c.us';
const TO = { session: 'shop', chatId: CHAT };
const POLL = 'false_15550002222@c.us_3AEB0C0FFEE012345678';
const AT = `POST /api/shop/chats/${CHAT}/messages/${POLL}`;

testCases(t, WAHA_ROWS, [
  {
    request: 'POST /api/sendPollVote',
    body: { ...TO, pollMessageId: POLL, votes: ['now'] },
    calls: [['message.vote', { id: POLL, options: ['now'] }]],
    status: 201,
    answer: { id: null, to: CHAT, fromMe: true, _data: {} },
  },
  {
    request: `${AT}/pin`,
    body: { duration: 86_400 },
    calls: [['message.pin', { id: POLL, for: '24h' }]],
    status: 201,
    answer: { success: true },
  },
  {
    request: `${AT}/unpin`,
    answers: { 'message.pin': { ...METHODS['message.pin'].example.result, pinned: false, until: null } },
    calls: [['message.pin', { id: POLL, pinned: false }]],
    status: 201,
    answer: { success: true },
  },
]);

t.test('a pin lasts as long as is asked for, or longer', async (t) => {
  for (const [seconds, time] of [
    [undefined, '7d'],
    [1, '24h'],
    [86_401, '7d'],
    [2_592_000, '30d'],
    [1e9, '30d'],
  ] as const)
    t.equal(pinTime(seconds), time, String(seconds));
});

const SENT: readonly (readonly [string, Record<string, unknown>, object, string])[] = [
  [
    '/api/shop/events',
    {
      chatId: CHAT,
      event: {
        ...{ name: 'Nails', description: 'gel', startTime: 2063137000, endTime: null },
        ...{ location: { name: 'Plaza' }, extraGuestsAllowed: false },
      },
    },
    { event: { name: 'Nails', description: 'gel', startsAt: '2035-05-18T21:36:40.000Z', place: 'Plaza' } },
    'Nails',
  ],
  [
    '/api/send/buttons/reply',
    { ...TO, replyTo: POLL, selectedDisplayText: 'No', selectedButtonID: 'no-1' },
    { replyTo: POLL, choice: 'no-1' },
    'no-1',
  ],
  [
    '/api/send/link-custom-preview',
    {
      ...TO,
      text: 'https://github.com/',
      preview: {
        ...{ url: 'https://github.com/', title: 'Code', description: 'all of it' },
        image: { data: 'data:image/jpeg;base64,/9j/4AAQ' },
      },
    },
    {
      text: 'https://github.com/',
      linkPreview: {
        ...{ url: 'https://github.com/', title: 'Code', description: 'all of it' },
        thumbnail: '/9j/4AAQ',
      },
    },
    'https://github.com/',
  ],
  [
    '/api/send/link-custom-preview',
    { ...TO, text: 'see', preview: { title: 'Code', image: { url: 'https://files.example/a.png' } } },
    { text: 'see', linkPreview: { title: 'Code' } },
    'see',
  ],
];
for (const [path, body, params, text] of SENT)
  t.test(`POST ${path} ${JSON.stringify(params).slice(0, 60)}`, async (t) => {
    const door = exampleDoor();
    const { status, json } = await play(WAHA_ROWS, `POST ${path}`, door, { body });
    t.same(
      door.calls.map((call) => [call.account, call.method, call.params]),
      [['shop', 'message.send', { to: CHAT, ...params }]],
    );
    t.equal(status, 201);
    t.match(json, { fromMe: true, to: CHAT, body: text });
  });

t.test('an event without a time that can be read is refused', async (t) => {
  for (const startTime of [undefined, 'soon', 1e20]) {
    const body = { chatId: CHAT, event: { name: 'a', startTime } };
    const reply = play(WAHA_ROWS, 'POST /api/shop/events', exampleDoor(), { body });
    await t.rejects(reply, { kind: 'invalid_params', message: /startTime/ } as never, String(startTime));
  }
});

const NAMED = { chatId: CHAT, messageId: 'ABC' };
const at = '2026-01-01T00:00:00.000Z';
const receipt = { id: CHAT, t: 1767225600 };
const key = {
  ...{ fromMe: false, remote: CHAT, id: '3AEB0C0FFEE012345678' },
  _serialized: 'false_15550002222@c.us_3AEB0C0FFEE012345678',
};

testCases(t, WWEBJS_ROWS, [
  {
    request: 'POST /message/getInfo/shop',
    body: NAMED,
    calls: [['message.info', { id: 'ABC' }]],
    answer: {
      success: true,
      info: {
        ...{ delivery: [receipt], deliveryRemaining: 0, read: [receipt], readRemaining: 0 },
        ...{ played: [], playedRemaining: 1 },
      },
    },
  },
  {
    request: 'POST /message/getInfo/shop',
    body: NAMED,
    answers: { 'message.info': new Fault('not_allowed') },
    calls: [['message.info', { id: 'ABC' }]],
    answer: { success: true, info: null },
  },
  {
    request: 'POST /message/getPollVotes/shop',
    body: NAMED,
    calls: [['message.poll', { id: 'ABC' }]],
    answer: {
      success: true,
      votes: [{ voter: CHAT, selectedOptions: [{ name: 'now', localId: 0 }], parentMsgKey: key }],
    },
  },
  ...['client', 'chat'].map((noun) => ({
    request: `POST /${noun}/syncHistory/shop`,
    body: { chatId: CHAT },
    calls: [['history.fetch', { chat: CHAT, count: 50 }] as const],
    answer: { success: true, result: true },
  })),
]);

t.test('in a group each person is counted at the state that was reached', async (t) => {
  const person = (id: string, state: 'delivered' | 'read' | 'played') => ({
    ...{ id, phone: null, lid: null, state, deliveredAt: null, readAt: null, playedAt: null },
    [{ delivered: 'deliveredAt', read: 'readAt', played: 'playedAt' }[state]]: at,
  });
  const people = [person('a@lid', 'played'), person('b@lid', 'read'), person('c@lid', 'delivered')];
  const { id: key, messageId, chatId } = { id: POLL, messageId: '3A', chatId: CHAT };
  t.match(infoObject({ key, messageId, chatId, people, pending: 2 }), {
    delivery: [{ id: 'c@lid' }],
    deliveryRemaining: 2,
    readRemaining: 3,
    playedRemaining: 4,
  });
});

t.test('who chose several options has one vote', async (t) => {
  const { options, ...poll } = METHODS['message.poll'].example.result;
  const votes = votesOf({
    ...poll,
    options: options.map((one) => ({ ...one, voters: options[0]?.voters ?? [] })),
  });
  t.match(votes, [{ voter: CHAT, selectedOptions: [{ localId: 0 }, { localId: 1 }] }]);
  t.equal(votes.length, 1);
});

const [HIT] = METHODS['message.search'].example.result.messages;
const MESSAGE = HIT?.message;
const known = (message: object | null | undefined) => ({
  'message.get': { ...METHODS['message.get'].example.result, message },
});
const library = async (name: string, answers: Partial<Record<MethodName, unknown>>) => {
  const door = exampleDoor(answers);
  const { json } = await play(WWEBJS_ROWS, `POST /message/${name}/shop`, door, { body: NAMED });
  return { json, calls: door.calls.map(({ method, params }) => [method, params]) };
};

t.test('what belongs to a message is read from it', async (t) => {
  const get = ['message.get', { id: 'ABC' }];
  const reply = await library('getQuotedMessage', known({ ...MESSAGE, replyTo: 'DEF' }));
  t.same(reply.calls, [get, ['message.get', { id: 'DEF' }]]);
  t.match(reply.json, { success: true, quotedMessage: { body: 'hello' } });
  t.same((await library('getQuotedMessage', known(MESSAGE))).json, { success: true, quotedMessage: null });

  const mentions = await library('getMentions', known({ ...MESSAGE, mentions: ['15550003333@c.us'] }));
  t.same(mentions.calls, [get, ['contact.get', { contact: '15550003333@c.us' }]]);
  t.match(mentions.json, { success: true, contacts: [{ name: 'Ana' }] });

  const inGroup = await library('getContact', known({ ...MESSAGE, author: '15550004444@c.us' }));
  t.same(inGroup.calls, [get, ['contact.get', { contact: '15550004444@c.us' }]]);
  t.match(inGroup.json, { success: true, contact: { name: 'Ana' } });
  await t.rejects(library('getContact', known(null)), { kind: 'no_such_message' } as never);
});

t.test('a search goes on until the page is full, and ends when nothing is left', async (t) => {
  const search = async (options: object, pages: readonly number[]) => {
    const left = [...pages];
    const door = exampleDoor();
    const asked: unknown[] = [];
    const pageDoor = {
      ...door,
      ask: async (_account: string, _method: string, params: unknown) => {
        asked.push(params);
        const messages = Array.from({ length: left.shift() ?? 0 }, () => HIT);
        return { messages, next: left.length > 0 ? `n${left.length}` : null, behind: 0 } as never;
      },
    };
    const body = { query: 'hello', options };
    const { json } = await play(WWEBJS_ROWS, 'POST /client/searchMessages/shop', pageDoor, { body });
    return { asked, found: (json as { messages: unknown[] }).messages.length };
  };
  const first = { text: 'hello', limit: 2, order: 'newest' };
  t.same(await search({ limit: 2, page: 1 }, [2, 2]), { asked: [first], found: 2 });
  t.same(await search({ limit: 2, page: 2 }, [2, 0, 1]), {
    asked: [first, { ...first, after: 'n2' }, { ...first, after: 'n1' }],
    found: 1,
  });
  t.same(await search({ limit: 2, page: 3, chatId: CHAT }, [2]), {
    asked: [{ ...first, chat: CHAT }],
    found: 0,
  });
  await t.rejects(search({ page: 11 }, [1]), { kind: 'not_served' } as never);
});
