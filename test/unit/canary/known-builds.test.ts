/** A file is an archive whole, or it is refused in one sentence before anything is run. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { readArchive } from '../../../src/canary/known-builds.js';

const ENTRY = {
  ...{ build: '2.3000.1', seen: '2026-04-27', wad: '0.1.0', steps: { 'send text': 'works' } },
  ...{ repairs: {}, unknownRequests: ['w:g2 set ack'], shapes: { WAWebMsgKey: 'function/1' } },
  exports: { WAWebMsgKey: ['newId'] },
};

t.test('an archive is read, and one that is not there is none', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'wad-archive-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const file = join(directory, 'builds.json');
  t.equal(await readArchive(file), null);
  await writeFile(file, JSON.stringify({ builds: [ENTRY, { ...ENTRY, note: 'made by hand' }] }));
  t.equal((await readArchive(file))?.builds.length, 2);
  for (const [wrong, says] of [
    [{ ...ENTRY, steps: undefined }, 'steps'],
    [{ ...ENTRY, shapes: null }, 'shapes'],
    [{ ...ENTRY, exports: { WAWebMsgKey: 'newId' } }, 'exports'],
    [{ ...ENTRY, unknownRequests: {} }, 'unknownRequests'],
    [{ ...ENTRY, repairs: ['D1'] }, 'repairs'],
    [{ ...ENTRY, seen: 1 }, 'seen'],
    [{ ...ENTRY, note: 1 }, 'note'],
    [{ build: 1 }, 'archive'],
  ] as const) {
    await writeFile(file, JSON.stringify({ builds: [ENTRY, wrong] }));
    await t.rejects(readArchive(file), { message: new RegExp(`^${file} cannot be used.*${says}`) });
  }
  await writeFile(file, '{');
  await t.rejects(readArchive(file), { message: /cannot be used as an archive/ });
  await t.rejects(readArchive(directory), { message: /EISDIR/ });
});

t.test('the archive of the repository is one', async (t) => {
  const file = fileURLToPath(new URL('../../../../docs/builds.json', import.meta.url));
  t.ok((await readArchive(file))?.builds.length);
});
