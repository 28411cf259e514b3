// Files over HTTP: stored and served in pieces, whatever a peer sends and however it reads.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { mediaHandlers } from '../../../src/daemon/api/handlers/media.js';
import { MediaStore } from '../../../src/daemon/media/media-store.js';
import { disposition, safeType } from '../../../src/http/files.js';
import { tokenOf } from '../../../src/http/token.js';
import { eventually } from '../../harness/eventually.js';
import { raw, startDoor } from '../../harness/http.js';

const MiB = 2 ** 20;
const PATH = '/api/whatsapp/media';
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

interface Stored {
  readonly id: string;
  readonly mimetype: string;
  readonly name: string | null;
  readonly size: number;
}

/** A server with a media store in a directory, and the uploads in it that are not complete. */
async function place(t: Test, options: Parameters<typeof startDoor>[1] = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'wad-files-'));
  const store = await MediaStore.open(join(dir, 'media'), () => new Set());
  const handlers = mediaHandlers(null as never, store, null as never, () => null);
  const door = await startDoor(
    { 'media.put': handlers['media.put'], 'media.read': handlers['media.read'] },
    options,
  );
  t.teardown(async () => {
    await door[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  });
  const list = async (what: RegExp) => (await readdir(join(dir, 'media'))).filter((name) => what.test(name));
  const put = async (bytes: Uint8Array, query = ''): Promise<Stored> => {
    const response = await fetch(`${door.url}${PATH}${query}`, { method: 'PUT', body: bytes });
    t.equal(response.status, 201);
    return (await response.json()) as Stored;
  };
  const get = (id: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${door.url}${PATH}/${id}`, { headers, method });
  return { door, put, get, halves: () => list(/^\.u-/), files: () => list(/^f-[0-9a-f]+$/), store };
}

/** A connection that has sent this much, with everything that came back. */
async function sending(
  port: number,
  head: string,
  body: string | Uint8Array = '',
): Promise<{ socket: Socket; said: () => string }> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket
    .on('error', () => {})
    .setEncoding('utf8')
    .on('data', (part: string) => {
      text += part;
    });
  await once(socket, 'connect');
  socket.write(`${head.replace(/\n/g, '\r\n')}\r\n\r\n`);
  socket.write(body);
  return { socket, said: () => text };
}

const PUT = `PUT ${PATH} HTTP/1.1\nHost: localhost`;

t.test('a file comes back as it was sent, with its type and name', async (t) => {
  const { put, get, halves } = await place(t);
  const bytes = Buffer.concat([PNG, randomBytes(3 * MiB)]);
  const file = await put(bytes, `?name=${encodeURIComponent('réçu "1".png')}`);
  t.match(file, { mimetype: 'image/png', name: 'réçu "1".png', size: bytes.length });
  const response = await get(file.id);
  t.equal(response.status, 200);
  t.ok(Buffer.from(await response.arrayBuffer()).equals(bytes));
  for (const [name, value] of Object.entries({
    'content-type': 'image/png',
    'content-length': String(bytes.length),
    'content-disposition': `attachment; filename="r__u _1_.png"; filename*=UTF-8''r%C3%A9%C3%A7u%20%221%22.png`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    etag: `"${file.id}"`,
  }))
    t.equal(response.headers.get(name), value, name);
  t.same(await halves(), []);
});

t.test('an empty file is a file', async (t) => {
  const { put, get } = await place(t);
  const { id, size } = await put(Buffer.alloc(0));
  t.equal(size, 0);
  const response = await get(id);
  t.equal(response.headers.get('content-length'), '0');
  t.equal((await response.arrayBuffer()).byteLength, 0);
  t.equal((await get(id, { Range: 'bytes=0-' })).status, 416);
});

t.test('a form with one file is stored, under its own name or that of the query', async (t) => {
  const { door } = await place(t);
  const bytes = randomBytes(MiB);
  for (const [query, name] of [
    ['', 'Größe 1.bin'],
    ['?name=other.bin', 'other.bin'],
  ] as const) {
    const form = new FormData();
    form.append('upload', new Blob([bytes]), 'Größe 1.bin');
    const response = await fetch(`${door.url}${PATH}${query}`, { method: 'POST', body: form });
    t.equal(response.status, 201);
    const file = (await response.json()) as Stored;
    t.match(file, { name, size: bytes.length });
    const back = await fetch(`${door.url}${PATH}/${file.id}`);
    t.ok(Buffer.from(await back.arrayBuffer()).equals(bytes));
  }
});

const part = (disposition: string, body = 'abc') =>
  `--b\r\nContent-Disposition: ${disposition}\r\n\r\n${body}\r\n`;
const FILE = part('form-data; name="f"; filename="a.txt"');
const FORMS: readonly (readonly [name: string, body: string, status: number, type?: string])[] = [
  ['one file', `${FILE}--b--\r\n`, 201],
  ['one file, and text around the form', `before\r\n${FILE}--b--\r\nbehind`, 201],
  ['a path as a name', `${part('form-data; name="f"; filename="../../etc/x"')}--b--\r\n`, 201],
  ['no boundary', `${FILE}--b--\r\n`, 400, 'multipart/form-data'],
  ['another boundary', `${FILE}--b--\r\n`, 400, 'multipart/form-data; boundary=c'],
  ['nothing', '', 400],
  ['no part', '--b--\r\n', 400],
  ['no end', FILE, 400],
  ['an end within the file', FILE.slice(0, -4), 400],
  ['an end within the headers', '--b\r\nContent-Disposition: form-data; na', 400],
  ['two files', `${FILE}${FILE}--b--\r\n`, 400],
  ['a field before the file', `${part('form-data; name="a"')}${FILE}--b--\r\n`, 400],
  ['a field after the file', `${FILE}${part('form-data; name="a"')}--b--\r\n`, 400],
  ['a field and no file', `${part('form-data; name="a"')}--b--\r\n`, 400],
  ['a part without a disposition', '--b\r\n\r\nabc\r\n--b--\r\n', 400],
  ['headers that are too long', `--b\r\nX: ${'x'.repeat(20_000)}\r\n${FILE.slice(5)}--b--\r\n`, 400],
];

t.test('a broken form is refused, and leaves nothing behind', async (t) => {
  const { door, halves, files } = await place(t);
  for (const [name, body, status, type = 'multipart/form-data; boundary=b'] of FORMS) {
    const before = (await files()).length;
    const response = await fetch(`${door.url}${PATH}`, {
      method: 'POST',
      headers: { 'Content-Type': type },
      body,
    });
    t.equal(response.status, status, name);
    const answer = (await response.json()) as { name: string };
    if (status === 201) t.notMatch(answer.name, /\//, name);
    else t.match(answer, { error: { data: { kind: /^(parse_error|invalid_params)$/ } } }, name);
    if (status !== 201) t.equal((await files()).length, before, `${name}: no file`);
    await eventually(async () => (await halves()).length === 0, `${name}: no upload is left`);
  }
  t.same(
    door.behind.log.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

t.test('a connection that ends leaves no upload behind', async (t) => {
  const { door, halves, files } = await place(t);
  for (const head of [
    `${PUT}\nContent-Length: ${MiB * 4}`,
    `${PUT}\nTransfer-Encoding: chunked`,
    `POST ${PATH} HTTP/1.1\nHost: localhost\nContent-Type: multipart/form-data; boundary=b\nContent-Length: ${MiB * 4}`,
  ]) {
    const body = Buffer.concat([
      Buffer.from(
        head.includes('chunked') ? '100000\r\n' : head.includes('boundary') ? FILE.slice(0, -2) : '',
      ),
      randomBytes(MiB),
    ]);
    const { socket } = await sending(door.port, head, body);
    await eventually(async () => (await halves()).length === 1, 'the upload has begun');
    socket.destroy();
    await eventually(async () => (await halves()).length === 0, 'the upload is dropped');
  }
  t.same(await files(), []);
  t.equal((await fetch(`${door.url}/healthz`)).status, 200);
});

t.test('an upload may take long, and ends when nothing comes', async (t) => {
  const { door, halves, put } = await place(t, { requestMs: 200, stallMs: 400 });
  async function* slowly() {
    for (let n = 0; n < 6; n += 1) {
      yield randomBytes(100_000);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const body = ReadableStream.from(slowly()) as unknown as Uint8Array;
  const long = await fetch(`${door.url}${PATH}`, { method: 'PUT', body, duplex: 'half' } as RequestInit);
  t.equal(long.status, 201, 'longer than other requests');
  t.equal(((await long.json()) as Stored).size, 600_000);
  const { socket, said } = await sending(door.port, `${PUT}\nContent-Length: 1000000`, randomBytes(500_000));
  await once(socket, 'close');
  t.match(said(), /^HTTP\/1\.1 408 [\s\S]*body_too_slow/);
  await eventually(async () => (await halves()).length === 0, 'the upload is dropped');
  await put(PNG);
});

t.test('the whole time of an upload is limited', async (t) => {
  const { door } = await place(t, { transferMs: 300 });
  const { socket, said } = await sending(door.port, `${PUT}\nContent-Length: 1000000`);
  const timer = setInterval(() => socket.write('x'), 20);
  await once(socket, 'close');
  clearInterval(timer);
  t.match(said(), /^HTTP\/1\.1 408 /);
});

t.test('what is too large is refused before it is read', async (t) => {
  const { door, halves } = await place(t);
  for (const head of [
    PUT,
    `POST ${PATH} HTTP/1.1\nHost: localhost\nContent-Type: multipart/form-data; boundary=b`,
  ]) {
    const { socket, said } = await sending(
      door.port,
      `${head}\nContent-Length: ${101 * MiB}\nExpect: 100-continue`,
    );
    await once(socket, 'close');
    t.match(said(), /^HTTP\/1\.1 413 [\s\S]*media_too_large/);
  }
  t.same(await halves(), []);
});

t.test('the body of a stranger is not asked for', async (t) => {
  const { door } = await place(t, { token: tokenOf('x'.repeat(32)) });
  const text = await raw(
    door.port,
    `${PUT}\nContent-Length: 10\nExpect: 100-continue\n\n`.replace(/\n/g, '\r\n'),
  );
  t.match(text, /^HTTP\/1\.1 401 /);
});

t.test('encoded bodies and unknown parameters are refused', async (t) => {
  const { door } = await place(t);
  const put = (query: string, headers = {}) =>
    fetch(`${door.url}${PATH}${query}`, { method: 'PUT', headers, body: 'abc' });
  t.equal((await put('', { 'Content-Encoding': 'gzip' })).status, 415);
  t.equal((await put('?upload=u-1')).status, 400);
  t.equal((await put(`?name=${'x'.repeat(256)}`)).status, 400);
  t.equal((await put('?account=other')).status, 409);
  t.equal((await fetch(`${door.url}${PATH}`)).status, 405);
  t.equal((await fetch(`${door.url}${PATH}/f-0?offset=1`)).status, 400);
});

t.test('there are only so many files on their way at a time', async (t) => {
  const { door, put } = await place(t, { maxTransfers: 2 });
  const first = await sending(door.port, `${PUT}\nContent-Length: 10`, 'abc');
  const second = await sending(door.port, `${PUT}\nContent-Length: 10`, 'abc');
  await eventually(async () => {
    const response = await fetch(`${door.url}${PATH}`, { method: 'PUT', body: 'abc' });
    return response.status === 429 && response.headers.get('retry-after') === '1';
  }, 'a third is refused');
  t.equal((await fetch(`${door.url}/healthz`)).status, 200, 'other requests are answered');
  first.socket.destroy();
  await eventually(async () => {
    const response = await fetch(`${door.url}${PATH}`, { method: 'PUT', body: 'abc' });
    return response.status === 201;
  }, 'the place is free again');
  second.socket.write('defghij');
  await eventually(() => /^HTTP\/1\.1 201 /.test(second.said()), 'the second is stored');
  second.socket.destroy();
  await put(PNG);
});

t.test('a range of a file is served', async (t) => {
  const { put, get } = await place(t);
  const bytes = randomBytes(2 * MiB);
  const { id } = await put(bytes);
  const size = bytes.length;
  for (const [range, first, last] of [
    ['bytes=0-0', 0, 0],
    ['bytes=1000000-', 1_000_000, size - 1],
    ['bytes=-5', size - 5, size - 1],
    ['bytes=393215-393216', 393_215, 393_216],
  ] as const) {
    const response = await get(id, { Range: range });
    t.equal(response.status, 206, range);
    t.equal(response.headers.get('content-range'), `bytes ${first}-${last}/${size}`);
    t.equal(response.headers.get('content-length'), String(last - first + 1));
    t.ok(Buffer.from(await response.arrayBuffer()).equals(bytes.subarray(first, last + 1)), range);
  }
  const none = await get(id, { Range: `bytes=${size}-` });
  t.equal(none.status, 416);
  t.equal(none.headers.get('content-range'), `bytes */${size}`);
  t.equal((await get(id, { Range: 'bytes=0-0', 'If-Range': `"${id}"` })).status, 206);
  t.equal((await get(id, { Range: 'bytes=0-0', 'If-Range': '"other"' })).status, 200);
  const head = await get(id, {}, 'HEAD');
  t.equal(head.headers.get('content-length'), String(size));
  t.equal((await head.arrayBuffer()).byteLength, 0);
});

t.test('a file that does not exist is 404', async (t) => {
  const { get } = await place(t);
  for (const id of [`f-${'0'.repeat(40)}`, 'x', '..%2f..%2fetc%2fpasswd', '%00'])
    t.equal((await get(id)).status, 404, id);
});

t.test('a file is read no faster than its peer reads it', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'wad-files-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const SIZE = 90 * MiB;
  let read = 0;
  const file = { id: `f-${'0'.repeat(40)}`, mimetype: 'video/mp4', name: null, size: SIZE };
  await using door = await startDoor(
    {
      'media.read': ({ offset, length = 1 }) => {
        read += length;
        return { ...file, offset, data: Buffer.alloc(length).toString('base64'), end: false };
      },
    },
    { unreadMs: 300 },
  );
  const { socket } = await sending(door.port, `GET ${PATH}/${file.id} HTTP/1.1\nHost: localhost`);
  socket.pause();
  await eventually(
    () => door.behind.log.lines.some(({ event }) => event === 'http.cut_off'),
    'the peer that does not read is cut off',
  );
  t.ok(read < SIZE / 3, `${read} bytes were read, most of them into the buffers of the kernel`);
  socket.destroy();
  const response = await fetch(`${door.url}${PATH}/${file.id}`);
  t.equal((await response.arrayBuffer()).byteLength, SIZE, 'one that reads gets all of it');
});

t.test('a file that ends too early ends the connection', async (t) => {
  const file = { id: `f-${'0'.repeat(40)}`, mimetype: 'video/mp4', name: null, size: 2 * MiB };
  await using door = await startDoor({
    'media.read': ({ offset, length = 1 }) => ({
      ...{ ...file, offset, end: false },
      data: offset > 0 ? '' : Buffer.alloc(length).toString('base64'),
    }),
  });
  const response = await fetch(`${door.url}${PATH}/${file.id}`);
  await t.rejects(response.arrayBuffer());
});

t.test('the type of a file is one that a browser does not run', async (t) => {
  for (const type of [
    ...['image/png', 'audio/ogg; codecs=opus', 'application/pdf', 'text/plain', 'video/mp4'],
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  ])
    t.equal(safeType(type), type);
  for (const type of [
    ...['text/html', 'TEXT/HTML', 'text/html; charset=utf-8', 'image/svg+xml', 'application/xhtml+xml'],
    ...['text/xml', 'application/javascript', 'text/x-javascript', 'application/xml', 'text/ecmascript'],
    ...[
      '',
      'text',
      'text/',
      'a/b\r\nX-Evil: 1',
      'a/b, c/d',
      'multipart/form-data; boundary=x',
      `a/${'b'.repeat(200)}`,
    ],
  ])
    t.equal(safeType(type), 'application/octet-stream', type);
});

t.test('the name of a file cannot leave its header', async (t) => {
  for (const [name, ascii, full] of [
    ['a.pdf', 'a.pdf', 'a.pdf'],
    ["it's (1)*.pdf", "it's (1)*.pdf", 'it%27s%20%281%29%2A.pdf'],
    ['a"; filename=b', 'a_; filename=b', 'a%22%3B%20filename%3Db'],
    ['a\r\nX-Evil: 1', 'a__X-Evil: 1', 'a__X-Evil%3A%201'],
    ['gpj.exe\u202e', 'gpj.exe_', 'gpj.exe_'],
    ['50%.txt', '50_.txt', '50%25.txt'],
    ['\ud800.txt', '_.txt', '%EF%BF%BD.txt'],
    ['\u{1f600}', '__', '%F0%9F%98%80'],
  ] as const)
    t.equal(disposition(name), `attachment; filename="${ascii}"; filename*=UTF-8''${full}`, name);
});
