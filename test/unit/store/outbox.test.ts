// Rows of outgoing messages are stored, listed and changed.
import t from 'tap';
import { SEND_STATES } from '../../../src/protocol/state.js';
import type { NewMessage } from '../../../src/store/outbox-row.js';
import type { Store } from '../../../src/store/store.js';
import { kindOf, message, NOW, opened, scratch, WID } from './scratch.js';

const accept = (store: Store, ...messages: NewMessage[]) =>
  store.write((tx) => messages.map((each) => store.outbox.accept(tx, each).message));
const A = '15550002222@c.us' as const;
const B = '15550003333@c.us' as const;
const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

t.test('an accepted message and its later states are there after a restart', async (t) => {
  const directory = scratch(t);
  const store = opened(t, directory);
  const full = message(1, {
    key: 'order-7',
    payload: { text: 'é\u0000"👍', mentions: ['1@c.us'] },
    notBeforeMs: NOW + 5,
    expiresAtMs: NOW + 9,
  });
  const [row] = await accept(store, full);
  t.match(row, {
    ...full,
    seq: 1,
    state: 'queued',
    ack: 0,
    attempts: 0,
    sentAtMs: null,
    changedAtMs: full.queuedAtMs,
    error: null,
  });
  store.close();
  const again = opened(t, directory);
  t.same(again.outbox.get('m-1'), row);
  t.same(again.outbox.get(full.messageId), row, "by our id or by WhatsApp's id");
  t.same(again.outbox.byMessageId(full.messageId), row);
  t.equal(again.outbox.byMessageId('m-1'), null);
  t.equal(again.outbox.get('m-2'), null);
});

t.test('the same key twice is one message, also in one transaction and after a restart', async (t) => {
  const directory = scratch(t);
  const store = opened(t, directory);
  const said = { key: 'k', payload: { text: 'a', mentions: [], more: { x: 1, y: 2 } } };
  const both = await store.write((tx) => [
    store.outbox.accept(tx, message(1, said)),
    store.outbox.accept(tx, message(2, said)),
  ]);
  t.same(
    both.map(({ message: { id }, isNew }) => [id, isNew]),
    [
      ['m-1', true],
      ['m-1', false],
    ],
  );
  store.close();
  const again = opened(t, directory);
  const retried = message(3, {
    key: 'k',
    payload: { more: { y: 2, x: 1 }, mentions: [], text: 'a' },
    notBeforeMs: NOW + 1000,
  });
  const later = await again.write((tx) => again.outbox.accept(tx, retried));
  t.match(
    later,
    { isNew: false, message: { id: 'm-1' } },
    'the order of keys and the times do not count as content',
  );
  t.equal(again.outbox.get('m-3'), null);
});

t.test('the same key with another content is refused and names the message', async (t) => {
  const store = opened(t);
  await accept(store, message(1, { key: 'k' }));
  const others: Partial<NewMessage>[] = [{ payload: { text: 'b' } }, { recipient: B }, { kind: 'image' }];
  for (const [n, more] of others.entries()) {
    const other = { ...message(1), id: `m-${n + 2}`, key: 'k', ...more };
    const error = await accept(store, other).catch((error: unknown) => error);
    t.match(error, { kind: 'key_reused', details: { more: { id: 'm-1' } } });
  }
  t.equal(store.outbox.list().messages.length, 1);
  await accept(store, message(9, { key: 'k', wid: '15559999999@c.us', payload: { text: 'b' } }));
  t.ok(store.outbox.get('m-9'), 'keys belong to an account');
});

t.test('an id that is taken is an error of the caller, and changes nothing', async (t) => {
  const store = opened(t);
  await accept(store, message(1));
  t.equal(await kindOf(() => accept(store, message(1))), 'internal');
  t.equal(await kindOf(() => accept(store, message(2, { messageId: message(1).messageId }))), 'internal');
  t.same(ids(store.outbox.list().messages), ['m-1']);
});

