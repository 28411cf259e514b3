// WAHA's routes that send.
import type { MediaKind } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import type { Asked } from '../../protocol/types.js';
import { wahaMessage } from '../../webhook/waha.js';
import type { Fields } from './fields.js';
import { decoded, putFile } from './file.js';
import { given } from './given.js';
import { type Door, notServed, type Options, type Row, rowsOf, type Served } from './row.js';
import { sendMessage } from './sending.js';
import { sessionOf } from './waha-sessions.js';

type Sending = Asked<'message.send'>;
type Content = Omit<Sending, 'to'>;

const { call, work } = rowsOf(sessionOf);
const CREATED = { success: 201 };
const STATUS = 'status@broadcast';

/** The fields that every kind of message has. */
export const addressed = (body: Fields): Sending =>
  given({
    to: body.text('chatId'),
    replyTo: body.optional('reply_to'),
    mentions: body.has('mentions') ? body.texts('mentions') : undefined,
  }) as Sending;

export const textOf = (body: Fields): Content =>
  given({
    text: body.text('text'),
    linkPreview: body.flag('linkPreview') === true ? true : undefined,
  }) as Content;

export const placeOf = (body: Fields): Content => ({
  location: given({
    latitude: body.number('latitude'),
    longitude: body.number('longitude'),
    name: body.optional('title'),
  }) as NonNullable<Sending['location']>,
});

export function pollOf(body: Fields): Content {
  const poll = body.object('poll');
  const multiple = poll.flag('multipleAnswers') ?? false;
  return { poll: { question: poll.text('name'), options: poll.texts('options'), multiple } };
}

/** A contact is given by its fields, or as a vCard, of which the name and the number are taken. */
export const cardsOf = (body: Fields): Content => ({
  contacts: body.objects('contacts').map((card) => {
    if (!card.has('vcard'))
      return { name: card.text('fullName'), number: card.text('whatsappId', 'phoneNumber') };
    return readCard(card.text('vcard'));
  }),
});

/** @throws Fault invalid_params */
export function readCard(vcard: string): { name: string; number: string } {
  const name = /^FN[^:\r\n]*:(.+)$/im.exec(vcard)?.[1]?.trim();
  const waid = /^TEL[^:\r\n]*;waid=(\d+)/im.exec(vcard)?.[1];
  const number = waid ?? /^TEL[^:\r\n]*:(.+)$/im.exec(vcard)?.[1]?.trim();
  if (name === undefined || number === undefined)
    throw new Fault('invalid_params', { reason: '"vcard" must have lines FN and TEL', hint: null });
  return { name, number };
}

export function eventOf(body: Fields): Content {
  const event = body.object('event');
  return {
    event: given({
      name: event.text('name'),
      description: event.optional('description'),
      startsAt: event.instant('startTime'),
      endsAt: event.optionalInstant('endTime'),
      place: event.optionalObject('location').optional('name'),
    }) as NonNullable<Sending['event']>,
  };
}

/** As long as `message.send` takes it. */
const MAX_THUMBNAIL = 65_536;

/** A preview with the sender's own words. */
export function previewOf(preview: Fields): NonNullable<Sending['linkPreview']> {
  const data = preview.optionalObject('image').optional('data');
  const image = data === undefined ? '' : decoded(data).toString('base64');
  return given({
    url: preview.optional('url'),
    title: preview.text('title'),
    description: preview.optional('description'),
    // The first bytes of a JPEG.
    thumbnail: image.startsWith('/9j/') && image.length <= MAX_THUMBNAIL ? image : undefined,
  }) as NonNullable<Sending['linkPreview']>;
}

const send = async (door: Door, account: string, params: Sending) =>
  wahaMessage(await sendMessage(door, account, params));

/** A message that needs no upload. */
const sending = (path: string, contentOf: (body: Fields) => Content, options: Options = {}): Served =>
  work(
    'POST',
    path,
    ['message.send'],
    ({ body }, door, account) => send(door, account, { ...addressed(body), ...contentOf(body) }),
    { ...CREATED, ...options },
  );

/** A video note is round. */
const videoOf = (body: Fields): MediaKind => (body.flag('asNote') === true ? 'video_note' : 'video');

/** A message with a file. */
const sendingFile = (
  path: string,
  kind: MediaKind | ((body: Fields) => MediaKind),
  addressOf: (body: Fields) => Sending,
  options: Options = {},
): Served =>
  work(
    'POST',
    path,
    ['media.put', 'message.send'],
    async ({ body }, door, account) => {
      const caption = body.optional('caption');
      const as = typeof kind === 'string' ? kind : kind(body);
      const address = addressOf(body);
      const media = await putFile(door, account, body.object('file'));
      return send(door, account, given({ ...address, media, as, caption }) as Sending);
    },
    { ...CREATED, carriesFile: true, ...options },
  );

