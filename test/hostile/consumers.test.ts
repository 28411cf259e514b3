/**
 * Named consumers: a thousand names do not lock others out, and a new consumer does not get events from
 * before its creation that others wrote.
 */

import { randomBytes } from 'node:crypto';
import t from 'tap';
import { Feed } from '../../src/daemon/events/feed.js';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import { connect } from '../harness/library.js';
import { dataOf, madeUp } from '../harness/made-up-event.js';
import { keepLog, startServer } from '../harness/server.js';
import { Simulator } from '../simulator/simulator.js';
import { event, NOW, opened, scratch } from '../unit/store/scratch.js';

// For a slow machine; it usually takes a tenth of this.
t.setTimeout(300_000);

const DAY = 86_400_000;
const kind = (error: Fault): string => error.kind;

t.test(
  'a daemon with a thousand consumers starts, with webhook and rules, and consumers can be removed',
  async (t) => {
    await using sim = await Simulator.start();
    await using home = await Home.make(sim, { t });
    const wad = await home.start({ args: ['--no-auto-init'] });
    const ack = (name: string) => wad.request('events.ack', { consumer: name, cursor: 1 });
    for (let n = 0; n < 1_000; n += 25)
      await Promise.all(Array.from({ length: 25 }, (_, i) => ack(`c${n + i}`)));
    t.equal(await ack('one-more').catch(kind), 'too_many_consumers');
    const list = wad.request('events.list', { consumer: 'one-more' });
    t.equal(await list.catch(kind), 'too_many_consumers', 'a further consumer is refused with an error');
    t.equal((await ack('c7')).consumer, 'c7', 'known consumers continue');
    await wad.stop();

    const env = {
      WAD_JOURNAL_MEDIA_RULES: 'image',
      WAD_WEBHOOK_CRM_URL: 'http://127.0.0.1:9/hook',
      WAD_WEBHOOK_CRM_ALLOW_PRIVATE: 'true',
    };
    const next = await home.start({ args: ['--no-auto-init'], env });
    t.match((await next.request('webhook.list')).webhooks, [{ name: 'crm' }]);
    const refused = await next.wactl(['events', '--consumer', 'one-more']);
    t.match(
      refused,
      { code: 1, stderr: /1000 consumers already.*\n.*wactl.* events consumers/s },
      refused.stderr,
    );
    const { stdout } = await next.wactl(['events', 'consumers']);
    t.match(stdout, /^CONSUMER +BEHIND +LAST ACTIVE +CURSOR\nc0 /);
    t.notMatch(stdout, /webhook:|media:/, "the daemon's own consumers cannot be seen or removed by a peer");
    t.match(await next.wactl(['events', 'consumers', 'forget', 'c1']), {
      code: 0,
      stdout: 'c1 forgotten\n',
    });
    t.match(await next.wactl(['events', 'consumers', 'forget', 'c1']), { code: 7 });
    t.match(await next.wactl(['events', 'consumers', 'forget']), { code: 2 });
    t.match(await next.wactl(['events', 'consumers', 'forget', 'webhook:crm']), { code: 2 });
    t.match(await next.wactl(['events', '--consumer', 'one-more']), { code: 0, stdout: '' });
    await next.stop();
  },
);

t.test('an unused consumer is removed; one that listens is not', async (t) => {
  const store = opened(t, scratch(t));
  let now = NOW;
  const feed = new Feed({ account: 'test', store, log: keepLog(), now: () => now });
  for (const name of ['idle', 'listens', 'reads']) await feed.open({ consumer: name });
  await feed.ack('webhook:crm', 0);
  const closing = new AbortController();
  t.teardown(() => closing.abort());
  const peer = {
    id: 1,
    closed: closing.signal,
    backlogBytes: 0,
    notify: () => true,
    drained: async () => undefined,
  };
  feed.subscribe(peer, { consumer: 'listens' });
  const names = () => feed.consumers().map(({ name }) => name);
  const sweep = async (retentionDays: number): Promise<string[]> => {
    await feed.touchListening();
    await store.sweep({ nowMs: now, retentionDays, maxMb: 100 });
    return names();
  };
  now += 89 * DAY;
  await feed.open({ consumer: 'reads' });
  t.same(await sweep(30), ['idle', 'listens', 'reads']);
  now += 2 * DAY;
  t.same(
    await sweep(60),
    ['idle', 'listens', 'reads'],
    'while events are kept for long, consumers are kept too',
  );
  t.same(await sweep(30), ['listens', 'reads']);
  t.equal(store.consumers.place('webhook:crm'), 0);
});

t.test('a new consumer starts at the current position, and loses nothing from then on', async (t) => {
  await using running = await startServer();
  const add = async (n: number): Promise<void> => {
    running.feed.append('message', madeUp({ n }));
    await running.written();
  };
  for (const n of [1, 2, 3]) await add(n);
  await using account = await connect({ socket: running.path });
  const listed = async (name: string, from?: 'now' | 'oldest') =>
    (await account.events.list({ consumer: name, ...(from && { from }) })).events.map(
      (event) => dataOf(event).n,
    );
  t.same(await listed('bot'), [], 'earlier events are not delivered');
  await add(4);
  t.same(await listed('bot'), [4], 'later events are delivered, although it has never acknowledged one');
  t.same(await listed('bot', 'oldest'), [4], 'it is no longer new');
  t.same(await listed('archive', 'oldest'), [1, 2, 3, 4]);
  t.same(await listed('archive'), [1, 2, 3, 4], 'its position is also kept');

  const stop = new AbortController();
  const events = account.follow({ consumer: 'crash', signal: stop.signal });
  const first = events.next();
  while (!running.feed.consumers().some(({ name }) => name === 'crash')) await account.daemon.ping();
  stop.abort();
  await first;
  await add(5);
  t.same(
    await listed('crash'),
    [5],
    'a consumer that died before its first event gets the events that arrived meanwhile',
  );
  await running.restart(() => add(6));
  t.same(await listed('crash'), [5, 6]);
});

t.test('a consumer whose position was lost with the store gets a gap', async (t) => {
  const store = opened(t, scratch(t));
  const feed = new Feed({ account: 'test', store, log: keepLog() });
  feed.replaced([]);
  await feed.settled();
  await feed.open({ consumer: 'crm' });
  t.match(feed.list({ consumer: 'crm' }).events, [{ type: 'gap', data: { reason: 'store_replaced' } }]);
});

t.test("no consumer's name is confused with a property of objects", async (t) => {
  const store = opened(t, scratch(t));
  const feed = new Feed({ account: 'test', store, log: keepLog() });
  await store.write((tx) => store.journal.append(tx, event(1)));
  for (const name of ['__proto__', 'constructor', 'toString', randomBytes(16).toString('hex')]) {
    await feed.open({ consumer: name, from: 'oldest' });
    t.equal(store.consumers.place(name), 0, name);
  }
});
