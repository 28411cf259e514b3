/**
 * Messages that arrived while the daemon was down are read from the page's store, each once, and gaps are
 * reported.
 */
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Feed } from '../../../../src/daemon/events/feed.js';
import { Backfill, type BackfillOptions } from '../../../../src/daemon/incoming/backfill.js';
import { Inbox } from '../../../../src/daemon/incoming/inbox.js';
import { capabilityWord } from '../../../../src/protocol/capability.js';
import { Fault } from '../../../../src/protocol/fault.js';
import type { InboundMessage } from '../../../../src/session/inbound-message.js';
import type { ClientReport } from '../../../../src/session/port.js';
import { keepLines } from '../../log/lines.js';
import { opened, message as row, WID } from '../../store/scratch.js';

const CHAT = '15550002222@c.us';
const message = (messageId: string, more: Partial<InboundMessage> = {}): InboundMessage => ({
  ...{ key: `false_${CHAT}_${messageId}`, messageId, chatId: CHAT, from: CHAT, to: WID, author: null },
  ...{ fromMe: false, type: 'text', body: messageId, timestamp: '2026-01-01T00:00:00.000Z', ack: 1 },
  ...{ hasMedia: false, media: null, replyTo: null, mentions: [], details: null, backfilled: true, ...more },
});

function open(t: Test, times?: BackfillOptions['times']) {
  const store = opened(t);
  const log = keepLines();
  const feed = new Feed({ account: 'test', store, log });
  const inbox = new Inbox(store);
  const page = {
    has: [] as InboundMessage[],
    whole: true,
    failure: null as string | null,
    broken: false,
    /** The next errors of the page when it is asked about the chat. */
    failures: [] as Error[],
    ticks: [] as Extract<ClientReport, { type: 'ack' }>[],
    fetched: [] as string[][],
    ciphers: new Set<string>(),
    since: [] as number[],
  };
  const acked: number[] = [];
  const wrote: string[] = [];
  const readable: string[] = [];
  const backfill = new Backfill({
    ...{ feed, inbox, store, log, acked: (news) => acked.push(news.ack), ...(times && { times }) },
    personWrote: (chatId) => wrote.push(chatId),
    readable: (state) => readable.push(capabilityWord(state)),
    page: () => ({
      chatsSince: async (sinceMs) => {
        page.since.push(sinceMs);
        if (page.broken) throw new Error('page_error');
        return [CHAT];
      },
      keysSince: async () => {
        const failure = page.failures.shift();
        if (failure !== undefined) throw failure;
        return {
          keys: page.has.map(({ key }) => key),
          revoked: [],
          whole: page.whole,
          failure: page.failure,
        };
      },
      messagesOf: async (_, keys) => {
        const asked = page.has.filter(({ key }) => keys.includes(key));
        page.fetched.push(asked.map(({ messageId }) => messageId));
        const isCipher = ({ messageId }: InboundMessage) => page.ciphers.has(messageId);
        return {
          messages: asked.map((one) => (isCipher(one) ? { ...one, type: 'ciphertext', body: null } : one)),
          revoked: [],
          undecrypted: asked.filter(isCipher).map(({ key }) => key),
        };
      },
      acksOf: async () => page.ticks,
    }),
  });
  t.teardown(() => backfill.stop());
  const passed = async (): Promise<void> => {
    for (let n = 0; !log.lines.some(([, event]) => event.startsWith('backfill.')); n += 1) {
      if (n > 2_000) throw new Error('it did not look');
      await pause(1);
    }
    await store.write(() => undefined);
  };
  const events = () => store.journal.page({ after: 0 }).events.map(({ type, data }) => [type, data.body]);
  return { store, inbox, page, backfill, acked, wrote, passed, events, log, readable };
}

