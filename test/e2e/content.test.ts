/** What strangers send besides texts and files, and what this account does with it: by one daemon. */
import t, { type Test } from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import type { Contact, Received } from '../simulator/contact.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';

const MENU = {
  title: 'Menu',
  description: 'What would you like?',
  buttonText: 'Choose',
  listType: 1,
  sections: [
    {
      title: 'Pizza',
      rows: [
        { rowId: 'r1', title: 'Margherita', description: '8 EUR' },
        { rowId: 'r2', title: 'Marinara', description: '' },
      ],
    },
  ],
};

async function shown(t: Test, wad: Wad, ana: Contact): Promise<void> {
  const rows: readonly (readonly [type: string, extra: Record<string, never>, expected: object])[] = [
    [
      'list',
      { list: MENU } as never,
      {
        type: 'list',
        body: 'What would you like?',
        details: { title: 'Menu', sections: [{ title: 'Pizza', rows: [{ id: 'r1' }, { id: 'r2' }] }] },
      },
    ],
    [
      'groups_v4_invite',
      { inviteGrp: '120363000000000009@g.us', inviteGrpName: 'Team', inviteCode: 'abc' } as never,
      { details: { groupInvite: { groupId: '120363000000000009@g.us', code: 'abc', expiresAt: null } } },
    ],
    [
      'unknown',
      { subtype: 'phone_only_feature' } as never,
      { body: null, details: { hidden: { type: 'unknown', why: 'phone_only' } } },
    ],
  ];
  for (const [type, extra, expected] of rows) {
    const id = await ana.send('', { type, extra });
    const { data } = await wad.event('message', ({ messageId }) => messageId === id);
    t.match(data, expected, type);
    const known = await wad.request('message.get', { id });
    t.match(known.message, expected, `${type}, from the journal`);
  }
  const { messages } = await wad.request('chat.messages', { chat: ana.number });
  t.match(
    messages.find(({ type }) => type === 'list'),
    rows[0]?.[2],
    'and from the page',
  );
  const { stdout } = await wad.wactl(['messages', ana.number]);
  t.match(stdout, /\[list\] Menu What would you like\? \(Margherita \| Marinara\)/);
  t.match(stdout, /\[unknown\] unknown: shown only on the phone/);
}

const kind = (error: Fault): string => error.kind;

async function polls(t: Test, wad: Wad, ana: Contact): Promise<void> {
  const options = ['now', 'later'].map((name, localId) => ({ name, localId }));
  const asked = (pollSelectableOptionsCount: number) =>
    ana.send('', {
      type: 'poll_creation',
      extra: { pollName: 'When?', pollOptions: options, pollSelectableOptionsCount },
    });
  const id = await asked(1);
  await wad.event('message', ({ messageId }) => messageId === id);

  t.match(await wad.wactl(['vote', id, '--option', 'now']), { code: 0, stdout: /^voted now/ });
  const cast = await ana.waitForMessage(
    ({ type, message }) => type === 'poll_vote' && message.extra?.target === id,
  );
  t.same(cast.message.extra?.options, ['now']);
  t.match(await wad.event('message.reaction', ({ vote }) => vote?.[0] === 'now'), {
    data: { messageId: id, fromMe: true, emoji: null },
  });
  await ana.vote(id, ['later']);
  await wad.event('message.reaction', ({ vote }) => vote?.[0] === 'later');
  const poll = await wad.request('message.poll', { id });
  t.match(poll, {
    question: 'When?',
    multiple: false,
    voters: 2,
    options: [
      { text: 'now', votes: 1, voters: [{ fromMe: true }] },
      { text: 'later', votes: 1, voters: [{ phone: ana.number, fromMe: false }] },
    ],
  });
  t.match(
    (await wad.wactl(['poll', id])).stdout,
    /^When\?\nVOTES +OPTION +WHO\n1 +now +me\n1 +later +Ana\n\(2 voted\)/,
  );

  t.match(
    await wad.request('message.vote', { id, options: ['#2'] }),
    { vote: ['later'] },
    'by its place, replacing the first',
  );
  t.match(await wad.wactl(['vote', id, '--none']), { code: 0, stdout: /^vote removed/ });
  await wad.event('message.reaction', ({ vote, fromMe }) => vote?.length === 0 && fromMe === true);
  t.equal((await wad.request('message.poll', { id })).voters, 1, 'a vote that was taken back does not count');

  t.equal(await wad.request('message.vote', { id, options: ['now', 'later'] }).catch(kind), 'invalid_params');
  t.equal(await wad.request('message.vote', { id, options: ['never'] }).catch(kind), 'invalid_params');
  t.equal(
    await wad.request('message.vote', { id: '3EB0000000000000000000', options: [] }).catch(kind),
    'no_such_message',
  );
  const text = await ana.send('no poll');
  await wad.event('message', ({ messageId }) => messageId === text);
  t.equal(await wad.request('message.vote', { id: text, options: [] }).catch(kind), 'not_allowed');
  t.equal(await wad.request('message.poll', { id: text }).catch(kind), 'not_allowed');
}

