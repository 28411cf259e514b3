/** Messages on their way out, against a page that does as it is told: order, doubt, and what becomes of doubt. */
import t from 'tap';
import { Outbox, type Sender } from '../../../src/daemon/outbox.js';
import { Fault } from '../../../src/protocol/fault.js';
import type { ChatId } from '../../../src/protocol/wid.js';
import type { SendOutcome } from '../../../src/session/port.js';
import { keepLines, settled, thrownBy } from './lines.js';

const A: ChatId = '15550002222@c.us';
const B: ChatId = '15550003333@c.us';

interface Sent {
  readonly chatId: ChatId;
  readonly messageId: string;
  readonly text: string;
  answer(outcome: SendOutcome): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** A page that answers when the test says so; `has` is what it answers when asked for one of our messages. */
class Page implements Sender {
  readonly sent: Sent[] = [];
  readonly asked: string[] = [];
  has: (text: string) => number | null | Promise<number | null> = () => null;

  sendText(message: { chatId: ChatId; messageId: string; text: string }): Promise<SendOutcome> {
    return new Promise((resolve, reject) => {
      const { chatId, messageId, text } = message;
      const then = (act: () => void) => () => {
        act();
        return settled();
      };
      this.sent.push({
        ...{ chatId, messageId, text },
        answer: (outcome) => then(() => resolve(outcome))(),
        fail: (error) => then(() => reject(error))(),
      });
    });
  }

  async findOwn({ text }: { text?: string; chatId: ChatId; messageId: string }): Promise<number | null> {
    this.asked.push(text ?? '');
    return this.has(text ?? '');
  }

  /** The browser died: what was asked of the page is answered by nobody. */
  async dies(outbox: Outbox): Promise<void> {
    outbox.lost();
    for (const { answer } of this.sent)
      await answer({ outcome: 'unknown', error: new Error('Target closed') });
  }

  get texts(): string[] {
    return this.sent.map(({ text }) => text);
  }

