/** The forwarder: what it passes on, whom it serves, and what it says of a proxy that does not work. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type Forwarder, openForwarder } from '../../../src/proxy/forwarder.js';
import { causeOf } from '../../../src/proxy/outcome.js';
import { outsideAddress } from '../../../src/proxy/outside.js';
import { isOwnPeer, ownerOf } from '../../../src/proxy/peer.js';
import { proxyName, readUpstream } from '../../../src/proxy/upstream.js';
import { TestProxy } from '../../harness/proxy.js';

const TARGET = 'web.whatsapp.com:443';
const PASSWORD = 'p@ss: wörd/%41';
const signal = () => AbortSignal.timeout(20_000);

const directory = mkdtempSync(join(tmpdir(), 'wad-proxy-'));
t.teardown(() => rmSync(directory, { recursive: true }));
const passwordFile = join(directory, 'password');
writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });

/** A server that answers every HTTP request with a text. */
async function answering(t: Tap, text: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${text}`));
  });
  return listening(t, server);
}

async function listening(t: Tap, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}
type Tap = { teardown(end: () => unknown): unknown };

async function forwarder(
  t: Tap,
  url: string,
  isOwn?: (socket: Socket) => Promise<boolean>,
): Promise<Forwarder> {
  const opened = await openForwarder({ name: url, url }, isOwn);
  t.teardown(() => opened.close());
  return opened;
}

const config = (url: string, user = 'shop') => ({ url, user, passwordFile, addressUrl: '' });

for (const kind of ['http', 'socks5'] as const)
  t.test(`${kind}: passes on with any password, and says why it does not`, async (t) => {
    const port = await answering(t, '203.0.113.7\n');
    const targets = { [TARGET]: port, 'ip.example:80': port };
    await using proxy = await TestProxy.start({ kind, user: 'shop', password: PASSWORD, targets });
    const upstream = readUpstream(config(proxy.url));
    t.equal(upstream.name, proxy.url);
    const own = await forwarder(t, upstream.url);
    t.equal(await own.check(TARGET, signal()), null);
    t.match(proxy.passed, [{ target: TARGET }], 'the proxy got the name, and resolved it');
    t.equal(await outsideAddress(own, 'http://ip.example/ip', signal()), '203.0.113.7');
    t.equal(await own.check('elsewhere.example:443', signal()), 'no_way_on');
    const wrong = await forwarder(t, readUpstream(config(proxy.url, 'other')).url);
    t.equal(await wrong.check(TARGET, signal()), 'password_refused');
    const none = await forwarder(t, proxy.url);
    t.equal(await none.check(TARGET, signal()), 'password_refused');
    await proxy.end();
    t.equal(await own.check(TARGET, signal()), 'unreachable');
    await proxy.begin();
    t.equal(await own.check(TARGET, signal()), null, 'it works again without anything being done');
  });

t.test('a proxy that is none, has no address, or never answers', async (t) => {
  const web = await answering(t, 'hello');
  const silent = await listening(
    t,
    createServer((socket) => {
      socket.on('error', () => undefined);
      t.teardown(() => socket.destroy());
    }),
  );
  for (const kind of ['http', 'socks5']) {
    const unknown = await forwarder(t, `${kind}://nowhere.invalid:1080`);
    t.equal(await unknown.check(TARGET, signal()), 'not_resolved', kind);
    const mute = await forwarder(t, `${kind}://127.0.0.1:${silent}`);
    t.equal(await mute.check(TARGET, AbortSignal.timeout(300)), 'unreachable', kind);
  }
  const socks = await forwarder(t, `socks5://127.0.0.1:${web}`);
  t.match(await socks.check(TARGET, AbortSignal.timeout(2_000)), /unreachable|not_a_proxy/);
});

t.test('a process of another user gets nothing', async (t) => {
  await using proxy = await TestProxy.start({ kind: 'http', targets: { [TARGET]: 1 } });
  const others = await forwarder(t, proxy.url, (socket) => isOwnPeer(socket, (process.geteuid?.() ?? 0) + 1));
  const status = (method: string, path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asking = request({ port: others.port, host: '127.0.0.1', method, path, agent: false });
      const answered = ({ statusCode }: { statusCode?: number }) => resolve(statusCode);
      asking.once('connect', answered).once('response', answered).once('error', reject).end();
    });
  t.equal(await status('CONNECT', TARGET), 403);
  t.equal(await status('GET', 'http://web.whatsapp.com/'), 403);
  t.same(proxy.passed, []);
});

t.test("the kernel's table gives the user of a connection", (t) => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     7        0 1',
    '   1: 0100007F:C000 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 2',
    '   2: 0100007F:1F90 0100007F:C000 01 00000000:00000000 00:00000000 00000000     7        0 3',
  ].join('\n');
  t.equal(ownerOf(table, 0xc000, 0x1f90), 1000);
  t.equal(ownerOf(table, 0x1f90, 0xc000), 7);
  t.equal(ownerOf(table, 0xc001, 0x1f90), null);
  t.equal(ownerOf('', 0xc000, 0x1f90), null);
  t.end();
});

t.test('the address for people has no password, and half a user is refused', (t) => {
  const name = (url: string) => proxyName(config(url));
  t.equal(name(''), null);
  t.equal(name('http://proxy.example'), 'http://proxy.example:80');
  t.equal(name('http://[::1]:8080'), 'http://[::1]:8080');
  t.equal(name('socks5://proxy.example/'), 'socks5://proxy.example:1080');
  t.same(readUpstream({ ...config('http://a:1', ''), passwordFile: null }), {
    name: 'http://a:1',
    url: 'http://a:1',
  });
  t.throws(() => readUpstream(config('http://a:1', '')), /belong together/);
  t.throws(() => readUpstream({ ...config('http://a:1'), passwordFile: null }), /belong together/);
  chmodSync(passwordFile, 0o644);
  t.throws(() => readUpstream(config('http://a:1')), {
    kind: 'permission_denied',
    message: /open to others/,
  });
  chmodSync(passwordFile, 0o600);
  writeFileSync(passwordFile, '\n');
  t.throws(() => readUpstream(config('http://a:1')), /must contain one line/);
  t.end();
});

t.test('an answer of the forwarder is one cause', (t) => {
  t.equal(causeOf({ status: 200, phrase: 'Connection Established' }), null);
  t.equal(causeOf({ status: 597, phrase: 'UPSTREAM407' }), 'password_refused');
  t.equal(
    causeOf({ status: 599, phrase: 'Socks5 proxy rejected connection - HostUnreachable' }),
    'no_way_on',
  );
  t.equal(causeOf({ status: 599, phrase: 'HPE_INVALID_CONSTANT' }), 'not_a_proxy');
  t.equal(causeOf({ status: 599, phrase: 'EAI_AGAIN' }), 'not_resolved');
  t.equal(causeOf({ status: 504, phrase: 'Proxy connection timed out' }), 'unreachable');
  t.end();
});
