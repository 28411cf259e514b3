// wwebjs-api's routes that send, and those that act on one message.
import type { Reply } from '../../http/reply.js';
import { Fault } from '../../protocol/fault.js';
import type { Answered, Asked } from '../../protocol/types.js';
import { libraryMessage } from '../../webhook/library-message.js';
import { Fields } from './fields.js';
import { answerWithFile, putFile } from './file.js';
import { given } from './given.js';
import { chatObject } from './library-objects.js';
import { lastMessages, type Wanted } from './messages.js';
import { type Door, notServed, type Request, type Row, rowsOf } from './row.js';
import { sendMessage } from './sending.js';
import { sessionOf } from './wwebjs-sessions.js';

type Sending = Asked<'message.send'>;

const { call, work } = rowsOf(sessionOf);

/** `ABCDEF`, or the whole key. */
export const messageIn = ({ body }: Request): { id: string } => ({ id: body.text('messageId') });
const done = (): object => ({ success: true, result: true });

/** The content of a message without a file. Null for the content types that carry one. @throws Fault invalid_params */
export function contentOf(body: Fields): Omit<Sending, 'to'> | null {
  const type = body.text('contentType');
  switch (type) {
    case 'string':
      return body.optionalObject('options').has('media') ? null : { text: body.text('content') };
    case 'MessageMedia':
    case 'MessageMediaFromURL':
      return null;
    case 'Location': {
      const place = body.object('content');
      const name = place.optional('description') ?? place.optionalObject('description').optional('name');
      const at = { latitude: place.number('latitude'), longitude: place.number('longitude') };
      return { location: given({ ...at, name }) as NonNullable<Sending['location']> };
    }
    case 'Poll': {
      const poll = body.object('content');
      const multiple = poll.optionalObject('options').flag('allowMultipleAnswers') ?? false;
      return { poll: { question: poll.text('pollName'), options: poll.texts('pollOptions'), multiple } };
    }
    case 'Contact':
      throw notServed('A contact is sent with its name: `message.send` with `contacts`.');
    default: {
      const reason = `"contentType" must be string, MessageMedia, MessageMediaFromURL, Location or Poll`;
      throw new Fault('invalid_params', { reason, hint: null });
    }
  }
}

/** The options of the library that have a counterpart. */
export function optionsOf(options: Fields): Pick<Sending, 'replyTo' | 'mentions'> {
  return given({
    replyTo: options.optional('quotedMessageId'),
    mentions: options.has('mentions') ? options.texts('mentions') : undefined,
  }) as Pick<Sending, 'replyTo' | 'mentions'>;
}

/** What the file is shown as; undefined: its own type decides. */
export function shownAs(options: Fields): Sending['as'] {
  if (options.flag('sendMediaAsDocument')) return 'document';
  if (options.flag('sendAudioAsVoice')) return 'voice';
  if (options.flag('sendVideoAsGif')) return 'gif';
  return options.flag('sendMediaAsSticker') ? 'sticker' : undefined;
}

/** The file of a request, and its caption. */
function fileOf(body: Fields): { readonly file: Fields; readonly caption: string | undefined } {
  const options = body.optionalObject('options');
  switch (body.text('contentType')) {
    case 'string':
      return { file: options.object('media'), caption: body.optional('content') };
    case 'MessageMedia':
      return { file: body.object('content'), caption: options.optional('caption') };
    default:
      return { file: new Fields({ url: body.text('content') }), caption: options.optional('caption') };
  }
}

/** @param extra what the route itself sets */
export async function send(
  { body }: Request,
  door: Door,
  account: string,
  extra: Partial<Sending>,
): Promise<object> {
  const options = body.optionalObject('options');
  const address = { to: body.text('chatId'), ...optionsOf(options), ...extra };
  const content = contentOf(body);
  if (content !== null) {
    const linkPreview =
      options.flag('linkPreview') === true && 'text' in content ? { linkPreview: true } : {};
    return libraryMessage(
      await sendMessage(door, account, { ...address, ...content, ...linkPreview } as Sending),
    );
  }
  const { file, caption } = fileOf(body);
  const as = shownAs(options);
  // Never ignored: the sender means the file to be gone.
  const viewOnce = options.flag('isViewOnce') === true ? true : undefined;
  const media = await putFile(door, account, file);
  return libraryMessage(
    await sendMessage(door, account, given({ ...address, media, as, caption, viewOnce }) as Sending),
  );
}

