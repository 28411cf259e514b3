/** What the page reports, once each, however often it repeats itself. */
import t from 'tap';
import { Inbox } from '../../../src/daemon/inbox.js';
import type { InboundMessage } from '../../../src/session/port.js';

function open() {
  const published: string[] = [];
  const inbox = new Inbox((type, data) => published.push(`${type} ${String(data.key)} ${String(data.ack)}`));
  return { inbox, published };
}

const message = (key: string, ack = 0): { type: 'message'; message: InboundMessage } => ({
  type: 'message',
  message: {
    ...{ key, ack, messageId: key, chatId: 'c', from: 'c', to: 'me', author: null, fromMe: false },
    ...{ type: 'text', body: 'hello', timestamp: '2026-01-01T00:00:00.000Z', hasMedia: false, media: null },
    ...{ replyTo: null, mentions: [], backfilled: false },
  },
});
const ack = (key: string, n: number) =>
  ({ type: 'ack', key, messageId: key, chatId: 'c', fromMe: true, ack: n }) as const;

type News = ReturnType<typeof message> | ReturnType<typeof ack>;
const ROWS: readonly (readonly [about: string, news: readonly News[], published: readonly string[]])[] = [
  ['a message twice, after a re-injection', [message('a'), message('a')], ['message a 0']],
  ['two messages', [message('a'), message('b')], ['message a 0', 'message b 0']],
  [
    'acks that lead on',
    [message('a'), ack('a', 1), ack('a', 3)],
    ['message a 0', 'message.ack a 1', 'message.ack a 3'],
  ],
  ['acks doubled', [ack('a', 1), ack('a', 1)], ['message.ack a 1']],
  ['acks out of order', [ack('a', 3), ack('a', 2)], ['message.ack a 3']],
  ['the ack that the message came with', [message('a', 1), ack('a', 1)], ['message a 1']],
  ['an ack that overtook its message', [ack('a', 1), message('a')], ['message.ack a 1', 'message a 0']],
  [
    'which does not set it back',
    [ack('a', 2), message('a'), ack('a', 1)],
    ['message.ack a 2', 'message a 0'],
  ],
  ['refused', [message('a'), ack('a', -1)], ['message a 0', 'message.ack a -1']],
  ['refused after the server had it', [message('a', 1), ack('a', -1)], ['message a 1']],
  ['refused twice', [ack('a', 0), ack('a', -1), ack('a', -1)], ['message.ack a 0', 'message.ack a -1']],
];

t.test('each once', (t) => {
  for (const [about, news, expected] of ROWS) {
    const { inbox, published } = open();
    for (const one of news) one.type === 'message' ? inbox.message(one) : inbox.ack(one);
    t.same(published, expected, about);
  }
  t.end();
});

t.test('what is known is what was reported, now or by an earlier run', (t) => {
  const { inbox, published } = open();
  inbox.recall(['before']);
  inbox.message(message('now'));
  inbox.ack(ack('acked only', 1));
  inbox.message(message('before'));
  t.same(
    ['before', 'now', 'acked only', 'never'].map((key) => inbox.knows(key)),
    [true, true, false, false],
  );
  t.same(published, ['message now 0', 'message.ack acked only 1']);
  t.end();
});

t.test('twenty thousand keys are remembered, the latest used longest', (t) => {
  const { inbox } = open();
  inbox.message(message('first'));
  inbox.message(message('second'));
  inbox.ack(ack('first', 1));
  for (let n = 0; n < 19_999; n++) inbox.message(message(`${n}`));
  t.same(
    ['first', 'second', '0'].map((key) => inbox.knows(key)),
    [true, false, true],
  );
  t.end();
});

t.test('what was heard last is known by its time', (t) => {
  const { inbox } = open();
  t.equal(inbox.lastHeardAtMs, 0);
  const before = Date.now();
  inbox.message(message('a'));
  t.ok(inbox.lastHeardAtMs >= before);
  t.same(inbox.heardSince(before), ['a']);
  t.same(inbox.heardSince(Date.now() + 1_000), []);
  t.end();
});
