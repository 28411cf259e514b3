/** The sender delivers messages to a page in order, and settles unknown outcomes. */
import { mock } from 'node:test';
import t from 'tap';
import { show } from '../../../../src/daemon/outgoing/outbox.js';
import { reached } from '../../../../src/daemon/outgoing/outbox-wait.js';
import { Fault } from '../../../../src/protocol/fault.js';
import type { Addressee } from '../../../../src/protocol/wid.js';
import type { PacingRules } from '../../../../src/session/pacing.js';
import type { SendOutcome } from '../../../../src/session/port.js';
import type { StoredMessage } from '../../../../src/store/outbox-row.js';
import { settled } from '../../log/lines.js';
import { scratch, WID } from '../../store/scratch.js';
import { A, B, FAST, open, rest, TAKEN, until } from './sending.js';

/** Sends a message, with others waiting in its chat, and ends the page: the outcome is unknown. */
async function lose({ page, sender, accept, state, store }: ReturnType<typeof open>, ...waiting: string[]) {
  sender.open(WID);
  const sent = await accept(A, 'hello');
  for (const text of waiting) await accept(A, text);
  await until(() => page.sent.length === 1);
  sender.close();
  sender.lost();
  page.last().answer({ outcome: 'unknown', error: new Error('Target closed') });
  await until(() => state(sent.id) === 'unknown');
  await rest(store);
  return sent;
}

t.test(
  'each chat has one message in flight until the server has it, in order; chats are sent in parallel',
  async (t) => {
    const { page, sender, accept, ack, store } = open(t);
    const rows = [];
    for (const [chat, text] of [
      [A, 'a1'],
      [A, 'a2'],
      [B, 'b1'],
      [A, 'a3'],
      [B, 'b2'],
    ] as const)
      rows.push(await accept(chat, text));
    t.same(
      rows.map(({ state }) => state),
      rows.map(() => 'queued'),
    );
    await rest(store);
    t.same(page.texts, [], 'nothing is sent before there is a page');
    sender.open(WID);
    await until(() => page.sent.length === 2);
    t.same(page.texts, ['a1', 'b1']);
    page.sent[1]?.answer(TAKEN);
    await rest(store);
    t.same(page.texts, ['a1', 'b1'], 'the page has it, the server does not');
    await ack(page.sent[1]?.messageId ?? '', 1);
    await until(() => page.sent.length === 3);
    page.sent[0]?.answer({ outcome: 'absent', error: new Error('no') });
    await until(() => page.sent.length === 4);
    t.same(page.texts, ['a1', 'b1', 'b2', 'a2'], 'a failed message delays no other');
  },
);

t.test('a message that the page cannot report on yet keeps its place in its chat', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const { page, sender, accept, store } = open(t);
  for (const text of ['a1', 'a2']) await accept(A, text);
  await accept(B, 'b1');
  sender.open(WID);
  await until(() => page.sent.length === 2);
  page.has = () => Promise.reject(new Error('not stored yet'));
  page.sent[0]?.answer({ outcome: 'unknown', error: new Error('timed out') });
  await until(() => page.asked.length === 1);
  await rest(store);
  t.same(page.texts, ['a1', 'b1'], 'the next one waits');
  await accept(B, 'b2');
  page.sent[1]?.answer({ outcome: 'accepted', ack: 1 });
  await until(() => page.sent.length === 3);
  t.equal(page.last().text, 'b2', 'other chats go on');
  page.has = () => null;
  mock.timers.tick(1_000);
  await until(() => page.asked.length === 2);
  await rest(store);
  mock.timers.tick(1_000);
  await until(() => page.sent.length === 4);
  page.last().answer({ outcome: 'accepted', ack: 1 });
  await until(() => page.sent.length === 5);
  t.same(
    page.texts,
    ['a1', 'b1', 'b2', 'a1', 'a2'],
    'the page did not have it: it is sent first, then the next',
  );
});

t.test('a message that a ready page never reports on delays the others of its chat for 30 s', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const { page, sender, accept, state, store } = open(t);
  const first = await accept(A, 'a1');
  await accept(A, 'a2');
  sender.open(WID);
  await until(() => page.sent.length === 1);
  page.has = () => Promise.reject(new Error('never'));
  page.last().answer({ outcome: 'unknown', error: new Error('timed out') });
  for (const [n, ms] of [1_000, 2_000, 4_000, 8_000, 15_000].entries()) {
    await until(() => page.asked.length === n + 1);
    await rest(store);
    mock.timers.tick(ms - 1);
    await rest(store);
    t.equal(page.asked.length, n + 1, `${ms} ms pass before the next question`);
    t.same(page.texts, ['a1']);
    mock.timers.tick(1);
  }
  await until(() => page.sent.length === 2);
  t.same(page.texts, ['a1', 'a2']);
  t.equal(state(first.id), 'unknown');
});

