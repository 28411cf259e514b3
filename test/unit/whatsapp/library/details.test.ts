/** What a stranger sends is translated to typed parts, whatever the stranger put into it. */
import t from 'tap';
import { type Details, detailsSchema } from '../../../../src/protocol/details.js';
import { detailsOf } from '../../../../src/whatsapp/library/details.js';
import type { LibraryMessage } from '../../../../src/whatsapp/library/library.js';
import { readMessage } from '../../../../src/whatsapp/library/readable.js';

const message = (type: string, data: object, body = ''): LibraryMessage => ({
  id: { fromMe: false, remote: '15550002222@c.us', id: 'ABCD' },
  from: '15550002222@c.us',
  to: '15550001111@c.us',
  body,
  type,
  timestamp: 1_767_225_600,
  ack: 1,
  hasMedia: false,
  _data: data as NonNullable<LibraryMessage['_data']>,
});

const flow = (name: string, given: object) => ({ name, buttonParamsJson: JSON.stringify(given) });
const reply = (id: string, text: string) => ({ id, text, action: 'reply' as const, value: null });
const PICK = [{ title: 'Pizza', rows: [{ id: 'r1', title: 'Margherita', description: '8 EUR' }] }];

/** `data`: the attributes of the page's model, as its parsers set them. */
const ROWS: readonly (readonly [about: string, LibraryMessage, Details | null])[] = [
  ['a text', message('chat', {}, 'hello'), null],
  ['the heading of a link’s preview is no content', message('chat', { title: 'A page' }, 'x'), null],
  [
    'buttons',
    message('chat', {
      isDynamicReplyButtonsMsg: true,
      dynamicReplyButtons: [{ buttonId: 'b1', buttonText: { displayText: 'Yes' }, type: 1 }],
      footer: 'Shop',
      title: 'Order',
    }),
    { title: 'Order', footer: 'Shop', buttons: [reply('b1', 'Yes')] },
  ],
  [
    'a template with buttons of three kinds',
    message('chat', {
      isFromTemplate: true,
      hydratedButtons: [
        { quickReplyButton: { displayText: 'Stop', id: 'q1' }, index: 0 },
        { urlButton: { displayText: 'Track', url: 'https://example.org/1' }, index: 1 },
        { callButton: { displayText: 'Call', phoneNumber: '+15550009999' }, index: 2 },
        { somethingNew: {} },
      ],
    }),
    {
      buttons: [
        reply('q1', 'Stop'),
        { id: '', text: 'Track', action: 'url', value: 'https://example.org/1' },
        { id: '', text: 'Call', action: 'call', value: '+15550009999' },
        { id: '', text: '', action: 'other', value: null },
      ],
    },
  ],
  [
    'a list',
    message('list', {
      footer: 'Shop',
      list: {
        title: 'Menu',
        description: 'What would you like?',
        buttonText: 'Choose',
        sections: [{ title: 'Pizza', rows: [{ rowId: 'r1', title: 'Margherita', description: '8 EUR' }] }],
      },
    }),
    { title: 'Menu', footer: 'Shop', listButton: 'Choose', sections: PICK },
  ],
  [
    'a list of products',
    message('list', {
      list: {
        title: 'Ours',
        productListInfo: { productSections: [{ title: 'New', products: [{ productId: '77' }] }] },
      },
    }),
    { title: 'Ours', sections: [{ title: 'New', rows: [{ id: '77', title: '77', description: '' }] }] },
  ],
  [
    'a native flow with buttons and a list',
    message('interactive', {
      caption: 'What would you like?',
      interactiveType: 'native_flow',
      interactiveHeader: { title: 'Menu' },
      interactivePayload: {
        buttons: [
          flow('quick_reply', { id: 'q1', display_text: 'Nothing' }),
          flow('cta_copy', { id: 'c1', display_text: 'Copy', copy_code: 'SAVE10' }),
          flow('review_and_pay', { reference_id: 'x' }),
          flow('single_select', {
            title: 'Choose',
            sections: [{ title: 'Pizza', rows: [{ id: 'r1', title: 'Margherita', description: '8 EUR' }] }],
          }),
        ],
      },
    }),
    {
      title: 'Menu',
      buttons: [
        reply('q1', 'Nothing'),
        { id: 'c1', text: 'Copy', action: 'copy', value: 'SAVE10' },
        { id: '', text: 'review_and_pay', action: 'other', value: null },
      ],
      sections: PICK,
      listButton: 'Choose',
    },
  ],
  [
    'two lists, of an older form',
    message('native_flow', {
      nativeFlowButtons: [
        { buttonId: 'b1', buttonText: { displayText: 'Yes' } },
        ...['Choose', 'More'].map((title, n) => ({
          nativeFlowInfo: {
            name: 'single_select',
            paramsJson: JSON.stringify({ title, sections: [{ title, rows: [{ id: `r${n}`, title: 'x' }] }] }),
          },
        })),
      ],
    }),
    {
      buttons: [reply('b1', 'Yes')],
      sections: ['Choose', 'More'].map((title, n) => ({
        title,
        rows: [{ id: `r${n}`, title: 'x', description: '' }],
      })),
      listButton: 'Choose',
    },
  ],
  [
    'a carousel',
    message('interactive', {
      interactiveType: 'carousel',
      carouselCardsParsed: [
        {
          caption: 'One',
          interactiveHeader: { title: 'First' },
          interactivePayload: { buttons: [flow('quick_reply', { id: 'q1', display_text: 'This' })] },
        },
      ],
    }),
    { cards: [{ title: 'First', body: 'One', footer: '', buttons: [reply('q1', 'This')] }] },
  ],
  [
    'an answer to buttons',
    message('buttons_response', { selectedButtonId: 'b1' }, 'Yes'),
    { choice: { id: 'b1', text: 'Yes', data: null } },
  ],
  [
    'an answer to a template',
    message('template_button_reply', { selectedId: 'q1', selectedIndex: 0 }, 'Stop'),
    { choice: { id: 'q1', text: 'Stop', data: null } },
  ],
  [
    'an answer to a list',
    message(
      'list_response',
      { listResponse: { title: 'Margherita', singleSelectReply: { selectedRowId: 'r1' } } },
      'Margherita\n8 EUR',
    ),
    { choice: { id: 'r1', text: 'Margherita', data: null } },
  ],
  [
    'a form',
    message('interactive_response', { interactivePayload: { paramsJson: '{"id":"f1","a":1}' } }, 'Sent'),
    { choice: { id: 'f1', text: 'Sent', data: '{"id":"f1","a":1}' } },
  ],
  [
    'an event',
    message('event_creation', {
      eventName: 'Match',
      eventStartTime: 1_767_225_600,
      eventLocation: { name: 'Park' },
      isEventCanceled: false,
    }),
    {
      event: {
        name: 'Match',
        description: null,
        startsAt: '2026-01-01T00:00:00.000Z',
        endsAt: null,
        place: 'Park',
        callLink: null,
        cancelled: false,
      },
    },
  ],
  [
    'an invitation to a group',
    message('groups_v4_invite', {
      inviteGrp: '120363000000000000@g.us',
      inviteGrpName: 'Team',
      inviteCode: 'abc',
      inviteCodeExp: '1767225600',
    }),
    {
      groupInvite: {
        groupId: '120363000000000000@g.us',
        name: 'Team',
        code: 'abc',
        expiresAt: '2026-01-01T00:00:00.000Z',
      },
    },
  ],
  [
    'a product',
    message('product', {
      productId: '77',
      title: 'Lamp',
      priceAmount1000: 19_990,
      currencyCode: 'EUR',
      businessOwnerJid: { _serialized: '15550002222@c.us' },
    }),
    {
      product: {
        id: '77',
        name: 'Lamp',
        description: null,
        price: 19.99,
        salePrice: null,
        currency: 'EUR',
        retailerId: null,
        url: null,
        seller: '15550002222@c.us',
      },
    },
  ],
  [
    'an order',
    message('order', {
      orderId: '9',
      token: 'x',
      itemCount: 2,
      totalAmount1000: 4_000,
      orderTitle: 'Two',
      sellerJid: '15550002222@s.whatsapp.net',
    }),
    {
      order: {
        id: '9',
        token: 'x',
        title: 'Two',
        items: 2,
        total: 4,
        currency: null,
        seller: '15550002222@c.us',
      },
    },
  ],
  [
    'a file of an album, played as a GIF',
    message('video', {
      isGif: true,
      associationType: 'MEDIA_ALBUM',
      parentMsgKey: { fromMe: false, remote: '15550002222@c.us', id: 'AL_BUM' },
    }),
    { album: 'AL%5FBUM', gif: true },
  ],
  ['a text to everybody', message('chat', { nonJidMentions: 1 }, '@all hi'), { mentionsAll: true }],
  [
    'what only the phone shows',
    message('unknown', { subtype: 'phone_only_feature' }),
    { hidden: { type: 'unknown', why: 'phone_only' } },
  ],
  [
    'what this build does not know',
    message('unknown', { futureproofType: 'poll_creation' }),
    { hidden: { type: 'poll_creation', why: 'unsupported' } },
  ],
];

