// Measures the search. Build first.
//   sizes   the same questions in a journal of 1,000 and of 1,000,000 messages, as ratios of pairs that take turns
//   index   storing messages while the index waits for a quiet moment, and without it, as ratios of pairs that take turns; what
//           the index then costs, and how long it keeps everything else from running
//   node bench/search.mjs [--small N] [--large N] [--pairs N] [--json FILE]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Feed } from '../build/src/daemon/events/feed.js';
import { Indexer } from '../build/src/daemon/search/indexer.js';
import { MessageSearch } from '../build/src/daemon/search/message-search.js';
import { openStore } from '../build/src/store/open.js';
import { median } from './sample.mjs';
import { report, row } from './table.mjs';

const { values } = parseArgs({
  options: {
    small: { type: 'string', default: '1000' },
    large: { type: 'string', default: '1000000' },
    pairs: { type: 'string', default: '25' },
    json: { type: 'string' },
  },
});
const pairs = Number(values.pairs);
const WID = '15550001111@c.us';
const NOW = Date.now();
const log = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, () => undefined]));
const home = mkdtempSync(join(tmpdir(), 'wad-bench-search-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

/**
 * Words as often as in a language: few are in every message, most are rare. Each message has two numbers of its own, and one of
 * two words that are never together.
 */
const WORDS = Array.from({ length: 20_000 }, (_, n) => `w${n.toString(36)}`);
let seed = 1;
const random = () => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
};
const sentence = (n) =>
  [
    ...Array.from({ length: 11 }, () => WORDS[Math.floor(random() ** 3 * WORDS.length)]),
    `n${n}`,
    `order${n}`,
    n % 2 ? 'odd' : 'even',
  ].join(' ');

function message(n, body = sentence(n)) {
  const chat = `1555000${String(n % 500).padStart(4, '0')}@c.us`;
  const who = { id: chat, phone: chat.slice(0, -5), lid: null };
  return {
    ...{ key: `false_${chat}_${n}`, messageId: `${n}`, chatId: chat, from: chat, to: WID, author: null },
    ...{ fromMe: false, type: 'text', body, timestamp: new Date(NOW).toISOString(), ack: 1, hasMedia: false },
    ...{ media: null, replyTo: null, mentions: [], details: null, backfilled: false },
    ...{ chat: who, sender: who, people: [] },
  };
}
const append = (store, n) => (tx) =>
  store.messages.appendOnce(
    tx,
    { key: `false_${n}`, messageId: `${n}`, ack: 1 },
    { type: 'message', timeMs: NOW, wid: WID, data: message(n) },
  );

async function opened(name) {
  const directory = join(home, name);
  mkdirSync(directory, { recursive: true });
  const store = openStore({ directory });
  store.writeNow((tx) => store.account.link(tx, WID, NOW));
  const feed = new Feed({ account: name, store, log });
  return { directory, store, feed };
}

async function filled(name, count) {
  const { directory, store, feed } = await opened(name);
  for (let n = 0; n < count; n += 1_000)
    await store.write((tx) => {
      for (let i = n; i < Math.min(n + 1_000, count); i += 1) append(store, i)(tx);
    });
  const indexer = new Indexer({ directory, store, feed, log, startMs: 1e9 });
  const startedAt = performance.now();
  await indexer.catchUp(1e9);
  const indexMs = performance.now() - startedAt;
  const search = new MessageSearch(indexer, store);
  return { store, indexer, search, indexMs, count, bytes: indexer.index.bytes };
}

const ASKED = {
  chat: null,
  sender: null,
  kinds: null,
  fromMe: null,
  sinceMs: null,
  untilMs: null,
  limit: 20,
  after: null,
};
const QUESTIONS = {
  'a word in many messages': { text: 'w1', order: 'newest' },
  'the same, best first': { text: 'w1', order: 'best' },
  'two words': { text: 'w1 w2', order: 'newest' },
  'a phrase': { text: '"w1 w2"', order: 'newest' },
  'the beginning of a word': { text: 'w1a*', order: 'newest' },
  'the beginning of numbers, one a message': { text: 'order*', order: 'newest' },
  'the same beginning, best first': { text: 'order*', order: 'best' },
  'two words that are never together': { text: 'even odd', order: 'newest' },
  'a word in one message': { text: 'n700', order: 'newest' },
  'a word in one chat': { text: 'w1', order: 'newest', chat: ['15550000007@c.us'] },
};

/** The longest time between two turns of the event loop while something runs. */
async function longestTurn(act) {
  let longest = 0;
  let isOver = false;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await act();
  isOver = true;
  return longest;
}

async function msOf(act) {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

const rows = [];
const small = await filled('small', Number(values.small));
const large = await filled('large', Number(values.large));
console.error(
  `index of ${large.count}: ${Math.round(large.indexMs)} ms, ${Math.round(large.bytes / 2 ** 20)} MiB, store ${Math.round(large.store.bytes / 2 ** 20)} MiB`,
);
for (const [name, question] of Object.entries(QUESTIONS)) {
  const times = { small: [], large: [] };
  for (let i = -3; i < pairs; i += 1) {
    for (const [size, { search }] of Object.entries({ small, large })) {
      const ms = await msOf(() => search.find({ ...ASKED, ...question }));
      if (i >= 0) times[size].push(ms);
    }
  }
  const ratios = times.large.map((ms, i) => ms / times.small[i]);
  rows.push(
    row({
      name: `search: ${name}`,
      unit: 'ms',
      ours: median(times.large),
      rival: median(times.small),
      ratio: median(ratios),
      goal: { value: 50 },
    }),
  );
}

const never = { ...ASKED, ...QUESTIONS['two words that are never together'] };
const turns = [];
for (let i = 0; i < pairs; i += 1) turns.push(await longestTurn(() => large.search.find(never)));
rows.push(
  row({
    name: 'the longest turn of that search for two words',
    unit: 'ms',
    ours: median(turns),
    goal: { value: 30 },
  }),
);

// Each message in a transaction of its own, as it arrives from the page. The index is made afterwards, in the same process.
const plain = await opened('plain');
const followed = await opened('followed');
const follower = new Indexer({ ...followed, log, startMs: 0 });
const BATCH = 100;
const stored = { plain: [], followed: [], indexed: [] };
let n = 0;
for (let i = -3; i < pairs; i += 1) {
  const order = Object.entries({ plain, followed });
  for (const [name, { store, feed }] of i % 2 ? order : order.reverse()) {
    const ms = await msOf(async () => {
      for (let k = 0; k < BATCH; k += 1) {
        n += 1;
        await feed.write((tx, keep) => keep(append(store, n)(tx)));
      }
    });
    if (i >= 0) stored[name].push(ms / BATCH);
  }
  const indexMs = await msOf(async () => {
    await follower.catchUp(1e9);
    while (follower.index.merge()) {}
  });
  if (i >= 0) stored.indexed.push(indexMs / BATCH);
}
rows.push(
  row({
    name: 'a message stored before the index has it, and without an index',
    unit: 'ms',
    ours: median(stored.followed),
    rival: median(stored.plain),
    ratio: median(stored.followed.map((ms, i) => ms / stored.plain[i])),
    goal: { ratio: 1.03 },
  }),
  row({
    name: 'the index of a message, later (beside: storing it)',
    unit: 'ms',
    ours: median(stored.indexed),
    rival: median(stored.plain),
    ratio: median(stored.indexed.map((ms, i) => ms / stored.plain[i])),
  }),
);
const MANY = 20_000;
const piles = [];
for (let i = 0; i < 5; i += 1) {
  for (let k = 0; k < MANY; k += 1_000)
    await followed.store.write((tx) => {
      for (let j = 0; j < 1_000; j += 1) {
        n += 1;
        append(followed.store, n)(tx);
      }
    });
  piles.push(await longestTurn(() => follower.catchUp(1e9)));
}
rows.push(
  row({
    name: `the longest turn while ${MANY} messages are indexed`,
    unit: 'ms',
    ours: median(piles),
    goal: { value: 25 },
  }),
);
await follower.close();
for (const { indexer, store } of [small, large]) {
  await indexer.close();
  store.close();
}
for (const { store } of [plain, followed]) store.close();
report(rows, values.json);