t.test('a message of an idle chat is staged in the transaction that accepts it', async (t) => {
  const { page, sender, accept, outbox, state, store } = open(t);
  sender.open(WID);
  await rest(store);
  const states: string[] = [];
  outbox.watch((row) => states.push(`${row.payload.text} ${row.state}`));
  const [a1, a2] = await Promise.all([accept(A, 'a1'), accept(A, 'a2')]);
  t.match([a1, a2], [{ state: 'queued' }, { state: 'queued' }], 'as they were accepted');
  t.same([state(a1.id), state(a2.id)], ['sending', 'queued'], 'without a further sync of the disk');
  await until(() => page.sent.length > 0);
  t.same(states, ['a1 queued', 'a2 queued', 'a1 sending'], 'in order');
  const undone = outbox.accept({ ...outbox.get(a1.id), chatId: B, wid: null as never });
  await t.rejects(undone, 'a message that the disk refuses');
  page.last().answer({ outcome: 'accepted', ack: 1 });
  await until(() => page.sent.length > 1);
  t.same(page.texts, ['a1', 'a2'], 'is not given to the page');
});

t.test(
  'the next message of a lane is staged in the write that records the ack of the one before',
  async (t) => {
    const { page, sender, accept, ack, state, store, outbox } = open(t);
    const [a1, a2, a3] = [await accept(A, 'a1'), await accept(A, 'a2'), await accept(A, 'a3')];
    sender.open(WID);
    await until(() => page.sent.length === 1);
    // A write that is rolled back stages nothing, and delivers nothing later.
    const undone = store.write((tx) => {
      outbox.step(tx, a1.id, { type: 'ack', ack: 1 });
      throw new Error('undone');
    });
    await t.rejects(undone, /undone/);
    t.same([state(a1.id), state(a2.id)], ['sending', 'queued']);
    // The ack arrives before the page answers. The page still processes the first message.
    await ack(a1.messageId, 1);
    t.same(
      [state(a1.id), state(a2.id), state(a3.id)],
      ['sent', 'sending', 'queued'],
      'both states change in one write',
    );
    await rest(store);
    t.same(page.texts, ['a1']);
    page.last().answer(TAKEN);
    await until(() => page.sent.length === 2);
    await ack(a1.messageId, 3);
    t.equal(state(a3.id), 'queued', 'a further ack of a sent message stages nothing');
    page.last().answer({ outcome: 'accepted', ack: 1 });
    await until(() => page.sent.length === 3);
    sender.close();
    page.last().answer(TAKEN);
    await rest(store);
    const a4 = await accept(A, 'a4');
    await ack(a3.messageId, 1);
    t.equal(state(a4.id), 'queued', 'nothing is staged for a page that has ended');
    t.same(page.texts, ['a1', 'a2', 'a3']);
  },
);

t.test("where the page itself reports the server's ack, the next message follows that report", async (t) => {
  const { page, sender, accept, ack, state, store } = open(t);
  const [a1, a2, a3] = [await accept(A, 'a1'), await accept(A, 'a2'), await accept(A, 'a3')];
  sender.open(WID);
  await until(() => page.sent.length === 1);
  page.last().answer({ outcome: 'accepted', ack: 1 });
  await until(() => page.sent.length === 2);
  t.same([state(a1.id), state(a2.id), state(a3.id)], ['sent', 'sending', 'sending']);
  await ack(a1.messageId, 1);
  await rest(store);
  t.same(page.texts, ['a1', 'a2'], 'the ack event that repeats the report stages nothing');
  page.last().answer({ outcome: 'accepted', ack: 1 });
  await until(() => page.sent.length === 3);
  t.same(page.texts, ['a1', 'a2', 'a3']);
});

t.test('a chat that found no free slot gets one before messages accepted later', async (t) => {
  const { page, sender, accept } = open(t);
  const chats = Array.from(
    { length: 33 },
    (_, n): Addressee => `155500055${String(n).padStart(2, '0')}@c.us`,
  );
  for (const [n, chatId] of chats.entries()) await accept(chatId, `${n}.0`);
  for (const [n, chatId] of chats.entries()) await accept(chatId, `${n}.1`);
  sender.open(WID);
  await until(() => page.sent.length === 32);
  t.notOk(page.texts.includes('32.0'));
  page.sent[0]?.answer({ outcome: 'accepted', ack: 1 });
  await until(() => page.sent.length === 33);
  t.equal(page.last().text, '32.0', 'the first free slot goes to the waiting chat');
});

