/** A file is uploaded in chunks: none is lost or too large, and the last one is marked as the last. */
import { createReadStream, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { upload } from '../../../src/client/upload.js';

const PIECE = 384 * 1024;
const FILE = { id: 'f', size: 0, sha256: '', mimetype: 'text/plain', name: null, expiresAt: '' };

interface Put {
  readonly upload?: string;
  readonly name?: string;
  readonly offset: number;
  readonly done: boolean;
  readonly data: string;
}

/** A daemon that accepts chunks. It returns the id of the upload with the first one. */
function daemon() {
  const puts: Put[] = [];
  const put = async (params: object) => {
    puts.push(params as Put);
    return { upload: 'u', file: (params as Put).done ? FILE : null };
  };
  const bytes = () => Buffer.concat(puts.map(({ data }) => Buffer.from(data, 'base64')));
  return { puts, put, bytes };
}

const data = (length: number) => Buffer.from(Array.from({ length }, (_, n) => n % 251));

t.test('chunks are cut by size, each where the one before ended', async (t) => {
  for (const [length, sizes] of [
    [0, [0]],
    [1, [1]],
    [PIECE, [PIECE]],
    [PIECE + 1, [PIECE, 1]],
    [3 * PIECE, [PIECE, PIECE, PIECE]],
  ] as const) {
    const { puts, put, bytes } = daemon();
    t.equal(await upload(put, data(length), {}), FILE);
    t.same(
      puts.map((one) => Buffer.from(one.data, 'base64').length),
      sizes,
      `${length} bytes`,
    );
    t.same(
      puts.map(({ offset }) => offset),
      sizes.map((_, n) => n * PIECE),
    );
    t.same(
      puts.map(({ done }) => done),
      sizes.map((_, n) => n === sizes.length - 1),
    );
    t.ok(bytes().equals(data(length)));
  }
});

t.test('parts of any size are combined', async (t) => {
  const { puts, put, bytes } = daemon();
  const whole = data(PIECE + 5_000);
  await upload(
    put,
    (async function* () {
      for (let at = 0; at < whole.length; at += 70_001) yield whole.subarray(at, at + 70_001);
    })(),
    {},
  );
  t.equal(puts.length, 2);
  t.ok(bytes().equals(whole));
});

t.test('the first chunk has the name, and later ones the id of the upload', async (t) => {
  const { puts, put } = daemon();
  await upload(put, data(PIECE + 1), { name: 'a.txt' });
  t.match(puts, [
    { name: 'a.txt', upload: undefined },
    { name: undefined, upload: 'u' },
  ]);
});

t.test('a file over the limit is refused before any chunk is sent', async (t) => {
  const { puts, put } = daemon();
  const path = join(t.testdir(), 'sparse');
  writeFileSync(path, '');
  truncateSync(path, 2 ** 40);
  const stream = createReadStream(path);
  await t.rejects(upload(put, stream, {}), /MiB at most/);
  t.ok(stream.destroyed);
  // The size of a part is that of the part, not of the whole file.
  await upload(put, createReadStream(path, { start: 0, end: 9 }), {});
  t.equal(puts.length, 1);
  writeFileSync(path, 'small');
  await upload(put, createReadStream(path), {});
  t.equal(puts.length, 2);
});

t.test('a refused chunk ends the upload', async (t) => {
  let asked = 0;
  const put = async () => {
    asked += 1;
    throw new Error('no room');
  };
  await t.rejects(upload(put, data(3 * PIECE), {}), /no room/);
  t.equal(asked, 1);
});