t.test('a state changes only from the expected one', async (t) => {
  const store = opened(t);
  await accept(store, message(1));
  const change = (from: 'queued' | 'sending' | 'sent', to: Parameters<typeof store.outbox.change>[3]) =>
    store.write((tx) => store.outbox.change(tx, 'm-1', from, to));
  t.match(await change('queued', { state: 'sending', nowMs: 5, attempted: true }), {
    state: 'sending',
    attempts: 1,
    changedAtMs: 5,
  });
  t.equal(await change('queued', { state: 'failed', nowMs: 6 }), null, 'another change came first');
  t.match(await change('sending', { state: 'sent', nowMs: 7, ack: 1, sentAtMs: 7 }), { ack: 1, sentAtMs: 7 });
  t.match(await change('sent', { state: 'delivered', nowMs: 8, ack: 2, sentAtMs: 8 }), {
    state: 'delivered',
    ack: 2,
    sentAtMs: 7,
    attempts: 1,
  });
  t.equal(
    await store.write((tx) => store.outbox.change(tx, 'm-2', 'queued', { state: 'sent', nowMs: 9 })),
    null,
  );
});

t.test('an ack only rises, and −1 counts only before the server has the message', async (t) => {
  const store = opened(t);
  await accept(store, message(1), message(2));
  const acked = (id: string, ack: number) =>
    store.write((tx) => store.outbox.change(tx, id, 'queued', { state: 'queued', nowMs: NOW, ack })?.ack);
  const received = [];
  for (const ack of [0, 2, 1, -1, 3]) received.push(await acked('m-1', ack));
  t.same(received, [0, 2, 2, 2, 3]);
  t.same([await acked('m-2', -1), await acked('m-2', 0), await acked('m-2', 1)], [-1, 0, 1]);
});

t.test('an error is removed with its state', async (t) => {
  const store = opened(t);
  await accept(store, message(1));
  const error = { kind: 'send_failed', reason: 'because' } as const;
  await store.write((tx) => store.outbox.change(tx, 'm-1', 'queued', { state: 'unknown', nowMs: 1, error }));
  t.same(store.outbox.get('m-1')?.error, error);
  await store.write((tx) => store.outbox.change(tx, 'm-1', 'unknown', { state: 'sent', nowMs: 2 }));
  t.equal(store.outbox.get('m-1')?.error, null);
});

t.test('each chat has one message in flight, in order, and chats are independent', async (t) => {
  const store = opened(t);
  await accept(
    store,
    message(1, { chatId: A }),
    message(2, { chatId: B }),
    message(3, { chatId: A }),
    message(4, { chatId: A, wid: '15559999999@c.us' }),
  );
  const set = (id: string, from: 'queued' | 'sending', state: 'sending' | 'sent' | 'unknown') =>
    store.write((tx) => store.outbox.change(tx, id, from, { state, nowMs: NOW }));
  t.same(ids(store.outbox.due(WID, NOW)), ['m-1', 'm-2']);
  t.equal(store.outbox.nextOf(WID, A, NOW)?.id, 'm-1');
  await set('m-1', 'queued', 'sending');
  t.equal(store.outbox.nextOf(WID, A, NOW), null);
  t.same(ids(store.outbox.due(WID, NOW)), ['m-2']);
  await set('m-1', 'sending', 'unknown');
  t.equal(store.outbox.nextOf(WID, A, NOW)?.id, 'm-3');
  t.equal(
    store.outbox.nextOf(WID, A, NOW, ['sending', 'unknown']),
    null,
    'or strictly: nothing is due behind an unknown outcome',
  );
  t.same(ids(store.outbox.due(WID, NOW, { busy: ['sending', 'unknown'] })), ['m-2']);
  await set('m-3', 'queued', 'sending');
  await set('m-3', 'sending', 'sent');
  t.equal(store.outbox.nextOf(WID, A, NOW), null, 'the remaining message belongs to another account');
});

