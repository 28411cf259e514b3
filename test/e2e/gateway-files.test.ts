/** Files through the gateway and a real daemon: streamed in both, and nothing is left of what breaks. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { GatewayHome } from '../harness/gateway.js';
import { Home } from '../harness/home.js';
import { wactl } from '../harness/wactl.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(240_000);

const MiB = 2 ** 20;
const SIZE = 60 * MiB;
/** A file after which V8 has the space that it takes for garbage. */
const FIRST_SIZE = 20 * MiB;
/** What neither process may grow by while the large file passes. */
const MAX_GROWTH = 40 * MiB;

/** The most memory that a process has had so far. */
const peakOf = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

/** A file that is made as it is sent. */
async function* made(hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < SIZE; sent += MiB) {
    const piece = randomBytes(MiB);
    hash.update(piece);
    yield piece;
  }
}

const digest = async (response: Response): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of response.body ?? []) hash.update(piece);
  return hash.digest('hex');
};

t.test('a large file passes gateway and daemon in pieces, in both directions', async (t) => {
  await using sim = await Simulator.start();
  await using machine = await GatewayHome.make();
  await using home = await Home.make(sim, { t, socket: await machine.socketOf('shop') });
  const wad = await home.start({ args: ['--account', 'shop', '--no-auto-init'] });
  const gateway = await machine.start();
  const secret = await gateway.token('crm', 'read,send', 'shop');
  const headers = { Authorization: `Bearer ${secret}` };
  const url = `${gateway.url}/api/accounts/shop/media`;
  const pids = { gateway: gateway.child.pid ?? 0, daemon: wad.pid };
  const uploads = () => readdirSync(join(home.stateDir, 'media')).filter((name) => name.startsWith('.'));
  const first = await fetch(url, { method: 'PUT', headers, body: randomBytes(FIRST_SIZE) });
  t.equal(first.status, 201);
  await digest(await fetch(`${url}/${((await first.json()) as { id: string }).id}`, { headers }));
  const before = { gateway: peakOf(pids.gateway), daemon: peakOf(pids.daemon) };

  const sent = createHash('sha256');
  const put = await fetch(`${url}?name=film.bin`, {
    ...{ method: 'PUT', headers, duplex: 'half' },
    body: ReadableStream.from(made(sent)),
  } as RequestInit);
  t.equal(put.status, 201);
  const file = (await put.json()) as { id: string; size: number; name: string };
  t.match(file, { size: SIZE, name: 'film.bin' });
  const sum = sent.digest('hex');
  t.equal(await digest(await fetch(`${url}/${file.id}`, { headers })), sum, 'it comes back unchanged');
  for (const name of ['gateway', 'daemon'] as const) {
    const growth = peakOf(pids[name]) - before[name];
    t.comment(`${name}: ${Math.round(growth / MiB)} MiB more`);
    t.ok(growth < MAX_GROWTH, `the ${name} grew by ${growth} bytes`);
  }

  const range = { ...headers, Range: `bytes=${SIZE - 3}-` };
  const tail = await fetch(`${url}/${file.id}`, { headers: range });
  t.equal(tail.status, 206);
  t.equal(tail.headers.get('content-range'), `bytes ${SIZE - 3}-${SIZE - 1}/${SIZE}`);
  t.equal((await tail.arrayBuffer()).byteLength, 3);

  await t.test('what breaks leaves nothing behind', async (t) => {
    const broken = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'multipart/form-data; boundary=b' },
      body: `--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n${'x'.repeat(MiB)}`,
    });
    t.equal(broken.status, 400);
    await eventually(() => uploads().length === 0, 'the upload of the broken form is dropped');
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(
      [
        'PUT /api/accounts/shop/media HTTP/1.1',
        `Host: ${hostname}`,
        `Authorization: Bearer ${secret}`,
        `Content-Length: ${8 * MiB}\r\n\r\n`,
      ].join('\r\n'),
    );
    socket.write(randomBytes(2 * MiB));
    await eventually(() => uploads().length === 1, 'an upload has begun');
    socket.destroy();
    await eventually(() => uploads().length === 0, 'it is dropped with its connection');
  });

  await t.test('a peer that does not read holds up nobody', async (t) => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.pause();
    socket.write(
      `GET /api/accounts/shop/media/${file.id} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${secret}\r\n\r\n`,
    );
    t.equal(await digest(await fetch(`${url}/${file.id}`, { headers })), sum);
    t.equal((await fetch(`${gateway.url}/api/accounts`, { headers })).status, 200);
    socket.destroy();
  });

  await t.test('a token that is revoked ends its upload', async (t) => {
    const other = await gateway.token('other', 'send', 'shop');
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket
      .on('error', () => {})
      .setEncoding('utf8')
      .on('data', (part: string) => {
        text += part;
      });
    await once(socket, 'connect');
    socket.write(
      `PUT /api/accounts/shop/media HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${other}\r\nContent-Length: ${MiB}\r\n\r\nabc`,
    );
    await eventually(() => socket.bytesWritten > 100, 'the request is sent');
    t.equal((await wactl(['token', 'revoke', 'other'], { env: machine.env })).code, 0);
    await once(socket, 'close');
    t.match(text, /^HTTP\/1\.1 401 /);
    t.same(uploads(), []);
  });

  const reader = await gateway.token('reader', 'read', 'shop');
  const refused = await fetch(url, {
    ...{ method: 'PUT', body: 'abc', headers: { Authorization: `Bearer ${reader}` } },
  });
  t.equal(refused.status, 403, 'a token that may only read uploads nothing');
});