t.test('a burst of acks does not exceed the number of slots', async (t) => {
  const { page, sender, accept, ack, store } = open(t);
  const chats = Array.from(
    { length: 40 },
    (_, n): Addressee => `155500055${String(n).padStart(2, '0')}@c.us`,
  );
  for (const text of ['first', 'second']) for (const chatId of chats) await accept(chatId, text);
  sender.open(WID);
  await until(() => page.sent.length === 32);
  const early = page.sent.slice();
  for (const sent of early) sent.answer(TAKEN);
  await until(() => page.sent.length === 40);
  await Promise.all(early.map(({ messageId }) => ack(messageId, 1)));
  await until(() => page.sent.length >= 64);
  await rest(store);
  t.equal(page.sent.length, 64, 'eight slots are still used, so 24 more are sent');
  for (const sent of page.sent.slice(32)) sent.answer({ outcome: 'accepted', ack: 1 });
  await until(() => page.sent.length === 80);
  for (const sent of page.sent.slice(64)) sent.answer({ outcome: 'accepted', ack: 1 });
  await rest(store);
  t.equal(page.sent.length, 80, 'each message is sent once');
});

t.test('staging that the disk rolled back uses no slot', async (t) => {
  const { page, sender, outbox, accept, store } = open(t);
  const chats = Array.from(
    { length: 37 },
    (_, n): Addressee => `155500055${String(n).padStart(2, '0')}@c.us`,
  );
  for (const text of ['first', 'second']) for (const chatId of chats.slice(0, 32)) await accept(chatId, text);
  sender.open(WID);
  await until(() => page.sent.length === 32);
  for (const sent of page.sent) sent.answer(TAKEN);
  await rest(store);
  for (const { messageId } of page.sent)
    await t.rejects(
      store.write((tx) => {
        outbox.step(tx, messageId, { type: 'ack', ack: 1 });
        throw new Error('no room');
      }),
      /no room/,
    );
  for (const chatId of chats.slice(32)) await accept(chatId, 'of another chat');
  await until(() => page.sent.length === 37);
});

t.test('a free slot skips a cancelled message and goes to the next chat', async (t) => {
  const { page, sender, outbox, accept, state } = open(t);
  const chats = Array.from(
    { length: 34 },
    (_, n): Addressee => `155500055${String(n).padStart(2, '0')}@c.us`,
  );
  const rows = [];
  for (const [n, chatId] of chats.entries()) rows.push(await accept(chatId, `${n}`));
  sender.open(WID);
  await until(() => page.sent.length === 32);
  await outbox.cancel(rows[32]?.id ?? '');
  page.sent[0]?.answer({ outcome: 'accepted', ack: 1 });
  await until(() => page.sent.length === 33);
  t.equal(page.last().text, '33');
  t.equal(state(rows[32]?.id ?? ''), 'cancelled');
});

t.test('a turn that the disk refused is taken later, whatever else is sent meanwhile', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const { page, sender, accept, store, log } = open(t);
  const write = store.write.bind(store);
  sender.open(WID);
  await rest(store);
  let writes = 0;
  // The first write accepts the message, the second one takes its turn.
  store.write = ((run: never, options: never) => {
    writes += 1;
    return writes === 2 ? Promise.reject(new Fault('disk_full')) : write(run, options);
  }) as typeof store.write;
  await accept(A, 'refused');
  await until(() => log.lines.some(([, event]) => event === 'outbox.refused'));
  await accept(B, 'meanwhile');
  await until(() => page.texts.includes('meanwhile'));
  mock.timers.tick(5_000);
  await until(() => page.texts.includes('refused'));
});

t.test('a message staged while the page is asked about its chat is sent after the answer', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  const { page, sender, outbox, accept, ack } = open(t);
  let answer: (ack: number | null) => void = () => {};
  page.has = () => new Promise((resolve) => (answer = resolve));
  sender.open(WID);
  const first = await accept(A, 'a1');
  await until(() => page.texts.length === 1);
  page.last().answer(TAKEN);
  await accept(A, 'a2');
  const { lanes } = outbox;
  outbox.lanes = {
    ...lanes,
    stageBehind: (tx, row) => {
      // Right here the page is asked about the message without an answer.
      mock.timers.tick(15_000);
      return lanes.stageBehind(tx, row);
    },
  };
  await ack(first.id, 1);
  await until(() => page.asked.length > 0);
  t.same(page.texts, ['a1'], 'nothing is sent while the page is asked');
  answer(null);
  await until(() => page.texts.length === 2);
  t.same(page.texts, ['a1', 'a2']);
});

