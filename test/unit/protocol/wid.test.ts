/** Recipients, ids and message keys are parsed, compared, and refused with a clear error. */
import t from 'tap';
import { Fault } from '../../../src/protocol/fault.js';
import {
  accountOf,
  isChatId,
  isGroupId,
  isPostId,
  messageKey,
  numberOf,
  parseAddressee,
  parseMessageRef,
  parseRecipient,
} from '../../../src/protocol/wid.js';

t.test('recipients are parsed', async (t) => {
  const table = [
    ['+55 11 90000-0002', '5511900000002@c.us'],
    ['+1 (555) 000-2222', '15550002222@c.us'],
    ['+1.555.000.2222', '15550002222@c.us'],
    ['+49/170/0000001', '491700000001@c.us'],
    ['15550002222', '15550002222@c.us'],
    ['  15550002222\n', '15550002222@c.us'],
    ['+1\u00a0555\u00a0000\u00a02222', '15550002222@c.us'],
    ['0015550002222', '15550002222@c.us'],
    ['+0015550002222', '15550002222@c.us'],
    ['1234567', '1234567@c.us'],
    ['123456789012345', '123456789012345@c.us'],
    ['15550002222@c.us', '15550002222@c.us'],
    ['15550002222@s.whatsapp.net', '15550002222@c.us'],
    ['120363000000000001@g.us', '120363000000000001@g.us'],
    ['15550002222-1600000000@g.us', '15550002222-1600000000@g.us'],
    ['123456789012345@lid', '123456789012345@lid'],
  ] as const;
  for (const [given, expected] of table) t.equal(parseRecipient(given), expected, JSON.stringify(given));
});

t.test('an invalid recipient is refused with a clear error', async (t) => {
  const table = [
    '',
    ' ',
    '+',
    'Alice',
    '123456',
    '1234567890123456',
    '+1234567890123456',
    '05511900000002',
    '+05511900000002',
    '000',
    '１５５５０００２２２２',
    '+١٥٥٥٠٠٠٢٢٢٢',
    '1555000２222',
    '+1 555 000 2222 ext 3',
    '15550002222;15550002223',
    '15550002222,15550002223',
    '15550002222@',
    '@c.us',
    '15550002222@example.org',
    '15550002222@c.us.example.org',
    '15550002222@c.us\n15550002223@c.us',
    '15550002222:3@c.us',
    '15550002222@broadcast',
    'status@broadcast',
    'abc@g.us',
    '-@g.us',
    '+155500022+22',
    '15550002222\0',
    '__proto__',
    '1e10',
    '0x1555000222',
    '9'.repeat(100_000),
  ];
  for (const given of table) {
    const fault = t.throws(() => parseRecipient(given), Fault, JSON.stringify(given.slice(0, 40))) as Fault;
    t.equal(fault.kind, 'invalid_recipient');
    t.ok(fault.message.length < 300, 'a long input is not repeated');
  }
});

t.test('kinds of ids are distinguished', async (t) => {
  const ids = [
    ['15550002222@c.us', true, false, '15550002222'],
    ['120363000000000001@g.us', true, true, null],
    ['123456789012345@lid', true, false, null],
    ['15550002222:3@c.us', false, false, '15550002222'],
    ['15550002222@c.us ', false, false, null],
    ['15550002222@c.us\n', false, false, null],
  ] as const;
  for (const [id, chat, group, number] of ids) {
    t.equal(isChatId(id), chat, `${JSON.stringify(id)}: a chat?`);
    t.equal(isGroupId(id), group, `${JSON.stringify(id)}: a group?`);
    t.equal(numberOf(id), number, `${JSON.stringify(id)}: which number?`);
  }
});

t.test('a message is named by its key, whose parts name the chat, or by its random part', async (t) => {
  t.same(parseMessageRef('true_1@c.us_AB'), {
    id: 'AB',
    place: { fromMe: true, remote: '1@c.us', participant: null },
  });
  t.same(parseMessageRef('false_1@g.us_AB_2@lid'), {
    id: 'AB',
    place: { fromMe: false, remote: '1@g.us', participant: '2@lid' },
  });
  for (const id of ['3EB0AB', 'true_', 'no_1@c.us_AB']) t.same(parseMessageRef(id), { id, place: null });
});

t.test('the key of a message has our form, whatever the page calls its id', async (t) => {
  t.equal(messageKey({ fromMe: true, remote: '1@c.us', id: 'AB' }), 'true_1@c.us_AB');
  t.equal(
    messageKey({ fromMe: false, remote: '1@g.us', id: 'AB', participant: '2@lid' }),
    'false_1@g.us_AB_2@lid',
  );
});

t.test('statuses and channels can be sent to, but are neither person nor group', async (t) => {
  for (const id of ['status@broadcast', '120363000000000001@newsletter']) {
    t.equal(parseAddressee(` ${id}\n`), id);
    t.ok(isPostId(id));
    t.notOk(isChatId(id));
  }
  t.equal(parseAddressee('+1 555 000 2222'), '15550002222@c.us');
  for (const id of ['15550002222@broadcast', '1@newsletter', 'abc@newsletter', 'xstatus@broadcast'])
    t.match(t.throws(() => parseAddressee(id)) as Fault, { kind: 'invalid_recipient' }, id);
  for (const [id, name] of [
    ['status@broadcast', /neither a person nor a group \(status@broadcast\)/],
    ['120363000000000001@newsletter', /A channel is neither a person .*\(120363000000000001@newsletter\)/],
    ['123@newsletter', /"123@newsletter" is no id of a channel/],
  ] as const) {
    const fault = t.throws(() => parseRecipient(id), Fault, id) as Fault;
    t.match(fault, { kind: 'invalid_recipient', message: name });
  }
});

t.test('a wid is reduced to its account, whichever device it names', async (t) => {
  for (const wid of ['15550001111@c.us', '15550001111:1@c.us', '15550001111:12@c.us', '15550001111:123@c.us'])
    t.equal(accountOf(wid), '15550001111@c.us');
  t.equal(accountOf('987654321098765:42@lid'), '987654321098765@lid');
});
