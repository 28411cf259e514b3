/** The number and the LID of one person share one queue and one pace, and both are in every event. */
import t from 'tap';
import { halfKnownIn, namedIn } from '../../../../src/daemon/incoming/event-people.js';
import { Inbox } from '../../../../src/daemon/incoming/inbox.js';
import { People } from '../../../../src/daemon/incoming/people.js';
import type { Addressee } from '../../../../src/protocol/wid.js';
import type { Pair } from '../../../../src/session/port.js';
import { keepLines } from '../../log/lines.js';
import { opened, scratch, WID } from '../../store/scratch.js';
import { A, B, FAST, open, rest, TAKEN, until } from '../outgoing/sending.js';

const LID: Addressee = '270000000000002@lid';
const PAIR: Pair = { number: A, lid: LID };
const nobody = async () => ({ pairs: [], names: [] });

t.test('messages to both identities of a person form one queue, in the order of acceptance', async (t) => {
  const { page, sender, accept, ack, store } = open(t);
  const people = new People({
    store,
    log: keepLines(),
    ask: nobody,
    learnt: (pairs, moved) => sender.identified(pairs, moved),
  });
  await people.learn([PAIR]);
  for (const [chat, text] of [
    [A, 'one'],
    [LID, 'two'],
    [A, 'three'],
    [B, 'other'],
  ] as const)
    await accept(chat, text);
  sender.open(WID);
  await until(() => page.sent.length === 2);
  await rest(store);
  t.same(page.texts, ['one', 'other'], 'the LID waits behind the number');
  for (const text of ['one', 'two', 'three']) {
    await until(() => page.texts.includes(text));
    const sent = page.sent.find((one) => one.text === text);
    sent?.answer(TAKEN);
    await ack(sent?.messageId ?? '', 1);
  }
  t.same(page.texts, ['one', 'other', 'two', 'three']);
  t.same(
    page.sent.map(({ chatId }) => chatId),
    [A, B, LID, A],
    'each is sent to the chat that it was accepted for',
  );
});

t.test('two queues are merged when both turn out to belong to one person', async (t) => {
  const { page, sender, accept, ack, store, outbox } = open(t);
  const people = new People({
    store,
    log: keepLines(),
    ask: nobody,
    learnt: (pairs, moved) => sender.identified(pairs, moved),
  });
  const first = await accept(A, 'one');
  const second = await accept(LID, 'two');
  sender.open(WID);
  await until(() => page.sent.length === 2);
  t.same(page.texts, ['one', 'two'], 'it is not known yet that both are one person');
  await accept(LID, 'three');
  const behind = await accept(A, 'four');
  await people.learn([PAIR]);
  t.same([outbox.get(second.id).lane, outbox.get(behind.id).lane], [A, A]);
  page.sent[1]?.answer(TAKEN);
  await ack(second.messageId, 1);
  await rest(store);
  t.same(page.texts, ['one', 'two'], 'the number has one message in flight');
  page.sent[0]?.answer(TAKEN);
  await ack(first.messageId, 1);
  await until(() => page.sent.length === 3);
  t.equal(page.last().text, 'three', 'the message accepted first');
  page.last().answer(TAKEN);
  await ack(page.last().messageId, 1);
  await until(() => page.sent.length === 4);
  t.equal(page.last().text, 'four');
});

t.test(
  'the identities of a person are stored, and used by the next process before it has a page',
  async (t) => {
    const directory = scratch(t);
    {
      const store = opened(t, directory);
      await new People({ store, log: keepLines(), ask: nobody, learnt: () => undefined }).learn([PAIR]);
      store.close();
    }
    const { outbox, accept, store } = open(t, { directory });
    t.equal((await accept(LID, 'hello')).lane, A);
    t.match(store.outbox.list({ chatId: A }).messages, [{ chatId: LID }], 'found by either identity');
    t.same(store.outbox.openLanes(), [A]);
    t.ok(outbox);
  },
);

t.test('a person who was messaged by number is not a stranger by LID', async (t) => {
  let nowMs = Date.UTC(2026, 0, 1);
  const pacing = { ...FAST, mode: 'on', perMinute: 6_000, burst: 100 } as const;
  const { page, sender, accept, ack, store } = open(t, { pacing, now: () => nowMs, chance: () => 0.5 });
  const people = new People({
    store,
    log: keepLines(),
    ask: nobody,
    learnt: (pairs, moved) => sender.identified(pairs, moved),
  });
  await people.learn([PAIR]);
  sender.open(WID);
  await accept(A, 'first');
  await until(() => page.sent.length === 1);
  page.last().answer(TAKEN);
  await ack(page.last().messageId, 1);
  nowMs += 1_000;
  await accept(LID, 'second');
  await until(() => page.sent.length === 2, 'without the twenty seconds between strangers');
  t.same(page.texts, ['first', 'second']);
});