t.test('the state "sending" is on disk before the page gets the message', async (t) => {
  const { page, sender, accept, store, outbox } = open(t);
  const { id } = await accept(A, 'hello');
  const seen: unknown[] = [];
  const { send } = page;
  page.send = (row) => {
    const { state, attempts } = outbox.get(id);
    seen.push({ state, attempts, inDisk: store.outbox.get(id)?.state });
    return send.call(page, row);
  };
  sender.open(WID);
  await until(() => page.sent.length === 1);
  t.same(seen, [{ state: 'sending', attempts: 1, inDisk: 'sending' }]);
});

t.test('each answer of the page sets the state of the message', async (t) => {
  const rows: [string, SendOutcome, object][] = [
    ['the page has it', TAKEN, { state: 'sending', ack: 0, sentAt: null, error: null }],
    [
      'the server has it',
      { outcome: 'accepted', ack: 1 },
      { state: 'sent', ack: 1, sentAt: /^\d{4}-/, error: null },
    ],
    [
      'the page will never have it',
      { outcome: 'absent', error: new Error('No LID for user') },
      { state: 'failed', error: { kind: 'send_failed', reason: 'No LID for user' } },
    ],
    [
      'a fault keeps its kind',
      { outcome: 'absent', error: new Fault('not_on_whatsapp') },
      { state: 'failed', error: { kind: 'not_on_whatsapp' } },
    ],
    [
      'the page cannot be asked',
      { outcome: 'unknown', error: new Error('timed out') },
      { state: 'unknown', error: null },
    ],
    [
      'WhatsApp refused it',
      { outcome: 'accepted', ack: -1 },
      { state: 'failed', ack: -1, error: { kind: 'send_failed' } },
    ],
  ];
  for (const [about, said, expected] of rows) {
    const { page, outbox, sender, accept, store } = open(t);
    page.has = () => Promise.reject(new Error('not stored yet'));
    sender.open(WID);
    const { id } = await accept(A, 'hello');
    await until(() => page.sent.length === 1);
    page.last().answer(said);
    await rest(store);
    t.match(show(outbox.get(id)), expected, about);
  }
});

t.test('a message whose page ended before it was called stays queued', async (t) => {
  const { page, outbox, sender, accept, state, store } = open(t);
  sender.open(WID);
  const { id, messageId } = await accept(A, 'hello');
  await until(() => page.sent.length === 1);
  page.last().fail(new Fault('not_ready'));
  sender.close();
  await until(() => state(id) === 'queued');
  await rest(store);
  t.equal(page.sent.length, 1);
  sender.open(WID);
  await until(() => page.sent.length === 2);
  t.match(page.last(), { messageId, attempts: 1 });
  page.last().fail(new Fault('not_ready'));
  sender.close();
  await until(() => state(id) !== 'sending');
  t.equal(state(id), 'queued', 'no page has had it, however often that happens');
  await outbox.cancel(id);
});

t.test('a message that found no page does not wait for the pace a second time', async (t) => {
  const pacing: PacingRules = { ...FAST, mode: 'on', perMinute: 1, burst: 1 };
  const { page, sender, accept, state } = open(t, { pacing });
  sender.open(WID);
  const { id } = await accept(A, 'hello');
  await until(() => page.sent.length === 1);
  page.last().fail(new Fault('not_ready'));
  sender.close();
  await until(() => state(id) === 'queued');
  sender.open(WID);
  await until(() => page.sent.length === 2);
});

t.test('nor does a message that moves to another chat', async (t) => {
  const pacing: PacingRules = { ...FAST, mode: 'on', perMinute: 1, burst: 1 };
  const { page, sender, accept, store } = open(t, { pacing, resolve: async () => B });
  sender.open(WID);
  await accept(A, 'hello');
  await until(() => page.sent.length === 1);
  t.match(page.last(), { chatId: B, attempts: 1 });
  t.equal(store.pacing.past?.sent, 1, 'it counts once');
});

t.test('a page that drops a message silently is given it three times in all', async (t) => {
  const { page, sender, accept, state } = open(t);
  sender.open(WID);
  const { id, messageId } = await accept(A, 'hello');
  for (const round of [1, 2, 3]) {
    await until(() => page.sent.length === round);
    t.match(page.last(), { messageId, attempts: round });
    page.last().answer({ outcome: 'absent', error: new Error('not taken'), again: true });
  }
  await until(() => state(id) === 'failed');
});