export const SENDING =
  'Answers when the message is on disk, with `ack` 0. `options` that are read: `caption`, `quotedMessageId`, `mentions`, `linkPreview`, `sendMediaAsDocument`, `sendAudioAsVoice`, `sendMediaAsSticker`, `sendVideoAsGif`, `isViewOnce`, `media`. No `Contact`.';

async function fetchMessages({ body }: Request, door: Door, account: string): Promise<object> {
  const search = body.optionalObject('searchOptions');
  const fromMe = search.flag('fromMe');
  const wanted: Wanted = {
    limit: search.count('limit') ?? 50,
    keeps: fromMe === undefined ? undefined : (one) => one.fromMe === fromMe,
  };
  const messages = await lastMessages(door, account, body.text('chatId'), wanted);
  return { success: true, messages: messages.map((one) => libraryMessage(one)) };
}

async function downloadMedia(request: Request, door: Door, account: string): Promise<Reply> {
  const file = await door.ask(account, 'media.fetch', messageIn(request));
  const { mimetype, name: filename, size: filesize } = file;
  return answerWithFile(door, account, file, (data) => ({
    success: true,
    messageMedia: { mimetype, data, filename, filesize },
  }));
}

/** As far as it is known: a message that was sent here and not seen yet has no more than its ids. */
export function knownObject(known: Answered<'message.get'>): object {
  const { key, messageId, chatId, ack } = known;
  return libraryMessage(known.message ?? { key, messageId, chatId, to: chatId, fromMe: true, ack });
}

export const WWEBJS_MESSAGES: readonly Row[] = [
  work(
    'POST',
    '/client/sendMessage/{sessionId}',
    ['message.send', 'media.put'],
    async (request, door, account) => ({ success: true, message: await send(request, door, account, {}) }),
    { carriesFile: true, differs: SENDING },
  ),
  work(
    'POST',
    '/message/reply/{sessionId}',
    ['message.send', 'media.put'],
    async (request, door, account) => {
      const replyTo = request.body.text('messageId');
      return { success: true, repliedMessage: await send(request, door, account, { replyTo }) };
    },
    { carriesFile: true, differs: SENDING },
  ),
  work('POST', '/chat/fetchMessages/{sessionId}', ['chat.messages'], fetchMessages, {
    differs: '50 messages when `limit` is left out; out of the last 500.',
  }),
  call('POST', '/message/getClassInfo/{sessionId}', 'message.get', {
    params: messageIn,
    answer: (known) => ({ success: true, message: knownObject(known) }),
  }),
  call(
    'POST',
    '/message/delete/{sessionId}',
    'message.delete',
    {
      params: (request) => ({
        ...messageIn(request),
        for: request.body.flag('everyone') === true ? 'all' : 'me',
      }),
      answer: done,
    },
    { differs: '`clearMedia` is ignored.' },
  ),
  call('POST', '/message/edit/{sessionId}', 'message.edit', {
    params: (request) => ({ ...messageIn(request), text: request.body.text('content') }),
    answer: ({ key, messageId, chatId, text }) => ({
      success: true,
      message: libraryMessage({ key, messageId, chatId, fromMe: true, to: chatId, body: text }),
    }),
  }),
  call('POST', '/message/forward/{sessionId}', 'message.forward', {
    params: (request) => ({ ...messageIn(request), to: request.body.text('destinationChatId') }),
    answer: done,
  }),
  call('POST', '/message/react/{sessionId}', 'message.react', {
    params: (request) => ({ ...messageIn(request), emoji: request.body.optional('reaction') ?? '' }),
    answer: done,
  }),
  call('POST', '/message/star/{sessionId}', 'message.star', { params: messageIn, answer: done }),
  call('POST', '/message/unstar/{sessionId}', 'message.star', {
    params: (request) => ({ ...messageIn(request), starred: false }),
    answer: done,
  }),
  work('POST', '/message/downloadMedia/{sessionId}', ['media.fetch', 'media.read'], downloadMedia, {
    differs: 'Files of at most 16 MiB.',
  }),
  call('POST', '/contact/getChat/{sessionId}', 'chat.get', {
    params: ({ body }) => ({ chat: body.text('contactId') }),
    answer: (chat) => ({ success: true, result: chatObject(chat) }),
  }),
];