t.test('an event has both identities of everybody that it names', async (t) => {
  const { store } = open(t);
  const people = new People({ store, log: keepLines(), ask: nobody, learnt: () => undefined });
  const ben = { number: B, lid: '270000000000003@lid' };
  await people.learn([PAIR, ben]);
  const nameless = { name: null, pushname: null };
  const ana = (id: string) => ({ id, phone: '15550002222', lid: LID, ...nameless });
  const group = { id: '120363000000000000@g.us', phone: null, lid: null, ...nameless };
  const bare = { key: 'k', messageId: 'AC01', ack: 1, fromMe: false, author: null, mentions: [] };
  const message = { ...bare, chatId: LID, from: LID, to: WID };
  t.same(namedIn(store, message), { chat: ana(LID), sender: ana(LID), people: [] });
  t.same(namedIn(store, { ...message, fromMe: true, from: WID, to: LID }), {
    chat: ana(LID),
    sender: { id: WID, phone: '15550001111', lid: null, ...nameless },
    people: [],
  });
  t.same(
    namedIn(store, {
      ...{ ...bare, chatId: group.id, from: group.id },
      ...{ author: LID, mentions: [ben.lid, '99999999@lid'] },
    }),
    {
      chat: group,
      sender: ana(LID),
      people: [
        { id: ben.lid, phone: '15550003333', lid: ben.lid, ...nameless },
        { id: '99999999@lid', phone: null, lid: '99999999@lid', ...nameless },
      ],
    },
    'a LID with an unknown number is shown as it is',
  );
  t.match(namedIn(store, { chatId: group.id, author: A, participants: [B] }), {
    sender: ana(A),
    people: [{ id: B, phone: '15550003333', lid: ben.lid }],
  });
  t.match(namedIn(store, { id: 'call', from: LID, fromMe: false }), { chat: ana(LID), sender: ana(LID) });
  t.match(namedIn(store, { key: 'k', chatId: A, fromMe: false, author: null }), { sender: ana(A) });
  t.match(namedIn(store, { key: 'k', chatId: A, fromMe: true, ack: 3 }), { chat: ana(A), sender: null });
  const event = store.writeNow((tx) =>
    new Inbox(store).ack(tx, {
      ...{ type: 'ack', key: 'k', messageId: 'AC01', chatId: LID, fromMe: true, ack: 2 },
    }),
  );
  t.match(event?.data, { chat: ana(LID), sender: null });
});

t.test('a number that passes to another person belongs to them, and invalid pairs are ignored', async (t) => {
  const { store } = open(t);
  const asked: string[][] = [];
  const people = new People({
    ...{ store, log: keepLines(), learnt: () => undefined },
    ask: async (ids) => {
      asked.push([...ids]);
      return { pairs: [{ number: A, lid: '270000000000009@lid' }], names: [] };
    },
  });
  await people.learn([
    PAIR,
    { number: LID, lid: A },
    { number: B, lid: 'x' },
    { number: '1@g.us', lid: LID },
  ]);
  t.equal(store.identities.laneOf(LID), A);
  await people.meet([A, A]);
  t.same(asked, [[A]]);
  t.equal(store.identities.laneOf('270000000000009@lid'), A);
  t.equal(store.identities.laneOf(LID), LID, 'the previous holder is a separate person');
  await people.meet([]);
  t.equal(asked.length, 1);
  const silent = new People({
    ...{ store, log: keepLines(), learnt: () => undefined },
    ask: () => Promise.reject(new Error('no page')),
  });
  await silent.meet([B]);
});

t.test('an event has the names of everybody that it names, under either identity', async (t) => {
  const { store } = open(t);
  const asked: string[][] = [];
  const group = '120363000000000000@g.us';
  const people = new People({
    ...{ store, log: keepLines(), learnt: () => undefined },
    ask: async (ids) => {
      asked.push([...ids]);
      return { pairs: [], names: ids.map((id) => ({ id, name: null, pushname: null })) };
    },
  });
  await people.learn([PAIR]);
  people.name([
    { id: A, name: 'Ana Silva', pushname: null },
    { id: LID, name: null, pushname: 'ana' },
    { id: group, name: 'Team', pushname: null },
  ]);
  const both = { name: 'Ana Silva', pushname: 'ana' };
  const event = { key: 'k', chatId: group, author: LID, participants: [A, B] };
  t.match(namedIn(store, event), {
    chat: { name: 'Team', pushname: null },
    sender: both,
    people: [both, { name: null, pushname: null }],
  });
  people.name([{ id: LID, name: null, pushname: 'Ana\u0000'.padEnd(9_000, 'x') }]);
  t.equal(namedIn(store, event).sender?.pushname?.length, 256, 'a name of any length is cut');
  t.same(halfKnownIn(store, event), [B], 'the page is asked about a person whose names were never reported');
  await people.learn([{ number: B, lid: '270000000000003@lid' }]);
  await people.meet(halfKnownIn(store, event));
  t.same(halfKnownIn(store, event), [], 'and once only, even if it knows no name');
  t.same(asked, [[B]]);
});

t.test('only so many names are in memory', async (t) => {
  const { store } = open(t);
  for (let n = 0; n < 30_000; n++)
    store.identities.putNames(`${10_000_000 + n}@lid`, { name: `${n}`, pushname: null });
  t.equal(store.identities.namesOf('10000000@lid'), null);
  t.equal(store.identities.namesOf('10029999@lid')?.name, '29999');
});
