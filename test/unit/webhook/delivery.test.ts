// Webhooks over a real store and real HTTP: each event arrives in order, whatever happens to receiver and
// daemon.

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { renderWebhooks } from '../../../src/cli/render/webhook.js';
import { loadConfig } from '../../../src/config/load.js';
import { Feed } from '../../../src/daemon/events/feed.js';
import { Webhooks } from '../../../src/daemon/events/webhooks.js';
import { Inbox } from '../../../src/daemon/incoming/inbox.js';
import { openStore } from '../../../src/store/open.js';
import type { Store } from '../../../src/store/store.js';
import type { Endpoint } from '../../../src/webhook/endpoint.js';
import { madeUp, unchecked } from '../../harness/made-up-event.js';
import { type Answers, Receiver } from '../../harness/receiver.js';
import { keepLog } from '../../harness/server.js';

interface Run {
  readonly feed: Feed;
  readonly webhooks: Webhooks;
  readonly log: ReturnType<typeof keepLog>;
  readonly store: Store;
  /** Closes in the daemon's order: webhooks, then the store. */
  end(): Promise<void>;
}

/** The webhooks of a daemon that is restarted on one state directory. */
async function place(t: Test, keys: Record<string, string> = {}) {
  const stateDir = await mkdtemp(join(tmpdir(), 'wad-webhook-'));
  t.teardown(() => rm(stateDir, { recursive: true, force: true }));
  const run = async (url: string, { now }: { now?: () => number } = {}): Promise<Run> => {
    const env: Record<string, string> = { WAD_WEBHOOK_CRM_URL: url };
    for (const [key, value] of Object.entries(keys)) env[`WAD_WEBHOOK_CRM_${key}`] = value;
    const from = { account: 'shop', stateDir, configFiles: [], env, cwd: stateDir, home: stateDir };
    const { config } = loadConfig(from);
    const log = keepLog();
    const store = openStore({ directory: stateDir });
    const feed = new Feed({ account: 'shop', store, log, ...(now && { now }) });
    const opened = Webhooks.open({
      ...{ config: config.webhook, feed, store, log, secretIsNamed: () => false },
      context: () => ({ account: 'shop', version: '1.2.3', me: { id: '15550001111@c.us', pushname: 'Me' } }),
    });
    const webhooks = await opened.catch((error: unknown) => {
      store.close();
      throw error;
    });
    const end = async () => {
      await webhooks.close();
      store.close();
    };
    return { feed, webhooks, log, store, end };
  };
  const secret = async () => (await readFile(join(stateDir, 'webhook-crm.secret'), 'utf8')).trim();
  return { run, secret, stateDir };
}

/** Makes this many attempts. An accepted test ends each wait, as a person would end it. */
async function failing(receiver: Receiver, endpoint: Endpoint, attempts: number): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    await receiver.denied(attempt);
    while (endpoint.status.state === 'delivering') await new Promise((resolve) => setImmediate(resolve));
    if (attempt < attempts) await endpoint.test();
  }
}

const startReceiver = (answers?: Answers, secret: string | null = null): Promise<Receiver> =>
  Receiver.start(secret, answers, unchecked);

const numbers = ({ taken }: Receiver): unknown[] => taken.map(({ body }) => body.data.n);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

t.test('a receiver that is down for 1,000 events and 10 restarts gets each once, in order', async (t) => {
  const { run, secret, stateDir } = await place(t);
  const probe = await startReceiver();
  const { url } = probe;
  const first = await run(url);
  t.match(await secret(), /^whsec_[\w+/]{43}=$/);
  t.equal((await stat(join(stateDir, 'webhook-crm.secret'))).mode & 0o777, 0o600);
  await first.end();
  await probe.down();
  await using receiver = await startReceiver(undefined, await secret());
  await receiver.down();
  let n = 0;
  for (let restart = 0; restart < 10; restart += 1) {
    const { feed, end, webhooks } = await run(receiver.url);
    for (let i = 0; i < 100; i += 1, n += 1) feed.append('message', madeUp({ n, body: `number ${n}` }));
    await feed.settled();
    t.match(webhooks.list(), [{ name: 'crm', behind: n }]);
    await end();
  }
  await receiver.up();
  const { webhooks, end } = await run(receiver.url);
  await receiver.took(1_000);
  t.same(numbers(receiver), upTo(1_000));
  t.equal(new Set(receiver.taken.map(({ id }) => id)).size, 1_000, 'each event has its own id');
  t.match(receiver.taken[0]?.body, { cursor: Number, type: 'message', account: 'shop', time: String });
  await webhooks.get('crm').close();
  t.match(webhooks.list(), [{ behind: 0, dead: 0, lastError: null }]);
  await end();
  const again = await run(receiver.url);
  again.feed.append('message', madeUp({ n: 1_000 }));
  await receiver.took(1_001);
  t.same(numbers(receiver), upTo(1_001), 'nothing is repeated after another restart');
  await again.end();
});

