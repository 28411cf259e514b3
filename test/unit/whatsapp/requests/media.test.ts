/** A file is transferred to the page completely, in chunks that can be joined. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { piecesOf } from '../../../../src/whatsapp/requests/media.js';

const PIECE = 3 * 2 ** 20;

t.test('a file comes whole, and its pieces join to its base64', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'wad-pieces-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, 'file');
  for (const [size, count] of [
    [0, 0],
    [1, 1],
    [PIECE - 1, 1],
    [PIECE, 1],
    [PIECE + 1, 2],
    [2 * PIECE, 2],
  ] as const) {
    const bytes = randomBytes(size);
    await writeFile(file, bytes);
    const pieces: string[] = [];
    for await (const piece of piecesOf(file)) pieces.push(piece);
    t.equal(pieces.length, count, `${size} bytes`);
    t.ok(pieces.join('') === bytes.toString('base64'), `${size} bytes: as they were`);
  }
  for (const path of [join(dir, 'none'), dir]) {
    const failed = await piecesOf(path)
      .next()
      .catch((error: unknown) => error);
    t.match(failed, { kind: 'no_such_media' }, 'no file, or a folder');
  }
});