/** A list of viewers limits who sees a status. It is never ignored: more people would see it than the sender meant. */
function toStatus(body: Fields): Sending {
  if (body.list('contacts').length > 0)
    throw notServed(
      'A status goes to everyone whom the privacy settings of the phone allow, not to a list of contacts.',
    );
  return { to: STATUS };
}
const VIEWERS = 'Without `contacts`: a status goes to everyone whom the privacy settings of the phone allow.';

export const WAHA_SENDING: readonly Row[] = [
  sending('/api/sendText', textOf),
  work('GET', '/api/sendText', ['message.send'], ({ query }, door, account) =>
    send(door, account, { to: query.text('phone'), text: query.text('text') }),
  ),
  sending('/api/reply', textOf),
  sendingFile('/api/sendImage', 'image', addressed),
  sendingFile('/api/sendFile', 'document', addressed),
  sendingFile('/api/sendVoice', 'voice', addressed, {
    differs: 'Always converted where WhatsApp requires it, which needs ffmpeg; `convert` is ignored.',
  }),
  sendingFile('/api/sendVideo', videoOf, addressed, { differs: '`convert` is ignored.' }),
  sending('/api/sendLocation', placeOf),
  sending('/api/sendPoll', pollOf),
  sending('/api/sendContactVcard', cardsOf, {
    differs: 'Of a vCard, the name and the first number are sent.',
  }),
  sending('/api/sendLinkPreview', (body) => ({
    text: body.has('title') ? `${body.text('title')}\n${body.text('url')}` : body.text('url'),
    linkPreview: true,
  })),
  sending(
    '/api/send/link-custom-preview',
    (body) => ({ text: body.text('text'), linkPreview: previewOf(body.object('preview')) }),
    {
      since: '2026.1',
      differs: '`preview.image` only as a JPEG of at most 48 KiB in `data`; other images are left out.',
    },
  ),
  work(
    'POST',
    '/api/send/buttons/reply',
    ['message.send'],
    ({ body }, door, account) => {
      const answers = { replyTo: body.text('replyTo'), choice: body.text('selectedButtonID') };
      return send(door, account, { to: body.text('chatId'), ...answers });
    },
    { ...CREATED, since: '2026.1', differs: '`replyTo` is required. `selectedDisplayText` is ignored.' },
  ),
  sending('/api/{session}/events', eventOf, {
    since: '2026.1',
    differs: 'Of `location` the name. `extraGuestsAllowed` is ignored.',
  }),
  work(
    'POST',
    '/api/{session}/status/text',
    ['message.send'],
    ({ body }, door, account) => send(door, account, { ...toStatus(body), text: body.text('text') }),
    { ...CREATED, differs: `${VIEWERS} \`backgroundColor\` and \`font\` are ignored.` },
  ),
  sendingFile('/api/{session}/status/image', 'image', toStatus, { differs: VIEWERS }),
  sendingFile('/api/{session}/status/voice', 'voice', toStatus, { differs: VIEWERS }),
  sendingFile('/api/{session}/status/video', 'video', toStatus, { differs: VIEWERS }),
  call(
    'POST',
    '/api/{session}/status/delete',
    'message.delete',
    { params: ({ body }) => ({ id: body.text('id'), for: 'all' }), answer: () => undefined },
    { ...CREATED, differs: '`contacts` is ignored: it is deleted for everybody.' },
  ),
  call(
    'POST',
    '/api/sendSeen',
    'chat.markRead',
    { params: ({ body }) => ({ chat: body.text('chatId') }), answer: () => undefined },
    { ...CREATED, differs: 'Marks the whole chat as read.' },
  ),
  call(
    'POST',
    '/api/startTyping',
    'chat.typing',
    { params: ({ body }) => ({ chat: body.text('chatId') }), answer: () => ({ result: true }) },
    { ...CREATED, differs: 'Ends by itself after some seconds.' },
  ),
  call(
    'POST',
    '/api/stopTyping',
    'chat.typing',
    {
      params: ({ body }) => ({ chat: body.text('chatId'), state: 'stop' }),
      answer: () => ({ result: true }),
    },
    CREATED,
  ),
  call(
    'POST',
    '/api/{session}/calls/reject',
    'calls.reject',
    { params: ({ body }) => ({ id: body.text('id') }), answer: () => undefined },
    { ...CREATED, since: '2026.1' },
  ),
];
