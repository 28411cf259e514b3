// WAHA's routes of chats, messages, contacts and presence.
import type { Answered, Asked } from '../../protocol/types.js';
import { seconds } from '../../webhook/library-message.js';
import { ACKS, wahaMessage } from '../../webhook/waha.js';
import type { Fields } from './fields.js';
import { given } from './given.js';
import { chatObject, contactObject } from './library-objects.js';
import { bounded, lastMessages, type Wanted } from './messages.js';
import { type Door, notServed, type Request, type Row, rowsOf } from './row.js';
import { sessionOf } from './waha-sessions.js';

type Contact = Answered<'contact.get'>;
type Message = Answered<'chat.messages'>['messages'][number];

const { call, work } = rowsOf(sessionOf);
const CREATED = { success: 201 };
const FILES = '`media.url` is null, and `downloadMedia` is ignored: `media.fetch` reads the file.';
/** The most that a list method gives at once. */
const MOST = 1_000;

export const pageOf = (query: Fields): { limit: number; offset?: number } =>
  given({
    limit: bounded(query.count('limit') ?? MOST, MOST),
    offset: query.has('offset') ? Math.max(0, Math.floor(query.number('offset'))) : undefined,
  }) as { limit: number; offset?: number };

/** Null when no filter is given: then only the wanted messages are read. */
export function filterOf(query: Fields): ((message: Message) => boolean) | undefined {
  const from = query.count('filter.timestamp.gte');
  const until = query.count('filter.timestamp.lte');
  const fromMe = query.flag('filter.fromMe');
  const ack = query.optional('filter.ack');
  if (from === undefined && until === undefined && fromMe === undefined && ack === undefined)
    return undefined;
  return (message) => {
    const at = seconds(message.timestamp);
    return (
      (from === undefined || at >= from) &&
      (until === undefined || at <= until) &&
      (fromMe === undefined || message.fromMe === fromMe) &&
      (ack === undefined || ACKS[message.ack] === ack)
    );
  };
}

const wantedOf = (query: Fields): Wanted => ({
  limit: bounded(query.count('limit') ?? 100, MOST),
  offset: query.has('offset') ? Math.max(0, Math.floor(query.number('offset'))) : undefined,
  keeps: filterOf(query),
});

async function messages({ query, names }: Request, door: Door, account: string): Promise<unknown> {
  const chat = names.chatId ?? query.text('chatId');
  const found = (await lastMessages(door, account, chat, wantedOf(query))).map((message) =>
    wahaMessage(message),
  );
  return query.optional('sortOrder') === 'desc' ? found.reverse() : found;
}

const ORDER = `Oldest first, or with \`sortOrder=desc\` newest first; out of the last 500. ${FILES}`;

const withId = (contact: Contact) => contactObject(contact, contact.id);
const contactOf = ({ query, body }: Request): string => query.optional('contactId') ?? body.text('contactId');
const chatOf = ({ names }: Request): { chat: string } => ({ chat: names.chatId ?? '' });
const lidOf = ({ lid, phone }: Contact) => ({ lid, pn: phone === null ? null : `${phone}@c.us` });

const existence = {
  params: ({ query }: Request) => ({ number: query.text('phone').replace(/@.*$/, '') }),
  answer: ({ onWhatsApp, id }: Answered<'contact.check'>) =>
    onWhatsApp ? { numberExists: true, chatId: id } : { numberExists: false },
};

const allContacts = { params: ({ query }: Request) => ({ all: true, ...pageOf(query) }) };

/** The presences that a chat can show. */
const PRESENCES: Readonly<Record<string, 'typing' | 'recording' | 'stop'>> = {
  typing: 'typing',
  recording: 'recording',
  paused: 'stop',
};