t.test(
  'unknown messages are reported in the order of their chat, and known ones are not fetched',
  async (t) => {
    const { store, inbox, page, backfill, passed, events } = open(t);
    store.writeNow((tx) => inbox.message(tx, message('heard', { backfilled: false })));
    page.has = [message('one'), message('heard'), message('two')];
    backfill.start(1_000, () => undefined);
    t.ok(backfill.isReading, 'which keeps the account awake');
    await passed();
    await pause(0);
    t.notOk(backfill.isReading);
    t.same(page.since, [1_000]);
    t.same(page.fetched, [['one', 'two']]);
    t.same(events(), [
      ['message', 'heard'],
      ['message', 'one'],
      ['message', 'two'],
    ]);
  },
);

t.test('a person whose message was missed has written, once a chunk; this account has not', async (t) => {
  const { store, inbox, page, backfill, wrote, passed } = open(t, {
    ...{ passes: [0], cipherEvery: 1, cipherFor: 0 },
  });
  store.writeNow((tx) => inbox.message(tx, message('heard', { backfilled: false })));
  const own = message('own', { key: `true_${CHAT}_own`, from: WID, to: CHAT, fromMe: true });
  page.has = [message('heard'), own];
  backfill.start(0, () => undefined);
  await passed();
  t.same(wrote, []);
  page.has.push(message('one'), message('two'));
  const done = new Promise<void>((resolve) => backfill.start(0, resolve));
  await done;
  t.same(wrote, [CHAT]);
});

t.test('a message that arrives live during the back-fill is reported once', async (t) => {
  const { store, inbox, page, backfill, passed, events } = open(t);
  page.has = [message('both')];
  backfill.start(0, () => undefined);
  store.writeNow((tx) => inbox.message(tx, message('both', { backfilled: false })));
  await passed();
  t.same(events(), [['message', 'both']]);
});

t.test("messages in the page's memory are reported even if the page fails to read the rest", async (t) => {
  const { page, backfill, passed, events, log } = open(t);
  page.has = [message('held')];
  page.failure = 'DataError';
  backfill.start(0, () => undefined);
  await passed();
  t.same(events(), [['message', 'held']]);
  t.ok(log.lines.some(([, event]) => event === 'backfill.failed'));
});

t.test('a chat with more messages than can be read yields a gap', async (t) => {
  const { page, backfill, passed, events } = open(t);
  page.has = [message('newest')];
  page.whole = false;
  backfill.start(0, () => undefined);
  await passed();
  t.same(events(), [
    ['message', 'newest'],
    ['gap', undefined],
  ]);
});

t.test('many messages are fetched in batches', async (t) => {
  const { page, backfill, passed, events } = open(t);
  page.has = Array.from({ length: 120 }, (_, n) => message(`${n}`));
  backfill.start(0, () => undefined);
  await passed();
  t.same(
    page.fetched.map(({ length }) => length),
    [50, 50, 20],
  );
  t.equal(events().length, 100, 'a page of events');
});

t.test('acks from the meantime are reported, and a page that does not answer is asked again', async (t) => {
  const { store, inbox, page, backfill, passed, acked, log } = open(t);
  const tick = {
    type: 'ack',
    key: 'true_k',
    messageId: row(1).messageId,
    chatId: CHAT,
    fromMe: true,
  } as const;
  store.writeNow((tx) => {
    for (const n of [1, 2]) {
      store.outbox.accept(tx, row(n));
      store.outbox.change(tx, `m-${n}`, 'queued', { state: 'sent', nowMs: 1, ack: 1 });
    }
    inbox.ack(tx, { ...tick, ack: 1 });
  });
  // The ack of the second message is already in the outbox, from its send. The daemon died before it reported
  // that ack.
  page.ticks = [
    { ...tick, ack: 3 },
    { ...tick, ack: 1 },
    { ...tick, key: 'true_l', messageId: row(2).messageId, ack: 1 },
  ];
  page.broken = true;
  let isDone = false;
  backfill.start(0, () => {
    isDone = true;
  });
  await passed();
  t.same(acked, [3, 1]);
  t.match(log.lines, [['warn', 'backfill.failed', { what: 'chats' }]]);
  t.equal(isDone, false);
  backfill.stop();
});

