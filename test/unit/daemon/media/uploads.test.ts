// An upload belongs to the peer that began it, and is dropped with it. Over HTTP it survives single
// connections.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { mediaPut } from '../../../../src/daemon/api/handlers/media.js';
import { MediaStore } from '../../../../src/daemon/media/media-store.js';
import { Uploads } from '../../../../src/daemon/media/uploads.js';
import type { Peer } from '../../../../src/protocol/dispatch.js';
import { Fault } from '../../../../src/protocol/fault.js';
import type { Handlers } from '../../../../src/protocol/method.js';
import type { mediaMethods } from '../../../../src/protocol/methods/media.js';
import { Client } from '../../../../src/socket/client.js';
import { eventually } from '../../../harness/eventually.js';
import { startDoor } from '../../../harness/http.js';
import { startServer } from '../../../harness/server.js';

const DATA = Buffer.from('a file').toString('base64');

async function place(t: Test, limits: ConstructorParameters<typeof Uploads>[1] = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'wad-uploads-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const mediaStore = await MediaStore.open(join(dir, 'media'), () => new Set());
  const uploads = new Uploads(mediaStore, limits);
  const put: Handlers<typeof mediaMethods>['media.put'] = mediaPut(uploads);
  const halves = async () => (await readdir(join(dir, 'media'))).filter((name) => name.startsWith('.u-'));
  return { mediaStore, uploads, put, halves };
}

const kindOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error) => Fault.of(error).kind,
  );

t.test('the unfinished uploads of a peer are dropped with it', async (t) => {
  const { put, halves } = await place(t);
  await using running = await startServer({ 'media.put': put });
  for (let peers = 0; peers < 8; peers += 1) {
    await using gone = await Client.connect(running.path);
    for (let n = 0; n < 4; n += 1) await gone.request('media.put', { data: DATA });
  }
  await using client = await Client.connect(running.path);
  await eventually(async () => (await halves()).length === 0, 'no unfinished upload is left');
  t.match(await client.request('media.put', { data: DATA, done: true }), { file: { size: 6 } });
});

t.test('the uploads of one peer are limited, and so are those of all peers together', async (t) => {
  const { put } = await place(t, { max: 10, maxEach: 4 });
  await using running = await startServer({ 'media.put': put });
  await using greedy = await Client.connect(running.path);
  const kinds = await Promise.all(
    Array.from({ length: 12 }, () => kindOf(greedy.request('media.put', { data: DATA }))),
  );
  t.equal(kinds.filter((kind) => kind === 'done').length, 4);
  t.equal(kinds.filter((kind) => kind === 'busy').length, 8);
  await using client = await Client.connect(running.path);
  t.match(await client.request('media.put', { data: DATA, done: true }), { file: { size: 6 } });
  for (let n = 0; n < 4; n += 1) await client.request('media.put', { data: DATA });
  await using third = await Client.connect(running.path);
  for (let n = 0; n < 2; n += 1) await third.request('media.put', { data: DATA });
  t.equal(await kindOf(third.request('media.put', { data: DATA })), 'busy');
});

t.test('a peer cannot continue the upload of another peer', async (t) => {
  const { put } = await place(t);
  await using running = await startServer({ 'media.put': put });
  await using client = await Client.connect(running.path);
  await using other = await Client.connect(running.path);
  const { upload, size } = await client.request('media.put', { data: DATA });
  const rest = { upload, offset: size, data: DATA, done: true };
  t.equal(await kindOf(other.request('media.put', rest)), 'no_such_media');
  t.match(await client.request('media.put', rest), { file: { size: 12 } });
  t.equal(await kindOf(client.request('media.put', rest)), 'no_such_media', 'the upload is over');
});

t.test('an idle upload is dropped soon', async (t) => {
  const { put, halves } = await place(t, { restMs: 50 });
  await using running = await startServer({ 'media.put': put });
  await using client = await Client.connect(running.path);
  const { upload, size } = await client.request('media.put', { data: DATA });
  await eventually(async () => (await halves()).length === 0, 'no unfinished upload is left');
  t.equal(await kindOf(client.request('media.put', { upload, offset: size, data: DATA })), 'no_such_media');
});

t.test('the upload that was idle longest is dropped when all places are taken', async (t) => {
  const { put } = await place(t, { maxEach: 2, yieldMs: 0 });
  await using running = await startServer({ 'media.put': put });
  await using client = await Client.connect(running.path);
  const begin = () => client.request('media.put', { data: DATA });
  const [first, second] = [await begin(), await begin()];
  await begin();
  const rest = { offset: first.size, data: DATA, done: true };
  t.equal(await kindOf(client.request('media.put', { ...rest, upload: first.upload })), 'no_such_media');
  t.match(await client.request('media.put', { ...rest, upload: second.upload }), { file: { size: 12 } });
});

t.test('an upload with overlapping pieces is not dropped while it continues', async (t) => {
  const { uploads } = await place(t, { restMs: 1_500 });
  const closed = new AbortController().signal;
  const owner = { closed };
  const piece = (upload: string | undefined, offset: number) =>
    uploads.put(owner, { upload, name: null, offset, bytes: Buffer.from('1234'), done: false });
  const { upload } = await piece(undefined, 0);
  let size = 4;
  // Two chunks at a time, of which one is refused for its offset. The idle time starts when each of them
  // ends.
  for (const until = performance.now() + 3_000; performance.now() < until; size += 4) {
    const [taken] = await Promise.allSettled([piece(upload, size), piece(upload, size)]);
    if (taken?.status !== 'fulfilled') return t.fail('dropped');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

t.test('an unfinished upload keeps its connection open until it is finished', async (t) => {
  const { put } = await place(t);
  let holds = 0;
  const hold = () => {
    holds += 1;
    return () => {
      holds -= 1;
    };
  };
  const peer = { closed: new AbortController().signal, hold } as unknown as Peer;
  const ask = (params: object) =>
    put({ data: DATA, ...params } as never, { peer, signal: new AbortController().signal });
  const { upload, size } = await ask({});
  t.equal(holds, 1);
  await ask({ upload, offset: size, done: true });
  t.equal(holds, 0);
});

t.test('over HTTP an upload outlives the connection of one request, but not the server', async (t) => {
  const { put, halves } = await place(t);
  const door = await startDoor({ 'media.put': put });
  t.teardown(() => door[Symbol.asyncDispose]());
  const post = async (params: object) => {
    const response = await fetch(`${door.url}/api/rpc/media.put`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Connection: 'close' },
      body: JSON.stringify(params),
    });
    return (await response.json()) as { upload: string; size: number };
  };
  const { upload, size } = await post({ data: DATA });
  t.match(await post({ upload, offset: size, data: DATA, done: true }), { file: { size: 12 } });
  await post({ data: DATA });
  t.equal((await halves()).length, 1);
  await door.http.close();
  await eventually(async () => (await halves()).length === 0, 'no unfinished upload is left');
});
