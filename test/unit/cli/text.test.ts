// Text output for people has headings, one time format and names, and never JSON.

import t, { type Test } from 'tap';
import { namesFor } from '../../../src/cli/names.js';
import { EVENT_HEADINGS, renderEvent } from '../../../src/cli/render/event.js';
import { Names } from '../../../src/cli/render/name.js';
import { renderRow } from '../../../src/cli/render/outbox.js';
import { clock, when } from '../../../src/cli/render/time.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import { EVENT_TYPES, type EventType } from '../../../src/protocol/state.js';
import { madeUp } from '../../harness/made-up-event.js';
import { wactl } from '../../harness/wactl.js';
import { type FakeDaemon, fakeDaemon } from './daemon.js';

// Each row starts a program, which is slow on a busy machine.
t.setTimeout(400_000);

const ANA = '15550002222@c.us';
const TEAM = '120363000000000000@g.us';
const AT = '2026-01-01T00:00:00.000Z';
const KEY = 'false_15550002222@c.us_3AEB0C0FFEE012345678';
const names = new Names([
  { id: ANA, phone: '15550002222', lid: '91000015550002222@lid', name: 'Ana' },
  { id: TEAM, phone: null, lid: null, name: 'Team' },
  { id: '15550009999@c.us', phone: '15550009999', lid: null, name: '+15550009999' },
  { id: '15550008888@c.us', phone: '15550008888', lid: null, name: '+1 (555) 000-2222', saved: false },
  { id: '15550007777@c.us', phone: '15550007777', lid: null, name: 'Ana', saved: false },
]);
const JSON_LIKE = /[{[]"|"[:,\]}]|\[object|undefined|\d{4}-\d\d-\d\dT\d\d:/;

t.test("an unknown person's chosen name cannot pass for a number or a saved contact", (t) => {
  t.equal(names.short('15550008888@c.us'), '+1 555 000 8888');
  t.equal(names.short('15550007777@c.us'), '~Ana (+1 555 000 7777)');
  t.equal(names.full('15550007777@c.us'), '~Ana (+1 555 000 7777)');
  t.equal(names.short(ANA), 'Ana');
  t.end();
});

const EVENTS: Readonly<Record<EventType, readonly (readonly [data: object, says: RegExp])[]>> = {
  message: [
    [{ from: ANA, chatId: ANA, body: 'hi' }, /from Ana \(\+1 555 000 2222\): hi$/],
    [
      { from: TEAM, author: '91000015550002222@lid', chatId: TEAM, type: 'image', body: '' },
      /from Ana \(\+1 555 000 2222\) in Team \(120363000000000000@g\.us\): \[image\]$/,
    ],
    [{ fromMe: true, to: '15550009999@c.us', chatId: '', body: 'x' }, /to \+1 555 000 9999: x$/],
    [
      {
        from: ANA,
        chatId: ANA,
        type: 'list',
        body: 'What would you like?',
        details: {
          title: 'Menu',
          sections: [{ title: '', rows: [{ id: 'r1', title: 'Pizza', description: '' }] }],
        },
      },
      /: \[list\] Menu What would you like\? \(Pizza\)$/,
    ],
    [
      {
        from: ANA,
        chatId: ANA,
        type: 'unknown',
        body: null,
        details: { hidden: { type: 'poll_creation', why: 'phone_only' } },
      },
      /: \[unknown\] poll_creation: shown only on the phone$/,
    ],
  ],
  'message.history': [[{ from: ANA, chatId: ANA, body: 'old' }, /from Ana \(\+1 555 000 2222\): old$/]],
  'message.ack': [
    [{ key: KEY, messageId: '3AEB', chatId: ANA, fromMe: true, ack: 2 }, /3AEB in Ana .*: delivered$/],
  ],
  'message.reaction': [
    [{ messageId: '3AEB', from: ANA, emoji: '👍', vote: null }, /Ana .* 👍 to 3AEB$/],
    [{ messageId: '3AEB', from: ANA, emoji: null, vote: ['now'] }, /Ana .* voted now in 3AEB$/],
  ],
  'message.attendance': [
    [{ messageId: '3AEB', from: ANA, answer: 'not_going' }, /Ana .* answered not going to 3AEB$/],
    [{ messageId: '3AEB', from: ANA, fromMe: true, answer: 'going' }, /me answered going to 3AEB$/],
  ],
  'message.transcript': [
    [{ messageId: '3AEB', author: ANA, text: 'at nine', error: null }, /Ana .* said in 3AEB: at nine$/],
    [{ messageId: '3AEB', author: ANA, text: null, error: { kind: 'failed' } }, /: no text \(failed\)$/],
  ],
  'message.edit': [[{ messageId: '3AEB', author: ANA, body: 'new' }, /Ana .* changed 3AEB: new$/]],
  'message.revoke': [[{ messageId: '3AEB', fromMe: true }, /me deleted 3AEB$/]],
  group: [[{ chatId: TEAM, change: 'add', participants: [ANA], author: null }, /^.*Team .*: add Ana/]],
  'group.tag': [
    [{ chatId: TEAM, author: ANA, tag: 'Coach' }, /^.*Team .*: Ana .* has the tag Coach$/],
    [{ chatId: TEAM, author: ANA, tag: null }, /Ana .* has no tag$/],
  ],
  call: [[{ from: ANA, video: true }, /video call from Ana/]],
  label: [
    [{ id: '3', name: 'Paid', change: 'created', chatId: null }, /label Paid created$/],
    [{ id: '3', name: 'Paid', change: 'added', chatId: ANA }, /label Paid on Ana/],
    [{ id: '3', name: 'Paid', change: 'removed', chatId: ANA }, /label Paid off Ana/],
  ],
  'chat.timer': [
    [{ chatId: ANA, seconds: 604_800 }, /^.*Ana .*: messages disappear after 7 d$/],
    [{ chatId: TEAM, seconds: null }, /^.*Team .*: messages stay$/],
  ],
  presence: [
    [{ from: ANA, state: 'typing', lastSeenAt: null }, /Ana .* typing$/],
    [{ from: ANA, state: 'unavailable', lastSeenAt: AT }, /Ana .* unavailable \(last seen /],
  ],
  state: [
    [
      { from: 'ready', status: 'reconnecting', reason: 'network_down' },
      /ready -> reconnecting: network_down$/,
    ],
  ],
  restriction: [
    [{ kind: 'time_lock', until: AT, used: null, total: null }, new RegExp(`time_lock until ${when(AT)}$`)],
    [{ kind: 'quota_low', until: AT, used: 9, total: 10 }, /quota_low until .*, 9 of 10 used$/],
    [{ kind: null, until: null, before: 'time_lock' }, /time_lock is over$/],
  ],
  alert: [[{ reason: 'banned', says: 'Banned.', hint: 'wactl logs' }, /banned: Banned\.; try: wactl logs$/]],
  qr: [[{ number: 2, expiresAt: AT }, new RegExp(`code 2, until ${when(AT)}$`)]],
  gap: [
    ...['too_many', 'unreadable'].map(
      (reason) => [{ reason, chatId: ANA, since: AT, reported: 1000 }, /in Ana .* since \d/] as const,
    ),
    [{ reason: 'undecrypted', chatId: ANA, messageIds: ['3AEB', '3AEC'] }, /decrypted in Ana .* 3AEB, 3AEC$/],
    [{ reason: 'unlinked', since: AT, until: AT }, /no phone was linked since .* until /],
    [{ reason: 'not_kept', after: 0, oldest: 5 }, /older events are not kept/],
    [{ reason: 'store_replaced', movedTo: ['/x'] }, /has been replaced$/],
  ],
};

t.test('every type of event has a text with names and the local time', async (t) => {
  for (const type of EVENT_TYPES)
    for (const [data, says] of EVENTS[type]) {
      const text = renderEvent(
        { cursor: 1767225600001, type, time: AT, account: 'default', data: madeUp(data) },
        names,
      );
      t.match(text.trimEnd(), says, type);
      t.notMatch(text, JSON_LIKE, type);
      t.equal(text.indexOf(when(AT)), EVENT_HEADINGS.indexOf('TIME'), `${type}: aligned with its heading`);
    }
  const newer = { cursor: 1, type: 'poke' as never, time: AT, account: 'default', data: madeUp({ a: 1 }) };
  t.match(renderEvent(newer, names), /poke/, 'a type of a newer daemon');
});

t.test('a queued message shows its content in words', async (t) => {
  const row = METHODS['outbox.get'].example.result;
  for (const [kind, payload, says] of [
    ['text', { text: 'hello' }, 'hello'],
    [
      'image',
      { file: { name: 'a.jpg', mimetype: 'image/jpeg', size: 3 }, caption: 'look' },
      'image a.jpg, 3 bytes  look',
    ],
    ['location', { latitude: 52.5, longitude: 13.4, name: 'Berlin' }, '52.5,13.4  Berlin'],
    ['contact', { contacts: [{ name: 'Ana', number: '15550002222' }] }, 'Ana (+1 555 000 2222)'],
    ['poll', { question: 'When?', options: ['now', 'later'], multiple: false }, 'When? now / later'],
  ] as const) {
    const text = renderRow({ ...row, kind, payload: { ...payload } as never, notBefore: AT }, names);
    t.ok(text.includes(`  content     ${says}\n`), text);
    t.ok(text.includes('  to          Ana (+1 555 000 2222)\n'), kind);
    t.ok(text.includes(`  not before  ${when(AT)}\n`), kind);
    t.notMatch(text, JSON_LIKE, kind);
  }
});

t.test('times are shown in the time zone of the machine', async (t) => {
  t.match(when(AT), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  t.equal(new Date(when(AT)).toISOString(), AT);
  t.equal(clock(AT), when(AT).slice(11));
  t.equal(when(null), '');
});

t.test('names are requested for text output only, and a failure does not matter', async (t) => {
  const never = () => Promise.reject(new Error('not ready'));
  t.equal((await namesFor({ ask: never as never, output: 'text' })).full(ANA), '+1 555 000 2222');
  t.equal(
    await namesFor({ ask: (() => t.fail('names were requested')) as never, output: 'json' }),
    Names.NONE,
  );
});

const daemonOf = async (t: Test, answers: Parameters<typeof fakeDaemon>[0] = {}): Promise<FakeDaemon> => {
  const daemon = await fakeDaemon(answers);
  t.teardown(() => daemon.close());
  return daemon;
};

/** The commands whose text is the result of one method. */
const LINES: readonly (readonly [args: readonly string[], heading?: RegExp])[] = [
  [['status']],
  [['send', ANA, 'hi']],
  [['outbox'], /^ID +ACCEPTED +STATE +TO +WHY\n/],
  [['outbox', 'show', 'm-1']],
  [['outbox', 'cancel', 'm-1'], /^ID /],
  [['webhook'], /^NAME +URL +FORMAT +BEHIND +DEAD +STATE\n/],
  [['webhook', 'dead', 'crm'], /^CURSOR +TYPE +GIVEN UP +ATTEMPTS +WHY\n/],
  [['webhook', 'test', 'crm']],
  [['messages', ANA], /^TIME +WHO +KEY +MESSAGE\n/],
  [['search', 'hello'], /^TIME +WHO +CHAT +KEY +TEXT\n/],
  [['purge', '--person', ANA, '--yes'], /^removed \d+ events/],
  [['events'], /^CURSOR +TIME +TYPE +EVENT\n/],
  [['chats'], /^UNREAD +NAME +CHAT +LAST +STATE\n/],
  [['chat', 'show', ANA], /^UNREAD /],
  [['contacts'], /^NAME +CONTACT +LID +STATE\n/],
  [['contact', 'check', ANA]],
  [['groups'], /^NAME +GROUP +PEOPLE +STATE\n/],
  [['group', 'show', TEAM], /\nNAME +PERSON +ROLE\n/],
  [['group', 'invite', TEAM]],
  [['react', KEY, '👍']],
  [['edit', KEY, 'x']],
  [['delete', KEY]],
  [['forward', KEY, ANA]],
  [['star', KEY]],
];

t.test('no command prints JSON in text output, and each list has headings', async (t) => {
  const event = {
    cursor: 7,
    type: 'message.ack',
    time: AT,
    account: 'default',
    data: { messageId: 'x', ack: 1 },
  };
  const letter = { event, at: AT, attempts: 3, reason: 'the receiver answered 503' };
  const daemon = await daemonOf(t, {
    'events.list': ({ after }) =>
      after === undefined ? { events: [event], next: 7 } : { events: [], next: 7 },
    'webhook.dead': () => ({ letters: [letter] }),
  });
  for (const [args, heading] of LINES) {
    const { code, stdout, stderr } = await wactl(args, { socket: daemon.socket });
    t.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    t.notMatch(stdout, JSON_LIKE, args.join(' '));
    if (heading) t.match(stdout, heading, args.join(' '));
  }
});

t.test('a purge needs one filter, a time that has passed, and without a terminal --yes', async (t) => {
  const asked: unknown[] = [];
  const daemon = await daemonOf(t, {
    'message.purge': (params) => {
      asked.push(params);
      throw new Error('not to be called');
    },
  });
  for (const args of [
    [],
    ['--yes'],
    ['--chat', ANA, '--person', ANA, '--yes'],
    ['--person', ANA],
    ['--older-than', '9999-01-31', '--yes'],
  ])
    t.equal((await wactl(['purge', ...args], { socket: daemon.socket })).code, 2, args.join(' '));
  t.same(asked, []);
});

t.test('names replace numbers', async (t) => {
  const daemon = await daemonOf(t);
  const text = async (...args: string[]) => (await wactl(args, { socket: daemon.socket })).stdout;
  t.match(await text('messages', ANA), /\S+ \S+ {2}Ana {2}/);
  t.match(await text('outbox'), / Ana \(\+1 555 000 2222\) /);
  t.match(await text('outbox', 'show', 'm-1'), /to +Ana \(\+1 555 000 2222\)\n/);
});

t.test('an empty list prints a note on stderr, and nothing on stdout', async (t) => {
  const daemon = await daemonOf(t, {
    'outbox.list': () => ({ messages: [], next: null }),
    'chat.messages': () => ({ messages: [], more: false }),
    'message.search': () => ({ messages: [], next: null, behind: 0 }),
    'chat.list': () => ({ chats: [], total: 0 }),
    'contact.list': () => ({ contacts: [], total: 0 }),
    'group.list': () => ({ groups: [], total: 0 }),
    'webhook.dead': () => ({ letters: [] }),
    'events.list': () => ({ events: [], next: 0 }),
  });
  for (const [args, says] of [
    [['outbox'], 'no messages'],
    [['messages', ANA], 'no messages'],
    [['search', 'hello'], 'no messages'],
    [['chats'], 'no chats'],
    [['contacts'], 'no contacts'],
    [['groups'], 'no groups'],
    [['webhook', 'dead', 'crm'], 'there are no dead letters'],
    [['events'], 'no events'],
  ] as const)
    t.match(await wactl(args, { socket: daemon.socket }), {
      code: 0,
      stdout: '',
      stderr: `wactl: ${says}\n`,
    });
});
