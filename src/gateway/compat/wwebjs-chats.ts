// wwebjs-api's routes of chats, contacts and groups.
import type { Answered, Asked } from '../../protocol/types.js';
import { given } from './given.js';
import { chatObject, contactObject, groupObject, widOf } from './library-objects.js';
import { type Door, type Request, type Row, rowsOf, type Served } from './row.js';
import { outcomes } from './waha-groups.js';
import { sessionOf } from './wwebjs-sessions.js';

type Chat = Answered<'chat.get'>;

const { call, work } = rowsOf(sessionOf);

const MOST = { limit: 1_000 };
const done = (): object => ({ success: true, result: true });
const chatOf = ({ body }: Request): { chat: string } => ({ chat: body.text('chatId') });
const contactOf = ({ body }: Request): { contact: string } => ({ contact: body.text('contactId') });
const groupOf = ({ body }: Request): { group: string } => ({ group: body.text('chatId') });
const oneChat = (chat: Chat): object => ({ success: true, chat: chatObject(chat) });
const oneContact = (contact: Answered<'contact.get'>): object => ({
  success: true,
  contact: contactObject(contact),
});
const numberOf = ({ body }: Request): { number: string } => ({
  number: body.text('number').replace(/@.*$/, ''),
});

/** The time of a mute: seconds since 1970, or a date. Left out: for ever. */
export function untilOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * (value.length > 11 ? 1 : 1_000) : Date.parse(value);
  return Number.isFinite(ms) && ms < 8.64e15 ? new Date(ms).toISOString() : value;
}

const chatChange = <
  M extends 'chat.archive' | 'chat.clear' | 'chat.pin' | 'chat.mute' | 'chat.markRead' | 'chat.typing',
>(
  path: string,
  method: M,
  change: Omit<Asked<M>, 'chat'>,
): Served =>
  call('POST', `${path}/{sessionId}`, method, {
    params: (request) => ({ ...chatOf(request), ...change }) as Asked<M>,
    answer: done,
  });

const chats = (verb: 'GET' | 'POST'): Served =>
  call(
    verb,
    '/client/getChats/{sessionId}',
    'chat.list',
    {
      params: ({ body }) => {
        const unread = body.optionalObject('searchOptions').flag('unread');
        return given({ ...MOST, unread }) as Asked<'chat.list'>;
      },
      answer: ({ chats: found }) => ({ success: true, chats: found.map(chatObject) }),
    },
    { differs: `At most 1000${verb === 'POST' ? '; of `searchOptions` only `unread`' : ''}.` },
  );

const people = (path: string, action: 'add' | 'remove' | 'promote' | 'demote'): Served =>
  call('POST', `/groupChat/${path}/{sessionId}`, 'group.participants', {
    params: (request) => ({
      ...groupOf(request),
      action,
      participants: request.body.texts('participantIds', 'contactIds'),
    }),
    answer: ({ results }) => ({
      success: true,
      result: action === 'add' ? outcomes(results) : { status: results.every((one) => one.done) ? 200 : 207 },
    }),
  });

const groupChange = (
  path: string,
  change: (request: Request) => Omit<Asked<'group.update'>, 'group'>,
): Served =>
  call('POST', `/groupChat/${path}/{sessionId}`, 'group.update', {
    params: (request) => ({ ...groupOf(request), ...change(request) }),
    answer: done,
  });

const adminsOnly = ({ body }: Request): boolean => body.flag('adminsOnly') ?? true;

/** One call for each person, in order. */
async function identities({ body }: Request, door: Door, account: string): Promise<object> {
  const result: object[] = [];
  for (const contact of body.texts('userIds').slice(0, 64)) {
    const { lid, phone } = await door.ask(account, 'contact.get', { contact });
    result.push({ lid, pn: phone === null ? null : `${phone}@c.us` });
  }
  return { success: true, result };
}