t.test(
  'a message that cannot be decrypted at first is reported when it can, and the back-fill ends only then',
  async (t) => {
    const { page, backfill, events } = open(t, { passes: [0], cipherEvery: 5, cipherFor: 60_000 });
    page.has = [message('plain'), message('late')];
    page.ciphers.add('late');
    let isDone = false;
    const done = new Promise<void>((resolve) =>
      backfill.start(1_000, () => {
        isDone = true;
        resolve();
      }),
    );
    for (let n = 0; page.fetched.length < 3; n += 1) {
      if (n > 2_000) throw new Error('it did not look again');
      await pause(1);
    }
    t.notOk(isDone);
    t.same(
      events(),
      [
        ['message', 'plain'],
        ['message', null],
      ],
      'the message is reported once as undecrypted',
    );
    t.same(page.fetched.slice(1, 3), [['late'], ['late']], 'nothing else is fetched again');
    page.ciphers.clear();
    await done;
    t.same(events(), [
      ['message', 'plain'],
      ['message', null],
      ['message', 'late'],
    ]);
  },
);

t.test('a message that is never decrypted ends as a gap', async (t) => {
  const { page, backfill, store } = open(t, { passes: [0], cipherEvery: 1, cipherFor: 20 });
  page.has = [message('never')];
  page.ciphers.add('never');
  await new Promise<void>((resolve) => backfill.start(1_000, resolve));
  await store.write(() => undefined);
  t.match(store.journal.page({ after: 0 }).events, [
    { type: 'message', data: { type: 'ciphertext', body: null, messageId: 'never' } },
    { type: 'gap', data: { reason: 'undecrypted', chatId: CHAT, messageIds: ['never'] } },
  ]);
});

t.test('a chat that the page never returns is a gap, and all other chats are read', async (t) => {
  const times = { passes: [0, 1, 2], cipherEvery: 1, cipherFor: 20 };
  const { page, backfill, store, readable } = open(t, times);
  page.failures = [new Fault('page_error'), new Fault('page_error'), new Fault('page_error')];
  await new Promise<void>((resolve) => backfill.start(1_000, resolve));
  await store.write(() => undefined);
  t.same(new Set(readable), new Set(['degraded: WhatsApp Web does not return the messages of a chat']));
  t.match(store.journal.page({ after: 0 }).events, [
    { type: 'gap', data: { reason: 'unreadable', chatId: CHAT, since: '1970-01-01T00:00:01.000Z' } },
  ]);
});

t.test('a failure that a later pass repairs is no gap, nor is a lost page or a full disk', async (t) => {
  for (const [kind, times, isDone] of [
    ['page_error', 1, true],
    ['not_ready', 2, false],
    ['disk_full', 2, false],
  ] as const) {
    const passes = { passes: [0, 1], cipherEvery: 1, cipherFor: 20 };
    const { page, backfill, store, log, readable } = open(t, passes);
    page.failures = Array.from({ length: times }, () => new Fault(kind));
    let done = false;
    backfill.start(1_000, () => {
      done = true;
    });
    const emptyPasses = () => log.lines.filter(([, event]) => event === 'backfill.nothing').length;
    for (let n = 0; emptyPasses() < 2; n += 1) {
      if (n > 2_000) throw new Error('it did not look');
      await pause(1);
    }
    await store.write(() => undefined);
    t.equal(done, isDone, kind);
    t.same(store.journal.page({ after: 0 }).events, [], kind);
    t.equal(
      readable[0]?.startsWith('degraded: '),
      isDone,
      `${kind}: only a chat that cannot be read is told`,
    );
    t.equal(readable[1], 'ok', kind);
    backfill.stop();
  }
});
