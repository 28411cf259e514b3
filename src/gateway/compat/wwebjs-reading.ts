// wwebjs-api's routes that look for messages, and for what belongs to one: receipts, votes, people, older messages.
import { Fault } from '../../protocol/fault.js';
import type { Answered, Asked } from '../../protocol/types.js';
import { libraryKey, libraryMessage } from '../../webhook/library-message.js';
import { given } from './given.js';
import { contactObject } from './library-objects.js';
import { bounded } from './messages.js';
import { type Door, notServed, type Request, type Row, rowsOf, type Served } from './row.js';
import { knownObject, messageIn } from './wwebjs-messages.js';
import { sessionOf } from './wwebjs-sessions.js';

type Message = NonNullable<Answered<'message.get'>['message']>;

const { call, work } = rowsOf(sessionOf);

const MAX_PAGES = 10;
/** A call searches for one second, and may find nothing in it. */
const MAX_SEARCHES = 20;

async function searchMessages({ body }: Request, door: Door, account: string): Promise<object> {
  const options = body.optionalObject('options');
  const limit = bounded(options.count('limit') ?? 20, 100);
  const page = Math.max(1, Math.floor(options.count('page') ?? 1));
  if (page > MAX_PAGES) throw notServed('More is found with `message.search` and `after`.');
  const asked = given({ text: body.text('query'), chat: options.optional('chatId'), limit });
  const found: object[] = [];
  let after: string | undefined;
  for (let n = 0; n < MAX_SEARCHES && found.length < page * limit; n++) {
    const params = given({ ...asked, order: 'newest', after }) as Asked<'message.search'>;
    const { messages, next } = await door.ask(account, 'message.search', params);
    found.push(...messages.map(({ message }) => libraryMessage(message)));
    if (next === null) break;
    after = next;
  }
  return { success: true, messages: found.slice((page - 1) * limit, page * limit) };
}

/** The times of each state, by person. The library gives null for a message of others. */
async function receipts(request: Request, door: Door, account: string): Promise<object> {
  try {
    return { success: true, info: infoObject(await door.ask(account, 'message.info', messageIn(request))) };
  } catch (error) {
    if (error instanceof Fault && error.kind === 'not_allowed') return { success: true, info: null };
    throw error;
  }
}

const atOf = (instant: string): number => Math.floor(Date.parse(instant) / 1_000);

export function infoObject({ people, pending }: Answered<'message.info'>): object {
  const all = people.length + pending;
  const at = (time: 'deliveredAt' | 'readAt' | 'playedAt') =>
    people.flatMap(({ id, [time]: value }) => (value === null ? [] : [{ id, t: atOf(value) }]));
  const played = people.filter(({ state }) => state === 'played').length;
  const read = people.filter(({ state }) => state !== 'delivered').length;
  return {
    delivery: at('deliveredAt'),
    deliveryRemaining: pending,
    read: at('readAt'),
    readRemaining: all - read,
    played: at('playedAt'),
    playedRemaining: all - played,
  };
}

/** One entry for each person who has voted. */
export function votesOf({ options, ...poll }: Answered<'message.poll'>): readonly object[] {
  const chosen = new Map<string, object[]>();
  for (const [localId, { text: name, voters }] of options.entries())
    for (const { id } of voters) chosen.set(id, [...(chosen.get(id) ?? []), { name, localId }]);
  const parentMsgKey = libraryKey(poll);
  return [...chosen].map(([voter, selectedOptions]) => ({ voter, selectedOptions, parentMsgKey }));
}

/** @throws (rejects) Fault no_such_message: its event is not kept */
async function messageOf(request: Request, door: Door, account: string): Promise<Message> {
  const { message } = await door.ask(account, 'message.get', messageIn(request));
  if (message === null) throw new Fault('no_such_message');
  return message;
}

async function quoted(request: Request, door: Door, account: string): Promise<object> {
  const { replyTo } = await messageOf(request, door, account);
  const quotedMessage =
    replyTo === null ? null : knownObject(await door.ask(account, 'message.get', { id: replyTo }));
  return { success: true, quotedMessage };
}

async function contactsOf(people: readonly string[], door: Door, account: string): Promise<object[]> {
  const contacts: object[] = [];
  for (const contact of people.slice(0, 64))
    contacts.push(contactObject(await door.ask(account, 'contact.get', { contact })));
  return contacts;
}

async function mentioned(request: Request, door: Door, account: string): Promise<object> {
  const { mentions } = await messageOf(request, door, account);
  return { success: true, contacts: await contactsOf(mentions, door, account) };
}

async function sender(request: Request, door: Door, account: string): Promise<object> {
  const { author, from } = await messageOf(request, door, account);
  const [contact] = await contactsOf([author ?? from], door, account);
  return { success: true, contact };
}

/** How many older messages one request fetches. */
const OLDER = 50;

const olderMessages = (path: string): Served =>
  call(
    'POST',
    `${path}/{sessionId}`,
    'history.fetch',
    {
      params: ({ body }) => ({ chat: body.text('chatId'), count: OLDER }),
      answer: ({ fetched }) => ({ success: true, result: fetched > 0 }),
    },
    {
      differs: `Fetches ${OLDER} older messages, which are reported as \`message.history\`, and answers when they are, after five minutes at most. \`result\` is false when there was none.`,
    },
  );

export const WWEBJS_READING: readonly Row[] = [
  work('POST', '/client/searchMessages/{sessionId}', ['message.search'], searchMessages, {
    differs: `Of the messages that the daemon has recorded, by whole words, newest first; at most 100 a page, and ${MAX_PAGES} pages.`,
  }),
  work('POST', '/message/getInfo/{sessionId}', ['message.info'], receipts, {
    differs: 'What remains is counted by the state that each person has reached.',
  }),
  call(
    'POST',
    '/message/getPollVotes/{sessionId}',
    'message.poll',
    { params: messageIn, answer: (poll) => ({ success: true, votes: votesOf(poll) }) },
    {
      differs: 'Without `interractedAtTs` and `parentMessage`, and without people who took their vote back.',
    },
  ),
  work('POST', '/message/getQuotedMessage/{sessionId}', ['message.get'], quoted),
  work('POST', '/message/getMentions/{sessionId}', ['message.get', 'contact.get'], mentioned, {
    differs: 'At most 64 people.',
  }),
  work('POST', '/message/getContact/{sessionId}', ['message.get', 'contact.get'], sender),
  olderMessages('/client/syncHistory'),
  olderMessages('/chat/syncHistory'),
];
