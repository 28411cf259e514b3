/** The outbox: idempotency keys, ids, acks, and waits for a message. */
import t, { type Test } from 'tap';
import { partsOf, wholeOf } from '../../../../src/daemon/outgoing/album.js';
import { Outbox, show } from '../../../../src/daemon/outgoing/outbox.js';
import { drained, type Goal, reached } from '../../../../src/daemon/outgoing/outbox-wait.js';
import type { Addressee } from '../../../../src/protocol/wid.js';
import { keepLines, settled, thrownBy } from '../../log/lines.js';
import { opened, scratch, WID } from '../../store/scratch.js';

const A: Addressee = '15550002222@c.us';
const B: Addressee = '15550003333@c.us';
const never = new AbortController().signal;

function open(t: Test, directory = scratch(t), now?: () => number) {
  const store = opened(t, directory);
  store.writeNow((tx) => store.account.link(tx, WID, 0));
  const outbox = new Outbox(store, keepLines(), now);
  const request = (chatId: Addressee, text: string, key: string | null) => ({
    ...{ wid: WID, recipient: chatId, chatId, kind: 'text', payload: { text }, key },
    ...{ notBeforeMs: null, expiresAtMs: null },
  });
  const accept = (text = 'hello', key: string | null = null, chatId = A) =>
    outbox.accept(request(chatId, text, key));
  const submit = (id: string) => outbox.take(id, { type: 'submit' }, { attempted: true });
  const ack = (messageId: string, n: number) => outbox.take(messageId, { type: 'ack', ack: n });
  const wait = (id: string, goal: Goal, signal: AbortSignal = never) =>
    reached(outbox, id, goal, { wid: () => store.account.wid, signal });
  return { store, outbox, request, accept, submit, ack, wait, directory };
}

t.test('a message keeps its id from acceptance on, in every answer and after a restart', async (t) => {
  const { accept, outbox, store, directory } = open(t);
  const { id, messageId } = await accept();
  t.match(messageId, /^3EB0[0-9A-F]{18}$/);
  t.same(outbox.get(id), outbox.get(messageId));
  t.match(await thrownBy(Promise.resolve().then(() => outbox.get('x'))), { kind: 'no_such_message' });
  store.close();
  t.match(show(open(t, directory).outbox.get(messageId)), { id, messageId, state: 'queued', ack: 0 });
});

t.test(
  'repeating a key returns the same message, also concurrently and after a restart; another content is refused',
  async (t) => {
    const { accept, outbox, request, store, directory } = open(t);
    const [first, again] = await Promise.all([accept('hello', 'k'), accept('hello', 'k')]);
    t.equal(again.id, first.id);
    t.equal(outbox.earlier(request(A, 'hello', 'k'))?.id, first.id);
    t.equal(outbox.earlier(request(A, 'hello', 'other')), null);
    for (const [chat, text] of [
      [A, 'goodbye'],
      [B, 'hello'],
    ] as const)
      t.match(await thrownBy(accept(text, 'k', chat)), { kind: 'key_reused' });
    t.not((await accept('hello')).id, first.id, 'without a key, a repetition is a new message');
    store.close();
    t.equal((await open(t, directory).accept('hello', 'k')).id, first.id);
  },
);

t.test(
  "a key belongs to one account: another account's request with the same key is a new message",
  async (t) => {
    const { accept, outbox, request } = open(t);
    await accept('hello', 'k');
    const ofTheNext = { ...request(A, 'hello', 'k'), wid: B };
    t.equal(outbox.earlier(ofTheNext), null);
    const { id } = await outbox.accept(ofTheNext);
    t.equal(outbox.earlier(ofTheNext)?.id, id);
    t.not(outbox.earlier(request(A, 'hello', 'k'))?.id, id);
  },
);

t.test(
  'the write of an ack may wait while the send itself reports it, and once the server has the message',
  async (t) => {
    const { accept, outbox, submit, ack } = open(t);
    const { id, messageId } = await accept();
    t.equal(outbox.isRedundantAck('3EB0000000000000000000'), false, 'the message is not one of ours');
    t.equal(outbox.isRedundantAck(messageId), false);
    await submit(id);
    t.equal(outbox.isRedundantAck(messageId), false, 'staged, but not with the page yet');
    outbox.lanes = { ...outbox.lanes, isDelivering: (row) => row.id === id };
    t.equal(outbox.isRedundantAck(messageId), true, 'a call is giving it to the page');
    outbox.lanes = { ...outbox.lanes, isDelivering: () => false };
    t.equal(outbox.isRedundantAck(messageId), false, 'the page has answered without an ack of the server');
    await ack(messageId, 1);
    t.equal(outbox.isRedundantAck(messageId), true);
  },
);

