/** Channels, and the deletion of a status, of both programs. */
import t from 'tap';
import { WAHA_ROWS } from '../../../../src/gateway/compat/waha.js';
import { WWEBJS_ROWS } from '../../../../src/gateway/compat/wwebjs-api.js';
import type { Fault } from '../../../../src/protocol/fault.js';
import { METHODS, type MethodName } from '../../../../src/protocol/methods/index.js';
import { exampleDoor, play, testCases } from '../../../harness/compat-door.js';

const ID = '120363000000000001@newsletter';
const PERSON = '15550002222@c.us';
const DONE = { success: true, result: true };
const DATA = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64');
const media = (METHODS['media.put'].example.result as { file: { id: string } }).file.id;
const put: readonly [MethodName, object] = ['media.put', { offset: 0, done: true, data: DATA }];
const wid = (id: string) => ({ server: id.split('@')[1], user: id.split('@')[0], _serialized: id });
const LINK = 'https://whatsapp.com/channel/0029AbCdEfGhIjKl';
const [OWNED] = [{ ...METHODS['channel.get'].example.result, role: 'owner' }];

const shown = (role: string) => ({
  ...{ id: ID, name: 'News', description: 'What is new', invite: LINK, subscribersCount: 120 },
  ...{ picture: null, preview: null, verified: false, role },
});

testCases(t, WAHA_ROWS, [
  {
    request: 'GET /api/shop/channels',
    calls: [['channel.list', { limit: 1000 }]],
    answer: [shown('SUBSCRIBER')],
  },
  {
    request: 'GET /api/shop/channels?role=OWNER',
    calls: [['channel.list', { limit: 1000 }]],
    answer: [],
  },
  {
    request: 'POST /api/shop/channels',
    body: { name: 'News', description: '', picture: { data: DATA } },
    answers: { 'channel.create': { ...OWNED, followers: 120 } },
    calls: [put, ['channel.create', { name: 'News' }], ['channel.picture', { channel: ID, media }]],
    status: 201,
    answer: shown('OWNER'),
  },
  {
    request: `GET /api/shop/channels/${ID}`,
    calls: [['channel.get', { channel: ID }]],
    answer: shown('GUEST'),
  },
  { request: `DELETE /api/shop/channels/${ID}`, calls: [['channel.delete', { channel: ID }]], answer: {} },
  {
    request: `POST /api/shop/channels/${ID}/follow`,
    calls: [['channel.follow', { channel: ID }]],
    status: 201,
    answer: {},
  },
  {
    request: `POST /api/shop/channels/${ID}/unmute`,
    calls: [['channel.mute', { channel: ID, muted: false }]],
    status: 201,
    answer: {},
  },
  {
    request: 'POST /api/shop/channels/search/by-text',
    body: { text: 'news', categories: [], limit: 5 },
    calls: [['channel.search', { query: 'news', limit: 5 }]],
    status: 201,
    answer: {
      page: { startCursor: null, endCursor: null, hasNextPage: false, hasPreviousPage: false },
      channels: [shown('GUEST')],
    },
  },
  {
    request: 'POST /api/shop/status/delete',
    body: { id: 'AAAAAAAAAAAAAAAAA', contacts: null },
    calls: [['message.delete', { id: 'AAAAAAAAAAAAAAAAA', for: 'all' }]],
    status: 201,
    answer: {},
  },
]);

testCases(t, WWEBJS_ROWS, [
  {
    request: 'POST /client/createChannel/shop',
    body: { title: 'News', options: { description: 'What is new' } },
    calls: [['channel.create', { name: 'News', description: 'What is new' }]],
    answer: {
      success: true,
      result: { title: 'News', nid: wid(ID), inviteLink: LINK, createdAtTs: 1767225600 },
    },
  },
  {
    request: 'POST /client/subscribeToChannel/shop',
    body: { channelId: ID },
    calls: [['channel.follow', { channel: ID }]],
    answer: DONE,
  },
  {
    request: 'POST /client/unsubscribeFromChannel/shop',
    body: { channelId: ID, options: { deleteLocalModels: true } },
    calls: [['channel.unfollow', { channel: ID }]],
    answer: DONE,
  },
  {
    request: 'POST /channel/mute/shop',
    body: { chatId: ID },
    calls: [['channel.mute', { channel: ID }]],
    answer: DONE,
  },
  {
    request: 'POST /channel/setDescription/shop',
    body: { chatId: ID, newDescription: '' },
    calls: [['channel.update', { channel: ID, description: '' }]],
    answer: DONE,
  },
  {
    request: 'POST /channel/setProfilePicture/shop',
    body: { chatId: ID, newProfilePictureMedia: { data: DATA, mimetype: 'image/png' } },
    calls: [put, ['channel.picture', { channel: ID, media }]],
    answer: DONE,
  },
  {
    request: 'POST /channel/sendChannelAdminInvite/shop',
    body: { chatId: ID, userId: PERSON, options: { comment: 'join us' } },
    calls: [['message.send', { to: PERSON, channelInvite: { channel: ID, text: 'join us' } }]],
    answer: DONE,
  },
  {
    request: 'POST /channel/revokeChannelAdminInvite/shop',
    body: { chatId: ID, userId: PERSON },
    calls: [['channel.revokeInvite', { channel: ID, contact: PERSON }]],
    answer: DONE,
  },
  {
    request: 'POST /channel/acceptChannelAdminInvite/shop',
    body: { chatId: ID },
    calls: [['channel.acceptInvite', { channel: ID }]],
    answer: DONE,
  },
  {
    request: 'POST /channel/demoteChannelAdmin/shop',
    body: { chatId: ID, userId: PERSON },
    calls: [['channel.removeAdmin', { channel: ID, contact: PERSON }]],
    answer: DONE,
  },
  {
    request: 'POST /channel/deleteChannel/shop',
    body: { chatId: ID },
    calls: [['channel.delete', { channel: ID }]],
    answer: DONE,
  },
]);

t.test('channels and posts have the forms of the other programs', async (t) => {
  const door = exampleDoor();
  const preview = `GET /api/shop/channels/${ID}/messages/preview?limit=1000`;
  t.match((await play(WAHA_ROWS, preview, door)).json, [
    { message: { body: 'good morning', fromMe: false }, reactions: { '👍': 12 }, viewCount: 98 },
  ]);
  t.match(door.calls, [{ method: 'channel.posts', params: { channel: ID, limit: 100 } }]);
  const list = await play(WWEBJS_ROWS, 'GET /client/getChannels/shop', door);
  t.match(list.json, {
    success: true,
    result: [{ id: wid(ID), name: 'News', isChannel: true, isReadOnly: true, muteExpiration: 0 }],
  });
  const fetching = 'POST /channel/fetchMessages/shop';
  const ours = { chatId: ID, searchOptions: { fromMe: true } };
  t.match((await play(WWEBJS_ROWS, fetching, door, { body: ours })).json, { messages: [] });
  const all = await play(WWEBJS_ROWS, fetching, door, { body: { chatId: ID } });
  t.match(all.json, { messages: [{ body: 'good morning' }] });
  const further = { body: { text: 'news', startCursor: 'x' } };
  const search = play(WAHA_ROWS, 'POST /api/shop/channels/search/by-text', door, further);
  t.equal(await search.catch((error: Fault) => error.kind), 'not_served');
});
