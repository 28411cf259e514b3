// Events of an account reach a listener each once and in order: across restarts of the daemon, from memory and journal.
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import t from 'tap';
import { eventually } from '../../harness/eventually.js';
import { ask, examples, Stream, startGateway, type TestGateway } from '../../harness/in-process-gateway.js';
import { madeUp } from '../../harness/made-up-event.js';
import type { TestServer } from '../../harness/server.js';

const append = async (server: TestServer, count = 1): Promise<number> => {
  for (let n = 0; n < count; n += 1) server.feed.append('state', madeUp({ n }));
  await server.written();
  return server.feed.last;
};
const running = (gateway: TestGateway, account: string, is = true) =>
  eventually(() => gateway.accounts.get(account)?.isRunning === is, `${account} runs: ${is}`);
const expected = (account: string, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `${account} ${from + n + 1}`);

t.test('events come once and in order across restarts of the daemon', async (t) => {
  await using gateway = await startGateway();
  const headers = await gateway.header();
  const shop = gateway.daemon('shop');
  const first = shop.feed.last;
  using all = await Stream.open(`${gateway.url}/api/events`, headers);
  using one = await Stream.open(`${gateway.url}/api/accounts/shop/events`, headers);
  await append(shop, 3);
  // More than the gateway keeps in memory.
  await shop.restart(async () => void (await append(shop, 300)));
  const last = await append(shop, 2);
  for (const stream of [all, one]) {
    await stream.until(({ cursors }) => cursors.at(-1) === `shop ${last}`, 'the newest event', 20_000);
    t.same(stream.cursors, expected('shop', first, last));
  }
});

t.test('an event in one piece with the answer of a new connection hides no earlier one', async (t) => {
  await using gateway = await startGateway({ accounts: {}, others: ['shop'] });
  const headers = await gateway.header();
  using stream = await Stream.open(`${gateway.url}/api/events?after=shop:5,*:0`, headers);
  const event = (cursor: number) => ({
    ...{ cursor, type: 'state', time: new Date().toISOString(), account: 'shop', data: {} },
  });
  const answerTo = (socket: Socket, { id, method }: { id: number; method: string }): string => {
    const say = (message: object) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
    if (method === 'events.list')
      return say({ id, result: { events: [6, 7, 8, 9, 10].map(event), next: 10 } });
    t.ok(socket.writable);
    return `${say({ id, result: { subscription: 's-1', after: 9 } })}${say({ method: 'event', params: event(10) })}`;
  };
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .on('data', (text) => {
        for (const line of String(text).trim().split('\n')) socket.write(answerTo(socket, JSON.parse(line)));
      });
  });
  t.teardown(() => server.close());
  server.listen(gateway.socketOf('shop'));
  await stream.until(({ cursors }) => cursors.length >= 5, 'five events');
  t.same(stream.cursors, expected('shop', 5, 10));
});

t.test('a stream resumes where its last id says', async (t) => {
  await using gateway = await startGateway({ accounts: { shop: examples(), support: examples() } });
  const headers = await gateway.header();
  const [shop, support] = [gateway.daemon('shop'), gateway.daemon('support')];
  let id = '';
  const from = [shop.feed.last, support.feed.last] as const;
  {
    using stream = await Stream.open(`${gateway.url}/api/events`, headers);
    await append(shop);
    await append(support);
    await stream.until(({ cursors }) => cursors.length === 2, 'two events');
    id = stream.lastEventId;
  }
  await append(shop, 2);
  await append(support);
  using again = await Stream.open(`${gateway.url}/api/events`, { ...headers, 'Last-Event-ID': id });
  await again.until(({ cursors }) => cursors.length >= 3, 'three events');
  const of = (name: string) => again.cursors.filter((text) => text.startsWith(name));
  t.same(of('shop'), expected('shop', from[0] + 1, from[0] + 3));
  t.same(of('support'), expected('support', from[1] + 1, from[1] + 2));
});