t.test(
  'a number that is not on WhatsApp fails at its turn, and a failed look-up fails nothing',
  async (t) => {
    const resolve = async (recipient: Addressee) => {
      if (recipient === A) return null;
      throw new Error('page_error');
    };
    const { page, outbox, sender, accept, state } = open(t, { resolve });
    const none = await accept(A, 'nobody');
    await accept(B, 'somebody');
    sender.open(WID);
    await until(() => state(none.id) === 'failed' && page.sent.length === 1);
    t.match(outbox.get(none.id).error, { kind: 'not_on_whatsapp', reason: /15550002222/ });
    t.same(page.texts, ['somebody']);
  },
);

t.test('a message whose number resolves to another chat takes its turn there', async (t) => {
  const resolve = async (recipient: Addressee) => (recipient === A ? B : recipient);
  const { page, outbox, sender, accept, ack, state } = open(t, { resolve });
  const first = await accept(B, 'first');
  const second = await accept(A, 'second');
  sender.open(WID);
  await until(() => page.sent.length === 1 && outbox.get(second.id).chatId === B);
  t.equal(state(second.id), 'queued', 'behind the message in flight there');
  page.last().answer(TAKEN);
  await ack(first.messageId, 1);
  await until(() => page.sent.length === 2);
  t.match(page.last(), { text: 'second', chatId: B, attempts: 1 });
});

t.test('a message that a page may have stays in its chat', async (t) => {
  let isKnown = false;
  const resolve = async (): Promise<Addressee> => {
    if (!isKnown) throw new Error('page_error');
    return B;
  };
  const { page, outbox, sender, accept, state } = open(t, { resolve });
  sender.open(WID);
  const { id } = await accept(A, 'hello');
  await until(() => page.sent.length === 1);
  sender.close();
  sender.lost();
  await until(() => state(id) === 'unknown');
  page.last().answer({ outcome: 'unknown', error: new Error('gone') });
  isKnown = true;
  sender.open(WID);
  await until(() => page.sent.length === 2);
  t.match(page.last(), { chatId: A, attempts: 2 });
  t.equal(outbox.get(id).chatId, A);
});

t.test('when the page is lost, unanswered messages are unknown, and sent ones stay sent', async (t) => {
  const { page, outbox, sender, accept, ack, state, store } = open(t);
  sender.open(WID);
  const flying = await accept(A, 'flying');
  const waiting = await accept(A, 'waiting');
  const sent = await accept(B, 'sent');
  await until(() => page.sent.length === 2);
  await ack(sent.messageId, 1);
  sender.close();
  sender.lost();
  await until(() => state(flying.id) === 'unknown');
  const states = () => [flying, waiting, sent].map(({ id }) => state(id));
  t.same(states(), ['unknown', 'queued', 'sent']);
  t.same(outbox.counts(), { queued: 2, unknown: 1, failed: 0 });
  page.sent.find(({ text }) => text === 'flying')?.answer({ outcome: 'accepted', ack: 1 });
  await rest(store);
  t.same(states(), ['sent', 'queued', 'sent'], 'a late answer still counts');
});

t.test(
  'after a crash the next page is asked: messages that it has are adopted, and the others are sent again',
  async (t) => {
    const directory = scratch(t);
    const first = open(t, { directory });
    const has = { 'in the page': 0, sent: 1, read: 3, refused: -1, lacking: null } as const;
    const chats = (n: number): Addressee => `1555000444${n}@c.us`;
    const rows: StoredMessage[] = [];
    for (const [n, text] of Object.keys(has).entries()) {
      rows.push(await first.accept(chats(n), text));
      await first.accept(chats(n), `after ${text}`);
    }
    first.sender.open(WID);
    await until(() => first.page.sent.length === 5);
    first.sender.stop();
    first.store.close();

    const { page, sender, state, store, outbox, log } = open(t, { directory });
    await sender.start();
    t.same(outbox.counts(), { queued: 10, unknown: 5, failed: 0 });
    await rest(store);
    t.same(page.asked, [], 'there is no page yet');
    page.has = (text) => has[text as keyof typeof has];
    sender.open(WID);
    await until(() => log.lines.filter(([, event]) => event === 'message.reconciled').length === 5);
    await until(() => page.sent.length === 4);
    await rest(store);
    t.same(
      rows.map(({ id }) => state(id)),
      ['sending', 'sent', 'read', 'failed', 'sending'],
    );
    const again = page.sent.find(({ text }) => text === 'lacking');
    t.match(again, { messageId: rows[4]?.messageId, attempts: 2 }, 'it has the same id');
    t.same(
      page.texts.filter((text) => text !== 'lacking').sort(),
      ['after read', 'after refused', 'after sent'],
      'messages behind it wait until it is settled',
    );
    again?.answer({ outcome: 'accepted', ack: 1 });
    await until(() => page.texts.includes('after lacking'));
  },
);

