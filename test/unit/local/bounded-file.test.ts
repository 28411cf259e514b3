/** Files are read up to a limit, and a pipe or device in place of a file does not hang the program. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  openRegular,
  readBounded,
  readBoundedAsync,
  readNamed,
  UnfitFile,
} from '../../../src/local/bounded-file.js';

t.setTimeout(60_000);

function scratch(t: Test): (name: string) => string {
  const directory = mkdtempSync(join(tmpdir(), 'wad-bounded-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return (name) => join(directory, name);
}
const fifo = (path: string): string => {
  spawnSync('mkfifo', [path]);
  return path;
};
/** Each reader of a regular file, as a function that rejects on errors. */
const READERS = {
  readBounded: async (path: string, maxBytes: number) => readBounded(path, maxBytes),
  readBoundedAsync,
  readNamed,
};

for (const [name, read] of Object.entries(READERS)) {
  t.test(`${name}: reads up to the limit, and refuses more`, async (t) => {
    const path = scratch(t)('file');
    for (const length of [0, 1, 100_000, 200_000]) {
      writeFileSync(path, Buffer.alloc(length, 'x'));
      t.same(await read(path, 200_000), Buffer.alloc(length, 'x'), `${length} bytes`);
    }
    writeFileSync(path, Buffer.alloc(200_001));
    await t.rejects(read(path, 200_000), { message: `${path} has more than 200000 bytes` });
    // A sparse file of 1 TiB. It uses no disk space, but reading it whole would use all memory.
    truncateSync(path, 2 ** 40);
    await t.rejects(read(path, 200_000), /has more than/);
    // A file that reports size 0, as those of /proc do.
    t.equal((await read('/proc/self/stat', 4_096)).toString().split(' ')[0], `${process.pid}`);
    await t.rejects(read('/proc/self/environ', 1), /has more than/);
    await t.rejects(read(`${path}.none`, 1), { code: 'ENOENT' });
    t.same(await read('/dev/null', 1), Buffer.alloc(0));
  });
}

t.test('a pipe, a device and a directory in place of a file are named in the error', async (t) => {
  const at = scratch(t);
  const pipe = fifo(at('pipe'));
  for (const [path, why] of [
    [pipe, 'is a pipe, not a regular file'],
    ['/dev/zero', 'is a device, not a regular file'],
    [at(''), 'is a directory, not a regular file'],
  ] as const) {
    const named = new UnfitFile(path, why);
    t.throws(() => readBounded(path, 10), named);
    await t.rejects(readBoundedAsync(path, 10), named);
    await t.rejects(openRegular(path), named);
  }
  await t.rejects(readNamed(at(''), 10), /is a directory, not a regular file/);
});

t.test(
  'a symlink is refused where it must not be followed, and a check can refuse the opened file',
  async (t) => {
    const at = scratch(t);
    writeFileSync(at('file'), 'content');
    symlinkSync(at('file'), at('link'));
    t.equal(readBounded(at('link'), 10).toString(), 'content');
    t.throws(() => readBounded(at('link'), 10, { follow: false }), { code: 'ELOOP' });
    const check = ({ size }: { size: number }) => {
      throw new Error(`no, ${size}`);
    };
    t.throws(() => readBounded(at('file'), 1, { check }), { message: 'no, 7' });
  },
);

t.test('a pipe named by a person is read to its end, up to the limit', async (t) => {
  const at = scratch(t);
  const write = (script: string) => {
    const path = fifo(at(`pipe${Math.random()}`));
    const child = spawn('sh', ['-c', script, 'sh', path], { stdio: 'ignore' });
    t.teardown(() => child.kill('SIGKILL'));
    return path;
  };
  const slow = write('exec > "$1"; printf one; sleep 0.2; printf two');
  t.equal((await readNamed(slow, 10)).toString(), 'onetwo');
  await t.rejects(readNamed(write('exec yes > "$1"'), 1_000), /has more than 1000 bytes/);
  await t.rejects(readNamed('/dev/zero', 1_000), /has more than 1000 bytes/);
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 50);
  await t.rejects(readNamed(fifo(at('unwritten')), 10, abort.signal), { name: 'AbortError' });
});

t.test('no reader keeps a program from ending', async (t) => {
  const path = fifo(scratch(t)('pipe'));
  const script = `import { readBounded, readBoundedAsync, readNamed } from ${JSON.stringify(
    new URL('../../../src/local/bounded-file.js', import.meta.url).href,
  )};
    try { readBounded(process.argv[1], 10); } catch (error) { console.log(error.why); }
    await readBoundedAsync(process.argv[1], 10).catch((error) => console.log(error.why));
    readNamed(process.argv[1], 10);
    setTimeout(() => process.exit(3), 100);`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script, path], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  t.same([status, stdout], [3, 'is a pipe, not a regular file\n'.repeat(2)]);
});