  last(): Sent {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error('nothing was sent');
    return last;
  }
}

function open() {
  const page = new Page();
  const log = keepLines();
  return { page, log, outbox: new Outbox(page, log) };
}

const TAKEN: SendOutcome = { outcome: 'accepted', ack: 0 };
const never = new AbortController().signal;

t.test('one in flight a chat, in the order of acceptance; chats go side by side', async (t) => {
  const { page, outbox } = open();
  for (const [chat, text] of [
    [A, 'a1'],
    [A, 'a2'],
    [B, 'b1'],
    [A, 'a3'],
    [B, 'b2'],
  ] as const)
    t.equal(outbox.accept(chat, chat, text, null).state, 'queued');
  await settled();
  t.same(page.texts, ['a1', 'b1']);
  await page.sent[1]?.answer(TAKEN);
  t.same(page.texts, ['a1', 'b1', 'b2']);
  await page.sent[0]?.answer({ outcome: 'absent', error: new Error('no') });
  t.same(page.texts, ['a1', 'b1', 'b2', 'a2'], 'one that failed holds up nobody');
  await page.sent[3]?.fail(new Fault('not_ready'));
  t.same(page.texts, ['a1', 'b1', 'b2', 'a2', 'a3'], 'nor one that could not be handed over');
});

t.test('an id of ours from the start, and the same in every answer', async (t) => {
  const { page, outbox } = open();
  const { id, messageId } = outbox.accept(A, A, 'hello', null);
  t.match(messageId, /^3EB0[0-9A-F]{18}$/);
  await settled();
  t.equal(page.last().messageId, messageId);
  t.same(outbox.get(id), outbox.get(messageId));
  t.match(await thrownBy(Promise.resolve().then(() => outbox.get('x'))), { kind: 'no_such_message' });
});

t.test('what the page says, and what the row shows of it', async (t) => {
  const rows: [string, SendOutcome | Error, object][] = [
    ['it has it', TAKEN, { state: 'sending', ack: 0, sentAt: null, error: null }],
    [
      'the server has it',
      { outcome: 'accepted', ack: 1 },
      { state: 'sent', ack: 1, sentAt: /^\d{4}-/, error: null },
    ],
    [
      'it will never have it',
      { outcome: 'absent', error: new Error('No LID for user') },
      { state: 'failed', error: { kind: 'send_failed', reason: 'No LID for user' } },
    ],
    [
      'a fault keeps its kind',
      { outcome: 'absent', error: new Fault('not_on_whatsapp') },
      { state: 'failed', error: { kind: 'not_on_whatsapp' } },
    ],
    [
      'it cannot be asked',
      { outcome: 'unknown', error: new Error('timed out') },
      { state: 'unknown', error: null },
    ],
    ['there is none', new Fault('not_ready'), { state: 'failed', error: { kind: 'not_ready' } }],
    [
      'WhatsApp refused it',
      { outcome: 'accepted', ack: -1 },
      { state: 'failed', ack: -1, error: { kind: 'send_failed' } },
    ],
  ];
  for (const [about, said, expected] of rows) {
    const { page, outbox } = open();
    const { id } = outbox.accept(A, A, 'hello', null);
    await settled();
    await (said instanceof Error ? page.last().fail(said) : page.last().answer(said));
    t.match(outbox.get(id), expected, about);
  }
});

t.test('acks are found by the random part of the id, and only ever lead on', async (t) => {
  const { page, outbox } = open();
  const { id, messageId } = outbox.accept(A, A, 'hello', null);
  await settled();
  outbox.acked('3EB0000000000000000000', 3);
  t.match(outbox.get(id), { state: 'sending' }, 'one of somebody else');
  outbox.acked(messageId, 2);
  await page.last().answer(TAKEN);
  outbox.acked(messageId, 1);
  outbox.acked(messageId, -1);
  t.match(outbox.get(id), { state: 'delivered', ack: 2, error: null });
  outbox.acked(messageId, 3);
  outbox.acked(messageId, 2);
  t.match(outbox.get(id), { state: 'read', ack: 3 });
});

t.test('a refusal before the server had it fails the message, and says so', async (t) => {
  const { outbox } = open();
  const { id, messageId } = outbox.accept(A, A, 'hello', null);
  await settled();
  outbox.acked(messageId, -1);
  t.match(outbox.get(id), { state: 'failed', ack: -1, error: { kind: 'send_failed' } });
  t.same(outbox.counts(), { queued: 0, unknown: 0, failed: 1 });
});

t.test('when the page is lost, what it had not said is unknown; what is sent stays sent', async (t) => {
  const { page, outbox } = open();
  const flying = outbox.accept(A, A, 'flying', null);
  const waiting = outbox.accept(A, A, 'waiting', null);
  const sent = outbox.accept(B, B, 'sent', null);
  await settled();
  outbox.acked(sent.messageId, 1);
  outbox.lost();
  const states = () => [flying, waiting, sent].map(({ id }) => outbox.get(id).state);
  t.same(states(), ['unknown', 'queued', 'sent']);
  t.same(outbox.counts(), { queued: 2, unknown: 1, failed: 0 });
  await page.sent[0]?.answer({ outcome: 'accepted', ack: 1 });
  t.same(states(), ['sent', 'sending', 'sent'], 'a late word still counts');
});

t.test(
  'the page is back: what it has is adopted, what it lacks goes out again under the same id',
  async (t) => {
    const { page, outbox, log } = open();
    const has = { 'in the page': 0, sent: 1, read: 3, refused: -1, lacking: null } as const;
    const chats = (n: number): ChatId => `1555000444${n}@c.us`;
    const rows = Object.keys(has).map((text, n) => outbox.accept(chats(n), chats(n), text, null));
    await settled();
    await page.dies(outbox);
    page.has = (text) => has[text as keyof typeof has];
    const before = page.sent.length;
    await outbox.reconcile();
    await settled();
    t.same(
      rows.map(({ id }) => outbox.get(id).state),
      ['sending', 'sent', 'read', 'failed', 'sending'],
    );
    t.same(
      page.sent.slice(before).map(({ messageId }) => messageId),
      [rows[4]?.messageId],
    );
    await page.last().answer({ outcome: 'accepted', ack: 1 });
    t.equal(outbox.get(rows[4]?.id ?? '').state, 'sent');
    t.equal(log.lines.filter(([, event]) => event === 'message.reconciled').length, 5);
  },
);

t.test('a page that cannot answer leaves it unknown, and asking twice at once sends once', async (t) => {
  const { page, outbox } = open();
  const { id } = outbox.accept(A, A, 'hello', null);
  await settled();
  await page.dies(outbox);
  page.has = () => Promise.reject(new Error('page_error'));
  await outbox.reconcile();
  t.equal(outbox.get(id).state, 'unknown');
  page.has = () => null;
  await Promise.all([outbox.reconcile(), outbox.reconcile()]);
  await settled();
  t.equal(page.sent.length, 2, 'once before, once again');
  await page.last().fail(new Fault('not_ready'));
  t.equal(
    outbox.get(id).state,
    'unknown',
    'the first may have arrived: a page that is gone again is no failure',
  );
  outbox.acked(outbox.get(id).messageId, 1);
  t.equal(outbox.get(id).state, 'sent');
});

t.test('an ack while the page is asked is not undone by its answer', async (t) => {
  const { page, outbox } = open();
  const { id, messageId } = outbox.accept(A, A, 'hello', null);
  await settled();
  await page.dies(outbox);
  page.has = () => {
    outbox.acked(messageId, 2);
    return null;
  };
  await outbox.reconcile();
  t.equal(outbox.get(id).state, 'delivered');
  t.equal(page.sent.length, 1);
});

t.test('the same key is the same message; with other words it is refused', async (t) => {
  const { page, outbox } = open();
  const first = outbox.accept(A, A, 'hello', 'k');
  const again = outbox.accept(A, A, 'hello', 'k');
  await settled();
  t.equal(again.id, first.id);
  t.equal(page.sent.length, 1);
  t.equal(outbox.earlier('k', A, 'hello')?.id, first.id);
  t.equal(outbox.earlier('other', A, 'hello'), null);
  for (const [chat, text] of [
    [A, 'goodbye'],
    [B, 'hello'],
  ] as const)
    t.throws(() => outbox.accept(chat, chat, text, 'k'), { name: 'Fault' });
  t.equal(outbox.accept(A, A, 'hello', null).id === first.id, false, 'no key, no memory');
});

t.test('a wait ends when the message is as far as asked, or can come no further', async (t) => {
  const goals: [
    string,
    'sent' | 'delivered' | 'read',
    (outbox: Outbox, messageId: string) => void,
    string,
  ][] = [
    ['sent', 'sent', (outbox, m) => outbox.acked(m, 1), 'sent'],
    ['further than asked', 'sent', (outbox, m) => outbox.acked(m, 3), 'read'],
    [
      'delivered',
      'delivered',
      (outbox, m) => [1, 2].forEach((ack) => void outbox.acked(m, ack)),
      'delivered',
    ],
    ['refused', 'read', (outbox, m) => outbox.acked(m, -1), 'failed'],
    ['lost', 'sent', (outbox) => outbox.lost(), 'unknown'],
  ];
  for (const [about, goal, act, expected] of goals) {
    const { outbox } = open();
    const { id, messageId } = outbox.accept(A, A, 'hello', null);
    await settled();
    const wait = outbox.wait(id, goal, { signal: never });
    act(outbox, messageId);
    t.equal((await wait).state, expected, about);
    t.equal(
      (await outbox.wait(messageId, goal, { signal: AbortSignal.abort() })).state,
      expected,
      `${about}: at once`,
    );
  }
});

t.test('a wait that runs out says where the message is, and the message goes on', async (t) => {
  const { outbox } = open();
  const { id, messageId } = outbox.accept(A, A, 'hello', null);
  await settled();
  const late = new AbortController();
  const wait = outbox.wait(id, 'delivered', { signal: late.signal });
  outbox.acked(messageId, 1);
  late.abort();
  t.match(await thrownBy(wait), {
    kind: 'wait_expired',
    details: { outcome: 'unknown', more: { id, messageId, state: 'sent' } },
  });
  t.match(await thrownBy(outbox.wait(id, 'read', { signal: late.signal })), { kind: 'wait_expired' });
  outbox.acked(messageId, 3);
  t.equal(outbox.get(id).state, 'read');
  t.throws(() => outbox.wait('x', 'sent', { signal: never }), { name: 'Fault' });
});

t.test('drained: when nothing is queued or in flight any more, or nobody wants to wait', async (t) => {
  const { page, outbox } = open();
  await outbox.drained({ signal: never });
  const first = outbox.accept(A, A, 'one', null);
  outbox.accept(A, A, 'two', null);
  await settled();
  let isDrained = false;
  const drained = outbox.drained({ signal: never }).then(() => {
    isDrained = true;
  });
  await page.last().answer({ outcome: 'accepted', ack: 1 });
  t.equal(isDrained, false, 'the second is on its way');
  const hurry = new AbortController();
  const hurried = outbox.drained({ signal: hurry.signal });
  hurry.abort();
  await hurried;
  await outbox.drained({ signal: hurry.signal });
  outbox.lost();
  await drained;
  t.equal(outbox.get(first.id).state, 'sent');
});

t.test('how long the oldest has been with the page and not with the server', async (t) => {
  const { outbox } = open();
  t.equal(outbox.oldestUnsentMs(), 0);
  const { messageId } = outbox.accept(A, A, 'hello', null);
  t.equal(outbox.oldestUnsentMs(), 0, 'it is not with the page yet');
  await settled();
  t.ok(outbox.oldestUnsentMs() >= 0);
  outbox.acked(messageId, 1);
  t.equal(outbox.oldestUnsentMs(), 0);
});

t.test('ten thousand rows are kept; what has not ended is never forgotten', async (t) => {
  const { page, outbox } = open();
  const flying = outbox.accept(A, A, 'flying', 'kept');
  const first = outbox.accept(B, B, 'first', 'forgotten');
  await settled();
  outbox.acked(first.messageId, 3);
  await page.last().answer(TAKEN);
  for (let n = 0; n < 10_000; n++) outbox.accept(B, B, `${n}`, null);
  t.equal(outbox.get(flying.id).state, 'sending');
  t.match(await thrownBy(Promise.resolve().then(() => outbox.get(first.id))), { kind: 'no_such_message' });
  t.equal(outbox.earlier('forgotten', B, 'other words'), null, 'and its key is free');
});
