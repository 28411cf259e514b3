/** Times as people write them are parsed. */
import t from 'tap';
import { moment, momentToCome, windowOf } from '../../../src/cli/moment.js';
import type { Fault } from '../../../src/protocol/fault.js';

const NOW = Date.UTC(2026, 0, 1);

for (const [text, is] of [
  ['30s', '2026-01-01T00:00:30.000Z'],
  ['10m', '2026-01-01T00:10:00.000Z'],
  ['+2h', '2026-01-01T02:00:00.000Z'],
  ['1d', '2026-01-02T00:00:00.000Z'],
  ['1w', '2026-01-08T00:00:00.000Z'],
  ['0s', '2026-01-01T00:00:00.000Z'],
  ['2026-01-31T08:00Z', '2026-01-31T08:00:00.000Z'],
  ['2026-01-31T08:00:01.5+02:00', '2026-01-31T06:00:01.500Z'],
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2028-02-29T08:00Z', '2028-02-29T08:00:00.000Z'],
] as const)
  t.equal(moment('not-before', text, NOW), is, text);

for (const text of [
  '',
  '10',
  '-10m',
  '1.5h',
  '10 m',
  '10M',
  '1',
  'tomorrow',
  '2026',
  '2026-13-01',
  '2026-02-30',
  '2026-02-29T08:00Z',
  '2026-04-31T08:00',
  '01/02/2026',
  '9999999999d',
  '999999999d',
])
  t.test(`"${text}" is not a valid time`, async (t) => {
    try {
      t.fail(moment('expires', text, NOW));
    } catch (error) {
      t.match(error, { kind: 'usage' });
      t.match((error as Fault).message, `--expires: "${text}"`);
    }
  });

t.test('a time in the past is refused before anything is sent', async (t) => {
  t.equal(momentToCome('until', '1s', NOW), '2026-01-01T00:00:01.000Z');
  for (const past of ['0s', '2025-12-31', '2026-01-01T00:00Z'])
    t.throws(() => momentToCome('expires', past, NOW), {
      message: `--expires: ${past} has passed; it is 2026-01-01T00:00:00.000Z now`,
    });
});

t.test('the time window of a message must not be empty', async (t) => {
  t.same(windowOf({}), {});
  t.match(windowOf({ notBefore: '2025-01-01', expires: '1h' }), { notBefore: '2025-01-01T00:00:00.000Z' });
  for (const [notBefore, expires] of [
    ['2h', '1h'],
    ['2030-01-01', '2030-01-01'],
  ] as const)
    t.throws(() => windowOf({ notBefore, expires }), {
      message: `--expires: ${expires} is not after --not-before ${notBefore}; nothing would ever be sent`,
    });
});
