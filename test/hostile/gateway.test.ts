// The gateway against hostile requests, wrong tokens, slow readers, many listeners, and accounts that are not what they
// seem: sockets of another user, daemons that hang, answer nonsense or die.
import { execFileSync } from 'node:child_process';
import { chownSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import t, { type Test } from 'tap';
import { eventually } from '../harness/eventually.js';
import { raw } from '../harness/http.js';
import { HOSTILE_REQUESTS, TOKEN } from '../harness/http-hostile.js';
import { ask, examples, Stream, startGateway, type TestGateway } from '../harness/in-process-gateway.js';
import { madeUp } from '../harness/made-up-event.js';
import { untilAborted } from '../harness/server.js';

t.setTimeout(240_000);

const isRoot = process.getuid?.() === 0;
const running = (gateway: TestGateway, account: string, is = true) =>
  eventually(() => gateway.accounts.get(account)?.isRunning === is, `${account} runs: ${is}`);
/** The requests for the daemon's own HTTP, as requests for the account `shop` of the gateway. */
const forTheGateway = (bytes: string | Uint8Array, secret: string): string =>
  String(bytes)
    .replaceAll('/api/whatsapp', '/api/accounts/shop')
    .replaceAll('/api/rpc/', '/api/accounts/shop/rpc/')
    .replaceAll(`Bearer ${TOKEN.slice(0, -1)}\r`, `Bearer ${secret.slice(0, -1)}\r`)
    .replaceAll(TOKEN, secret);

type Line = { readonly id: number; readonly method: string };

/** A daemon of an account that answers each line as the test says; null says nothing. */
async function falseDaemon(t: Test, gateway: TestGateway, answer: (line: Line) => object | string | null) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let rest = '';
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const said = answer(JSON.parse(line) as Line);
        if (said !== null) socket.write(typeof said === 'string' ? said : `${JSON.stringify(said)}\n`);
      }
    });
  });
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  t.teardown(close);
  await new Promise<void>((resolve) => server.listen(gateway.socketOf('false'), resolve));
  return { close, sockets };
}

const result = ({ id }: Line, answer: object) => ({ jsonrpc: '2.0', id, result: answer });
const error = ({ id }: Line, data: object) => ({
  jsonrpc: '2.0',
  id,
  error: { code: 1, message: 'x', data },
});

t.test('each hostile request is refused as by a daemon, and reveals nothing', async (t) => {
  await using gateway = await startGateway();
  const headers = await gateway.header();
  const secret = headers.Authorization?.replace('Bearer ', '') ?? '';
  for (const { name, bytes, status, kind } of HOSTILE_REQUESTS) {
    const text = await raw(gateway.port, forTheGateway(bytes, secret));
    const [, got] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? [];
    t.equal(got === undefined ? 'closed' : Number(got), status, name);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    if (kind !== undefined) t.match(JSON.parse(body), { success: false, error: { data: { kind } } }, name);
    for (const found of [secret, 'node_modules', 'at Object', '.js:'])
      t.notOk(text.includes(found), `${name}: no ${found}`);
    t.notMatch(head, /access-control|x-powered-by|^server:/im, name);
  }
  t.equal((await ask(gateway.url, 'GET', '/api/accounts/shop/status', { headers })).status, 200);
  t.notOk(JSON.stringify(gateway.log.lines).includes(secret.slice(0, 12)), 'no token in the log');
  t.same(
    gateway.log.lines.filter(({ level }) => level === 'error'),
    [],
    'no error of our own',
  );
});

