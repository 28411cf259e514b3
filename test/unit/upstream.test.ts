/** The run of the library's own test suite refuses a wrong folder or missing packages before it starts. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ADAPTATIONS } from '../upstream/adaptations.js';

const MAIN = fileURLToPath(new URL('../upstream/main.js', import.meta.url));
const run = (cwd: string, ...args: string[]) =>
  spawnSync(process.execPath, [MAIN, ...args], { cwd, encoding: 'utf8' });

t.test('a folder without the suite or its packages is refused', (t) => {
  const place = t.testdir({ checkout: { tests: { 'helper.js': '', 'client.js': '' } }, other: {} });
  t.match(run(place), { status: 64, stderr: /one folder is required/ });
  t.match(run(place, 'checkout', '--nonsense'), { status: 64, stderr: /nonsense/ });
  t.match(run(place, 'other'), { status: 64, stderr: /other has no tests\/helper\.js/ });
  t.match(run(place, 'checkout', '--only', 'chat.js'), { status: 64, stderr: /no test file chat\.js/ });
  t.match(run(place, 'checkout'), {
    status: 64,
    stderr: /mocha, chai, chai-as-promised, sinon not installed; try: npm install --no-save mocha chai@4/,
  });
  const mocha = join(place, 'checkout', 'node_modules', 'mocha');
  mkdirSync(mocha, { recursive: true });
  writeFileSync(join(mocha, 'package.json'), '{}');
  t.match(run(place, join('checkout', 'tests')), {
    status: 64,
    stderr: /: chai, chai-as-promised, sinon not/,
  });
  t.match(run(place, '--help'), { status: 0, stdout: /^scripts\/upstream-suite FOLDER/ });
  t.end();
});

t.test('each adaptation has a reason, and occurs once', (t) => {
  const names = ADAPTATIONS.map(({ file, test }) => `${file} ${test}`);
  t.same(names, [...new Set(names)]);
  for (const { test, why } of ADAPTATIONS) t.ok(why.length > 20, test);
  t.end();
});
