/** The range of a list: --limit, --offset and their bounds. */
import t from 'tap';
import { listing, whole } from '../../../src/cli/listing.js';

t.test('only whole numbers up to the bound are accepted', async (t) => {
  t.equal(whole('limit', undefined, 10), undefined);
  for (const [text, value] of [
    ['0', 0],
    ['007', 7],
    ['10', 10],
  ] as const)
    t.equal(whole('limit', text, 10), value);
  for (const text of ['11', '-1', '1.5', '1e1', '0x1', '', ' 1', 'ten'])
    t.throws(() => whole('limit', text, 10), {
      kind: 'usage',
      message: `--limit: "${text}" is not a whole number up to 10`,
    });
});

t.test('omitted options are left to the daemon, and a limit of 0 becomes 1', async (t) => {
  t.same(listing({}), {});
  t.same(listing({ query: '', limit: '1000', offset: '1000000' }), {
    query: '',
    limit: 1000,
    offset: 1_000_000,
  });
  t.same(listing({ limit: '0' }), { limit: 1 });
  t.throws(() => listing({ limit: '1001' }), /up to 1000/);
  t.throws(() => listing({ offset: '1000001' }), /up to 1000000/);
});