t.test('100 wrong tokens get nothing', async (t) => {
  await using gateway = await startGateway();
  const { Authorization = '' } = await gateway.header();
  const wrong = Array.from({ length: 90 }, (_, n) => {
    const at = Authorization.length - 1 - (n % 43);
    return `${Authorization.slice(0, at)}${Authorization[at] === 'A' ? 'B' : 'A'}${Authorization.slice(at + 1)}`;
  });
  const odd = [
    '',
    'Bearer',
    'Bearer ',
    'Bearer null',
    'Bearer wad_',
    'Basic d2FkOg==',
    `${Authorization} x`,
  ].concat(
    Authorization.replace('Bearer ', ''),
    Authorization.toUpperCase(),
    `Bearer ${'wad_'.repeat(1_000)}`,
  );
  for (const header of [...wrong, ...odd]) {
    const got = await ask(gateway.url, 'GET', '/api/accounts', { headers: { Authorization: header } });
    t.equal(got.status, 401, header.slice(0, 20));
  }
  t.same(gateway.calls, []);
  const two = `GET /api/token HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${wrong[0]}\r\nAuthorization: ${Authorization}\r\nConnection: close\r\n\r\n`;
  t.match(await raw(gateway.port, two), /^HTTP\/1\.1 401 /, 'of two tokens the first counts');
});

t.test('slow readers of all events cost little, and delay no other', async (t) => {
  await using gateway = await startGateway();
  const headers = await gateway.header();
  const slow = await Promise.all(
    Array.from({ length: 20 }, () => Stream.open(`${gateway.url}/api/events`, headers)),
  );
  for (const stream of slow) stream.pause();
  using quick = await Stream.open(`${gateway.url}/api/events`, headers);
  const { feed } = gateway.daemon('shop');
  const before = process.memoryUsage.rss();
  const body = 'x'.repeat(10_000);
  for (let n = 0; n < 2_000; n += 1) feed.append('message', madeUp({ n, body }));
  await gateway.daemon('shop').written();
  await quick.until(({ cursors }) => cursors.length >= 2_000, 'every event', 60_000);
  t.equal(new Set(quick.cursors).size, 2_000, 'each once');
  const more = process.memoryUsage.rss() - before;
  t.ok(more < 250e6, `${Math.round(more / 1e6)} MB more, and the slow readers were sent 400 MB`);
  t.equal((await ask(gateway.url, 'GET', '/api/accounts/shop/status', { headers })).status, 200);
  for (const stream of slow) stream[Symbol.dispose]();
  await eventually(() => gateway.http.connections === 1, 'their connections have ended');
});

t.test('500 listeners each get every event, and places are left for requests', async (t) => {
  await using gateway = await startGateway();
  const headers = await gateway.header();
  // Each token has its share.
  const others = [await gateway.header(), await gateway.header(), await gateway.header()];
  const streams: Stream[] = [];
  t.teardown(() => streams.forEach((stream) => void stream[Symbol.dispose]()));
  for (let n = 0; n < 500; n += 50)
    streams.push(
      ...(await Promise.all(
        Array.from({ length: 50 }, (_, k) =>
          Stream.open(
            gateway.url + (k % 2 ? '/api/events' : '/api/accounts/shop/events'),
            [headers, ...others][k % 4] ?? headers,
          ),
        ),
      )),
    );
  const { feed } = gateway.daemon('shop');
  for (let n = 0; n < 5; n += 1) feed.append('state', madeUp({ n }));
  await Promise.all(
    streams.map((stream) => stream.until(({ cursors }) => cursors.length >= 5, 'five events', 60_000)),
  );
  t.ok(streams.every(({ cursors }) => cursors.length === 5));
  t.equal((await ask(gateway.url, 'GET', '/api/accounts/shop/status', { headers })).status, 200);
  t.ok(gateway.daemon('shop').server.connections < 30, 'a few connections to the daemon serve them all');
});

t.test('a stream without a place is refused before it begins', async (t) => {
  await using gateway = await startGateway({ http: { maxConnections: 8 } });
  const headers = await gateway.header();
  const streams = await Promise.all(
    Array.from({ length: 4 }, () => Stream.open(`${gateway.url}/api/events`, headers)),
  );
  for (const path of ['/api/events', '/api/accounts/shop/events']) {
    const got = await ask(gateway.url, 'GET', path, { headers });
    t.match([got.status, got.body], [429, { error: { data: { kind: 'busy' } } }], path);
  }
  for (const stream of streams) stream[Symbol.dispose]();
  await eventually(() => gateway.http.connections === 0, 'their connections have ended');
});

