// Files through the gateway against uploads that lie, break off, never end or belong to another token, and against ranges and
// ids that name something else.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { mediaHandlers } from '../../src/daemon/api/handlers/media.js';
import { MediaStore } from '../../src/daemon/media/media-store.js';
import { eventually } from '../harness/eventually.js';
import { ask, examples, type GatewayOptions, startGateway } from '../harness/in-process-gateway.js';

t.setTimeout(240_000);

const MiB = 2 ** 20;
const SHOP = '/api/accounts/shop/media';
const NO_FILE = `f-${'0'.repeat(40)}`;
type Headers = Readonly<Record<string, string>>;

/** A gateway with the accounts `shop` and `support`, each with a media store in a directory of its own. */
async function place(t: Test, http: GatewayOptions['http'] = {}) {
  const root = mkdtempSync(join(tmpdir(), 'wad-gw-files-'));
  const daemonOf = async (account: string) => {
    const store = await MediaStore.open(join(root, account, 'media'), () => new Set());
    const { 'media.put': put, 'media.read': read } = mediaHandlers(
      null as never,
      store,
      null as never,
      () => null,
    );
    return { ...examples(), 'media.put': put, 'media.read': read };
  };
  const accounts = { shop: await daemonOf('shop'), support: await daemonOf('support') };
  const gateway = await startGateway({ accounts, http });
  t.teardown(async () => {
    await gateway[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  });
  const list = (account = 'shop') => readdirSync(join(root, account, 'media'));
  return {
    gateway,
    root,
    /** Files that are complete. */
    files: (account?: string) => list(account).filter((name) => /^f-[0-9a-f]+$/.test(name)),
    /** Uploads that are not. */
    halves: (account?: string) => list(account).filter((name) => name.startsWith('.u-')),
    put: async (headers: Headers, body: Uint8Array | string = 'abc', path = SHOP) => {
      const response = await fetch(gateway.url + path, { method: 'PUT', headers, body });
      const text = await response.text();
      return { status: response.status, body: JSON.parse(text) as { id: string; size: number } };
    },
    /** One piece of an upload that is sent by calls. */
    piece: (headers: Headers, body: object, account = 'shop') =>
      ask(gateway.url, 'POST', `/api/accounts/${account}/rpc/media.put`, { headers, body }),
    get: (path: string, headers: Headers) => fetch(gateway.url + path, { headers }),
    /** A request as it is written, with everything that came back. */
    sending: async (head: string, headers: Headers, body: string | Uint8Array = '') => {
      const socket = connect(gateway.port, '127.0.0.1');
      let text = '';
      socket
        .on('error', () => {})
        .setEncoding('utf8')
        .on('data', (part: string) => {
          text += part;
        });
      await once(socket, 'connect');
      const lines = [`${head}\nHost: localhost`, ...Object.entries(headers).map((pair) => pair.join(': '))];
      socket.write(`${lines.join('\n').replace(/\n/g, '\r\n')}\r\n\r\n`);
      socket.write(body);
      return { socket, said: () => text };
    },
  };
}

const statusIn = (text: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0);
const ended = async (socket: Socket): Promise<void> => {
  if (!socket.destroyed) await once(socket.resume(), 'close');
};

/** Lengths that are false: what the request says, what it sends, and the status. */
const LENGTHS: readonly (readonly [name: string, says: string, body: string, status: number])[] = [
  ['more than it sends', 'Content-Length: 10', 'abc', 400],
  ['two lengths', 'Content-Length: 3\nContent-Length: 4', 'abc', 400],
  ['a length and pieces', 'Content-Length: 3\nTransfer-Encoding: chunked', '3\r\nabc\r\n0\r\n\r\n', 400],
  ['a negative length', 'Content-Length: -3', 'abc', 400],
  ['a signed length', 'Content-Length: +3', 'abc', 400],
  ['a hexadecimal length', 'Content-Length: 0x3', 'abc', 400],
  ['a length beyond every number', `Content-Length: ${'9'.repeat(40)}`, 'abc', 400],
  ['more than WhatsApp takes', `Content-Length: ${101 * MiB}`, '', 413],
  ['a petabyte', `Content-Length: ${2 ** 50}`, '', 413],
  ['a piece without a size', 'Transfer-Encoding: chunked', 'ZZ\r\nabc\r\n0\r\n\r\n', 400],
  ['a piece of more than it has', 'Transfer-Encoding: chunked', 'ff\r\nabc', 400],
  ['a piece of less than it has', 'Transfer-Encoding: chunked', '1\r\nabc\r\n0\r\n\r\n', 400],
  ['pieces without an end', 'Transfer-Encoding: chunked', '3\r\nabc\r\n', 400],
  ['a coding that hides the length', 'Content-Length: 3\nContent-Encoding: gzip', 'abc', 415],
];

t.test('an upload that lies about its length stores nothing', async (t) => {
  const { gateway, sending, files, halves, put } = await place(t);
  const headers = await gateway.header({ scopes: ['send'] });
  for (const [name, says, body, status] of LENGTHS) {
    const { socket, said } = await sending(`PUT ${SHOP} HTTP/1.1\n${says}`, headers, body);
    // It sends nothing more, and reads what is answered.
    socket.end();
    await ended(socket);
    t.equal(statusIn(said()), status, name);
    t.same(files(), [], name);
    await eventually(() => halves().length === 0, `${name}: no upload is left`);
  }
  // What is beyond the length is another request, and needs a token of its own.
  const rest = `abcGET /api/accounts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
  const { socket, said } = await sending(`PUT ${SHOP} HTTP/1.1\nContent-Length: 3`, headers, rest);
  await ended(socket);
  t.match(said(), /^HTTP\/1\.1 201 [\s\S]*"size":3[\s\S]*HTTP\/1\.1 401 /);
  t.equal(files().length, 1);
  t.equal((await put(headers, 'abcd')).status, 201, 'an honest one is stored');
  t.same(
    gateway.log.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

t.test('an upload that never ends, or stops, ends after its time', async (t) => {
  const { gateway, sending, halves, files, put } = await place(t, {
    ...{ stallMs: 300, transferMs: 1_500, maxTransfersEach: 2 },
  });
  const headers = await gateway.header({ scopes: ['send'] });
  const head = `PUT ${SHOP} HTTP/1.1\nContent-Length: ${8 * MiB}`;
  const stopped = await sending(head, headers, randomBytes(MiB));
  const endless = await sending(`PUT ${SHOP} HTTP/1.1\nTransfer-Encoding: chunked`, headers);
  const timer = setInterval(() => endless.socket.write('1\r\nx\r\n'), 50);
  t.teardown(() => clearInterval(timer));
  for (const { socket, said } of [stopped, endless]) {
    await ended(socket);
    t.match(said(), /^HTTP\/1\.1 408 [\s\S]*body_too_slow/);
  }
  await eventually(() => halves().length === 0, 'nothing of them is left');
  t.same(files(), []);
  t.equal((await put(headers)).status, 201, 'their places are free');
});

t.test('an upload whose connection is cut leaves neither a file nor a taken place', async (t) => {
  const { gateway, sending, halves, files, put } = await place(t, { maxTransfersEach: 1 });
  const headers = await gateway.header({ scopes: ['send'] });
  for (let n = 0; n < 5; n += 1) {
    const head = `PUT ${SHOP} HTTP/1.1\nContent-Length: ${8 * MiB}`;
    const { socket } = await sending(head, headers, randomBytes(MiB));
    await eventually(() => halves().length === 1, 'it has begun');
    socket.resetAndDestroy();
    await eventually(() => halves().length === 0, 'it is dropped');
  }
  t.same(files(), []);
  await eventually(async () => (await put(headers)).status === 201, 'the place is free');
  await eventually(
    () => gateway.daemon('shop').server.connections < 5,
    'the connections to the daemon have ended',
  );
});

t.test('the uploads of one token leave places to the others', async (t) => {
  const { gateway, sending, halves, put, piece } = await place(t, { maxTransfersEach: 2 });
  const [greedy, other] = [
    await gateway.header({ scopes: ['send'] }),
    await gateway.header({ scopes: ['send'] }),
  ];
  const begun = [];
  for (let n = 0; n < 2; n += 1)
    begun.push(await sending(`PUT ${SHOP} HTTP/1.1\nContent-Length: ${MiB}`, greedy, randomBytes(MiB / 2)));
  await eventually(() => halves().length === 2, 'two have begun');
  const refused = await put(greedy);
  t.match(refused, { status: 429, body: { reason: /2 files/, error: { data: { kind: 'busy' } } } });
  t.equal((await put(other)).status, 201, 'another token uploads');
  for (const { socket } of begun) socket.destroy();
  await eventually(() => halves().length === 0, 'they are dropped');
  // The same in pieces, each of which is a request that ends.
  for (let n = 0; n < 8; n += 1) t.equal((await piece(greedy, { data: 'YWJj' })).status, 200);
  t.match(await piece(greedy, { data: 'YWJj' }), {
    status: 429,
    body: { error: { data: { kind: 'busy' } } },
  });
  t.match(await piece(other, { data: 'YWJj', done: true }), { status: 200, body: { file: { size: 3 } } });
});

t.test('an upload belongs to the token that began it', async (t) => {
  const { gateway, halves, files, piece, sending } = await place(t);
  const own = await gateway.header({ name: 'own', scopes: ['send'] });
  const other = await gateway.header({ scopes: ['admin'] });
  const { body } = await piece(own, { data: 'YWJj' });
  const { upload } = body as { upload: string };
  const next = { upload, offset: 3, data: 'ZGVm' };
  const none = { status: 404, body: { error: { data: { kind: 'no_such_media' } } } };
  t.match(await piece(other, next), none, 'with pieces of another token');
  t.match(await piece(other, { ...next, done: true }), none, 'nor is it completed by one');
  t.match(await piece(own, next, 'support'), none, 'nor at another account');
  t.match(await piece(own, { ...next, done: true }), { status: 200, body: { file: { size: 6 } } });
  t.match(await piece(own, { ...next, offset: 6 }), none, 'a complete one has no further piece');
  // The body of a request is an upload of that request, also for the same token.
  const streamed = await sending(`PUT ${SHOP} HTTP/1.1\nContent-Length: ${MiB}`, own, randomBytes(MiB / 2));
  await eventually(() => halves().length === 1, 'it has begun');
  const id = halves()[0]?.slice(1) ?? '';
  t.match(id, /^u-[0-9a-f]{24}/);
  for (const headers of [own, other])
    t.match(await piece(headers, { upload: id, offset: 0, data: 'YWJj', done: true }), none);
  streamed.socket.destroy();
  await eventually(() => halves().length === 0, 'it ends with its connection');
  t.equal((await piece(own, { data: 'YWJj' })).status, 200);
  t.equal(halves().length, 1);
  await gateway.tokens.revoke('own');
  await eventually(() => halves().length === 0, 'those of a token end with it');
  t.equal(files().length, 1);
});

/** Headers `Range` for a file of ten bytes, and what is answered: the status, and the bytes. */
const RANGES: readonly (readonly [range: string, status: number, text: string])[] = [
  ['bytes=0-0', 206, '0'],
  ['bytes=8-99999999', 206, '89'],
  ['bytes=-99999999', 206, '0123456789'],
  ['bytes=10-', 416, ''],
  ['bytes=-0', 416, ''],
  ['bytes=999999999999999-', 416, ''],
  // These are ignored, as RFC 9110 permits.
  ['bytes=5-2', 200, '0123456789'],
  ['bytes=0-1,3-4', 200, '0123456789'],
  [`bytes=${'0-,'.repeat(1_300)}0-`, 200, '0123456789'],
  [`bytes=${'9'.repeat(400)}-`, 200, '0123456789'],
  ['bytes=-1-2', 200, '0123456789'],
  ['bytes=1e1-', 200, '0123456789'],
  ['bytes=0x1-', 200, '0123456789'],
  ['items=0-1', 200, '0123456789'],
  ['bytes=', 200, '0123456789'],
];

t.test('no range gets more than the file, or the file more than once', async (t) => {
  const { gateway, put, get } = await place(t);
  const headers = await gateway.header({ scopes: ['read', 'send'] });
  const { id } = (await put(headers, '0123456789')).body;
  for (const [range, status, text] of RANGES) {
    const response = await get(`${SHOP}/${id}`, { ...headers, Range: range });
    const name = range.slice(0, 40);
    t.equal(response.status, status, name);
    if (status === 416) t.equal(response.headers.get('content-range'), 'bytes */10', name);
    else t.equal(response.headers.get('content-length'), String(text.length), name);
    const got = await response.text();
    if (status !== 416) t.equal(got, text, name);
  }
});

t.test('an id names a file, and no path', async (t) => {
  const { gateway, root, put, get, piece, sending, halves } = await place(t);
  const headers = await gateway.header();
  const { id } = (await put(headers, 'of the shop')).body;
  const begun = await sending(`PUT ${SHOP} HTTP/1.1\nContent-Length: ${MiB}`, headers, randomBytes(MiB / 2));
  await eventually(() => halves().length === 1, 'an upload has begun');
  const ids = [
    ...['..', '.', '%2e%2e', '..%2f..%2f..%2fetc%2fpasswd', '%2fetc%2fpasswd', '..%5c..%5cx', '%00', '*'],
    ...[`${id}.json`, `${id}%00`, `${id}%2f`, `.%2f${id}`, `..%2fmedia%2f${id}`, id.toUpperCase(), NO_FILE],
    ...[halves()[0] ?? '', `f-${'0'.repeat(2_000)}`, '__proto__', 'constructor', '%ff'],
    `..%2f..%2fshop%2fmedia%2f${id}`,
  ];
  for (const account of ['shop', 'support', '..%2fshop', 'shop%2f..%2fsupport', 'shop%00', '%2e%2e'])
    for (const name of ids) {
      // As it is written: fetch would resolve the dots.
      const { status, body } = await ask(gateway.url, 'GET', `/api/accounts/${account}/media/${name}`, {
        headers,
      });
      t.ok([400, 404].includes(status), `${account} ${name.slice(0, 60)}: ${status}`);
      t.notMatch(JSON.stringify(body), /root:|of the shop/);
    }
  t.equal((await get(`/api/accounts/support/media/${id}`, headers)).status, 404, 'nor of another account');
  for (const upload of ['../x', '/etc/passwd', '.', halves()[0] ?? '', `../../shop/media/${id}`]) {
    const got = await piece(headers, { upload, offset: 0, data: 'YWJj', done: true });
    t.ok([400, 404].includes(got.status), `${upload}: ${got.status}`);
  }
  begun.socket.destroy();
  for (const name of ['../../../x', '/etc/x', '..', 'a\0b', 'f-0.json']) {
    const path = `${SHOP}?name=${encodeURIComponent(name)}`;
    const { status, body } = await put(headers, 'x', path);
    if (status !== 201) continue;
    t.match(body.id, /^f-[0-9a-f]{40}$/, name);
  }
  await eventually(() => halves().length === 0, 'the upload is dropped');
  t.same(readdirSync(root).sort(), ['shop', 'support']);
  for (const account of ['shop', 'support']) t.same(readdirSync(join(root, account)), ['media']);
  t.equal(await (await get(`${SHOP}/${id}`, headers)).text(), 'of the shop', 'the file is as it was');
});

t.test('a token reaches no file without its account and scope, and is not asked for the body', async (t) => {
  const { gateway, put, get, piece, sending, files, halves } = await place(t);
  const { id } = (await put(await gateway.header(), 'of the shop')).body;
  gateway.calls.length = 0;
  const refused = {
    'another account': await gateway.header({ accounts: ['support'] }),
    'another account, which does not exist': await gateway.header({ accounts: ['none'] }),
    'no scope for files': await gateway.header({ scopes: ['operate'], accounts: ['shop'] }),
  };
  const reader = await gateway.header({ scopes: ['read'], accounts: ['shop'] });
  const sender = await gateway.header({ scopes: ['send'], accounts: ['shop'] });
  for (const [name, headers] of Object.entries({ ...refused, 'only read': reader })) {
    const { socket, said } = await sending(
      `PUT ${SHOP} HTTP/1.1\nContent-Length: ${MiB}\nExpect: 100-continue\nConnection: close`,
      headers,
    );
    await ended(socket);
    t.equal(statusIn(said()), 403, `${name}: the body is not asked for`);
    const form = await ask(gateway.url, 'POST', SHOP, { headers, body: {} });
    t.equal(form.status, 403, `${name}: nor that of a form`);
    t.equal((await piece(headers, { data: 'YWJj', done: true })).status, 403, name);
  }
  for (const [name, headers] of Object.entries({ ...refused, 'only send': sender }))
    for (const path of [`${SHOP}/${id}`, `${SHOP}/${NO_FILE}`])
      t.equal((await get(path, headers)).status, 403, `${name}: the answer is the same for every id`);
  t.same(gateway.calls, [], 'no daemon was asked');
  t.same([files().length, halves().length, files('support').length], [1, 0, 0]);
  t.equal(await (await get(`${SHOP}/${id}`, reader)).text(), 'of the shop');
  t.equal((await put(sender)).status, 201);
});