async function attendance(t: Test, sim: Simulator, wad: Wad, ana: Contact): Promise<void> {
  const group = sim.createGroup({ subject: 'Tea', participants: [ana.wid, `${NUMBER}@c.us`] });
  const tomorrow = Math.floor(Date.now() / 1_000) + 86_400;
  const theirs = (extra: Record<string, never> = {}, more: object = {}) =>
    ana.send('', {
      type: 'event_creation',
      extra: { eventName: 'Tea', eventStartTime: tomorrow, ...extra },
      ...more,
    });
  for (const id of [await theirs(), await theirs({}, { group: group.id })]) {
    await wad.event('message', ({ messageId }) => messageId === id);
    t.match(await wad.wactl(['attend', id, 'not-going']), { code: 0, stdout: /^answered not-going {2}/ });
    t.match(await wad.request('message.attend', { id, answer: 'going' }), { messageId: id, answer: 'going' });
    // The page writes its answer after it has taken the request.
    await ana.waitForMessage(
      ({ type, message: { extra } }) =>
        type === 'event_response' && extra?.target === id && extra?.response === 1,
    );
    const sent = ana.received.filter(
      ({ type, message }) => type === 'event_response' && message.extra?.target === id,
    );
    t.same(
      sent.map(({ message }) => message.extra?.response),
      [2, 1],
    );
    t.match(
      await wad.event(
        'message.attendance',
        ({ messageId, answer }) => messageId === id && answer === 'going',
      ),
      { data: { fromMe: true } },
    );
    await ana.attend(id, 3);
    const reported = await wad.event(
      'message.attendance',
      ({ messageId, answer }) => messageId === id && answer === 'maybe',
    );
    t.match(reported.data, {
      fromMe: false,
      sender: { phone: ana.number, name: 'Ana' },
    });
    const list = await wad.request('message.attendance', { id });
    t.equal(list.name, 'Tea');
    t.same(list.people.map(({ phone, fromMe, answer }) => [fromMe ? 'me' : phone, answer]).sort(), [
      [ana.number, 'maybe'],
      ['me', 'going'],
    ]);
    t.match((await wad.wactl(['attendance', id])).stdout, /^Tea\nANSWER +WHO +TIME\n(.*\n)?maybe +Ana/);
  }
  const refused = [
    [await theirs({ isEventCanceled: true } as never), /was cancelled/],
    [await theirs({ eventStartTime: tomorrow - 200_000 } as never), /is over/],
    [await ana.send('no event'), /is not an event/],
  ] as const;
  for (const [id, stderr] of refused) {
    await wad.event('message', ({ messageId }) => messageId === id);
    t.match(await wad.wactl(['attend', id, 'going']), { code: 1, stderr });
  }
  t.match(await wad.wactl(['attend', '3EB0', 'perhaps']), {
    code: 2,
    stderr: /none of going, not-going, maybe/,
  });

  const mine = await wad.request('message.send', {
    to: ana.number,
    event: { name: 'Cake', startsAt: new Date(tomorrow * 1_000).toISOString() },
  });
  await wad.request('message.wait', { id: mine.id, for: 'delivered' });
  await ana.attend(mine.messageId, 1);
  t.match(await wad.event('message.attendance', ({ messageId }) => messageId === mine.messageId), {
    data: { fromMe: false, answer: 'going', sender: { phone: ana.number } },
  });
}

async function marks(t: Test, wad: Wad, ana: Contact): Promise<void> {
  const id = await ana.send('the address');
  await wad.event('message', ({ messageId }) => messageId === id);
  t.match(await wad.wactl(['pin', id, '--for', '24h']), { code: 0, stdout: /^pinned/ });
  const pinned =
    (state: number) =>
    ({ type, message }: Received) =>
      type === 'pin' && message.extra?.target === id && message.extra?.pinType === state;
  const pin = await ana.waitForMessage(pinned(1));
  t.equal(pin.message.extra?.pinExpiryDuration, 86_400);
  t.match(await wad.request('message.pin', { id, pinned: false }), { pinned: false, until: null });
  await ana.waitForMessage(pinned(2));

  t.equal(await wad.request('message.keep', { id }).catch(kind), 'not_allowed', 'it does not disappear');
  const brief = await ana.send('for a day', { extra: { ephemeralDuration: 86_400 } });
  await wad.event('message', ({ messageId }) => messageId === brief);
  t.match(await wad.wactl(['keep', brief]), { code: 0, stdout: /^kept/ });
  await ana.waitForMessage(({ type, message }) => type === 'keep_in_chat' && message.extra?.target === brief);
  t.match(await wad.request('message.keep', { id: brief, kept: false }), { kept: false });
}