t.test('every kind of content', (t) => {
  for (const [about, given, expected] of ROWS) {
    const details = detailsOf(given);
    t.same(details, expected, about);
    if (details !== null) t.equal(detailsSchema.safeParse(details).success, true, `${about}: its schema`);
  }
  t.end();
});

t.test('malformed content keeps the message, its type and a part that fits', (t) => {
  const WRONG = [null, 7, 'x', [], {}, [null, 7], { buttons: 'x' }, Number.NaN, true];
  const FIELDS = [
    ...['list', 'dynamicReplyButtons', 'hydratedButtons', 'interactivePayload', 'carouselCardsParsed'],
    ...['listResponse', 'eventLocation', 'eventStartTime', 'inviteCodeExp', 'pollOptions', 'vcardList'],
    ...['totalAmount1000', 'businessOwnerJid', 'title', 'lat', 'parentMsgKey', 'nativeFlowButtons'],
  ];
  const types = [...new Set(ROWS.map(([, { type }]) => type)), 'native_flow', 'location', 'poll_creation'];
  for (const type of types)
    for (const wrong of WRONG) {
      const data = Object.fromEntries(FIELDS.map((field) => [field, wrong]));
      const read = readMessage(message(type, { ...data, associationType: 'MEDIA_ALBUM' }));
      t.not(read.details?.hidden?.why, 'unreadable', `${type} with ${JSON.stringify(wrong)}`);
    }
  t.end();
});

t.test('a list of any length is cut', (t) => {
  const many = Array.from({ length: 5_000 }, (_, n) => ({ buttonId: String(n) }));
  t.equal(detailsOf(message('chat', { dynamicReplyButtons: many }))?.buttons?.length, 100);
  t.end();
});

t.test('a subtype with the name of a property of every object is one that is not known', async (t) => {
  for (const subtype of ['constructor', 'toString', '__proto__'])
    t.same(detailsOf(message('unknown', { subtype })), { hidden: { type: 'unknown', why: 'unsupported' } });
});
