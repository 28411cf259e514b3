/** The package for npm: its documents are complete. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { deadLinks } from '../harness/dead-links.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

t.test('no link between documents leads out of it', async (t) => {
  const place = mkdtempSync(join(tmpdir(), 'wad-npm-'));
  t.teardown(() => rmSync(place, { recursive: true }));
  const run = (program: string, ...args: string[]) =>
    spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' });
  const packed = run('npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', place);
  t.equal(packed.status, 0, packed.stderr);
  run('tar', '-xzf', join(place, packed.stdout.trim()), '-C', place);
  t.same(deadLinks(join(place, 'package')), []);
});