export const WWEBJS_CHATS: readonly Row[] = [
  chats('GET'),
  chats('POST'),
  call('POST', '/client/getChatById/{sessionId}', 'chat.get', { params: chatOf, answer: oneChat }),
  call('POST', '/chat/getClassInfo/{sessionId}', 'chat.get', { params: chatOf, answer: oneChat }),
  chatChange('/client/archiveChat', 'chat.archive', {}),
  chatChange('/client/unarchiveChat', 'chat.archive', { archived: false }),
  chatChange('/client/pinChat', 'chat.pin', {}),
  chatChange('/client/unpinChat', 'chat.pin', { pinned: false }),
  call('POST', '/client/muteChat/{sessionId}', 'chat.mute', {
    params: (request) =>
      given({
        ...chatOf(request),
        until: untilOf(request.body.optional('unmuteDate')),
      }) as Asked<'chat.mute'>,
    answer: done,
  }),
  chatChange('/client/unmuteChat', 'chat.mute', { muted: false }),
  chatChange('/client/markChatUnread', 'chat.markRead', { read: false }),
  chatChange('/chat/markUnread', 'chat.markRead', { read: false }),
  chatChange('/client/sendSeen', 'chat.markRead', {}),
  chatChange('/chat/sendSeen', 'chat.markRead', {}),
  chatChange('/chat/clearMessages', 'chat.clear', {}),
  call('POST', '/chat/delete/{sessionId}', 'chat.delete', {
    params: ({ body }) => ({ chat: body.text('chatId') }),
    answer: ({ deleted }) => ({ success: true, result: deleted }),
  }),
  chatChange('/chat/sendStateTyping', 'chat.typing', {}),
  chatChange('/chat/sendStateRecording', 'chat.typing', { state: 'recording' }),
  chatChange('/chat/clearState', 'chat.typing', { state: 'stop' }),
  call('POST', '/chat/getContact/{sessionId}', 'contact.get', {
    params: ({ body }) => ({ contact: body.text('chatId') }),
    answer: oneContact,
  }),

  call(
    'GET',
    '/client/getContacts/{sessionId}',
    'contact.list',
    {
      params: () => ({ ...MOST, all: true }),
      answer: ({ contacts }) => ({ success: true, contacts: contacts.map((one) => contactObject(one)) }),
    },
    { differs: 'At most 1000.' },
  ),
  call('POST', '/client/getContactById/{sessionId}', 'contact.get', {
    params: contactOf,
    answer: oneContact,
  }),
  call('POST', '/contact/getClassInfo/{sessionId}', 'contact.get', { params: contactOf, answer: oneContact }),
  call('POST', '/client/getBlockedContacts/{sessionId}', 'contact.list', {
    params: () => ({ ...MOST, all: true, blocked: true }),
    answer: ({ contacts }) => ({
      success: true,
      blockedContacts: contacts.map((one) => contactObject(one)),
    }),
  }),
  call('POST', '/contact/block/{sessionId}', 'contact.block', { params: contactOf, answer: done }),
  call('POST', '/contact/unblock/{sessionId}', 'contact.block', {
    params: (request) => ({ ...contactOf(request), blocked: false }),
    answer: done,
  }),
  call('POST', '/client/isRegisteredUser/{sessionId}', 'contact.check', {
    params: numberOf,
    answer: ({ onWhatsApp }) => ({ success: true, result: onWhatsApp }),
  }),
  call('POST', '/client/getNumberId/{sessionId}', 'contact.check', {
    params: numberOf,
    answer: ({ id }) => ({ success: true, result: id === null ? null : widOf(id) }),
  }),
  work('POST', '/client/getContactLidAndPhone/{sessionId}', ['contact.get'], identities, {
    differs: 'At most 64 people.',
  }),

  call('POST', '/client/createGroup/{sessionId}', 'group.create', {
    params: ({ body }) => ({ name: body.text('title'), participants: body.texts('participants') }),
    answer: ({ group, results }) => ({
      success: true,
      response: { title: group.name, gid: widOf(group.id), participants: outcomes(results) },
    }),
  }),
  call('POST', '/groupChat/getClassInfo/{sessionId}', 'group.get', {
    params: groupOf,
    answer: (group) => ({ success: true, chat: groupObject(group) }),
  }),
  people('addParticipants', 'add'),
  people('removeParticipants', 'remove'),
  people('promoteParticipants', 'promote'),
  people('demoteParticipants', 'demote'),
  groupChange('setSubject', ({ body }) => ({ name: body.text('subject') })),
  groupChange('setDescription', ({ body }) => ({ description: body.optional('description') ?? '' })),
  groupChange('setInfoAdminsOnly', (request) => ({ onlyAdminsEdit: adminsOnly(request) })),
  groupChange('setMessagesAdminsOnly', (request) => ({ onlyAdminsSend: adminsOnly(request) })),
  call('POST', '/groupChat/leave/{sessionId}', 'group.leave', { params: groupOf, answer: done }),
  call('POST', '/groupChat/getInviteCode/{sessionId}', 'group.invite', {
    params: groupOf,
    answer: ({ code }) => ({ success: true, inviteCode: code }),
  }),
  call('POST', '/groupChat/revokeInvite/{sessionId}', 'group.invite', {
    params: (request) => ({ ...groupOf(request), reset: true }),
    answer: done,
  }),
];
