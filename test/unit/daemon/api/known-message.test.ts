/** A message is found by each of its names, whether received or sent. */
import t from 'tap';
import { knownMessage } from '../../../../src/daemon/api/known-message.js';
import { Inbox } from '../../../../src/daemon/incoming/inbox.js';
import type { InboundMessage } from '../../../../src/session/inbound-message.js';
import { kindOf, opened, message as row, WID } from '../../store/scratch.js';

const CHAT = '15550002222@c.us';
const message = (messageId: string, fromMe: boolean): InboundMessage => ({
  ...{ key: `${fromMe}_${CHAT}_${messageId}`, messageId, chatId: CHAT, from: CHAT, to: WID, author: null },
  ...{ fromMe, type: 'text', body: messageId, timestamp: '2026-01-01T00:00:00.000Z', ack: 1 },
  ...{ hasMedia: false, media: null, replyTo: null, mentions: [], details: null, backfilled: false },
});

const ANA = { id: CHAT, phone: '15550002222', lid: null, name: null, pushname: null };
const NAMED = { chat: ANA, sender: ANA, people: [] };

t.test('an incoming message is found by its key and by its id', async (t) => {
  const store = opened(t);
  const came = message('AC01', false);
  store.writeNow((tx) => new Inbox(store).message(tx, came));
  for (const name of [came.key, 'AC01'])
    t.same(knownMessage(store, name), {
      ...{ id: null, messageId: 'AC01', chatId: CHAT, state: null, ack: 1 },
      ...{ queuedAt: null, sentAt: null, error: null, key: came.key, message: { ...came, ...NAMED } },
    });
});

t.test('a message stored by an earlier version gets the identities that are known now', async (t) => {
  const store = opened(t);
  const came = message('AC02', false);
  const reports = { type: 'message', timeMs: 1, wid: WID, data: { ...came } } as const;
  const lid = '270000000000002@lid';
  store.writeNow((tx) => {
    store.messages.appendOnce(tx, { key: came.key, messageId: 'AC02', ack: 1 }, reports);
    store.identities.put(tx, { number: CHAT, lid });
  });
  const ana = { ...ANA, lid };
  t.match(knownMessage(store, 'AC02').message, { ...came, chat: ana, sender: ana, people: [] });
});

t.test('a message stored with identities and without names gets the names that are known now', async (t) => {
  const store = opened(t);
  const { name: _, pushname: __, ...had } = ANA;
  const came = { ...message('AC03', false), chat: had, sender: had, people: [] };
  const reports = { type: 'message', timeMs: 1, wid: WID, data: came } as const;
  store.writeNow((tx) =>
    store.messages.appendOnce(tx, { key: came.key, messageId: 'AC03', ack: 1 }, reports),
  );
  store.identities.putNames(CHAT, { name: 'Ana', pushname: null });
  const ana = { ...ANA, name: 'Ana' };
  t.same(knownMessage(store, 'AC03').message, { ...came, chat: ana, sender: ana });
});

t.test(
  'one of our messages is found by each of its three names, before and after the page reported it',
  async (t) => {
    const store = opened(t);
    const { message: sent } = store.writeNow((tx) => store.outbox.accept(tx, row(1)));
    const own = message(sent.messageId, true);
    t.match(knownMessage(store, sent.id), { id: sent.id, state: 'queued', key: null, message: null });
    t.match(knownMessage(store, own.key), { id: sent.id }, 'by its key before the page reported it');
    store.writeNow((tx) => new Inbox(store).message(tx, own));
    for (const name of [sent.id, sent.messageId, own.key])
      t.match(knownMessage(store, name), { id: sent.id, state: 'queued', key: own.key, message: own }, name);
  },
);

t.test("our message id in the key of somebody else's message does not match ours", async (t) => {
  const store = opened(t);
  const { message: sent } = store.writeNow((tx) => store.outbox.accept(tx, row(1)));
  const theirs = message(sent.messageId, false);
  t.equal(await kindOf(() => knownMessage(store, theirs.key)), 'no_such_message');
  store.writeNow((tx) => new Inbox(store).message(tx, theirs));
  t.match(knownMessage(store, theirs.key), { id: null, message: theirs });
});

t.test('an unknown message is reported as no_such_message', async (t) => {
  const store = opened(t);
  for (const name of ['m-1', 'AC99', `false_${CHAT}_AC99`, `true_${CHAT}_AC99`])
    t.equal(await kindOf(() => knownMessage(store, name)), 'no_such_message', name);
});

t.test('a message known only by its ack is found', async (t) => {
  const store = opened(t);
  const ack = {
    type: 'ack',
    key: `true_${CHAT}_3EBX`,
    messageId: '3EBX',
    chatId: CHAT,
    fromMe: true,
    ack: 2,
  } as const;
  store.writeNow((tx) => new Inbox(store).ack(tx, ack));
  t.match(knownMessage(store, '3EBX'), { id: null, chatId: CHAT, ack: 2, key: ack.key, message: null });
});
