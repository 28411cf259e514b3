// Idle connections give way to new ones, and unread output is limited in time and in total.

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Backlog } from '../../../src/protocol/backlog.js';
import { Fault } from '../../../src/protocol/fault.js';
import { Client } from '../../../src/socket/client.js';
import { Outlet } from '../../../src/socket/outlet.js';
import { eventually } from '../../harness/eventually.js';
import { connect, failure } from '../../harness/library.js';
import { madeUp } from '../../harness/made-up-event.js';
import { RawPeer } from '../../harness/raw-peer.js';
import { keepLog, startServer } from '../../harness/server.js';

const line = (id: number, method: string, params: object = {}): string =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;

async function scratch(t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'wad-idle-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Requests until a connection is accepted. */
const askedAtLast = (path: string) =>
  eventually(async () => {
    const client = await Client.connect(path);
    try {
      return await client.request('daemon.ping', {}).catch(() => null);
    } finally {
      await client.close();
    }
  }, 'an answer');

t.test('64 idle peers do not keep the owner out', async (t) => {
  await using running = await startServer();
  const idle = await Promise.all(Array.from({ length: 64 }, () => RawPeer.connect(running.path)));
  t.teardown(() => {
    for (const peer of idle) peer.hangUp();
  });
  await eventually(() => running.server.connections === 64, 'all places taken');
  t.match(await askedAtLast(running.path), { pong: true });
  const reported = (await Promise.race(idle.map((peer) => peer.answer()))) as { id: null; error: object };
  t.match(reported, { id: null, error: { data: { kind: 'connection_idle', retryable: true } } });
  t.ok(running.server.connections <= 64);
});

t.test(
  'connections with a subscription or a request stay, and the longest idle one is closed first',
  async (t) => {
    await using running = await startServer({}, { maxConnections: 4 });
    using subscriber = await RawPeer.connect(running.path);
    await subscriber.write(line(1, 'events.subscribe'));
    t.match(await subscriber.answer(), { id: 1, result: {} });
    using asker = await RawPeer.connect(running.path);
    await asker.write(line(1, 'session.wait', { states: ['ready'] }));
    using first = await RawPeer.connect(running.path);
    await first.write(line(1, 'daemon.ping'));
    await first.answer();
    using second = await RawPeer.connect(running.path);
    await second.write(line(1, 'daemon.ping'));
    await second.answer();
    t.match(await askedAtLast(running.path), { pong: true });
    t.match(await first.answer(), { error: { data: { kind: 'connection_idle' } } });
    await first.end();
    await second.write(line(2, 'daemon.ping'));
    t.match(await second.answer(), { id: 2, result: {} }, 'the other one stays');
    running.feed.append('qr', madeUp({ n: 1 }));
    t.match(await subscriber.answer(), { method: 'event' });
    using _full = await RawPeer.connect(running.path);
    t.equal((await failure(asker.answer(200))) !== undefined, true, 'it still waits');
  },
);

t.test(
  '64 subscribers do not keep the owner out, because the last places are for short requests',
  async (t) => {
    await using running = await startServer();
    const peers = await Promise.all(Array.from({ length: 64 }, () => RawPeer.connect(running.path)));
    t.teardown(() => {
      for (const peer of peers) peer.hangUp();
    });
    await eventually(() => running.server.connections === 64, 'all places taken');
    const kinds: string[] = [];
    for (const peer of peers) {
      await peer.write(line(1, 'events.subscribe'));
      const { error } = (await peer.answer()) as {
        error?: { message: string; data: { kind: string; reason: string } };
      };
      kinds.push(error?.data.kind ?? 'subscribed');
      if (error === undefined) continue;
      t.match(
        error.data.reason,
        /60 connections have a subscription .*the last 4 of 64 places are kept for short requests/,
      );
    }
    t.same(kinds, [...Array(60).fill('subscribed'), ...Array(4).fill('busy')]);
    t.match(await askedAtLast(running.path), { pong: true });
    // Several subscriptions of one connection take one place, which is free after the connection ends.
    const [first] = peers;
    await first?.write(line(2, 'events.subscribe'));
    t.match(await first?.answer(), { id: 2, result: {} });
    first?.hangUp();
    const late = await RawPeer.connect(running.path);
    t.teardown(() => late.hangUp());
    await eventually(async () => {
      await late.write(line(3, 'events.subscribe'));
      return 'result' in ((await late.answer()) as object);
    }, 'the place that became free');
  },
);

t.test('a subscription that has ended uses no place', async (t) => {
  await using running = await startServer({}, { maxConnections: 1 });
  using peer = await RawPeer.connect(running.path);
  await peer.write(line(1, 'events.subscribe'));
  const { result } = (await peer.answer()) as { result: { subscription: string } };
  await peer.write(line(2, 'events.unsubscribe', { subscription: result.subscription }));
  await peer.answer();
  t.match(await askedAtLast(running.path), { pong: true });
});

t.test('the library repeats a call whose idle connection was closed', async (t) => {
  await using running = await startServer({}, { maxConnections: 2 });
  using subscriber = await RawPeer.connect(running.path);
  await subscriber.write(line(1, 'events.subscribe'));
  await subscriber.answer();
  await using account = await connect({ socket: running.path });
  t.match(await account.daemon.ping(), { pong: true });
  t.match(await askedAtLast(running.path), { pong: true });
  await eventually(() => running.server.connections === 1, 'a free place');
  t.match(await account.daemon.ping(), { pong: true });
});

t.test('the library repeats a call even if it is sent as the connection is closed', async (t) => {
  const path = join(await scratch(t), 's');
  const asked: string[] = [];
  const idle = { jsonrpc: '2.0', id: null, error: new Fault('connection_idle').toWire() };
  const server = createServer((socket) => {
    socket.setEncoding('utf8').on('data', (text: string) => {
      asked.push(text);
      if (asked.length === 1) socket.end(`${JSON.stringify(idle)}\n`);
      else socket.write(`{"jsonrpc":"2.0","id":1,"result":{"pong":true}}\n`);
    });
  }).listen(path);
  t.teardown(() => server.close());
  await once(server, 'listening');
  await using account = await connect({ socket: path });
  t.match(await account.daemon.ping(), { pong: true });
  t.equal(asked.length, 2, 'on another connection, because the first one did not process it');
});

t.test('an answer that is not read in time ends the connection, and a subscription does not', async (t) => {
  await using running = await startServer({}, { unreadMs: 200 });
  using deaf = await RawPeer.connect(running.path);
  deaf.socket.pause();
  await deaf.write(line(1, 'rpc.discover').repeat(8));
  await eventually(() => running.server.connections === 0, 'the end of the connection');
  t.match(
    running.log.lines.find(({ event, fields }) => event === 'socket.closed' && fields.why === 'slow_reader'),
    { level: 'warn' },
  );
  using listener = await RawPeer.connect(running.path);
  await listener.write(line(1, 'events.subscribe'));
  await listener.answer();
  listener.socket.pause();
  for (let n = 0; n < 100; n += 1) running.feed.append('message', madeUp({ n, body: 'x'.repeat(10_000) }));
  await running.written();
  using other = await RawPeer.connect(running.path);
  other.socket.pause();
  await other.write(line(1, 'rpc.discover').repeat(8));
  await eventually(
    () => running.server.connections === 1,
    'the disconnect of the one that only sends requests',
  );
});

t.test('unread output of all peers together is limited', async (t) => {
  const unread = new Backlog(2 * 1024 * 1024);
  await using running = await startServer({}, { unread });
  const deaf = await Promise.all(Array.from({ length: 8 }, () => RawPeer.connect(running.path)));
  for (const peer of deaf) {
    peer.socket.pause();
    await peer.write(line(1, 'rpc.discover').repeat(8));
  }
  await eventually(() => running.server.connections < 8, 'the disconnect of some');
  t.match(await askedAtLast(running.path), { pong: true });
  for (const peer of deaf) peer.hangUp();
});

t.test('a peer is disconnected by the message that would exceed its limit', async (t) => {
  const path = join(await scratch(t), 's');
  const server = createServer().listen(path);
  t.teardown(() => server.close());
  await once(server, 'listening');
  const peer = createConnection(path).pause();
  const [socket] = (await once(server, 'connection')) as [Socket];
  socket.on('error', () => {});
  const most = 256 * 1024;
  const out = new Outlet(socket, most, new Backlog(), keepLog());
  const message = { text: 'x'.repeat(10_000) };
  const bytes = JSON.stringify(message).length + 1;
  let waited = 0;
  for (; out.write(message); await new Promise(setImmediate)) waited = out.backlogBytes;
  t.ok(waited <= most, `${waited} bytes waited`);
  t.ok(waited + bytes > most, 'one more message would exceed the limit');
  t.ok(socket.destroyed);
  peer.destroy();
});
