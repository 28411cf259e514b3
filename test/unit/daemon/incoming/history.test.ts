/** Older messages are journalled once each, from the page's store and then from the phone. */
import t, { type Test } from 'tap';
import { Feed } from '../../../../src/daemon/events/feed.js';
import { History } from '../../../../src/daemon/incoming/history.js';
import { Inbox } from '../../../../src/daemon/incoming/inbox.js';
import type { MessageRef } from '../../../../src/protocol/wid.js';
import type { InboundMessage } from '../../../../src/session/inbound-message.js';
import type { PhoneAnswer, PhoneAsked } from '../../../../src/session/page-port.js';
import { keepLines } from '../../log/lines.js';
import { kindOf, opened, WID } from '../../store/scratch.js';

const CHAT = '15550002222@c.us';
const START_MS = Date.UTC(2026, 0, 1);
const signal = new AbortController().signal;

/** Message `n` of the chat; 0 is the oldest. */
const message = (n: number): InboundMessage => ({
  ...{ key: `false_${CHAT}_M${n}`, messageId: `M${n}`, chatId: CHAT, from: CHAT, to: WID, author: null },
  ...{ fromMe: false, type: 'text', body: `${n}`, timestamp: new Date(START_MS + n * 1_000).toISOString() },
  ...{ ack: 1, hasMedia: false, media: null, replyTo: null, mentions: [], details: null, backfilled: false },
});

/** A page with messages from `oldest` up to 199; the phone has the rest, and gives `portion` of them at a time. */
function chatWith(t: Test, oldest: number, answers: { asked?: PhoneAsked; answer?: PhoneAnswer } = {}) {
  const store = opened(t);
  store.writeNow((tx) => store.account.link(tx, WID, 0));
  const log = keepLines();
  const feed = new Feed({ account: 'main', store, log });
  const inbox = new Inbox(store);
  const requests: string[] = [];
  const page = {
    chats: {
      async messages(_chat: string, { limit, before }: { limit: number; before: MessageRef | null }) {
        const end = before === null ? 200 : Number(before.id.slice(1));
        const from = Math.max(oldest, end - limit);
        const found = Array.from({ length: Math.max(end - from, 0) }, (_, i) => message(from + i));
        return { messages: found, more: from > oldest };
      },
    },
    history: {
      async ask(): Promise<PhoneAsked> {
        requests.push('ask');
        if (answers.asked !== undefined) return answers.asked;
        return oldest === 0 ? 'start' : 'asked';
      },
      async answer(): Promise<PhoneAnswer> {
        if (answers.answer !== undefined) return answers.answer;
        oldest = Math.max(0, oldest - 50);
        return 'answered';
      },
    },
  };
  let settledUntilMs = START_MS + 1_000_000;
  const history = new History({
    ...{ page: () => page, feed, inbox, log, settledUntilMs: () => settledUntilMs },
    times: { poll: 1, phone: 20, all: 60_000 },
  });
  const told = () => feed.list({ types: ['message.history'], limit: 1_000 }).events.map(({ data }) => data);
  return {
    ...{ store, inbox, history, requests, told },
    settled: (ms: number) => {
      settledUntilMs = ms;
    },
    fetch: (count: number, before: MessageRef | null = null, until = signal) =>
      history.fetch(CHAT, count, before, until),
  };
}
const bodies = (events: readonly unknown[]) => (events as { body: string }[]).map(({ body }) => Number(body));

t.test('the store of the page is read before the phone is asked, and nothing is told twice', async (t) => {
  const { inbox, store, fetch, told, requests } = chatWith(t, 120);
  store.writeNow((tx) => inbox.message(tx, message(199)));
  t.match(await fetch(60), { fetched: 60, known: 1, end: 'count', next: message(139).key });
  t.same(requests, [], 'without the phone');
  t.same(bodies(told()).slice(0, 2), [150, 151], 'the oldest of a batch is first');
  t.match(told()[0], { backfilled: true, chat: { id: CHAT, name: null }, sender: { id: CHAT } });
  t.match(await fetch(60), { fetched: 60, known: 61, end: 'count' }, 'the next fetch continues');
  t.same(requests, ['ask']);
  t.same(new Set(bodies(told())).size, 120);
  t.match(await fetch(1_000), {
    fetched: 79,
    end: 'start',
    next: message(0).key,
    oldest: message(0).timestamp,
  });
  t.equal(new Set(bodies(told())).size, 199, 'each once');
  t.equal(told().length, 199);
  t.match(await fetch(1_000), { fetched: 0, known: 200, end: 'start' });
});

t.test('only messages before the named one are read', async (t) => {
  const { fetch, told } = chatWith(t, 0);
  const before = { id: 'M100', place: { fromMe: false, remote: CHAT, participant: null } };
  t.match(await fetch(3, before), { fetched: 3, known: 0, next: message(97).key });
  t.same(bodies(told()), [97, 98, 99]);
});

t.test('a message that the back-fill has not reached is left to it', async (t) => {
  const { fetch, told, settled } = chatWith(t, 0);
  settled(START_MS + 195_000);
  t.match(await fetch(2), { fetched: 2 });
  t.same(bodies(told()), [193, 194]);
});

t.test('a phone that does not answer is a fault, unless something was found', async (t) => {
  for (const answer of ['failed', 'waiting'] as const) {
    const { fetch } = chatWith(t, 190, { answer });
    t.match(await fetch(50), { fetched: 10, end: 'phone_silent' });
    t.equal(await kindOf(() => fetch(50)), 'phone_unreachable');
  }
  const { fetch } = chatWith(t, 190, { asked: 'paused' });
  t.match(await fetch(50), { fetched: 10, end: 'paused' });
});

t.test('a phone that answers without messages ends the fetch', async (t) => {
  const { fetch, requests } = chatWith(t, 190, { answer: 'answered' });
  t.match(await fetch(50), { fetched: 10, end: 'start' });
  t.same(requests, ['ask']);
});

t.test('a cancelled fetch keeps what it has told, and the next one does not wait for it', async (t) => {
  const { fetch, told } = chatWith(t, 150, { answer: 'waiting' });
  const cancelled = new AbortController();
  const first = fetch(100, null, cancelled.signal);
  const second = fetch(10, { id: 'M170', place: null });
  cancelled.abort();
  await t.rejects(first);
  t.match(await second, { fetched: 10 });
  t.ok(told().length >= 10);
});
