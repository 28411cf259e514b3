// HTTP peers that do not read, or keep idle connections, are limited in bytes, time and number.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import t from 'tap';
import { typed } from '../../../src/http/reply.js';
import { Backlog } from '../../../src/protocol/backlog.js';
import { eventually } from '../../harness/eventually.js';
import { Listener, raw, startDoor, type TestDoor } from '../../harness/http.js';
import { madeUp, unchecked } from '../../harness/made-up-event.js';
import { untilAborted } from '../../harness/server.js';

/** More than the kernel buffers for a peer on the same machine. */
const LONG = Buffer.alloc(12 * 1024 * 1024, 'x');
const own = {
  openApi: () => typed('text/plain', LONG),
  page: { index: typed('text/html', '<p>page</p>'), script: null, style: null } as never,
  metrics: async () => typed('text/plain', ''),
};
const limits = { own, maxBacklogBytes: LONG.length };
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

/** Sends and never reads. */
const deafPeer = ({ port }: TestDoor, bytes: string): Socket => {
  const socket = connect(port, '127.0.0.1');
  socket.pause().on('error', () => {});
  socket.write(bytes);
  return socket;
};
const inOne = (paths: readonly string[]): string =>
  paths.map(get).join('').replace(/\r\n$/, 'Connection: close\r\n\r\n');
const types = (text: string) => [...text.matchAll(/^Content-Type: ([^;\r]+)/gm)].map(([, type]) => type);
const isCutOff = ({ behind }: TestDoor) => behind.log.lines.some(({ event }) => event === 'http.cut_off');

/** Reads until the peer closes or one whole answer has arrived, and returns the number of bytes. */
const bytesOf = (socket: Socket | undefined): Promise<number> =>
  new Promise((resolve) => {
    let bytes = 0;
    const end = () => {
      socket?.destroy();
      resolve(bytes);
    };
    socket?.once('close', end).on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > LONG.length) end();
    });
    socket?.resume();
  });

t.test('pipelined requests are answered in order, up to the limit', async (t) => {
  await using door = await startDoor();
  const paths = Array.from({ length: 16 }, (_, n) => (n % 2 ? '/healthz' : '/'));
  const wanted = paths.map((path) => (path === '/' ? 'text/html' : 'application/json'));
  t.same(types(await raw(door.port, inOne(paths))), wanted);
  const more = await raw(door.port, inOne([...paths, ...paths]));
  t.same(types(more), wanted, 'of more, the first ones are answered and the connection ends');
  t.equal((await fetch(`${door.url}/`)).status, 200);
});

t.test('a peer with more unread output than permitted is disconnected', async (t) => {
  await using door = await startDoor({}, limits);
  deafPeer(door, get('/openapi.json').repeat(3));
  await eventually(() => isCutOff(door), 'its disconnect');
  t.equal((await fetch(`${door.url}/`)).status, 200);
});

t.test('a peer that stops reading is disconnected at the deadline, and one that reads is not', async (t) => {
  await using door = await startDoor({}, { ...limits, unreadMs: 300 });
  deafPeer(door, get('/openapi.json'));
  await eventually(() => isCutOff(door), 'its disconnect');
  const response = await fetch(`${door.url}/openapi.json`);
  t.equal((await response.arrayBuffer()).byteLength, LONG.length);
});

t.test('unread output is limited in total, and the longest unread connection is closed first', async (t) => {
  const unread = new Backlog(3 * LONG.length);
  await using door = await startDoor({}, { ...limits, unread });
  const deaf: Socket[] = [];
  for (let n = 0; n < 5; n += 1) {
    deaf.push(deafPeer(door, get('/openapi.json')));
    const response = await fetch(`${door.url}/openapi.json`, { headers: { Connection: 'close' } });
    t.equal(
      (await response.arrayBuffer()).byteLength,
      LONG.length,
      'a peer that reads gets its whole answer',
    );
  }
  await eventually(() => door.http.connections < 4, 'the disconnect of the first ones');
  t.ok(door.http.connections > 0, 'not all connections are closed');
  // Read to the end. A peer that was cut off gets less than one answer.
  const [first = 0, last = 0] = await Promise.all([deaf[0], deaf.at(-1)].map(bytesOf));
  t.ok(first < LONG.length, 'the first peer was cut off');
  t.ok(last > LONG.length, 'the last peer was not');
});