t.test('a token cannot take the event streams of the others', async (t) => {
  await using gateway = await startGateway({ http: { maxStreamsEach: 4 } });
  const [greedy, other] = [await gateway.header({ name: 'greedy' }), await gateway.header()];
  const paths = ['/api/events', '/api/accounts/shop/events'];
  const open = (headers: typeof greedy, n: number) => Stream.open(gateway.url + paths[n % 2], headers);
  const streams = await Promise.all([0, 1, 2, 3].map((n) => open(greedy, n)));
  for (const path of paths) {
    // A stream that begins all the same would not end.
    await t.rejects(Stream.open(gateway.url + path, greedy), {
      message: /^status 429: .*this token has 4 event streams open.*"hint":"close the event streams/,
    });
  }
  t.equal(
    (await ask(gateway.url, 'GET', '/api/accounts', { headers: greedy })).status,
    200,
    'others are answered',
  );
  for (const n of [0, 1]) streams.push(await open(other, n));
  streams[0]?.[Symbol.dispose]();
  await eventually(() => gateway.http.connections === 5, 'one has ended');
  // A request that is refused before the stream begins takes no place.
  for (let n = 0; n < 10; n += 1)
    for (const path of ['/api/events?after=x', '/api/accounts/shop/events?types=x'])
      t.equal((await ask(gateway.url, 'GET', path, { headers: greedy })).status, 400, path);
  for (let n = 0; n < 3; n += 1) {
    const again = await open(greedy, n);
    again[Symbol.dispose]();
    await eventually(() => gateway.http.connections === 5, 'it has ended');
  }
  for (const stream of streams) stream[Symbol.dispose]();
});

t.test('many waiting requests leave places of the daemon to others', async (t) => {
  await using gateway = await startGateway({
    accounts: { shop: { ...examples(), 'session.wait': (_, { signal }) => untilAborted(signal) } },
  });
  const headers = await gateway.header();
  const path = '/api/accounts/shop/rpc/session.wait';
  const body = { states: ['ready'], deadlineMs: 3_000 };
  const got = await Promise.all(
    Array.from({ length: 100 }, () => ask(gateway.url, 'POST', path, { headers, body })),
  );
  const refused = got.filter((one) => one.body.error.data.kind === 'busy');
  t.equal(refused.length, 76);
  t.equal(
    got.length - refused.length,
    got.filter((one) => one.body.error.data.kind === 'deadline_exceeded').length,
  );
  t.ok((await ask(gateway.url, 'POST', path, { headers, body: { ...body, deadlineMs: 1 } })).status !== 429);
});