t.test('a message scheduled for later delays no other, and its time is known', async (t) => {
  const store = opened(t);
  await accept(
    store,
    message(1, { notBeforeMs: NOW + 1_000 }),
    message(2),
    message(3, { chatId: B, expiresAtMs: NOW + 500 }),
  );
  t.same(ids(store.outbox.due(WID, NOW)), ['m-2', 'm-3']);
  t.equal(store.outbox.nextTime(NOW), NOW + 500);
  t.equal(store.outbox.nextTime(NOW + 500), NOW + 1_000);
  t.equal(store.outbox.nextTime(NOW + 1_000), null);
  t.equal(store.outbox.nextOf(WID, A, NOW + 1_000)?.id, 'm-1');
  const expired = (at: number) => store.write((tx) => store.outbox.expire(tx, at));
  t.same(await expired(NOW + 499), []);
  t.match(await expired(NOW + 500), [{ id: 'm-3', state: 'expired', changedAtMs: NOW + 500 }]);
  t.same(await expired(NOW + 500), []);
});

t.test(
  'a change of account fails queued messages, marks those in flight unknown, and keeps finished ones',
  async (t) => {
    const store = opened(t);
    await accept(store, ...[1, 2, 3, 4].map((n) => message(n)), message(5, { wid: '15559999999@c.us' }));
    await store.write((tx) => {
      store.outbox.change(tx, 'm-2', 'queued', { state: 'sending', nowMs: NOW });
      store.outbox.change(tx, 'm-3', 'queued', { state: 'sent', nowMs: NOW, ack: 1 });
      store.outbox.change(tx, 'm-4', 'queued', { state: 'unknown', nowMs: NOW });
    });
    t.equal(store.account.wid, null);
    t.equal(await store.write((tx) => store.account.link(tx, WID, NOW)), true);
    t.equal(await store.write((tx) => store.account.link(tx, WID, NOW)), false);
    t.equal(await store.write((tx) => store.account.link(tx, '15559999999@c.us', NOW)), true);
    t.equal(store.account.wid, '15559999999@c.us');
    const changed = await store.write((tx) => store.outbox.accountChanged(tx, '15559999999@c.us', NOW + 9));
    t.match(
      changed.toSorted((a, b) => a.seq - b.seq),
      [
        { id: 'm-1', state: 'failed', error: { kind: 'account_changed' }, changedAtMs: NOW + 9 },
        { id: 'm-2', state: 'unknown', error: null },
      ],
    );
    t.same(
      [3, 4, 5].map((n) => store.outbox.get(`m-${n}`)?.state),
      ['sent', 'unknown', 'queued'],
    );
    t.same(store.outbox.due(WID, NOW), []);
  },
);

t.test('unfinished messages are listed at the start, in order and in parts', async (t) => {
  const store = opened(t);
  await accept(store, ...SEND_STATES.map((_, n) => message(n)));
  await store.write((tx) => {
    for (const [n, state] of SEND_STATES.entries())
      store.outbox.change(tx, `m-${n}`, 'queued', { state, nowMs: NOW });
  });
  const open = ['queued', 'sending', 'unknown'] as const;
  t.same(
    store.outbox.inStates(open).map(({ state }) => state),
    ['queued', 'sending', 'unknown'],
  );
  const [first] = store.outbox.inStates(open, { limit: 1 });
  t.same(
    store.outbox.inStates(open, { after: first?.seq ?? 0 }).map(({ state }) => state),
    ['sending', 'unknown'],
  );
  t.same(store.outbox.counts(), Object.fromEntries(SEND_STATES.map((state) => [state, 1])));
});

