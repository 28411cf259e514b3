// Measures the cost of the store, as ratios of pairs that take turns (A B A B …) in one run, so that other
// load affects both. Build first.
//   node bench/store.mjs [--directory DIR] [--pairs N] [--events N] [--check]
// DIR is on the disk to be measured; default: a temporary directory. With --check it exits with 1 beyond its
// bounds.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DatabaseSync } from '../build/src/store/driver.js';
import { openStore } from '../build/src/store/open.js';

const { values } = parseArgs({
  options: {
    directory: { type: 'string', default: tmpdir() },
    pairs: { type: 'string', default: '15' },
    events: { type: 'string', default: '100000' },
    check: { type: 'boolean', default: false },
  },
});
const pairs = Number(values.pairs);
mkdirSync(values.directory, { recursive: true });
const home = mkdtempSync(join(values.directory, 'store-bench-'));
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const quantile = (numbers, q) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * q)];
const failed = [];
function say(name, text, isFine = true) {
  console.log(`${name.padEnd(28)} ${text}`);
  if (!isFine) failed.push(name);
}
async function msOf(act) {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

const store = openStore({ directory: join(home, 'store') });
const wid = '15550001111@c.us';
let n = 0;
const message = () => {
  n += 1;
  return {
    id: `m-${n.toString(16).padStart(16, '0')}`,
    messageId: `3EB0${n.toString(16).padStart(18, '0').toUpperCase()}`,
    wid,
    key: `order-${n}`,
    recipient: '15550002222@c.us',
    chatId: `1555000${n % 1000}@c.us`,
    kind: 'text',
    payload: { text: 'x'.repeat(150) },
    queuedAtMs: Date.now(),
  };
};
const accept = () => store.write((tx) => store.outbox.accept(tx, message()));

// The baseline: one row of the same size, one table, one sync.
const bare = new DatabaseSync(join(home, 'bare.sqlite'));
bare.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
bare.exec('CREATE TABLE t (seq INTEGER PRIMARY KEY, id TEXT, text TEXT) STRICT');
const insert = bare.prepare('INSERT INTO t (id, text) VALUES (?, ?)');
const row = JSON.stringify(message());

const ROUND = 100;
const floor = [];
const one = [];
const many = [];
const WRITERS = 32;
for (let i = -2; i < pairs; i += 1) {
  const a = await msOf(() => {
    for (let k = 0; k < ROUND; k += 1) insert.run(`m-${k}`, row);
  });
  const b = await msOf(async () => {
    for (let k = 0; k < ROUND; k += 1) await accept();
  });
  const c = await msOf(() =>
    Promise.all(
      Array.from({ length: WRITERS }, async () => {
        for (let k = 0; k < ROUND / 10; k += 1) await accept();
      }),
    ),
  );
  if (i < 0) continue; // the first rounds warm up
  floor.push(a / ROUND);
  one.push(b / ROUND);
  many.push(c / (WRITERS * (ROUND / 10)));
}
const overFloor = median(one.map((ms, i) => ms / floor[i]));
const gain = median(one.map((ms, i) => ms / many[i]));
say('bare synced insert', `${(1000 / median(floor)).toFixed(0)} /s`);
say(
  'accept, one writer',
  `${(1000 / median(one)).toFixed(0)} /s, ${overFloor.toFixed(2)} × a bare insert`,
  overFloor <= 2,
);
say(
  `accept, ${WRITERS} writers`,
  `${(1000 / median(many)).toFixed(0)} /s, ${gain.toFixed(1)} × one writer`,
  gain >= 4,
);

// How long a full group commit delays everything else.
const turns = [];
for (let i = 0; i < 20; i += 1) {
  const group = Array.from({ length: 1000 }, accept);
  let last = performance.now();
  let isOver = false;
  const look = () => {
    turns.push(performance.now() - last);
    last = performance.now();
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await Promise.all(group);
  isOver = true;
  await new Promise((resolve) => setImmediate(resolve));
}
say(
  'loop turns in 1000 accepts',
  `median ${median(turns).toFixed(1)} ms, 99 % ${quantile(turns, 0.99).toFixed(1)} ms`,
);

const events = Number(values.events);
const data = {
  key: 'k',
  messageId: 'i',
  chatId: '15550002222@c.us',
  body: 'x'.repeat(150),
  fromMe: false,
  ack: 1,
};
const filled = await msOf(async () => {
  for (let k = 0; k < events; k += 500) {
    await store.write((tx) => {
      for (let j = 0; j < 500; j += 1)
        store.messages.appendOnce(
          tx,
          { key: `in-15550002222-${k + j}`, messageId: `ID${k + j}`, ack: 0 },
          { type: j === 0 ? 'alert' : 'message', timeMs: Date.now(), wid, data },
        );
    });
  }
});
say(`${events} messages reported`, `${((events / filled) * 1000).toFixed(0)} /s`);
const rates = [];
for (let i = 0; i < 5; i += 1) {
  let count = 0;
  const ms = await msOf(() => {
    for (let after = 0; ; ) {
      const page = store.journal.page({ after, limit: 1000 });
      if (page.next === after) break;
      count += page.events.length;
      after = page.next;
    }
  });
  if (count !== events) throw new Error(`${count} of ${events} events were read`);
  rates.push((count / ms) * 1000);
}
say('events read in pages', `${median(rates).toFixed(0)} /s`, median(rates) >= 50_000);
const worst = Math.max(...(await filtered()));
say('page without a match', `${worst.toFixed(1)} ms at most`);
async function filtered() {
  const times = [];
  for (let after = 0; ; ) {
    let page;
    times.push(await msOf(() => (page = store.journal.page({ after, types: ['call'] }))));
    if (page.next === after) return times;
    after = page.next;
  }
}
say('counts for a status', `${(await msOf(() => store.outbox.counts())).toFixed(1)} ms with ${n} rows`);
say(
  'messages due at a start',
  `${(await msOf(() => store.outbox.due(wid, Date.now()))).toFixed(1)} ms with ${n} rows waiting`,
);
const next = await msOf(() => {
  for (let k = 0; k < 1000; k += 1) store.outbox.nextOf(wid, `1555000${k}@c.us`, Date.now());
});
say('next message of a chat', `${next.toFixed(1)} µs`);
let swept;
const sweepMs = await msOf(async () => {
  swept = await store.sweep({ nowMs: Date.now() + 31 * 86_400_000, retentionDays: 30, maxMb: 500 });
});
say(
  'sweep',
  `${swept.events} events in ${sweepMs.toFixed(0)} ms, longest step ${swept.longestMs.toFixed(1)} ms`,
);
const closed = await msOf(() => store.close());
let again;
const opened = await msOf(() => (again = openStore({ directory: join(home, 'store') })));
say(
  'close, open',
  `${closed.toFixed(0)} ms, ${opened.toFixed(0)} ms with ${(again.bytes / 1e6).toFixed(0)} MB`,
);
again.close();
bare.close();
rmSync(home, { recursive: true, force: true });
if (values.check && failed.length > 0) {
  console.log(`outside its bound: ${failed.join(', ')}`);
  process.exitCode = 1;
}