t.test('restarts during the delivery lose and repeat nothing', async (t) => {
  const { run } = await place(t);
  await using receiver = await startReceiver();
  let running = await run(receiver.url);
  for (let n = 0; n < 400; n += 1) running.feed.append('message', madeUp({ n }));
  for (let restart = 0; restart < 8; restart += 1) {
    await receiver.took(restart * 40 + 7);
    await running.end();
    running = await run(receiver.url);
  }
  await receiver.took(400);
  t.same(numbers(receiver), upTo(400));
  await running.end();
});

t.test('a daemon that ends starts no further delivery', async (t) => {
  const { run } = await place(t);
  await using receiver = await startReceiver();
  const { feed, end } = await run(receiver.url);
  const ended = new Promise<void>((resolve, reject) => {
    receiver.answers = () => {
      end().then(resolve, reject);
      receiver.answers = () => 204;
      return 204;
    };
  });
  for (const n of upTo(10)) feed.append('message', madeUp({ n }));
  await ended;
  t.same(numbers(receiver), [0]);
});

t.test('a new webhook starts with new events, and filters let gaps through', async (t) => {
  const { run } = await place(t, { TYPES: 'message', CHATS: '+15550002222 120363000000000000@g.us' });
  await using receiver = await startReceiver();
  const { feed, webhooks, end } = await run(receiver.url);
  feed.append('message', madeUp({ n: 0, chatId: '15550002222@c.us' }));
  feed.append('message.ack', madeUp({ n: 1, chatId: '15550002222@c.us' }));
  feed.append('message', madeUp({ n: 2, chatId: '15550003333@c.us' }));
  feed.append('gap', madeUp({ n: 3 }));
  feed.append('message', madeUp({ n: 4, chatId: '120363000000000000@g.us' }));
  await receiver.took(3);
  t.same(numbers(receiver), [0, 3, 4]);
  feed.append('message.ack', madeUp({ n: 5, chatId: '15550002222@c.us' }));
  await feed.settled();
  while (webhooks.list()[0]?.behind !== 0) await new Promise((resolve) => setImmediate(resolve));
  t.match(webhooks.list(), [{ behind: 0, state: 'idle' }], 'skipped events do not count as pending');
  await end();
});

t.test('the filter of chats knows a person by number and by LID', async (t) => {
  const { run } = await place(t, { CHATS: '+15550002222 91000015550004444@lid' });
  await using receiver = await startReceiver();
  const { feed, end } = await run(receiver.url);
  const said = (n: number, chatId: string, chat: object | null) =>
    feed.append('message', madeUp({ n, chatId, chat }));
  const lid = '91000015550002222@lid';
  said(0, lid, { id: lid, phone: '15550002222', lid });
  said(1, '15550004444@c.us', { id: '15550004444@c.us', phone: '15550004444', lid: '91000015550004444@lid' });
  said(2, '91000015550003333@lid', {
    id: '91000015550003333@lid',
    phone: null,
    lid: '91000015550003333@lid',
  });
  said(3, '15550003333@c.us', null);
  feed.append('gap', madeUp({ n: 4 }));
  await receiver.took(3);
  t.same(numbers(receiver), [0, 1, 4]);
  await end();
});