t.test('the oldest message that is due is one that waits, by its own time', async (t) => {
  const store = opened(t);
  const { outbox } = store;
  t.equal(outbox.oldestDue(NOW + 1e9), null, 'none waits');
  await accept(store, message(1), message(2), message(3), message(4, { notBeforeMs: NOW + 1_000 }));
  t.equal(outbox.oldestDue(NOW + 500), NOW + 1);
  await store.write((tx) => outbox.change(tx, 'm-1', 'queued', { state: 'sent', nowMs: NOW + 10 }));
  t.equal(outbox.oldestDue(NOW + 500), NOW + 2, 'one that was sent waits no more');
  await store.write((tx) => outbox.change(tx, 'm-2', 'queued', { state: 'sending', nowMs: NOW + 10 }));
  t.equal(outbox.oldestDue(NOW + 500), NOW + 2, 'one on its way does');
  await store.write((tx) => {
    outbox.change(tx, 'm-2', 'sending', { state: 'sent', nowMs: NOW + 20 });
    outbox.change(tx, 'm-3', 'queued', { state: 'cancelled', nowMs: NOW + 20 });
  });
  t.equal(outbox.oldestDue(NOW + 999), null, 'one for later is not due');
  t.equal(outbox.oldestDue(NOW + 5_000), NOW + 1_000, 'and then since its own time');
});

t.test('pages of rows end, and return each row once, whatever the filter', async (t) => {
  const store = opened(t);
  for (let n = 1; n <= 57; n += 1)
    await accept(store, message(n, { chatId: n % 2 ? A : B, wid: n % 3 ? WID : '15559999999@c.us' }));
  await store.write((tx) => {
    for (let n = 1; n <= 57; n += 5)
      store.outbox.change(tx, `m-${n}`, 'queued', { state: 'failed', nowMs: NOW });
  });
  const all = store.outbox.list({ limit: 1_000 }).messages;
  for (const order of ['newest', 'oldest'] as const)
    for (const states of [undefined, ['failed'], ['failed', 'queued'], ['read'], []] as const)
      for (const chatId of [undefined, A, 'nobody@c.us'])
        for (const wid of [undefined, WID])
          for (const limit of [1, 7, 1_000]) {
            const found: string[] = [];
            let after: number | undefined;
            for (let pages = 0; pages <= 60; pages += 1) {
              const page = store.outbox.list({ order, states, chatId, wid, after, limit });
              found.push(...ids(page.messages));
              if (page.next === null) break;
              after = page.next;
            }
            const expected = all.filter(
              (row) =>
                (states === undefined || (states as readonly string[]).includes(row.state)) &&
                (chatId === undefined || row.chatId === chatId) &&
                (wid === undefined || row.wid === wid),
            );
            if (order === 'oldest') expected.reverse();
            if (JSON.stringify(found) !== JSON.stringify(ids(expected)))
              t.same(found, ids(expected), JSON.stringify({ order, states, chatId, wid, limit }));
          }
  t.equal(all.length, 57);
});

t.test(
  'the files of an album wait while the outcome of its heading is unknown, and nothing else does',
  async (t) => {
    const store = opened(t);
    const head = message(1, { kind: 'album', payload: { parts: [{}, {}] } });
    const file = (n: number) => message(n, { kind: 'image', payload: { album: head.messageId } });
    const [album] = await accept(
      store,
      head,
      file(2),
      file(3),
      message(4),
      message(5, { chatId: B, recipient: B }),
    );
    const next = () => [
      store.outbox.nextOf(WID, album?.lane ?? '', NOW)?.id ?? null,
      ...ids(store.outbox.due(WID, NOW)),
    ];
    const become = (
      id: string,
      from: 'queued' | 'sending' | 'unknown' | 'sent',
      state: typeof from | 'failed',
    ) => store.write((tx) => store.outbox.change(tx, id, from, { state, nowMs: NOW }));
    t.same(next(), ['m-1', 'm-1', 'm-5']);
    await become('m-1', 'queued', 'sending');
    await become('m-1', 'sending', 'unknown');
    t.same(next(), ['m-4', 'm-4', 'm-5'], 'a text behind the album goes on');
    await become('m-4', 'queued', 'sent');
    t.same(next(), [null, 'm-5']);
    await become('m-1', 'unknown', 'queued');
    t.same(next(), ['m-1', 'm-1', 'm-5'], 'the heading is first when it is sent again');
    await become('m-1', 'queued', 'failed');
    t.same(next(), ['m-2', 'm-2', 'm-5'], 'without a heading they are ordinary files');
  },
);
