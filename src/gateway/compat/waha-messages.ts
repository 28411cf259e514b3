// WAHA's routes that act on one message.
import { PIN_TIMES } from '../../protocol/methods/message-act.js';
import { type Request, type Row, rowsOf } from './row.js';
import { sessionOf } from './waha-sessions.js';

const { call, work } = rowsOf(sessionOf);
const CREATED = { success: 201 };
const AT = '/api/{session}/chats/{chatId}/messages/{messageId}';

/** A message is named by the id of its answer or event: our key. */
export const messageIn = ({ body, names }: Request): string => names.messageId ?? body.text('messageId');

/** The times that a pin may last, in seconds. */
const SECONDS: Readonly<Record<(typeof PIN_TIMES)[number], number>> = {
  '24h': 86_400,
  '7d': 7 * 86_400,
  '30d': 30 * 86_400,
};

/** The shortest time that lasts as long as is asked for, or the longest. */
export const pinTime = (seconds: number | undefined): (typeof PIN_TIMES)[number] =>
  seconds === undefined ? '7d' : (PIN_TIMES.find((time) => SECONDS[time] >= seconds) ?? '30d');

export const WAHA_MESSAGES: readonly Row[] = [
  work(
    'POST',
    '/api/forwardMessage',
    ['message.forward'],
    async (request, door, account) => {
      const to = request.body.text('chatId');
      const { key, chatId } = await door.ask(account, 'message.forward', { id: messageIn(request), to });
      return { id: key, to: chatId, fromMe: true, _data: {} };
    },
    { ...CREATED, since: '2026.1', differs: '`id` is null when the new message was not seen in time.' },
  ),
  call(
    'POST',
    '/api/sendPollVote',
    'message.vote',
    {
      params: ({ body }) => ({ id: body.text('pollMessageId'), options: body.texts('votes') }),
      answer: ({ chatId }) => ({ id: null, to: chatId, fromMe: true, _data: {} }),
    },
    {
      ...CREATED,
      since: '2026.1',
      differs: '`id` is null: the message of the vote is not known. Without `votes`, the vote is taken back.',
    },
  ),
  call('PUT', '/api/reaction', 'message.react', {
    params: (request) => ({ id: messageIn(request), emoji: request.body.optional('reaction') ?? '' }),
    answer: () => undefined,
  }),
  call('PUT', '/api/star', 'message.star', {
    params: (request) => ({ id: messageIn(request), starred: request.body.flag('star') ?? true }),
    answer: () => undefined,
  }),
  call('DELETE', AT, 'message.delete', {
    params: (request) => ({ id: messageIn(request) }),
    answer: () => undefined,
  }),
  call('PUT', AT, 'message.edit', {
    params: (request) => ({ id: messageIn(request), text: request.body.text('text') }),
    answer: () => undefined,
  }),
  call(
    'POST',
    `${AT}/pin`,
    'message.pin',
    {
      params: (request) => ({ id: messageIn(request), for: pinTime(request.body.count('duration')) }),
      answer: ({ pinned }) => ({ success: pinned }),
    },
    {
      ...CREATED,
      since: '2026.1',
      differs: 'Of another `duration`, the next longer one that WhatsApp has; 7 days without one.',
    },
  ),
  call(
    'POST',
    `${AT}/unpin`,
    'message.pin',
    {
      params: (request) => ({ id: messageIn(request), pinned: false }),
      answer: ({ pinned }) => ({ success: !pinned }),
    },
    { ...CREATED, since: '2026.1' },
  ),
];