t.test('a failing receiver is retried, and delivery resumes at once after an accepted test', async (t) => {
  const { run } = await place(t);
  await using receiver = await startReceiver(() => 503);
  receiver.headers = { 'Retry-After': '600' };
  const { feed, webhooks, end } = await run(receiver.url);
  for (const n of [0, 1]) feed.append('message', madeUp({ n }));
  await receiver.denied(1);
  const [standing] = await new Promise<ReturnType<Webhooks['list']>>((resolve) => {
    const look = () => {
      const all = webhooks.list();
      if (all[0]?.state === 'waiting') resolve(all);
      else setImmediate(look);
    };
    look();
  });
  t.match(standing, { attempts: 1, lastError: 'the receiver answered 503', behind: 2 });
  const inMs = Date.parse(standing?.nextAttemptAt ?? '') - Date.now();
  t.ok(inMs > 590_000 && inMs <= 600_000, `the retry respects Retry-After: in ${inMs} ms`);
  feed.append('message', madeUp({ n: 2 }));
  t.match(await webhooks.get('crm').test(), { status: 503, says: 'the receiver answered 503' });
  t.equal(receiver.refused.length, 2, 'new events do not shorten the wait of a failing receiver');
  receiver.answers = () => 200;
  t.match(await webhooks.get('crm').test(), { status: 200, says: null });
  await receiver.took(4);
  t.match(receiver.taken[0]?.body, { type: 'webhook.test' });
  t.same(numbers(receiver).slice(1), [0, 1, 2]);
  await end();
});

t.test(
  'an event that a receiver never accepts becomes a dead letter, and is posted again on request',
  async (t) => {
    const { run } = await place(t);
    let isPoison = true;
    await using receiver = await startReceiver(({ body }) => (isPoison && body.data.n === 1 ? 422 : 200));
    const { feed, webhooks, log, end } = await run(receiver.url);
    for (const n of [0, 1, 2]) feed.append('message', madeUp({ n }));
    const crm = webhooks.get('crm');
    await failing(receiver, crm, 5);
    await receiver.took(2 + 4);
    t.same(
      numbers(receiver).filter((n) => n !== undefined),
      [0, 2],
      'the other events are delivered',
    );
    t.match(webhooks.list(), [{ dead: 1 }]);
    t.match(crm.ledger.dead(10), [
      { attempts: 5, reason: 'the receiver answered 422', event: { data: { n: 1 } } },
    ]);
    t.ok(log.lines.some(({ level, event }) => level === 'error' && event === 'webhook.given_up'));
    t.match(await crm.redrive(10), { taken: 0, says: 'the receiver answered 422' });
    isPoison = false;
    t.same(await crm.redrive(10), { taken: 1, says: null });
    t.equal(receiver.taken.at(-1)?.body.data.n, 1);
    t.match(webhooks.list(), [{ dead: 0 }]);
    await end();
  },
);

t.test('an event that is purged during its last attempt becomes no dead letter', async (t) => {
  const { run } = await place(t);
  let purge: (cursor: number) => void = () => undefined;
  await using receiver = await startReceiver(({ body }) => {
    if (body.data.n !== 0) return 200;
    if (receiver.refused.length === 4) purge(body.cursor);
    return 422;
  });
  const { feed, store, webhooks, end } = await run(receiver.url);
  purge = (cursor) => {
    store.purge.begin();
    store.writeNow((tx) => store.purge.drop(tx, 'events', [cursor]));
  };
  for (const n of [0, 1]) feed.append('message', madeUp({ n }));
  await failing(receiver, webhooks.get('crm'), 5);
  await receiver.took(1 + 4);
  t.same(numbers(receiver).filter(Number.isInteger), [1]);
  t.same(webhooks.get('crm').ledger.dead(10), []);
  await end();
});

t.test('an event that is too old becomes a dead letter, and the next one is delivered', async (t) => {
  const { run } = await place(t, { RETRY_HOURS: '1' });
  await using receiver = await startReceiver(({ body }) => (body.data.n === 0 ? 503 : 200));
  // Appended two hours ago by a daemon that could not deliver it.
  const { feed, webhooks, end } = await run(receiver.url, { now: () => Date.now() - 2 * 3_600_000 });
  for (const n of [0, 1]) feed.append('message', madeUp({ n }));
  await failing(receiver, webhooks.get('crm'), 5);
  await receiver.took(1 + 4);
  t.same(numbers(receiver).filter(Number.isInteger), [1]);
  t.match(webhooks.get('crm').ledger.dead(10), [{ attempts: 5, reason: 'the receiver answered 503' }]);
  await end();
});

