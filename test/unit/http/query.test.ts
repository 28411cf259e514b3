/** Query strings of a GET become parameters of the types in the method's schema. */
import t from 'tap';
import { z } from 'zod';
import { queryParams } from '../../../src/http/query.js';

const SCHEMA = z.strictObject({
  limit: z.int().optional(),
  all: z.boolean().optional(),
  to: z.string().optional(),
});
const read = (query: string, names = {}) => queryParams(SCHEMA, new URLSearchParams(query), names);

t.test('values get the types of the schema: numbers, flags, and texts that look like either', async (t) => {
  t.same(read('limit=10&all=true&to=15550001111'), { limit: 10, all: true, to: '15550001111' });
  t.same(read('all=false&limit=-1&limit=0'), { all: false, limit: 0 });
});

t.test('a value that does not fit stays a text, for the daemon to refuse', async (t) => {
  for (const text of ['1.5', '010', '1e3', '0x1', ' 1', '', '12345678901234567', 'null', '[]'])
    t.same(read(`limit=${encodeURIComponent(text)}`), { limit: text });
});

t.test('unknown names, including inherited ones, stay texts', async (t) => {
  t.same(read('constructor=1&toString=true&other=2'), { constructor: '1', toString: 'true', other: '2' });
});

t.test('values from the path take precedence', async (t) => {
  t.same(read('to=a', { to: 'b' }), { to: 'b' });
});
