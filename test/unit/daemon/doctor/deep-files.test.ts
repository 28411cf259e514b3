/** A file that cannot be written is named before the browser starts, and afterwards takes no other file away. */
import { spawnSync } from 'node:child_process';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openFiles, writeFiles } from '../../../../src/daemon/doctor/deep-files.js';
import type { DeepFiles } from '../../../../src/daemon/flags.js';

const NONE: DeepFiles = { archive: undefined, report: undefined, textfile: undefined };
const ENTRY = {
  ...{ build: '2.3000.1', seen: '2026-04-27', wad: '0.1.0', steps: {}, repairs: {} },
  ...{ unknownRequests: [], shapes: {}, exports: {} },
};

async function directory(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'wad-files-'));
  t.teardown(() => rm(path, { recursive: true }));
  return path;
}

t.test('what cannot be written or read is refused at once', async (t) => {
  const home = await directory(t);
  await writeFile(join(home, 'file'), '{"builds":[{"build":"1"}]}');
  for (const [files, says] of [
    [{ report: join(home, 'none/report.json') }, /^--report .*none\/report\.json cannot be written: ENOENT/],
    [{ textfile: join(home, 'file/wad.prom') }, /^--textfile .* cannot be written: (ENOTDIR|EACCES)/],
    [{ archive: home }, /^--archive .* cannot be written: it is a directory/],
    [{ archive: join(home, 'file') }, /file cannot be used as an archive: its build 1 has no usable "seen"/],
  ] as const)
    await t.rejects(openFiles({ ...NONE, ...files }), { message: says });
  t.same(await readdir(home), ['file'], 'nothing is made');
});

t.test('a link or a pipe is neither followed nor replaced', async (t) => {
  const home = await directory(t);
  const [target, link, pipe] = [join(home, 'target'), join(home, 'link'), join(home, 'pipe')];
  await writeFile(target, 'kept');
  await symlink(target, link);
  spawnSync('mkfifo', [pipe]);
  const result = { failed: true, says: 'no' } as const;
  for (const option of ['report', 'archive', 'textfile'])
    for (const [file, says] of [
      [link, /cannot be written: it is a symbolic link; name its target/],
      [join(home, 'dangling'), /cannot be written: it is a symbolic link/],
      [pipe, /cannot be written: it is no regular file/],
    ] as const) {
      if (file.endsWith('dangling')) await symlink(join(home, 'nowhere'), file);
      const files = { ...NONE, [option]: file };
      await t.rejects(openFiles(files), { message: says });
      const troubles = await writeFiles(files, { result, entry: ENTRY, kept: { builds: [] } });
      t.match(troubles, [new RegExp(`^--${option} .* was not written: it is `)]);
      if (file.endsWith('dangling')) await rm(file);
    }
  t.equal(await readlink(link), target);
  t.equal(await readFile(target, 'utf8'), 'kept');
  t.ok((await lstat(pipe)).isFIFO());
});

t.test(
  'without an archive a build is compared with those that wad has, with one only with its own',
  async (t) => {
    const { kept, known } = await openFiles(NONE);
    t.same(kept, { builds: [] });
    t.ok(known.builds.length > 0);
    const file = join(await directory(t), 'builds.json');
    t.same(await openFiles({ ...NONE, archive: file }), { kept, known });
    await writeFile(file, JSON.stringify({ builds: [ENTRY] }));
    t.same((await openFiles({ ...NONE, archive: file })).known, { builds: [ENTRY] });
  },
);

t.test('each file is written by itself', async (t) => {
  const home = await directory(t);
  const files = { report: join(home, 'a'), archive: join(home, 'b'), textfile: join(home, 'c') };
  const result = { failed: true, says: 'no' } as const;
  t.same(await writeFiles(files, { result, entry: ENTRY, kept: { builds: [] } }), []);
  t.same(JSON.parse(await readFile(files.report, 'utf8')), result);
  t.same(JSON.parse(await readFile(files.archive, 'utf8')), { builds: [ENTRY] });
  t.equal((await stat(files.textfile)).mode & 0o777, 0o644);
  for (const file of Object.values(files)) await rm(file);
  await mkdir(files.report);
  await mkdir(files.archive);
  const troubles = await writeFiles(files, { result, entry: ENTRY, kept: { builds: [] } });
  t.equal(troubles.length, 2);
  t.match(troubles[0], /^--report .* was not written: it is a directory/);
  t.match(await readFile(files.textfile, 'utf8'), /^wad_canary_result 2$/m);
  await rm(files.textfile);
  await mkdir(files.textfile);
  t.match(
    await writeFiles({ ...NONE, textfile: files.textfile }, { result, entry: null, kept: { builds: [] } }),
    [/^--textfile/],
  );
  t.same((await readdir(home)).sort(), ['a', 'b', 'c'], 'no half-written file is left');
});
