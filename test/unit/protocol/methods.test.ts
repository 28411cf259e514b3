/** The table of methods: every row has fitting examples, described fields, and refuses unknown parameters. */
import t from 'tap';
import { z } from 'zod';
import { FAULTS } from '../../../src/protocol/fault-table.js';
import { GATEWAY_METHODS } from '../../../src/protocol/gateway/index.js';
import type { MethodRow } from '../../../src/protocol/method.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import { fieldsIn } from './fields.js';

const rows = Object.entries({ ...METHODS, ...GATEWAY_METHODS }) as [string, MethodRow][];

t.test('every row is stored under its own name and describes its method', async (t) => {
  for (const [key, row] of rows) {
    t.equal(row.name, key);
    t.match(row.name, /^[a-z]+\.[a-zA-Z]+$/, `${key} is noun.verb`);
    t.match(row.does, /\S.*\.$/, `${key} has a description`);
    t.match(row.since, /^\d+\.\d+\.\d+$/);
    for (const kind of row.faults) t.ok(Object.hasOwn(FAULTS, kind), `${key} may fail with ${kind}`);
  }
});

t.test('every example fits its own schemas', async (t) => {
  for (const [name, row] of rows) {
    t.equal(row.params.safeParse(row.example.params).error, undefined, `${name}: params`);
    t.equal(row.result.safeParse(row.example.result).error, undefined, `${name}: result`);
  }
});

t.test('unknown parameters are refused by name, and results are objects', async (t) => {
  for (const [name, row] of rows) {
    const read = row.params.safeParse({ ...(row.example.params as object), surprise: 1 });
    t.match(read.error?.issues, [{ code: 'unrecognized_keys', keys: ['surprise'] }], name);
    t.equal((z.toJSONSchema(row.result) as { type?: string }).type, 'object', `${name}: result`);
    t.not(Object.keys(row.params.safeParse(row.example.params).data as object).includes('deadlineMs'), true);
  }
});

t.test('every field of parameters and results has a description', async (t) => {
  for (const [name, row] of rows)
    for (const [part, schema] of Object.entries({ params: row.params, result: row.result })) {
      const json = z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>;
      for (const [path, says] of fieldsIn(json, `${name} ${part}`))
        t.match(says, /^[-\w`"].*\.$/, `${path}: describe() in src/protocol/methods/`);
    }
  t.match(
    fieldsIn({ properties: { a: { items: { properties: { b: {} } } } } }, 'x'),
    [
      ['x.a', undefined],
      ['x.a.b', undefined],
    ],
    'a field without a description is found at any depth',
  );
});
