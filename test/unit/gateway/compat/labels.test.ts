/** Labels of both programs: a set that is given replaces the labels of a chat. */
import t from 'tap';
import { WAHA_ROWS } from '../../../../src/gateway/compat/waha.js';
import { WWEBJS_ROWS } from '../../../../src/gateway/compat/wwebjs-api.js';
import { METHODS } from '../../../../src/protocol/methods/index.js';
import { exampleDoor, play, testCases } from '../../../harness/compat-door.js';

const CHAT = '15550002222@c.us';
const OTHER = '15550003333@c.us';
const PAID = { id: '3', name: 'Pending payment', color: 2, colorHex: '#ffd429' };
const NEW = { id: '4', name: 'New', color: null, chats: 0 };
/** The chat has one label. */
const LABELLED = {
  'chat.get': { ...METHODS['chat.get'].example.result, labels: [{ id: '3', name: 'Pending payment' }] },
  'label.list': { labels: [NEW, ...METHODS['label.list'].example.result.labels], total: 2 },
};
const get = (chat: string) => ['chat.get', { chat }] as const;
const assign = (chat: string, label: string) => ['label.assign', { label, chat }] as const;
const remove = (chat: string, label: string) => ['label.assign', { label, chat, assigned: false }] as const;

testCases(t, WAHA_ROWS, [
  {
    request: 'GET /api/shop/labels',
    answers: LABELLED,
    calls: [['label.list', { limit: 1000 }]],
    answer: [{ id: '4', name: 'New', color: null, colorHex: null }, PAID],
  },
  {
    request: 'POST /api/shop/labels',
    body: { name: 'Pending payment', colorHex: '#FFD429' },
    calls: [['label.create', { name: 'Pending payment', color: 2 }]],
    status: 201,
    answer: PAID,
  },
  {
    request: 'PUT /api/shop/labels/3',
    body: { name: 'To be paid', color: 0 },
    calls: [['label.update', { label: '3', name: 'To be paid', color: 0 }]],
    answer: { ...PAID, name: 'To be paid' },
  },
  {
    request: 'DELETE /api/shop/labels/3',
    calls: [['label.delete', { label: '3' }]],
    answer: { result: true },
  },
  {
    request: `GET /api/shop/labels/chats/${CHAT}`,
    answers: LABELLED,
    calls: [get(CHAT), ['label.list', { limit: 1000 }]],
    answer: [PAID],
  },
  { request: `GET /api/shop/labels/chats/${CHAT}`, calls: [get(CHAT)], answer: [] },
  {
    request: `PUT /api/shop/labels/chats/${CHAT}`,
    body: { labels: [{ id: '4' }, { id: 3 }, { id: '4' }] },
    answers: LABELLED,
    calls: [get(CHAT), assign(CHAT, '4')],
    answer: {},
  },
  {
    request: `PUT /api/shop/labels/chats/${CHAT}`,
    body: { labels: [] },
    answers: LABELLED,
    calls: [get(CHAT), remove(CHAT, '3')],
    answer: {},
  },
]);

const LABEL = { id: '3', name: 'Pending payment', hexColor: '#ffd429' };

testCases(t, WWEBJS_ROWS, [
  {
    request: 'POST /client/getLabels/shop',
    calls: [['label.list', { limit: 1000 }]],
    answer: { success: true, labels: [LABEL] },
  },
  {
    request: 'POST /client/getLabelById/shop',
    body: { labelId: 3 },
    calls: [['label.list', { limit: 1000 }]],
    answer: { success: true, label: LABEL },
  },
  {
    request: 'POST /client/getChatLabels/shop',
    body: { chatId: CHAT },
    answers: LABELLED,
    calls: [get(CHAT), ['label.list', { limit: 1000 }]],
    answer: { success: true, chatLabels: [LABEL] },
  },
  {
    request: 'POST /chat/getLabels/shop',
    body: { chatId: CHAT },
    answers: LABELLED,
    calls: [get(CHAT), ['label.list', { limit: 1000 }]],
    answer: { success: true, labels: [LABEL] },
  },
  {
    request: 'POST /client/addOrRemoveLabels/shop',
    body: { labelIds: [4], chatIds: [CHAT, OTHER] },
    answers: LABELLED,
    calls: [CHAT, OTHER].flatMap((chat) => [get(chat), assign(chat, '4'), remove(chat, '3')]),
    answer: { success: true },
  },
  {
    request: 'POST /chat/changeLabels/shop',
    body: { chatId: CHAT, labelIds: ['3'] },
    answers: LABELLED,
    calls: [get(CHAT)],
    answer: { success: true },
  },
]);

t.test('the chats of a label', async (t) => {
  const ours = exampleDoor();
  const [chat] = (await play(WAHA_ROWS, 'GET /api/shop/labels/3/chats', ours)).json as object[];
  t.match(chat, { name: 'Ana', id: { _serialized: CHAT } });
  const library = exampleDoor();
  const request = 'POST /client/getChatsByLabelId/shop';
  t.same((await play(WWEBJS_ROWS, request, library, { body: { labelId: '3' } })).json, {
    success: true,
    chats: [chat],
  });
  for (const { calls } of [ours, library])
    t.match(calls, [{ method: 'chat.list', params: { label: '3', limit: 1_000 } }]);
});

t.test('what is not there is an error, and nothing is changed', async (t) => {
  const door = exampleDoor(LABELLED);
  const label = play(WWEBJS_ROWS, 'POST /client/getLabelById/shop', door, { body: { labelId: '9' } });
  await t.rejects(label, { kind: 'no_such_label' } as never);
  const color = play(WAHA_ROWS, 'POST /api/shop/labels', door, { body: { name: 'a', colorHex: '#123456' } });
  await t.rejects(color, { kind: 'invalid_params', message: /"colorHex"/ } as never);
  const many = { labelIds: ['3'], chatIds: Array.from({ length: 65 }, () => CHAT) };
  const all = play(WWEBJS_ROWS, 'POST /client/addOrRemoveLabels/shop', door, { body: many });
  await t.rejects(all, { kind: 'invalid_params' } as never);
  t.same(
    door.calls.map(({ method }) => method),
    ['label.list'],
  );
});
