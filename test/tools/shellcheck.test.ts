/** Every shell script passes shellcheck, including those without an extension and the maintainer scripts. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { lacks } from '../harness/program.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SHELL = /^(?:#! ?\/(?:usr\/)?bin\/(?:env )?(?:ba|da)?sh\b|# shellcheck shell=)/;

t.setTimeout(300_000);

t.test('shellcheck finds no problem in any shell script', { skip: lacks('shellcheck') }, (t) => {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);
  const scripts = files.filter((file) => {
    try {
      return SHELL.test(readFileSync(`${ROOT}/${file}`, 'latin1').slice(0, 200));
    } catch {
      return false; // removed, and not committed yet
    }
  });
  for (const known of ['packaging/deb/postinst', 'scripts/setup.sh', 'systemd/stop-intent'])
    t.ok(scripts.includes(known), known);
  const { status, stdout, stderr } = spawnSync('shellcheck', ['-x', '-f', 'gcc', ...scripts], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  t.equal(status, 0, stdout + stderr);
  t.end();
});