t.test('an account that began after the id was given begins at its time', async (t) => {
  await using gateway = await startGateway({ accounts: {}, others: ['shop'] });
  const headers = await gateway.header();
  let id = '';
  {
    using stream = await Stream.open(`${gateway.url}/api/events`, headers);
    id = stream.lastEventId;
  }
  t.match(id, /^\*:\d+$/);
  const shop = await gateway.start('shop');
  const from = shop.feed.last;
  const last = await append(shop, 2);
  await running(gateway, 'shop');
  using again = await Stream.open(`${gateway.url}/api/events`, { ...headers, 'Last-Event-ID': id });
  await again.until(({ cursors }) => cursors.length >= 2, 'both events');
  t.same(again.cursors, expected('shop', from, last));
});

t.test('an account that was away continues where the stream began, without its older journal', async (t) => {
  await using gateway = await startGateway({ accounts: {}, others: ['shop'] });
  const headers = await gateway.header();
  const url = `${gateway.url}/api/events`;
  using open = await Stream.open(url, headers);
  const id = open.lastEventId;
  let nowMs = Date.now() - 3_600_000;
  // It has a journal when the gateway finds it, and goes on writing.
  const shop = await gateway.start('shop', examples(), {
    now: () => nowMs,
    before: async (feed) => {
      for (let n = 0; n < 1_000; n += 1) feed.append('state', madeUp({ n }));
      await feed.settled();
      nowMs = Date.now() + 1_000;
      for (let n = 0; n < 3; n += 1) feed.append('state', madeUp({ n }));
      await feed.settled();
    },
  });
  const from = shop.feed.last - 3;
  await running(gateway, 'shop');
  const last = await append(shop, 2);
  using again = await Stream.open(url, { ...headers, 'Last-Event-ID': id });
  using filtered = await Stream.open(`${url}?types=state`, { ...headers, 'Last-Event-ID': id });
  for (const stream of [open, again, filtered]) {
    await stream.until(({ cursors }) => cursors.at(-1) === `shop ${last}`, 'the newest event');
    t.same(stream.cursors, expected('shop', from, last));
    t.match(stream.lastEventId, `shop:${last},`);
  }
  const pages = gateway.calls.filter((call) => call === 'shop events.list').length;
  t.ok(pages <= 8, `${pages} pages were read`);
});

t.test('an account that is removed and added again continues in an open stream', async (t) => {
  await using gateway = await startGateway();
  const headers = await gateway.header();
  using all = await Stream.open(`${gateway.url}/api/events`, headers);
  using one = await Stream.open(`${gateway.url}/api/accounts/shop/events`, headers);
  const before = await append(gateway.daemon('shop'));
  await all.until(({ cursors }) => cursors.includes(`shop ${before}`), 'the first event');
  await gateway.daemon('shop')[Symbol.asyncDispose]();
  rmSync(dirname(gateway.socketOf('shop')), { recursive: true });
  await eventually(() => gateway.accounts.get('shop') === undefined, 'the account is gone');
  await one.over();
  t.equal((await ask(gateway.url, 'GET', '/api/accounts/shop/status', { headers })).status, 404);
  const shop = await gateway.start('shop');
  await running(gateway, 'shop');
  // The cursors of the new journal are beyond those of the old one, as they begin with the time.
  const next = await append(shop);
  await all.until(({ cursors }) => cursors.includes(`shop ${next}`), 'the event of the new daemon');
  t.equal(new Set(all.cursors).size, all.cursors.length, 'each once');
});

t.test('a stream follows the accounts until it ends', async (t) => {
  await using gateway = await startGateway();
  const headers = await gateway.header();
  const { accounts } = gateway;
  let following = 0;
  for (const verb of ['follow', 'watch'] as const) {
    const real = accounts[verb].bind(accounts);
    accounts[verb] = (listener) => {
      const leave = real(listener);
      following += 1;
      return () => {
        leave();
        following -= 1;
      };
    };
  }
  for (let n = 0; n < 5; n += 1) {
    using stream = await Stream.open(`${gateway.url}/api/events`, headers);
    await eventually(() => following === 2, 'the stream follows');
    t.ok(stream.lastEventId);
    stream[Symbol.dispose]();
    await eventually(() => following === 0, 'it has ended');
  }
});