t.test('a peer that reads may get an answer longer than every limit', async (t) => {
  const unread = new Backlog(LONG.length / 4);
  await using door = await startDoor({}, { own, unread, maxBacklogBytes: 1024 * 1024 });
  for (let n = 0; n < 2; n += 1) {
    const response = await fetch(`${door.url}/openapi.json`);
    t.equal((await response.arrayBuffer()).byteLength, LONG.length);
  }
  const paths = ['/', '/openapi.json'];
  t.ok((await raw(door.port, inOne(paths))).length > LONG.length, 'also behind another answer');
});

t.test('an answer that is too long for any peer is refused with advice', async (t) => {
  await using door = await startDoor({}, { own, maxAnswerBytes: LONG.length - 1 });
  const response = await fetch(`${door.url}/openapi.json`);
  t.equal(response.status, 413);
  t.match(await response.json(), { error: { data: { kind: 'answer_too_long', reason: /smaller `limit`/ } } });
});

t.test('a request that takes longer than the deadline for unread answers is answered', async (t) => {
  let begun = (): void => undefined;
  let answer = (): void => undefined;
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const mayAnswer = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const metrics = async () => {
    begun();
    await mayAnswer;
    return typed('text/plain', '');
  };
  await using door = await startDoor({}, { own: { ...own, metrics }, unreadMs: 20 });
  const answered = fetch(`${door.url}/metrics`);
  await hasBegun;
  // An idle connection is closed after the limit. It was opened later than the request above.
  await once(
    connect(door.port, '127.0.0.1')
      .on('error', () => {})
      .resume(),
    'close',
  );
  answer();
  t.equal((await answered).status, 200);
});

t.test('an idle connection is closed when all places are taken, and one in use never is', async (t) => {
  await using door = await startDoor(
    { 'session.wait': (_, { signal }) => untilAborted(signal) },
    { maxConnections: 8 },
  );
  using listener = await Listener.open(door.url, { check: unchecked });
  const leave = new AbortController();
  const waiting = fetch(`${door.url}/api/rpc/session.wait`, {
    ...{ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"states":["ready"]}' },
    signal: leave.signal,
  });
  const idle = Array.from({ length: 6 }, () => connect(door.port, '127.0.0.1').on('error', () => {}));
  t.teardown(() => {
    for (const socket of idle) socket.destroy();
  });
  await eventually(() => door.http.connections === 8, 'all places taken');
  const first = once(idle[0] as Socket, 'close');
  // A new connection is refused until an idle one is old enough to be closed.
  await eventually(async () => (await raw(door.port, inOne(['/']))) !== '', 'an answer');
  await first;
  door.behind.feed.append('qr', madeUp({ n: 1 }));
  t.match(await listener.received(1), [{ type: 'qr' }], 'a listener is not disconnected');
  leave.abort();
  await t.rejects(waiting, { name: 'AbortError' }, 'nor is a request in flight');
});

t.test('listeners leave the last places free for short requests', async (t) => {
  await using door = await startDoor({}, { maxConnections: 4 });
  const listeners = [await Listener.open(door.url), await Listener.open(door.url)];
  t.teardown(() => {
    for (const listener of listeners) listener[Symbol.dispose]();
  });
  const refused = await fetch(`${door.url}/api/whatsapp/events`);
  t.equal(refused.status, 429);
  t.match(await refused.json(), { reason: /the last 2 of 4 places are kept for short requests/ });
  t.equal((await fetch(`${door.url}/healthz`)).status, 200);
  listeners.pop()?.[Symbol.dispose]();
  await eventually(async () => {
    const listener = await Listener.open(door.url).catch(() => null);
    if (listener) listeners.push(listener);
    return listener;
  }, 'the place that became free');
});