t.test(
  'a page that cannot answer leaves a message unknown, and two ready reports send it once',
  async (t) => {
    const opened = open(t);
    const { page, sender, ack, state, store } = opened;
    const { id, messageId } = await lose(opened);
    page.has = () => Promise.reject(new Error('page_error'));
    sender.open(WID);
    await until(() => page.asked.length === 1);
    await rest(store);
    t.equal(state(id), 'unknown');
    page.has = () => null;
    sender.open(WID);
    sender.open(WID);
    await until(() => page.sent.length === 2);
    await rest(store);
    t.equal(page.sent.length, 2, 'once before and once again');
    page.last().fail(new Fault('not_ready'));
    await until(() => state(id) === 'unknown');
    await ack(messageId, 1);
    t.equal(state(id), 'sent', 'the first send had arrived, and another page that ends is no failure');
  },
);

t.test(
  'an answer of the old page after the next one is ready does not change the order of the chat',
  async (t) => {
    const { page, sender, accept, state, store } = open(t);
    sender.open(WID);
    const first = await accept(A, 'first');
    await accept(A, 'second');
    await until(() => page.sent.length === 1);
    sender.close();
    sender.lost();
    await until(() => state(first.id) === 'unknown');
    sender.open(WID);
    await rest(store);
    t.equal(page.sent.length, 1, 'the old page has not answered yet');
    page.last().answer({ outcome: 'unknown', error: new Error('Target closed') });
    await until(() => page.sent.length === 2);
    t.match(page.last(), { messageId: first.messageId, attempts: 2 });
    page.last().answer({ outcome: 'accepted', ack: 1 });
    await until(() => page.sent.length === 3);
    t.same(page.texts, ['first', 'first', 'second']);
  },
);

t.test('an ack that arrives while the page is asked is not undone by the answer', async (t) => {
  const opened = open(t);
  const { page, sender, ack, state, store } = opened;
  const { id, messageId } = await lose(opened);
  page.has = async () => {
    await ack(messageId, 2);
    return null;
  };
  sender.open(WID);
  await until(() => page.asked.length === 1);
  await rest(store);
  t.equal(state(id), 'delivered');
  t.equal(page.sent.length, 1);
});

t.test('a message acked in the write of its next turn is not given to the page again', async (t) => {
  const opened = open(t);
  const { page, sender, outbox, ack, state, store } = opened;
  const { id, messageId } = await lose(opened, 'the next');
  // The page does not have it, so it waits for its turn again. The ack arrives as that turn is about to be
  // written.
  page.has = async () => {
    await rest(store);
    return null;
  };
  const { write } = store;
  let acked: Promise<unknown> | undefined;
  store.write = ((run: never, options: never) => {
    const written = write.call(store, run, options);
    if (state(id) === 'queued' && acked === undefined) {
      store.write = write;
      acked = ack(messageId, 1);
    }
    return written;
  }) as typeof store.write;
  sender.open(WID);
  await until(() => page.sent.length === 2);
  await acked;
  t.match(outbox.get(id), { state: 'sent', attempts: 2 }, 'its turn was recorded');
  t.same(page.texts, ['hello', 'the next']);
});

t.test('a scheduled message waits, an expired one is ended, and a queued one can be cancelled', async (t) => {
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const { page, outbox, sender, accept, state, store } = open(t, { now: () => clock.ms });
  const later = await accept(A, 'later', { notBeforeMs: clock.ms + 50 });
  const never = await accept(B, 'never', { expiresAtMs: clock.ms + 20 });
  t.match(sender.waitOf(outbox.get(later.id)), { waitsFor: 'not_before', nextAtMs: clock.ms + 50 });
  t.match(sender.waitOf(outbox.get(never.id)), { waitsFor: 'ready', nextAtMs: null });
  await sender.start();
  const wait = reached(outbox, never.id, 'sent', { wid: () => WID, signal: new AbortController().signal });
  clock.ms += 30;
  t.equal((await wait).state, 'expired', 'ended by its own timer, without a page');
  sender.open(WID);
  await rest(store);
  t.same(page.texts, []);
  clock.ms += 30;
  await until(() => page.sent.length === 1);
  t.same(page.texts, ['later']);
  const behind = await accept(A, 'behind');
  t.match(sender.waitOf(outbox.get(behind.id)), { waitsFor: 'turn' });
  t.equal((await outbox.cancel(behind.id)).state, 'cancelled');
  t.equal(await outbox.cancel(later.id).catch((error: Fault) => error.kind), 'too_late');
  page.last().answer({ outcome: 'accepted', ack: 1 });
  await until(() => state(later.id) === 'sent');
  await rest(store);
  t.same(page.texts, ['later']);
});