t.test('an ack finds its message by the random part of the id, and never moves its state back', async (t) => {
  const { accept, outbox, submit, ack } = open(t);
  const { id, messageId } = await accept();
  await submit(id);
  await ack('3EB0000000000000000000', 3);
  t.match(outbox.get(id), { state: 'sending' }, "the ack belongs to somebody else's message");
  await ack(messageId, 2);
  await outbox.take(id, { type: 'accepted', ack: 0 });
  await ack(messageId, 1);
  await ack(messageId, -1);
  t.match(outbox.get(id), { state: 'delivered', ack: 2, error: null });
  await ack(messageId, 3);
  await ack(messageId, 2);
  t.match(outbox.get(id), { state: 'read', ack: 3 });
});

t.test('a refusal before the server had the message fails it, with an error', async (t) => {
  const { accept, outbox, submit, ack } = open(t);
  const { id, messageId } = await accept();
  await submit(id);
  await ack(messageId, -1);
  t.match(show(outbox.get(id)), { state: 'failed', ack: -1, error: { kind: 'send_failed', hint: null } });
  t.same(outbox.counts(), { queued: 0, unknown: 0, failed: 1 });
});

t.test('a wait ends when the message is in the requested state or can get no further', async (t) => {
  const goals: [string, Goal, readonly (number | 'lost')[], string][] = [
    ['sent', 'sent', [1], 'sent'],
    ['further than requested', 'sent', [3], 'read'],
    ['delivered', 'delivered', [1, 2], 'delivered'],
    ['refused', 'read', [-1], 'failed'],
    ['lost, and found by the next page', 'sent', ['lost', 1], 'sent'],
    ['lost, and not found by the next page', 'sent', ['lost', -1], 'failed'],
  ];
  for (const [about, goal, steps, expected] of goals) {
    const { accept, outbox, submit, ack, wait } = open(t);
    const { id, messageId } = await accept();
    await submit(id);
    const waiting = wait(id, goal);
    for (const step of steps)
      await (step === 'lost' ? outbox.take(id, { type: 'lost' }) : ack(messageId, step));
    t.equal((await waiting).state, expected, about);
    t.equal(
      (await wait(messageId, goal, AbortSignal.abort())).state,
      expected,
      `${about}: the wait ends at once`,
    );
  }
});

t.test(
  'a status or channel post is never reported as delivered or read, so a wait for that ends with sent',
  async (t) => {
    const { accept, outbox, submit, wait } = open(t);
    const { id } = await accept('hello', null, 'status@broadcast');
    await submit(id);
    const waiting = wait(id, 'read');
    await outbox.take(id, { type: 'accepted', ack: 1 });
    t.match(await waiting, { state: 'sent', ack: 1 });
  },
);

t.test('a wait that times out returns the current state, and the message is still sent', async (t) => {
  const { accept, outbox, submit, ack, wait } = open(t);
  const { id, messageId } = await accept();
  await submit(id);
  const late = new AbortController();
  const waiting = wait(id, 'delivered', late.signal);
  await ack(messageId, 1);
  late.abort();
  t.match(await thrownBy(waiting), {
    kind: 'wait_expired',
    details: { outcome: 'unknown', more: { id, messageId, state: 'sent' } },
  });
  t.match(await thrownBy(wait(id, 'read', late.signal)), { kind: 'wait_expired' });
  await ack(messageId, 3);
  t.equal(outbox.get(id).state, 'read');
  t.match(await thrownBy(wait('x', 'sent')), {
    kind: 'no_such_message',
  });
});

t.test('a wait for an unknown outcome that is not settled in time returns "unknown"', async (t) => {
  const { accept, outbox, submit, wait } = open(t);
  const { id } = await accept();
  await submit(id);
  const late = new AbortController();
  const waiting = wait(id, 'sent', late.signal);
  await outbox.take(id, { type: 'lost' });
  t.equal(await Promise.race([waiting, settled().then(() => 'waits')]), 'waits');
  late.abort();
  t.equal((await waiting).state, 'unknown');
  t.equal((await wait(id, 'sent', late.signal)).state, 'unknown');
});