t.test('the socket of another user is not used', { skip: isRoot ? false : 'requires root' }, async (t) => {
  await using gateway = await startGateway();
  const headers = await gateway.header();
  const path = gateway.socketOf('shop');
  await gateway.daemon('shop')[Symbol.asyncDispose]();
  await running(gateway, 'shop', false);
  // Another user listens there, as after a mistake with the directory's owner.
  let connections = 0;
  const server = createServer(() => {
    connections += 1;
  });
  t.teardown(() => server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  chownSync(path, 65_533, 65_533);
  await eventually(() => gateway.accounts.get('shop')?.trouble?.kind === 'unsafe_socket', 'the look');
  const got = await ask(gateway.url, 'GET', '/api/accounts/shop/status', { headers });
  t.match(got.body, { error: { data: { kind: 'unsafe_socket' } } });
  const { accounts } = (await ask(gateway.url, 'GET', '/api/accounts', { headers })).body;
  t.match(accounts, [{ account: 'shop', status: null, error: { kind: 'unsafe_socket' } }]);
  t.equal(connections, 0, 'nobody has connected');
  execFileSync('chown', ['65533', dirname(path)]);
  t.match(
    (await ask(gateway.url, 'GET', '/api/accounts/shop/status', { headers })).body,
    { error: { data: { kind: 'unsafe_socket' } } },
    'nor below a directory of another user',
  );
  rmSync(path, { force: true });
});

t.test('an account that hangs delays neither the list of accounts nor calls to others', async (t) => {
  await using gateway = await startGateway({ accounts: { shop: examples() }, others: ['false'] });
  const headers = await gateway.header();
  let isHung = false;
  await falseDaemon(t, gateway, (line) =>
    line.method === 'events.subscribe' && !isHung ? result(line, { subscription: 's', after: 1 }) : null,
  );
  await running(gateway, 'false');
  isHung = true;
  const pending = Array.from({ length: 300 }, () =>
    ask(gateway.url, 'GET', '/api/accounts/false/status', { headers }).catch(() => undefined),
  );
  const msOf = async (path: string) => {
    const startedAt = performance.now();
    const { status, body } = await ask(gateway.url, 'GET', path, { headers });
    return { ms: performance.now() - startedAt, status, body };
  };
  const list = await msOf('/api/accounts');
  t.ok(list.ms < 3_000, `${Math.round(list.ms)} ms`);
  t.match(list.body.accounts, [
    { account: 'false', status: null, error: { kind: /deadline_exceeded|busy/ } },
    { account: 'shop', running: true, error: null },
  ]);
  const other = await msOf('/api/accounts/shop/status');
  t.match([other.status, other.ms < 1_000], [/200|429/, true]);
  await gateway.http.close();
  await Promise.all(pending);
});

/** Answers to every request, and what the gateway makes of a status of such a daemon. */
const NONSENSE: Readonly<Record<string, (line: Line) => object | string>> = {
  'no JSON': () => 'hello\n',
  'an answer to another request': ({ id }) => ({ jsonrpc: '2.0', id: id + 1_000, result: {} }),
  'no result': (line) => ({ jsonrpc: '2.0', id: line.id }),
  'an event that is none': (line) =>
    `${JSON.stringify({ jsonrpc: '2.0', method: 'event', params: 1 })}\n${JSON.stringify(result(line, {}))}\n`,
  'a line break in a header': (line) => error(line, { kind: 'wrong_verb', allow: 'GET\r\nX-Evil: 1' }),
  'a time that is none': (line) => error(line, { kind: 'busy', retryAfterMs: Number.NaN, reason: 'x\r\ny' }),
  'an unknown error': (line) => error(line, { kind: '__proto__', reason: 5, hint: {} }),
  'a result of the wrong form': (line) => result(line, { status: { toString: 1 }, after: '1\n\ndata: x' }),
};

t.test('a daemon that answers nonsense disturbs no other account', async (t) => {
  await using gateway = await startGateway({ accounts: { shop: examples() }, others: ['false'] });
  const headers = await gateway.header();
  using stream = await Stream.open(`${gateway.url}/api/events`, headers);
  for (const [name, answer] of Object.entries(NONSENSE)) {
    const daemon = await falseDaemon(t, gateway, answer);
    for (const path of ['status', 'qr', 'messages/m-1', 'events', 'readyz']) {
      const got = await ask(gateway.url, 'GET', `/api/accounts/false/${path}`, { headers });
      t.ok(got.status >= 200, `${name}: ${path}: ${got.status}`);
      t.equal(got.headers['x-evil'], undefined);
    }
    t.equal((await ask(gateway.url, 'GET', '/metrics', { headers })).status, 200, name);
    t.match(
      (await ask(gateway.url, 'GET', '/api/accounts', { headers })).body.accounts[1],
      { error: null },
      name,
    );
    daemon.close();
    rmSync(gateway.socketOf('false'), { force: true });
  }
  gateway.daemon('shop').feed.append('state', madeUp({}));
  await stream.until(({ cursors }) => cursors.length > 0, 'the event of the other account');
});

t.test('a daemon cannot put events of other accounts into a stream', async (t) => {
  await using gateway = await startGateway({ accounts: { shop: examples() }, others: ['false'] });
  const headers = await gateway.header();
  using stream = await Stream.open(`${gateway.url}/api/events`, headers);
  const time = new Date().toISOString();
  const forged = 'x\ndata: {"account":"shop"}\n\n';
  const event = (more: object) =>
    `${JSON.stringify({ jsonrpc: '2.0', method: 'event', params: { cursor: 5, type: 'state', time, data: {}, ...more } })}\n`;
  const attacks = [
    event({ type: forged }),
    event({ cursor: 6, account: 'shop' }),
    event({ cursor: 7, time: `${time}\n\n` }),
    event({ cursor: 8, data: { account: 'shop' } }),
  ];
  let next = 0;
  await falseDaemon(t, gateway, (line) => {
    if (line.method !== 'events.subscribe')
      return result(line, {
        events: [{ cursor: `9\n\n${forged}`, type: forged, time, data: {} }],
        next: '9',
      });
    const attack = attacks[next++ % attacks.length];
    return `${JSON.stringify(result(line, { subscription: 's', after: 4 }))}\n${attack}`;
  });
  await running(gateway, 'false');
  await eventually(() => stream.items.some(({ type }) => type === 'account'), 'the account');
  gateway.daemon('shop').feed.append('state', madeUp({}));
  await stream.until(
    ({ cursors }) => cursors.some((text) => text.startsWith('shop')),
    'an event of the other account',
  );
  for (const { type, data, id } of stream.items) {
    t.notMatch(type, /data/);
    if (data.account === 'shop') t.ok(data.data === undefined || id?.includes('shop'));
  }
  t.equal(
    stream.cursors.filter((text) => text.startsWith('shop')).length,
    1,
    'one event of the other account',
  );
});

t.test('a daemon that dies in the middle of a write leaves its outcome unknown', async (t) => {
  await using gateway = await startGateway({ accounts: {}, others: ['false'] });
  const headers = await gateway.header();
  const daemon = await falseDaemon(t, gateway, (line) => {
    if (line.method === 'events.subscribe') return result(line, { subscription: 's', after: 1 });
    setImmediate(() => daemon.sockets.forEach((socket) => void socket.destroy()));
    return null;
  });
  await running(gateway, 'false');
  const body = { to: '15550002222', text: 'x' };
  const sent = await ask(gateway.url, 'POST', '/api/accounts/false/messages', { headers, body });
  t.match(sent.body, { success: false, error: { data: { kind: 'connection_lost', outcome: 'unknown' } } });
  const read = await ask(gateway.url, 'GET', '/api/accounts/false/status', { headers });
  t.match(read.body, { error: { data: { kind: /connection_lost|unreachable/, outcome: 'none' } } });
  t.same(
    gateway.log.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

t.test('ten thousand ids cost one request, and no more', async (t) => {
  await using gateway = await startGateway();
  const headers = await gateway.header();
  const ids = `${Array.from({ length: 10_000 }, (_, n) => `a${n}:1`).join(',')},*:0`;
  t.equal((await ask(gateway.url, 'GET', `/api/events?after=${ids}`, { headers })).status, 413);
  const some = `${Array.from({ length: 1_000 }, (_, n) => `a${n}:1`).join(',')},*:0`;
  using stream = await Stream.open(`${gateway.url}/api/events?after=${some}`, headers);
  gateway.daemon('shop').feed.append('state', madeUp({}));
  await stream.until(({ cursors }) => cursors.length > 0, 'an event');
  t.ok(stream.lastEventId.length < 20_000);
});
