/** The table of comparisons in the simulator's README names tests that exist, and shows or excuses each row. */
import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';

const ROOT = new URL('../../../../', import.meta.url);
const README = readFileSync(new URL('test/simulator/README.md', ROOT), 'utf8');
const HEAD = "\n## Compared with the page's own modules\n";

/** The rows of the comparison: behaviour, the page's modules, the simulator, tests. */
function rows(): string[][] {
  const [, section = ''] = README.split(HEAD);
  const [text = ''] = section.split('\n## ');
  const lines = text.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(1).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

t.test('every test that the README names exists', (t) => {
  const named = [...README.matchAll(/`(test\/[\w./-]+\.ts)`/g)].map(([, path = '']) => path);
  t.ok(named.length > 20, `${named.length} names`);
  t.same(
    named.filter((path) => !existsSync(new URL(path, ROOT))),
    [],
  );
  t.end();
});

t.test('each row of the comparison is shown by a test, or the README gives the reason', (t) => {
  t.ok(rows().length > 20, `${rows().length} rows`);
  for (const [behaviour = '', page = '', simulator = '', tests = ''] of rows()) {
    t.match(page, /\bWA[A-Z]\w+|not playable: |killed|renamed/, `${behaviour}: what was done, and where`);
    t.match(simulator, /./, `${behaviour}: the simulator's verdict`);
    if (!/^(differs|not played): /.test(simulator)) t.match(tests, /^`test\//, `${behaviour}: a test`);
  }
  t.end();
});