async function receipts(t: Test, wad: Wad, ana: Contact): Promise<void> {
  const { id, messageId } = await wad.request('message.send', { to: ana.number, text: 'read this' });
  await wad.request('message.wait', { id, for: 'read' });
  const info = await wad.request('message.info', { id });
  t.match(info, { messageId, pending: 0, people: [{ phone: ana.number, state: 'read', playedAt: null }] });
  t.type(info.people[0]?.readAt, 'string');
  t.match((await wad.wactl(['info', id])).stdout, /^WHO +STATE +DELIVERED +READ +PLAYED\nAna +read +2/);
  const theirs = await ana.send('mine');
  await wad.event('message', (one) => one.messageId === theirs);
  t.equal(await wad.request('message.info', { id: theirs }).catch(kind), 'not_allowed');
}

/** Our own message as a contact has it, with everything that belongs to the answer. */
async function answers(t: Test, sim: Simulator, wad: Wad, ana: Contact): Promise<void> {
  const menu = await ana.send('', { type: 'list', extra: { list: MENU } as never });
  const yes = { buttonId: 'b1', buttonText: { displayText: 'Yes' }, type: 1 };
  const asked = await ana.send('Pay now?', { extra: { dynamicReplyButtons: [yes] } });
  const template = [{ quickReplyButton: { displayText: 'Stop', id: 'q1' }, index: 0 }];
  const news = await ana.send('News', { extra: { isFromTemplate: true, hydratedButtons: template } });
  await wad.event('message', ({ messageId }) => messageId === news);

  const rows: readonly (readonly [to: string, choice: string, type: string, extra: object])[] = [
    [menu, 'Marinara', 'list_response', { listResponse: { singleSelectReply: { selectedRowId: 'r2' } } }],
    [menu, '#1', 'list_response', { listResponse: { singleSelectReply: { selectedRowId: 'r1' } } }],
    [asked, 'b1', 'buttons_response', { buttonsResponse: { selectedButtonId: 'b1', type: 1 } }],
    [news, 'Stop', 'template_button_reply', { selectedId: 'q1', selectedIndex: 0 }],
  ];
  for (const [to, choice, type, extra] of rows) {
    const args = [
      'send',
      ana.number,
      '--choose',
      choice,
      '--reply-to',
      to,
      '--key',
      `${to} ${choice}`,
      '-o',
      'json',
    ];
    const ids: string[] = [];
    for (let round = 0; round < 2; round++) {
      const end = await wad.wactl(args);
      t.equal(end.code, 0, end.stderr);
      ids.push((JSON.parse(end.stdout) as { messageId: string }).messageId);
    }
    t.equal(ids[0], ids[1], `${choice}: repeating it answers once`);
    const got = await ana.waitForMessage(({ id }) => id === ids[0]);
    t.match(got, { type, message: { extra: { ...extra, quotedStanzaID: to } } }, choice);
  }
  t.match(
    await wad.event('message', ({ type }) => type === 'list_response'),
    { data: { fromMe: true, replyTo: menu, details: { choice: { id: 'r2', text: 'Marinara' } } } },
    'the answer is reported with what was chosen',
  );
  const wrong = await wad.wactl(['send', ana.number, '--choose', 'Nothing', '--reply-to', menu]);
  t.match(wrong, { code: 1, stderr: /no choice "Nothing"; it has: Margherita, Marinara/ });
  t.match(await wad.wactl(['send', ana.number, '--choose', 'Yes']), { code: 2 });

  const group = sim.createGroup({ subject: 'Team', participants: [ana.wid, `${NUMBER}@c.us`] });
  await ana.send('to all', { group: group.id });
  await wad.event('message', ({ body }) => body === 'to all');
  t.match(await wad.wactl(['send', group.id, '@all tea at five', '--mention-all']), { code: 0 });
  const loud = await ana.waitForMessage(({ body }) => body === '@all tea at five');
  t.equal(loud.message.extra?.nonJidMentions, 1);
  for (const refused of [
    { to: group.id, text: 'tea at five', mentionAll: true as const },
    { to: ana.number, text: '@all tea', mentionAll: true as const },
  ])
    t.equal(await wad.request('message.send', refused).catch(kind), 'invalid_params');
}

for (const generation of ['2026-10', '2026-04', '2026-09'] as const) {
  t.test(`content of every kind, in and out (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const wad = await home.start();
    await wad.link(phone);
    await t.test('what a stranger sends is shown', (t) => shown(t, wad, ana));
    await t.test('a vote is cast, counted and taken back', (t) => polls(t, wad, ana));
    await t.test('an event is answered, and answers of others are reported', (t) =>
      attendance(t, sim, wad, ana),
    );
    await t.test('a message is pinned, and kept', (t) => marks(t, wad, ana));
    await t.test('buttons and lists are answered', (t) => answers(t, sim, wad, ana));
    await t.test('who has read a message is shown', (t) => receipts(t, wad, ana));
    await wad.stop();
  });
}