export const WAHA_CHATS: readonly Row[] = [
  call(
    'GET',
    '/api/{session}/chats',
    'chat.list',
    { params: ({ query }) => pageOf(query), answer: ({ chats }) => chats.map(chatObject) },
    { differs: 'Newest first, at most 1000; `sortBy` and `sortOrder` are ignored. No `lastMessage`.' },
  ),
  work('GET', '/api/{session}/chats/{chatId}/messages', ['chat.messages'], messages, { differs: ORDER }),
  work('GET', '/api/messages', ['chat.messages'], messages, { differs: ORDER }),
  work(
    'GET',
    '/api/{session}/chats/{chatId}/messages/{messageId}',
    ['message.get'],
    async ({ names }, door, account) => {
      const known = await door.ask(account, 'message.get', { id: names.messageId ?? '' });
      const { key, messageId, chatId, ack } = known;
      return wahaMessage(known.message ?? { key, messageId, chatId, to: chatId, fromMe: true, ack });
    },
    { since: '2026.1', differs: FILES },
  ),
  call(
    'POST',
    '/api/{session}/chats/{chatId}/messages/read',
    'chat.markRead',
    { params: chatOf, answer: () => ({}) },
    { ...CREATED, since: '2026.1', differs: 'Marks the whole chat as read, and lists no ids.' },
  ),
  call(
    'POST',
    '/api/{session}/chats/{chatId}/archive',
    'chat.archive',
    { params: chatOf, answer: chatObject },
    CREATED,
  ),
  call(
    'POST',
    '/api/{session}/chats/{chatId}/unarchive',
    'chat.archive',
    { params: (request) => ({ ...chatOf(request), archived: false }), answer: chatObject },
    CREATED,
  ),
  call(
    'POST',
    '/api/{session}/chats/{chatId}/unread',
    'chat.markRead',
    { params: (request) => ({ ...chatOf(request), read: false }), answer: chatObject },
    { ...CREATED, since: '2026.1' },
  ),

  call('DELETE', '/api/{session}/chats/{chatId}', 'chat.delete', {
    params: chatOf,
    answer: ({ deleted }) => deleted,
  }),
  call('DELETE', '/api/{session}/chats/{chatId}/messages', 'chat.clear', {
    params: chatOf,
    answer: () => true,
  }),

  call('GET', '/api/contacts/check-exists', 'contact.check', existence),
  call('GET', '/api/checkNumberStatus', 'contact.check', existence),
  call(
    'GET',
    '/api/contacts',
    'contact.get',
    { params: (request) => ({ contact: contactOf(request) }), answer: withId },
    { differs: 'A number that is not on WhatsApp is an error.' },
  ),
  call(
    'GET',
    '/api/contacts/all',
    'contact.list',
    { ...allContacts, answer: ({ contacts }) => contacts.map(withId) },
    { differs: 'By name, at most 1000; `sortBy` and `sortOrder` are ignored.' },
  ),
  call(
    'POST',
    '/api/contacts/block',
    'contact.block',
    { params: (request) => ({ contact: contactOf(request) }), answer: () => undefined },
    CREATED,
  ),
  call(
    'POST',
    '/api/contacts/unblock',
    'contact.block',
    { params: (request) => ({ contact: contactOf(request), blocked: false }), answer: () => undefined },
    CREATED,
  ),
  call(
    'PUT',
    '/api/{session}/contacts/{chatId}',
    'contact.save',
    {
      params: ({ names, body }) =>
        given({
          contact: names.chatId ?? '',
          firstName: body.text('firstName'),
          lastName: body.optional('lastName') || undefined,
        }) as Asked<'contact.save'>,
      answer: () => ({ success: true }),
    },
    { since: '2026.1' },
  ),
  call(
    'GET',
    '/api/{session}/lids',
    'contact.list',
    { ...allContacts, answer: ({ contacts }) => contacts.filter(({ lid }) => lid !== null).map(lidOf) },
    { since: '2026.1', differs: 'Of the people that WhatsApp Web knows.' },
  ),
  call(
    'GET',
    '/api/{session}/lids/{lid}',
    'contact.get',
    { params: ({ names }) => ({ contact: lidForm(names.lid ?? '') }), answer: lidOf },
    { since: '2026.1' },
  ),
  call(
    'GET',
    '/api/{session}/lids/pn/{phoneNumber}',
    'contact.get',
    { params: ({ names }) => ({ contact: names.phoneNumber ?? '' }), answer: lidOf },
    { since: '2026.1' },
  ),

  call(
    'POST',
    '/api/{session}/presence',
    'chat.typing',
    {
      params: ({ body }) => {
        const presence = body.text('presence');
        const state = PRESENCES[presence];
        if (state === undefined)
          throw notServed(
            `The presence "${presence.slice(0, 32)}" cannot be set. Whether the account appears online is configured: presence.online.`,
          );
        return { chat: body.text('chatId'), state };
      },
      answer: () => undefined,
    },
    {
      ...CREATED,
      differs:
        'Only `typing`, `recording` and `paused`. Whether the account appears online is configured: `presence.online`.',
    },
  ),
];

const lidForm = (lid: string): string => (lid.includes('@') ? lid : `${lid}@lid`);
