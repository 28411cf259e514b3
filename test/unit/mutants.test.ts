// Every row of the table of mutants cites existing code and an existing test.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { MUTANTS } from '../mutants/table.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

t.test('every mutant changes an existing text, and names existing tests', async (t) => {
  t.ok(MUTANTS.length > 100);
  const source = (file: string): string | null =>
    existsSync(`${ROOT}src/${file}.ts`) ? readFileSync(`${ROOT}src/${file}.ts`, 'utf8') : null;
  t.same(
    MUTANTS.filter(({ file, from }) => !source(file)?.includes(from)).map(
      ({ file, from }) => `${file}: ${from}`,
    ),
    [],
  );
  t.same(
    [...new Set(MUTANTS.flatMap(({ tests }) => tests))].filter(
      (test) => !existsSync(`${ROOT}test/${test}.test.ts`),
    ),
    [],
  );
});
