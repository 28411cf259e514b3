// Each row of test/hostile/README.md names a guard and a test, and both exist.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const source = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

t.test('every attack names a guard and a test that exist', (t) => {
  const rows = source('test/hostile/README.md')
    .split('\n')
    .filter((line) => /^\| (?!attack \||---)/.test(line))
    .map((line) => line.split(/ *\| */).slice(1, -1));
  for (const [attack = '', guard = '', test = ''] of rows) {
    t.ok(guard.includes('`'), `${attack}: a guard`);
    for (const [, path = ''] of guard.matchAll(/`([^`]+)`/g))
      t.doesNotThrow(
        () => source(/^(systemd|packaging|scripts|docs|examples|web)\//.test(path) ? path : `src/${path}`),
        `${attack}: ${path}`,
      );
    const [, file = '', name = ''] = /^`([^:`]+): (.+)`$/.exec(test) ?? [];
    t.ok(file !== '' && source(`test/${file}`).includes(name), `${attack}: ${test}`);
  }
  t.end();
});