t.test("a wait for another account's message ends at once, because no page can be asked", async (t) => {
  const { accept, outbox, submit, store, wait } = open(t);
  const { id } = await accept();
  await submit(id);
  const waiting = wait(id, 'sent');
  const changed = await store.write((tx) => {
    store.account.link(tx, B, 0);
    return store.outbox.accountChanged(tx, B, 0);
  });
  for (const row of changed) outbox.announce({ row, staged: [] });
  t.equal((await waiting).state, 'unknown');
  t.equal((await wait(id, 'sent')).state, 'unknown');
});

t.test(
  "drained() resolves when no message is with the page, or at the caller's limit; the queue stays",
  async (t) => {
    const { accept, outbox, submit, ack } = open(t);
    await accept('waits');
    await drained(outbox, never);
    const { id, messageId } = await accept('flies');
    await submit(id);
    let isDrained = false;
    const done = drained(outbox, never).then(() => {
      isDrained = true;
    });
    await outbox.take(id, { type: 'accepted', ack: 0 });
    t.equal(isDrained, false, 'the server does not have it yet');
    const hurry = new AbortController();
    const hurried = drained(outbox, hurry.signal);
    hurry.abort();
    await hurried;
    await ack(messageId, 1);
    await done;
  },
);

const PART = { file: { id: 'f-1', mimetype: 'image/png', name: null, size: 4 } };
const ALBUM = {
  ...{ wid: WID, recipient: A, chatId: A, kind: 'album', notBeforeMs: null, expiresAtMs: null },
  payload: {
    parts: [
      { kind: 'image', ...PART, caption: 'one' },
      { kind: 'video', ...PART },
    ],
  },
} as const;

t.test(
  'an album is accepted with its files, under one key, also concurrently and after a restart',
  async (t) => {
    const { store, outbox, accept, directory } = open(t);
    const request = { ...ALBUM, key: 'k' };
    const [album, again, behind] = await Promise.all([
      outbox.accept(request),
      outbox.accept(request),
      accept('behind it'),
    ]);
    t.equal(again.id, album.id);
    const parts = partsOf(store, album);
    t.match(parts, [
      { kind: 'image', payload: { ...PART, caption: 'one', album: album.messageId } },
      { kind: 'video', payload: { ...PART, album: album.messageId } },
    ]);
    t.same(
      [album, ...parts, behind].map(({ seq }) => seq - album.seq),
      [0, 1, 2, 3],
    );
    for (const part of parts) t.same(idsOf(wholeOf(store, part)), idsOf([album, ...parts]));
    t.same(idsOf(wholeOf(store, behind)), [behind.id]);
    store.close();
    const reopened = open(t, directory);
    t.equal((await reopened.outbox.accept(request)).id, album.id);
    t.same(idsOf(partsOf(reopened.store, album)), idsOf(parts));
  },
);

t.test('one file that cannot be accepted refuses the whole album', async (t) => {
  const { store, outbox, accept } = open(t);
  await accept('another', 'k\n2');
  t.match(await thrownBy(outbox.accept({ ...ALBUM, key: 'k' })), { kind: 'key_reused' });
  t.equal(store.outbox.list().messages.length, 1);
});

t.test('an album is cancelled with the files that are still queued', async (t) => {
  const { store, outbox, submit } = open(t);
  const album = await outbox.accept({ ...ALBUM, key: null });
  const [first, second] = partsOf(store, album);
  await submit(first?.id ?? '');
  await outbox.cancel(album.id);
  t.match(
    [album, first, second].map((row) => outbox.get(row?.id ?? '').state),
    ['cancelled', 'sending', 'cancelled'],
  );
  t.match(await thrownBy(outbox.cancel(album.id)), { kind: 'too_late' });
});

t.test('the files of an album that is out can be cancelled', async (t) => {
  const { store, outbox, submit } = open(t);
  const album = await outbox.accept({ ...ALBUM, key: null });
  await submit(album.id);
  t.match(await outbox.cancel(album.id), { id: album.id, state: 'sending' });
  t.same(
    partsOf(store, album).map(({ state }) => state),
    ['cancelled', 'cancelled'],
  );
  t.match(await thrownBy(outbox.cancel(album.id)), { kind: 'too_late' });
});

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);