t.test('a person can settle an unknown outcome as sent, failed or to be sent again', async (t) => {
  for (const [as, expected] of [
    ['sent', 'sent'],
    ['failed', 'failed'],
    ['again', 'sending'],
  ] as const) {
    const { page, outbox, sender, accept, state, store } = open(t);
    page.has = () => Promise.reject(new Error('not stored yet'));
    sender.open(WID);
    const { id, messageId } = await accept(A, 'hello');
    await until(() => page.sent.length === 1);
    t.equal(await outbox.resolve(id, as).catch((error: Fault) => error.kind), 'too_late');
    page.last().answer({ outcome: 'unknown', error: new Error('timed out') });
    await until(() => state(id) === 'unknown');
    await outbox.resolve(messageId, as);
    await rest(store);
    await until(() => state(id) === expected);
    t.equal(page.sent.length, as === 'again' ? 2 : 1);
    t.equal(page.last().messageId, messageId);
  }
});

t.test('the pace permits a burst, then single messages, and the wait names its reason', async (t) => {
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const pacing: PacingRules = { ...FAST, mode: 'on', perMinute: 6_000, burst: 3 };
  const directory = scratch(t);
  const options = { pacing, now: () => clock.ms, chance: () => 0.5, directory };
  const { page, outbox, sender, accept, store } = open(t, options);
  const chats = Array.from({ length: 6 }, (_, n): Addressee => `1555000444${n}@c.us`);
  for (const chat of chats) page.knownChats.add(chat);
  const rows = [];
  for (const chat of chats) rows.push(await accept(chat, chat));
  sender.open(WID);
  await until(() => page.sent.length === 3);
  await rest(store);
  t.equal(page.sent.length, 3, 'the burst');
  const waits = rows.map(({ id }) => sender.waitOf(outbox.get(id))?.waitsFor ?? null);
  t.same(waits, [null, null, null, 'pace', 'pace', 'pace']);
  clock.ms += 10;
  await until(() => page.sent.length === 4);
  sender.stop();
  store.close();
  const later = open(t, options);
  for (const chat of chats) later.page.knownChats.add(chat);
  later.page.has = () => 1;
  later.sender.open(WID);
  await rest(later.store);
  t.equal(later.page.sent.length, 0, 'a restart does not reset the pace');
  clock.ms += 1_000;
  await until(() => later.page.texts.includes(chats[5] ?? ''));
});

t.test('messages to two strangers are twenty seconds apart, and known people are not delayed', async (t) => {
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const pacing: PacingRules = { ...FAST, mode: 'on', perMinute: 6_000, burst: 100 };
  const { page, outbox, sender, accept, ack, store } = open(t, { pacing, now: () => clock.ms });
  const friend: Addressee = '15550009999@c.us';
  page.knownChats.add(friend);
  sender.open(WID);
  const one = await accept(A, 'stranger');
  await until(() => page.sent.length === 1);
  const two = await accept(B, 'another');
  await accept(friend, 'friend');
  await accept('120363000000000000@g.us', 'group');
  await until(() => page.sent.length === 3);
  await rest(store);
  t.same(page.texts.sort(), ['friend', 'group', 'stranger']);
  t.match(sender.waitOf(outbox.get(two.id)), { waitsFor: 'stranger', nextAtMs: clock.ms + 20_000 });
  page.sent[0]?.answer(TAKEN);
  await ack(one.messageId, 1);
  await accept(A, 'no stranger any more');
  await until(() => page.texts.includes('no stranger any more'));
});

t.test('a known person gets a turn behind thousands of strangers', async (t) => {
  const pacing: PacingRules = { ...FAST, mode: 'on', perMinute: 6_000, burst: 100 };
  const { page, sender, accept, store } = open(t, { pacing, now: () => Date.UTC(2026, 0, 1) });
  const friend: Addressee = '15550009999@c.us';
  page.knownChats.add(friend);
  const strangers = Array.from(
    { length: 2_500 },
    (_, n): Addressee => `1555${String(n).padStart(7, '0')}@c.us`,
  );
  await Promise.all(strangers.map((chatId) => accept(chatId, 'stranger')));
  await accept(friend, 'friend');
  sender.open(WID);
  await until(() => page.sent.length === 2);
  await rest(store);
  t.same(page.texts.sort(), ['friend', 'stranger']);
});

