/** Reports of the page are applied once each, however often it repeats them. */
import t, { type Test } from 'tap';
import { Inbox } from '../../../../src/daemon/incoming/inbox.js';
import type { InboundMessage } from '../../../../src/session/inbound-message.js';
import { opened, scratch } from '../../store/scratch.js';

function open(t: Test, directory = scratch(t)) {
  const store = opened(t, directory);
  const inbox = new Inbox(store);
  const published = () =>
    store.journal.page({ after: 0 }).events.map(({ type, data }) => `${type} ${data.key} ${data.ack}`);
  const record = (one: Report) =>
    store.writeNow((tx) => (one.type === 'message' ? inbox.message(tx, one.message) : inbox.ack(tx, one)));
  return { inbox, published, record, store };
}

const message = (key: string, ack = 0): { type: 'message'; message: InboundMessage } => ({
  type: 'message',
  message: {
    ...{ key, ack, messageId: key, chatId: 'c', from: 'c', to: 'me', author: null, fromMe: false },
    ...{ type: 'text', body: 'hello', timestamp: '2026-01-01T00:00:00.000Z', hasMedia: false, media: null },
    ...{ replyTo: null, mentions: [], details: null, backfilled: false },
  },
});
const ack = (key: string, n: number) =>
  ({ type: 'ack', key, messageId: key, chatId: 'c', fromMe: true, ack: n }) as const;

type Report = ReturnType<typeof message> | ReturnType<typeof ack>;
const ROWS: readonly (readonly [about: string, reports: readonly Report[], published: readonly string[]])[] =
  [
    ['a message reported again after a re-injection', [message('a'), message('a')], ['message a 0']],
    ['two messages', [message('a'), message('b')], ['message a 0', 'message b 0']],
    [
      'acks in order',
      [message('a'), ack('a', 1), ack('a', 3)],
      ['message a 0', 'message.ack a 1', 'message.ack a 3'],
    ],
    ['a repeated ack', [ack('a', 1), ack('a', 1)], ['message.ack a 1']],
    ['acks out of order', [ack('a', 3), ack('a', 2)], ['message.ack a 3']],
    ['the ack that the message already had', [message('a', 1), ack('a', 1)], ['message a 1']],
    ['an ack before its message', [ack('a', 1), message('a')], ['message.ack a 1', 'message a 0']],
    [
      'a message does not reset its ack',
      [ack('a', 2), message('a'), ack('a', 1)],
      ['message.ack a 2', 'message a 0'],
    ],
    ['refused', [message('a'), ack('a', -1)], ['message a 0', 'message.ack a -1']],
    ['refused after the server had it', [message('a', 1), ack('a', -1)], ['message a 1']],
    ['refused twice', [ack('a', 0), ack('a', -1), ack('a', -1)], ['message.ack a 0', 'message.ack a -1']],
  ];

t.test('each report is published once', (t) => {
  for (const [about, reports, expected] of ROWS) {
    const { record, published } = open(t);
    const cursors = reports.map(record).filter((event) => event !== null);
    t.same(published(), expected, about);
    t.equal(cursors.length, expected.length, `${about}: returned once`);
  }
  t.end();
});

t.test('a message is published once undecrypted and once decrypted, whatever is repeated and when', (t) => {
  const directory = scratch(t);
  const cipher = (key: string): Report => {
    const { type, message: one } = message(key);
    return { type, message: { ...one, type: 'ciphertext', body: null } };
  };
  {
    const { record, inbox, store, published } = open(t, directory);
    for (const one of [cipher('a'), cipher('a'), ack('a', 1), cipher('a'), cipher('b')]) record(one);
    t.same([inbox.knows('a'), inbox.hasEvent('a'), inbox.hasEvent('c')], [false, true, false]);
    t.match(store.messages.event(store.messages.get('a', null) as never), { data: { type: 'ciphertext' } });
    for (const one of [message('a'), message('a'), cipher('a'), message('a')]) record(one);
    t.same(inbox.knows('a'), true);
    t.match(store.messages.event(store.messages.get('a', null) as never), { data: { type: 'text' } });
    t.same(published(), ['message a 0', 'message.ack a 1', 'message b 0', 'message a 0']);
    store.close();
  }
  const { record, published } = open(t, directory);
  for (const one of [cipher('b'), message('b'), message('b'), cipher('b'), message('c'), cipher('c')])
    record(one);
  t.same(published().slice(4), ['message b 0', 'message c 0'], 'also in the next process');
  t.end();
});

t.test('a message is known after it was reported, in this run or an earlier one', (t) => {
  const directory = scratch(t);
  const first = open(t, directory);
  first.record(message('before'));
  first.store.close();
  const { record, inbox, published } = open(t, directory);
  record(message('now'));
  record(ack('acked only', 1));
  record(message('before'));
  t.same(
    ['before', 'now', 'acked only', 'never'].map((key) => inbox.knows(key)),
    [true, true, false, false],
  );
  t.same(published(), ['message before 0', 'message now 0', 'message.ack acked only 1']);
  t.end();
});

t.test('each account has its own record of a message', (t) => {
  const { record, store, published } = open(t);
  for (const wid of ['15550001111@c.us', '15550009999@c.us']) {
    store.writeNow((tx) => store.account.link(tx, wid, 0));
    record(message('a'));
    record(message('a'));
  }
  t.same(published(), ['message a 0', 'message a 0']);
  t.end();
});

t.test('a live message sets the time of the last one heard, and a back-filled one does not', (t) => {
  const { inbox, record } = open(t);
  t.equal(inbox.lastReceivedAtMs, 0);
  const found = message('found');
  record({ ...found, message: { ...found.message, backfilled: true } });
  t.equal(inbox.lastReceivedAtMs, 0);
  const before = Date.now();
  record(message('a'));
  t.ok(inbox.lastReceivedAtMs >= before);
  t.end();
});
