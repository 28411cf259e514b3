/** mandoc reads the manual pages without a warning. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { lacks } from '../harness/program.js';

const MAN = fileURLToPath(new URL('../../../docs/man/', import.meta.url));

t.test('mandoc finds no error and no warning in the manual pages', { skip: lacks('mandoc') }, (t) => {
  const pages = readdirSync(MAN).filter((name) => /\.\d$/.test(name));
  t.ok(pages.length >= 3);
  // Style messages, such as the length of source lines, are left out.
  const { stdout, stderr } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', ...pages], {
    cwd: MAN,
    encoding: 'utf8',
  });
  t.equal(stdout + stderr, '');
  t.end();
});