t.test('a contact of one account is a stranger to the next account', async (t) => {
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const pacing: PacingRules = { ...FAST, mode: 'on', perMinute: 6_000, burst: 100 };
  const { page, outbox, sender, store, ack } = open(t, { pacing, now: () => clock.ms });
  const accept = (wid: string, chatId: Addressee, text: string) =>
    outbox.accept({
      ...{ wid, recipient: chatId, chatId, kind: 'text', payload: { text }, key: null },
      ...{ notBeforeMs: null, expiresAtMs: null },
    });
  page.knownChats.add(A);
  sender.open(WID);
  await accept(WID, A, 'known');
  await until(() => page.texts.includes('known'));
  page.last().answer(TAKEN);
  await ack(page.last().messageId, 1);
  await rest(store);
  sender.close();
  page.knownChats.clear();
  const other = '15550007777@c.us';
  store.writeNow((tx) => store.account.link(tx, other, clock.ms));
  sender.open(other);
  await accept(other, B, 'one stranger');
  await until(() => page.texts.includes('one stranger'));
  const row = await accept(other, A, 'another one');
  await rest(store);
  t.match(sender.waitOf(outbox.get(row.id)), { waitsFor: 'stranger' });
});

t.test('an unanswered question whether a person is a stranger is repeated', async (t) => {
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const pacing: PacingRules = { ...FAST, mode: 'on', perMinute: 6_000, burst: 100 };
  const { page, outbox, sender, accept, store } = open(t, { pacing, now: () => clock.ms });
  await accept(A, 'stranger');
  sender.open(WID);
  await until(() => page.sent.length === 1);
  let asked = 0;
  const broken = t.intercept(page, 'knowsChat', {
    value: async () => {
      asked += 1;
      throw new Fault('page_error');
    },
  });
  const { id } = await accept(B, 'friend');
  await until(() => asked === 1);
  await rest(store);
  t.match(
    sender.waitOf(outbox.get(id)),
    { waitsFor: 'stranger' },
    'a person counts as a stranger until the page answers',
  );
  t.equal(asked, 1, 'the page is not asked in a loop');
  broken.restore();
  page.knownChats.add(B);
  clock.ms += 15_000;
  await accept(B, 'another look at the chat');
  await until(() => page.sent.length === 2);
  t.same(page.texts, ['stranger', 'friend']);
});

t.test('messages queued for another account are not sent', async (t) => {
  const { page, sender, accept, state, store, outbox } = open(t);
  const { id } = await accept(A, 'hello');
  const other = '15550008888@c.us';
  const changed = store.writeNow((tx) => {
    store.account.link(tx, other, 1);
    return store.outbox.accountChanged(tx, other, 1);
  });
  for (const row of changed) outbox.announce({ row, staged: [] });
  sender.open(other);
  await rest(store);
  t.equal(state(id), 'failed');
  t.match(show(outbox.get(id)).error, { kind: 'account_changed' });
  t.same(page.texts, []);
});

t.test("the page of another account is not asked about this account's messages", async (t) => {
  const { page, sender, accept, state, store } = open(t);
  sender.open(WID);
  const { id } = await accept(A, 'hello');
  await until(() => page.sent.length === 1);
  page.last().answer(TAKEN);
  sender.close();
  sender.lost();
  await until(() => state(id) === 'unknown');
  const other = '15550008888@c.us';
  store.writeNow((tx) => store.account.link(tx, other, 1));
  sender.open(other);
  await rest(store);
  t.same(page.asked, []);
  t.equal(state(id), 'unknown');
});

t.test(
  'a message that the page is still taking does not count as unsent, however long it takes',
  async (t) => {
    let nowMs = Date.now();
    const { accept, sender, page, ack, state } = open(t, { now: () => nowMs });
    sender.open(WID);
    const { id, messageId } = await accept(A, 'a large file');
    await until(() => page.sent.length === 1);
    nowMs += 10 * 60_000;
    t.equal(sender.oldestUnsentMs(), 0);
    page.last().answer(TAKEN);
    await settled();
    nowMs += 61_000;
    t.equal(sender.oldestUnsentMs(), 61_000, 'the page has it now and should send it');
    await ack(messageId, 1);
    t.equal(state(id), 'sent');
  },
);
