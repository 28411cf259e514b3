/** Profiles, pictures, presence, and joining groups, of both programs. */
import t from 'tap';
import { WAHA_ROWS } from '../../../../src/gateway/compat/waha.js';
import { WWEBJS_ROWS } from '../../../../src/gateway/compat/wwebjs-api.js';
import { METHODS, type MethodName } from '../../../../src/protocol/methods/index.js';
import { exampleDoor, play, testCases } from '../../../harness/compat-door.js';

const CHAT = '15550002222@c.us';
const GROUP = '120363000000000000@g.us';
const LINK = 'https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv';
const SUCCESS = { success: true };
const DONE = { success: true, result: true };
const DATA = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64');
const media = (METHODS['media.put'].example.result as { file: { id: string } }).file.id;
const put: readonly [MethodName, object] = ['media.put', { offset: 0, done: true, data: DATA }];
const wid = (id: string) => ({ server: id.split('@')[1], user: id.split('@')[0], _serialized: id });

const PICTURE = { id: 'f', mimetype: 'image/jpeg', name: 'picture.jpg', size: 3 };
const READ: readonly [MethodName, object] = ['media.read', { id: 'f', offset: 0 }];
const DATA_URL = 'data:image/jpeg;base64,JVBE';
const profile = (parts: object) => ({
  'contact.profile': { ...METHODS['contact.profile'].example.result, picture: PICTURE, ...parts },
  'profile.get': { ...METHODS['profile.get'].example.result, picture: PICTURE, ...parts },
});
const asked: readonly [MethodName, object] = ['contact.profile', { contact: CHAT, picture: true }];

testCases(t, WAHA_ROWS, [
  {
    request: 'GET /api/shop/profile',
    answers: profile({}),
    calls: [['profile.get', { picture: true }], READ],
    answer: { id: '15550001111@c.us', name: 'Shop', picture: DATA_URL },
  },
  {
    request: 'PUT /api/shop/profile/name',
    body: { name: 'Shop' },
    calls: [['profile.update', { name: 'Shop' }]],
    answer: SUCCESS,
  },
  {
    request: 'PUT /api/shop/profile/status',
    body: { status: '' },
    calls: [['profile.update', { about: '' }]],
    answer: SUCCESS,
  },
  {
    request: 'PUT /api/shop/profile/picture',
    body: { file: { data: DATA } },
    calls: [put, ['profile.update', { picture: media }]],
    answer: SUCCESS,
  },
  {
    request: 'DELETE /api/shop/profile/picture',
    calls: [['profile.update', { picture: null }]],
    answer: SUCCESS,
  },
  {
    request: `GET /api/contacts/about?session=shop&contactId=${CHAT}`,
    calls: [['contact.profile', { contact: CHAT }]],
    answer: { about: 'Available' },
  },
  {
    request: `GET /api/contacts/profile-picture?session=shop&contactId=${CHAT}`,
    answers: profile({}),
    calls: [asked, READ],
    answer: { profilePictureURL: DATA_URL },
  },
  {
    request: `GET /api/shop/chats/${CHAT}/picture`,
    answers: profile({ hasPicture: false, picture: null }),
    calls: [asked],
    answer: { url: null },
  },
  {
    request: `POST /api/shop/presence/${CHAT}/subscribe`,
    calls: [['presence.subscribe', { contact: CHAT }]],
    status: 201,
    answer: {},
  },
  {
    request: `GET /api/shop/groups/join-info?code=${encodeURIComponent(LINK)}`,
    calls: [['group.preview', { invite: LINK }]],
    answer: {
      ...{ id: wid(GROUP), subject: 'Team', owner: wid('15550001111@c.us'), creation: 1767225600 },
      ...{ size: 12, announce: false, membershipApprovalMode: true },
    },
  },
  {
    request: 'POST /api/shop/groups/join',
    body: { code: LINK },
    calls: [['group.join', { invite: LINK }]],
    answer: { id: GROUP },
  },
  {
    request: `PUT /api/shop/groups/${GROUP}/picture`,
    body: { file: { data: DATA } },
    calls: [put, ['group.picture', { group: GROUP, media }]],
    answer: SUCCESS,
  },
  {
    request: `DELETE /api/shop/groups/${GROUP}/picture`,
    answers: { 'group.picture': { group: GROUP, picture: false } },
    calls: [['group.picture', { group: GROUP, remove: true }]],
    answer: SUCCESS,
  },
]);

