/** The built Debian package passes lintian and stays below its size limit. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { deadLinks } from '../harness/dead-links.js';
import { lacks } from '../harness/program.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const MB = 1_000_000;
/** A quarter more than the current size. */
const PACKED_AT_MOST = 6.4 * MB;
const INSTALLED_AT_MOST_KB = 47_500;
const place = mkdtempSync(join(tmpdir(), 'wad-deb-'));
t.teardown(() => rmSync(place, { recursive: true }));
// For slow machines. It usually takes a tenth of this.
t.setTimeout(900_000);

const run = (program: string, ...args: string[]) =>
  spawnSync(program, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * MB });

t.test('the Debian package', { skip: lacks('dpkg-deb') }, async (t) => {
  // These timestamps mark the checkout as up to date, so that nothing is downloaded or built.
  run('touch', 'node_modules/.package-lock.json', 'build/.built');
  const built = run('scripts/package', 'deb', place);
  t.equal(built.status, 0, built.stderr);
  const file = built.stdout.trim().split('\n').at(-1) ?? '';

  t.test('is small', (t) => {
    t.ok(statSync(file).size < PACKED_AT_MOST, `${statSync(file).size} bytes`);
    const size = Number(run('dpkg-deb', '--field', file, 'Installed-Size').stdout);
    t.ok(size > 1_000 && size < INSTALLED_AT_MOST_KB, `${size} KB installed`);
    t.end();
  });

  t.test('no link between documents leads out of it', async (t) => {
    const tree = join(place, 'tree');
    const unpacked = run('dpkg-deb', '--extract', file, tree);
    t.equal(unpacked.status, 0, unpacked.stderr);
    t.same(deadLinks(join(tree, 'usr/lib/wad')), []);
  });

  t.test('lintian finds no error and no warning', { skip: lacks('lintian') }, (t) => {
    const { status, stdout, stderr } = run('lintian', '--fail-on', 'error,warning', '--allow-root', file);
    t.equal(status, 0, stdout + stderr);
    t.equal(stdout, '');
    t.end();
  });
});
