// Measures the cost of the daemon on top of its disk and its socket, without a browser. Needs a build. Pairs
// take turns (A B A B …) in one run, so that other load affects both.
//   accept   a message.send that is on disk when it is answered, against one synced insert and one
//            daemon.ping
//   clients  many clients at a time against a single one
//   events   pages of events.list over the socket, and the delay from a stored event to a subscriber
//   node bench/daemon.mjs [--directory DIR] [--rounds N] [--events N] [--json FILE]
// DIR is on the disk to be measured. Goals: accept 1.5, 32 clients 4 times the rate of one, 20,000 events/s,
// a subscriber within 5 ms.
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { eventHandlers } from '../build/src/daemon/api/handlers/event.js';
import { Feed } from '../build/src/daemon/events/feed.js';
import { createDispatch } from '../build/src/dispatch/dispatch.js';
import { eventMethods } from '../build/src/protocol/methods/event.js';
import { Client } from '../build/src/socket/client.js';
import { listen } from '../build/src/socket/server.js';
import { DatabaseSync } from '../build/src/store/driver.js';
import { openStore } from '../build/src/store/open.js';
import { startDaemon } from './quiet-daemon.mjs';
import { quantile } from './sample.mjs';
import { seed } from './seed.mjs';
import { report, row } from './table.mjs';

const { values } = parseArgs({
  options: {
    directory: { type: 'string', default: tmpdir() },
    rounds: { type: 'string', default: '400' },
    events: { type: 'string', default: '100000' },
    json: { type: 'string' },
  },
});
mkdirSync(values.directory, { recursive: true });
const home = mkdtempSync(join(values.directory, 'bench-daemon-'));
const rounds = Number(values.rounds);
const CLIENTS = 32;
const rows = [];
async function msOf(act) {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

async function accepts(socket) {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => Client.connect(socket)));
  const [client] = clients;
  let n = 0;
  const accept = (by) => {
    n += 1;
    return by.request('message.send', { to: `1555000${n % 1000}`, text: 'x'.repeat(150), key: `order-${n}` });
  };
  const bare = new DatabaseSync(join(home, 'bare.sqlite'));
  bare.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  bare.exec('CREATE TABLE t (seq INTEGER PRIMARY KEY, id TEXT, text TEXT) STRICT');
  const insert = bare.prepare('INSERT INTO t (id, text) VALUES (?, ?)');
  const text = 'x'.repeat(400);
  const floor = [];
  const one = [];
  for (let i = -20; i < rounds; i += 1) {
    const disk = await msOf(() => insert.run(`m-${i}`, text));
    const asked = await msOf(() => client.request('daemon.ping'));
    const accepted = await msOf(() => accept(client));
    if (i < 0) continue; // the first rounds warm up
    floor.push(disk + asked);
    one.push(accepted);
  }
  bare.close();
  const p50 = (times) => quantile(times, 0.5);
  rows.push(
    row({
      name: 'accept, against a synced insert and a ping',
      unit: 'ms',
      ours: p50(one),
      rival: p50(floor),
      goal: { ratio: 1.5 },
    }),
    row({ name: 'accept, p99', unit: 'ms', ours: quantile(one, 0.99), rival: quantile(floor, 0.99) }),
  );
  const [ones, rates] = [[], []];
  for (let i = -1; i < 7; i += 1) {
    const share = 20;
    const single = await msOf(async () => {
      for (let k = 0; k < share * 4; k += 1) await accept(client);
    });
    const many = await msOf(() =>
      Promise.all(
        clients.map(async (by) => {
          for (let k = 0; k < share; k += 1) await accept(by);
        }),
      ),
    );
    if (i < 0) continue;
    rates.push((CLIENTS * share * 1000) / many);
    ones.push((share * 4 * 1000) / single);
  }
  rows.push(
    row({
      name: `accepts, ${CLIENTS} clients against one`,
      unit: '/s',
      ours: p50(rates),
      rival: p50(ones),
      goal: { ratio: 4, atLeast: true },
    }),
  );
  for (const by of clients) await by.close();
}

async function pages(socket) {
  const client = await Client.connect(socket);
  const rates = [];
  for (let i = 0; i < 5; i += 1) {
    let count = 0;
    const ms = await msOf(async () => {
      for (let after = 0; ; ) {
        const page = await client.request('events.list', { after, limit: 1000 });
        if (page.next === after) break;
        count += page.events.length;
        after = page.next;
      }
    });
    rates.push((count * 1000) / ms);
  }
  const goal = { value: 20_000, atLeast: true };
  rows.push(row({ name: 'events.list in pages of 1000', unit: '/s', ours: quantile(rates, 0.5), goal }));
  await client.close();
}

/** Measures the time from an event of the page to the subscriber: stored on disk, then sent over a socket. */
async function subscriber() {
  const directory = join(home, 'feed');
  await seed(directory, 500);
  const store = openStore({ directory });
  const log = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, () => undefined]));
  const feed = new Feed({ account: 'bench', store, log });
  const path = join(home, 'feed.sock');
  const dispatch = createDispatch({ methods: eventMethods, handlers: eventHandlers(feed), log });
  const server = await listen({ path, explicit: true, dispatch, log });
  const client = await Client.connect(path);
  await client.request('events.subscribe', { after: feed.last });
  const times = [];
  for (let i = -20; i < rounds; i += 1) {
    const ms = await msOf(async () => {
      const heard = new Promise((resolve) => {
        const stop = client.onEvent(() => {
          stop();
          resolve();
        });
      });
      feed.append('message', { key: `k${i}`, body: 'x'.repeat(150) });
      await heard;
    });
    if (i >= 0) times.push(ms);
  }
  rows.push(
    row({
      name: 'event, from the page to a subscriber',
      unit: 'ms',
      ours: quantile(times, 0.5),
      goal: { value: 5 },
    }),
  );
  await client.close();
  await server.close();
  store.close();
}

let daemon;
try {
  await seed(join(home, 'state'), Number(values.events));
  daemon = await startDaemon(home);
  await pages(daemon.socket);
  await accepts(daemon.socket);
  await subscriber();
  report(rows, values.json);
} finally {
  if (daemon !== undefined && daemon.child.exitCode === null) {
    daemon.child.kill('SIGINT');
    await once(daemon.child, 'exit');
  }
  rmSync(home, { recursive: true, force: true });
}