const REFUSED = { participant: CHAT, done: false, reason: 'gone' };

testCases(t, WWEBJS_ROWS, [
  {
    request: 'POST /client/getProfilePicUrl/shop',
    body: { contactId: CHAT },
    answers: profile({}),
    calls: [asked, READ],
    answer: { success: true, result: DATA_URL },
  },
  {
    request: 'POST /contact/getProfilePicUrl/shop',
    body: { contactId: CHAT },
    answers: profile({ picture: null }),
    calls: [asked],
    answer: { success: true, result: null },
  },
  {
    request: 'POST /contact/getAbout/shop',
    body: { contactId: CHAT },
    calls: [['contact.profile', { contact: CHAT }]],
    answer: { success: true, result: 'Available' },
  },
  {
    request: 'POST /client/setDisplayName/shop',
    body: { displayName: 'Shop' },
    calls: [['profile.update', { name: 'Shop' }]],
    answer: DONE,
  },
  {
    request: 'POST /client/setStatus/shop',
    body: { status: 'Open' },
    calls: [['profile.update', { about: 'Open' }]],
    answer: SUCCESS,
  },
  {
    request: 'POST /client/setProfilePicture/shop',
    body: { pictureMimetype: 'image/png', pictureData: DATA },
    calls: [put, ['profile.update', { picture: media }]],
    answer: DONE,
  },
  {
    request: 'DELETE /client/deleteProfilePicture/shop',
    calls: [['profile.update', { picture: null }]],
    answer: DONE,
  },
  {
    request: 'POST /client/getInviteInfo/shop',
    body: { inviteCode: 'AbCdEfGhIjKlMnOpQrStUv' },
    calls: [['group.preview', { invite: 'AbCdEfGhIjKlMnOpQrStUv' }]],
    answer: {
      success: true,
      inviteInfo: {
        ...{ id: wid(GROUP), subject: 'Team', owner: wid('15550001111@c.us'), creation: 1767225600 },
        ...{ size: 12, announce: false, membershipApprovalMode: true },
      },
    },
  },
  {
    request: 'POST /client/acceptInvite/shop',
    body: { inviteCode: 'AbCdEfGhIjKlMnOpQrStUv' },
    calls: [['group.join', { invite: 'AbCdEfGhIjKlMnOpQrStUv' }]],
    answer: { success: true, acceptInvite: GROUP },
  },
  {
    request: 'POST /groupChat/getGroupMembershipRequests/shop',
    body: { chatId: GROUP },
    calls: [['group.requests', { group: GROUP, limit: 1000 }]],
    answer: {
      success: true,
      result: [{ id: wid(CHAT), addedBy: wid(CHAT), requestMethod: 'InviteLink', t: 1767225600 }],
    },
  },
  {
    request: 'POST /groupChat/approveGroupMembershipRequests/shop',
    body: { chatId: GROUP, options: { requesterIds: [], sleep: [250, 500] } },
    calls: [['group.answer', { group: GROUP, action: 'approve' }]],
    answer: { success: true, result: [{ requesterId: CHAT, message: 'Approved successfully' }] },
  },
  {
    request: 'POST /groupChat/rejectGroupMembershipRequests/shop',
    body: { chatId: GROUP, options: { requesterIds: CHAT } },
    answers: { 'group.answer': { group: GROUP, results: [REFUSED] } },
    calls: [['group.answer', { group: GROUP, action: 'refuse', participants: [CHAT] }]],
    answer: { success: true, result: [{ requesterId: CHAT, error: 403, message: 'gone' }] },
  },
  {
    request: 'POST /groupChat/setPicture/shop',
    body: { chatId: GROUP, pictureMimeType: 'image/png', pictureData: DATA },
    calls: [put, ['group.picture', { group: GROUP, media }]],
    answer: DONE,
  },
  {
    request: 'POST /groupChat/deletePicture/shop',
    body: { chatId: GROUP },
    calls: [['group.picture', { group: GROUP, remove: true }]],
    answer: DONE,
  },
]);

t.test('a part that WhatsApp did not give in time is an error, and not null', async (t) => {
  const late = { about: null, picture: null, unanswered: ['about', 'picture'] };
  for (const path of ['about', 'profile-picture']) {
    const request = `GET /api/contacts/${path}?session=shop&contactId=${CHAT}`;
    const reply = play(WAHA_ROWS, request, exampleDoor(profile(late)));
    await t.rejects(reply, { kind: 'page_error' } as never, path);
  }
});
