/** A message of the library is translated using only fields that exist in every generation of the page. */
import t from 'tap';
import type { LibraryMessage } from '../../../../src/whatsapp/library/library.js';
import { isNotice, toInbound, widText } from '../../../../src/whatsapp/library/translate.js';

const CHAT = '15550002222@c.us';
const GROUP = '123456789-1234@g.us';
const AUTHOR = '15550003333@c.us';

const message = (more: Partial<LibraryMessage> = {}): LibraryMessage => ({
  id: { fromMe: false, remote: CHAT, id: 'ABCD' },
  from: CHAT,
  to: '15550001111@c.us',
  body: 'hello',
  type: 'chat',
  timestamp: 1_767_225_600,
  ack: 0,
  hasMedia: false,
  ...more,
});

t.test('a message of a contact, whole', (t) => {
  t.same(toInbound(message()), {
    key: `false_${CHAT}_ABCD`,
    messageId: 'ABCD',
    chatId: CHAT,
    from: CHAT,
    to: '15550001111@c.us',
    author: null,
    fromMe: false,
    type: 'text',
    body: 'hello',
    timestamp: '2026-01-01T00:00:00.000Z',
    ack: 0,
    hasMedia: false,
    media: null,
    replyTo: null,
    mentions: [],
    details: null,
    backfilled: false,
  });
  t.end();
});

const wid = (text: string) => ({ user: text.split('@')[0], server: text.split('@')[1] });
const ROWS: readonly (readonly [string, Partial<LibraryMessage>, object])[] = [
  ['our own', { id: { fromMe: true, remote: CHAT, id: 'X' } }, { key: `true_${CHAT}_X`, fromMe: true }],
  [
    'wids as objects with their text',
    { id: { fromMe: false, remote: { _serialized: CHAT }, id: 'X' } },
    { key: `false_${CHAT}_X`, chatId: CHAT },
  ],
  [
    'deleted for everybody, with what the page leaves of its file',
    { type: 'revoked', body: '', hasMedia: true, _data: { mimetype: 'image/jpeg', size: 5 } },
    { type: 'revoked', hasMedia: false, media: null },
  ],
  ['wids as objects in parts', { id: { fromMe: false, remote: wid(CHAT), id: 'X' } }, { chatId: CHAT }],
  [
    'in a group',
    { id: { fromMe: false, remote: GROUP, id: 'X', participant: AUTHOR }, author: AUTHOR },
    { key: `false_${GROUP}_X_${AUTHOR}`, chatId: GROUP, author: AUTHOR },
  ],
  [
    'in a group, by the key alone',
    { id: { fromMe: false, remote: GROUP, id: 'X', participant: { _serialized: AUTHOR } } },
    { key: `false_${GROUP}_X_${AUTHOR}`, author: AUTHOR },
  ],
  [
    'the key’s own text, under whatever name, is not read',
    { id: { fromMe: false, remote: CHAT, id: 'X', $1: 'y', _serialized: 'z' } as LibraryMessage['id'] },
    { key: `false_${CHAT}_X` },
  ],
  ['a reply', { _data: { quotedStanzaID: 'QUOTED' } }, { replyTo: 'QUOTED' }],
  ['mentions in either form', { mentionedIds: [AUTHOR, wid(CHAT)] }, { mentions: [AUTHOR, CHAT] }],
  [
    'more mentions than anybody may send',
    { mentionedIds: Array.from({ length: 1_000 }, () => AUTHOR) },
    { mentions: Array.from({ length: 256 }, () => AUTHOR) },
  ],
  ['an ack', { ack: 2 }, { ack: 2 }],
  [
    'what may be left out',
    { from: undefined, to: undefined, ack: undefined } as unknown as Partial<LibraryMessage>,
    { from: '', to: '', ack: 0 },
  ],
  [
    'media',
    {
      hasMedia: true,
      type: 'document',
      body: 'caption',
      _data: { mimetype: 'application/pdf', size: 17, filename: 'a.pdf' },
    },
    { hasMedia: true, body: 'caption', media: { mimetype: 'application/pdf', size: 17, name: 'a.pdf' } },
  ],
  [
    'media of which nothing is known',
    { hasMedia: true, type: 'image' },
    { media: { mimetype: 'application/octet-stream', size: null, name: null } },
  ],
  [
    'a place, whose body is a picture',
    { type: 'location', body: '/9j/4AAQ', _data: { lat: 1.5, lng: -2, loc: 'Here' } },
    { body: 'Here', details: { latitude: 1.5, longitude: -2, url: null } },
  ],
  [
    'a contact card',
    { type: 'vcard', body: 'BEGIN:VCARD', _data: { vcardFormattedName: 'Ana' } },
    { type: 'contact', body: 'Ana', details: { vcards: ['BEGIN:VCARD'] } },
  ],
  [
    'a poll',
    {
      type: 'poll_creation',
      body: 'When?',
      _data: {
        pollName: 'When?',
        pollOptions: [{ name: 'now' }, { name: 'later' }],
        pollSelectableOptionsCount: 1,
      },
    },
    { type: 'poll', details: { question: 'When?', options: ['now', 'later'], multiple: false } },
  ],
  [
    'a list, whose text is in the list',
    { type: 'list', body: '', _data: { list: { description: 'Choose' } } },
    { body: 'Choose' },
  ],
  [
    'an interactive message',
    { type: 'interactive', body: '', _data: { caption: 'Choose' } },
    { body: 'Choose' },
  ],
  ['an order, whose body is empty', { type: 'order', body: '', _data: { message: 'Two' } }, { body: 'Two' }],
  ['what cannot be shown', { type: 'unknown', body: '' }, { type: 'unknown', body: null }],
  ...Object.entries({
    chat: 'text',
    ptt: 'voice',
    vcard: 'contact',
    multi_vcard: 'contact',
    poll_creation: 'poll',
    ptv: 'video_note',
    event_creation: 'event',
    sticker: 'sticker',
    new_kind: 'new_kind',
  }).map(([type, ours]): [string, Partial<LibraryMessage>, object] => [
    `a ${type}`,
    { type },
    { type: ours },
  ]),
];

t.test('what differs', (t) => {
  for (const [about, more, expected] of ROWS) t.match(toInbound(message(more)), expected, about);
  t.end();
});

t.test('notices are nobody’s messages', (t) => {
  for (const type of [
    'e2e_notification',
    'protocol',
    'notification',
    'notification_template',
    'debug',
    'gp2',
    'revoked',
  ])
    t.equal(isNotice(message({ type })), true, type);
  for (const type of ['chat', 'ptt', 'ciphertext']) t.equal(isNotice(message({ type })), false, type);
  t.end();
});

t.test('a wid as text', (t) => {
  const rows: [unknown, string][] = [
    [CHAT, CHAT],
    [{ _serialized: CHAT, user: 'x', server: 'y' }, CHAT],
    [wid(CHAT), CHAT],
    [null, ''],
    [undefined, ''],
    [{}, ''],
    [{ $1: CHAT }, ''],
  ];
  for (const [given, expected] of rows) t.equal(widText(given), expected, JSON.stringify(given));
  t.end();
});

t.test('a type with the name of a property of every object is a type like any other', async (t) => {
  for (const type of ['constructor', 'toString', '__proto__'])
    t.match(toInbound(message({ type })), { type, body: 'hello' });
});
