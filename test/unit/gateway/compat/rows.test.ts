/** Rules for both tables: each route once, a reason for each that is not served, and no row that hides another. */
import t from 'tap';
import { inOrder } from '../../../../src/gateway/compat/in-order.js';
import { isServed, type Row } from '../../../../src/gateway/compat/row.js';
import { WAHA_ROWS } from '../../../../src/gateway/compat/waha.js';
import { WWEBJS_ROWS } from '../../../../src/gateway/compat/wwebjs-api.js';
import { METHODS } from '../../../../src/protocol/methods/index.js';

const TABLES: readonly (readonly [string, readonly Row[]])[] = [
  ['waha', WAHA_ROWS],
  ['wwebjs-api', WWEBJS_ROWS],
];
const nameOf = ({ verb, path }: Row): string => `${verb} ${path}`;

for (const [name, rows] of TABLES)
  t.test(`the table of ${name}`, async (t) => {
    const names = rows.map(nameOf);
    t.same(
      names.filter((one, n) => names.indexOf(one) !== n),
      [],
      'each route once',
    );
    for (const row of rows) {
      if (isServed(row)) {
        t.ok(
          row.asks.every((method) => Object.hasOwn(METHODS, method)),
          nameOf(row),
        );
        if (row.carriesFile)
          t.ok(row.asks.includes('media.put'), `${nameOf(row)}: its scope is checked first`);
      } else t.match(row.refused, /^[A-Z`].*\.$/s, nameOf(row));
      t.match(row.verb, /^(?:GET|POST|PUT|DELETE)$/);
    }
  });

t.test('a path with a word comes before one with a name in its place', async (t) => {
  const ordered = inOrder(WAHA_ROWS).map(nameOf);
  const at = (name: string) => ordered.indexOf(name);
  for (const word of ['count', 'join-info'])
    t.ok(at(`GET /api/{session}/groups/${word}`) < at('GET /api/{session}/groups/{id}'), word);
  t.ok(at('POST /api/sessions/start') < at('POST /api/sessions/{session}/start'));
  t.equal(ordered.length, WAHA_ROWS.length);
});

t.test('both programs share one path, with answers that both accept', async (t) => {
  const of = (rows: readonly Row[]) => new Set(rows.map(nameOf));
  t.same(
    [...of(WAHA_ROWS)].filter((name) => of(WWEBJS_ROWS).has(name)),
    ['GET /ping'],
  );
});