t.test(
  'an event that a format cannot express becomes a dead letter at once, and the next one is delivered',
  async (t) => {
    const { run } = await place(t, { FORMAT: 'waha', TYPES: 'group message' });
    await using receiver = await startReceiver();
    const { feed, webhooks, end } = await run(receiver.url);
    feed.append('group', madeUp({ change: 'add', participants: null }));
    feed.append('message', madeUp({ body: 'behind it', media: null, replyTo: null }));
    await receiver.took(1);
    t.match(receiver.taken, [{ body: { event: 'message', payload: { body: 'behind it' } } }]);
    const crm = webhooks.get('crm');
    const reason = /^the event cannot be converted to this format: /;
    t.match(crm.ledger.dead(10), [{ attempts: 0, reason, event: { type: 'group' } }]);
    t.match(await crm.redrive(10), { taken: 0, says: reason }, 'nor on request');
    t.match(webhooks.list(), [{ dead: 1 }]);
    await end();
  },
);

t.test('an ack contains the message that is stored under its key', async (t) => {
  const { run } = await place(t, { FORMAT: 'wwebjs-api', TYPES: 'message.ack' });
  await using receiver = await startReceiver();
  const { feed, store, end } = await run(receiver.url);
  const inbox = new Inbox(store);
  const ids = {
    key: 'true_15550002222@c.us_3EB1',
    messageId: '3EB1',
    chatId: '15550002222@c.us',
    fromMe: true,
  };
  await store.write((tx) => {
    inbox.message(tx, {
      ...{
        ...ids,
        from: '15550001111@c.us',
        to: '15550002222@c.us',
        author: null,
        type: 'text',
        body: 'hello',
      },
      ...{ timestamp: '2026-01-01T00:00:00.000Z', ack: 0, hasMedia: false, media: null, replyTo: null },
      ...{ mentions: [], details: null, backfilled: false },
    });
  });
  feed.append('message.ack', madeUp({ ...ids, ack: 2 }));
  await receiver.took(1);
  const message = { body: 'hello', from: '15550001111@c.us', to: '15550002222@c.us', ack: 2 };
  t.match(receiver.taken[0]?.body, { dataType: 'message_ack', data: { message, ack: 2 } });
  await end();
});

t.test('a journal that cannot be read is retried, and later events are delivered', async (t) => {
  const { run } = await place(t);
  await using receiver = await startReceiver();
  const { feed, webhooks, store, end } = await run(receiver.url);
  const crm = webhooks.get('crm');
  const until = async (state: string) => {
    while (crm.status.state !== state) await new Promise((resolve) => setImmediate(resolve));
  };
  feed.append('message', madeUp({ n: 0 }));
  await receiver.took(1);
  await until('idle');
  const { list } = feed;
  const { place: placeOf } = store.consumers;
  const broken = () => {
    throw new Error('disk I/O error');
  };
  feed.list = broken;
  store.consumers.place = broken;
  feed.append('message', madeUp({ n: 1 }));
  await until('waiting');
  t.match(crm.status, {
    attempts: 0,
    lastError: 'the journal failed: disk I/O error',
    nextAttemptAtMs: Number,
  });
  feed.list = list;
  store.consumers.place = placeOf;
  t.match(renderWebhooks(webhooks.list()), / {2}the journal failed: disk I\/O error, the next try at 2/);
  // An accepted test ends the wait.
  t.match(await crm.test(), { says: null });
  await receiver.took(3);
  await until('idle');
  feed.append('message', madeUp({ n: 2 }));
  await receiver.took(4);
  t.same(numbers(receiver).filter(Number.isInteger), [0, 1, 2]);
  await until('idle');
  t.match(crm.status, { lastError: null, nextAttemptAtMs: null });
  await end();
});

t.test('redirects are not followed, and forbidden addresses are refused', async (t) => {
  const { run } = await place(t);
  await using inner = await startReceiver();
  await using receiver = await startReceiver(() => 307);
  receiver.headers = { Location: inner.url };
  const { webhooks, end } = await run(receiver.url);
  t.match(await webhooks.get('crm').test(), { status: 307, says: /redirects are not followed/ });
  t.equal(inner.taken.length, 0);
  await end();
  for (const url of [
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fe80::1]/',
    'http://0.0.0.0:3001/',
    'http://2852039166/',
  ])
    t.match(await run(url).catch((fault: unknown) => fault), { kind: 'webhook_refused' }, url);
});

t.test('a receiver that cannot be reached is reported in words', async (t) => {
  const { run } = await place(t);
  const { webhooks, end } = await run('http://127.0.0.1:9/');
  t.match(await webhooks.get('crm').test(), { status: 0, says: 'no connection (ECONNREFUSED)' });
  await end();
});
