// The status of a receiver's answer decides, whatever happens to the rest of it. Answers are tested byte by
// byte.
import { execFile } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t, { type Test } from 'tap';
import { type Answer, Poster } from '../../../src/webhook/post.js';
import { guardedLookup } from '../../../src/webhook/target.js';
import { makeCertificate } from '../../simulator/certificate.js';

const run = promisify(execFile);

type Say = (socket: Socket, request: number) => void;

/** A peer that answers each complete request with given bytes. */
class Peer implements AsyncDisposable {
  readonly sockets: Socket[] = [];
  requests = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(say: Say, tls?: { key: string; cert: string }): Promise<Peer> {
    const peer: Peer = new Peer(tls ? createTlsServer(tls) : createServer());
    peer.#server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      peer.sockets.push(socket);
      let text = '';
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        if (!text.includes('\r\n\r\n{}')) return;
        text = '';
        say(socket, ++peer.requests);
      });
    });
    peer.#server.listen(0, '127.0.0.1');
    await once(peer.#server, 'listening');
    return peer;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const NEVER = new AbortController().signal;
/** Longer than a test may take, so a test that waits for it fails. */
const LONG_MS = 600_000;

const posterTo = (t: Test, port: number, more: { timeoutMs?: number; bodyMs?: number; tls?: true } = {}) => {
  const { tls, ...limits } = more;
  const url = new URL(`${tls ? 'https' : 'http'}://localhost:${port}/`);
  const lookup = guardedLookup(true, (_, __, callback) =>
    callback(null, [{ address: '127.0.0.1', family: 4 }]),
  );
  const poster = new Poster({ url, lookup, timeoutMs: LONG_MS, bodyMs: LONG_MS, ...limits });
  t.teardown(() => poster.close());
  return poster;
};
const post = (poster: Poster, signal = NEVER): Promise<Answer> => poster.post('{}', {}, signal);

/** Sends one byte after the other until the peer disconnects. */
const drip = (socket: Socket, byte: string): void => {
  const timer = setInterval(() => socket.write(byte), 5);
  socket.on('close', () => clearInterval(timer));
};
const TAKEN = { says: null, retryAfterMs: 0 };

/** Answers after a complete request, and the expected result. */
const ANSWERS: readonly (readonly [string, Say, object])[] = [
  [
    '204 with keep-alive',
    (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'),
    { status: 204, ...TAKEN },
  ],
  [
    '200 with a body',
    (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
    { status: 200, ...TAKEN },
  ],
  [
    '200 of HTTP/1.0, whose body ends with the connection',
    (socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nok'),
    TAKEN,
  ],
  [
    '200 whose body is one byte at a time',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n');
      drip(socket, 'x');
    },
    { status: 200, ...TAKEN },
  ],
  [
    '200 whose body never arrives',
    (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'),
    { status: 200, ...TAKEN },
  ],
  [
    '200 with endless chunks',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      drip(socket, '1\r\nx\r\n');
    },
    { status: 200, ...TAKEN },
  ],
  [
    '200 with invalid chunks',
    (socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n'),
    { status: 200, ...TAKEN },
  ],
  [
    '200, then an end within its body',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
    { status: 200, ...TAKEN },
  ],
  [
    '200, then a reset',
    (socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => socket.resetAndDestroy()),
    { status: 200, ...TAKEN },
  ],
  [
    '102 and 103, then 201',
    (socket) =>
      socket.write(
        'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n',
      ),
    { status: 201, ...TAKEN },
  ],
  [
    '101, although no upgrade was requested',
    (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
    { status: 101, says: 'the receiver answered 101' },
  ],
  [
    'a redirect',
    (socket) =>
      socket.write('HTTP/1.1 307 See\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n'),
    { status: 307, says: 'the receiver answered 307, and redirects are not followed' },
  ],
  [
    'a redirect with a slow body',
    (socket) => {
      socket.write('HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 100\r\n\r\n');
      drip(socket, 'x');
    },
    { status: 302, says: 'the receiver answered 302, and redirects are not followed' },
  ],
  [
    '503 with a slow body and Retry-After',
    (socket) => {
      socket.write('HTTP/1.1 503 Later\r\nRetry-After: 7\r\nContent-Length: 100\r\n\r\n');
      drip(socket, 'x');
    },
    { status: 503, says: 'the receiver answered 503', retryAfterMs: 7_000 },
  ],
  ['a close without an answer', (socket) => socket.end(), { status: 0, says: 'no connection (ECONNRESET)' }],
  ['nonsense', (socket) => socket.end('SSH-2.0-x\r\n'), { status: 0, says: /^no connection \(HPE_/ }],
];

t.test('the status decides, whatever happens to the body', async (t) => {
  for (const [about, say, expected] of ANSWERS) {
    await using peer = await Peer.start(say);
    // The poster's limit matters only for an answer whose body does not end.
    t.match(await post(posterTo(t, peer.port, { bodyMs: 50 })), expected, about);
    t.equal(peer.requests, 1, `${about}: posted once`);
  }
});

t.test('an answer without a status within the limit counts as no answer', async (t) => {
  for (const [about, say] of [
    ['nothing', () => undefined],
    [
      'a header that never ends',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        drip(socket, 'X');
      },
    ],
    ['only 102, for ever', (socket) => drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n')],
  ] as const satisfies readonly (readonly [string, Say])[]) {
    await using peer = await Peer.start(say);
    t.same(
      await post(posterTo(t, peer.port, { timeoutMs: 300 })),
      { status: 0, says: 'no answer within 300 ms', retryAfterMs: 0 },
      about,
    );
  }
});

t.test('a time-out comes also when garbage was collected meanwhile', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await using peer = await Peer.start(() => collect());
  const collecting = setInterval(collect, 50);
  t.teardown(() => clearInterval(collecting));
  t.match(await post(posterTo(t, peer.port, { timeoutMs: 500 })), { says: 'no answer within 500 ms' });
});

t.test('a body up to its limit keeps the connection, and one byte more closes it', async (t) => {
  const BOUND = 64 * 1024;
  for (const [extra, sockets] of [
    [0, 1],
    [1, 2],
  ] as const) {
    // One byte too many, and the connection stays open: only the limit ends this.
    const length = BOUND + extra * 2;
    await using peer = await Peer.start((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(BOUND + extra)}`),
    );
    const poster = posterTo(t, peer.port);
    for (const n of [1, 2])
      t.match(await post(poster), { status: 200, ...TAKEN }, `${BOUND + extra} bytes: ${n}`);
    t.equal(peer.sockets.length, sockets, `${BOUND + extra} bytes`);
  }
});

t.test('an abort after the status still counts as accepted', async (t) => {
  const closing = new AbortController();
  const arrived = () => setImmediate(() => closing.abort());
  subscribe('http.client.response.finish', arrived);
  t.teardown(() => unsubscribe('http.client.response.finish', arrived));
  await using peer = await Peer.start((socket) =>
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
  );
  t.match(await post(posterTo(t, peer.port), closing.signal), { status: 200, ...TAKEN });
});

t.test('status 200 counts although TLS ends without close_notify', async (t) => {
  const { key, cert } = await makeCertificate('localhost');
  const directory = await mkdtemp(join(tmpdir(), 'wad-tls-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'ca.pem'), cert);
  await using peer = await Peer.start(
    (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => socket.destroy()),
    { key, cert },
  );
  // Trusted authorities are decided when a process starts.
  const program = `
    const { Poster } = await import(${JSON.stringify(new URL('../../../src/webhook/post.js', import.meta.url))});
    const lookup = (host, options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]);
    const poster = new Poster({ url: new URL('https://localhost:${peer.port}/'), lookup, timeoutMs: ${LONG_MS} });
    console.log(JSON.stringify(await poster.post('{}', {}, new AbortController().signal)));
    process.exit();`;
  const trusting = { ...process.env, NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem') };
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { env: trusting });
  t.match(JSON.parse(stdout), { status: 200, ...TAKEN });
  t.match(
    await post(posterTo(t, peer.port, { tls: true })),
    { status: 0, says: /no connection/ },
    'an untrusted certificate',
  );
});

t.test('the address that was checked is the one that is connected', async (t) => {
  await using checked = await Peer.start((socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
  let asked = 0;
  const lookup = guardedLookup(true, (_, __, callback) => {
    asked += 1;
    // Every later look-up leads elsewhere, as with a name whose address changes.
    callback(null, [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]);
  });
  const url = new URL(`http://crm.example:${checked.port}/`);
  const poster = new Poster({ url, lookup, timeoutMs: LONG_MS });
  t.teardown(() => poster.close());
  t.match(await post(poster), { status: 204 });
  t.match(await post(poster), { status: 204 }, 'over the same connection');
  t.equal(asked, 1, 'one look-up for each connection');
  t.equal(checked.sockets.length, 1);
  t.equal(checked.sockets[0]?.localAddress, '127.0.0.1');
});
