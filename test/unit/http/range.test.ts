// The header Range: a single range is served, everything else is the whole file.
import t from 'tap';
import { rangeOf } from '../../../src/http/range.js';

const CASES: readonly (readonly [header: string | undefined, size: number, expected: unknown])[] = [
  [undefined, 10, null],
  ['', 10, null],
  ['bytes=0-0', 10, { first: 0, last: 0 }],
  ['bytes=0-9', 10, { first: 0, last: 9 }],
  ['bytes=0-99', 10, { first: 0, last: 9 }],
  ['bytes=9-', 10, { first: 9, last: 9 }],
  ['BYTES=3-4', 10, { first: 3, last: 4 }],
  ['bytes=-3', 10, { first: 7, last: 9 }],
  ['bytes=-99', 10, { first: 0, last: 9 }],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=999999999999999-', 10, 'unsatisfiable'],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=-1', 0, 'unsatisfiable'],
  ['bytes=4-3', 10, null],
  ['bytes=-', 10, null],
  ['bytes=1-2,4-5', 10, null],
  ['bytes=0x1-2', 10, null],
  ['bytes=1e1-', 10, null],
  ['bytes=9999999999999999-', 10, null],
  ['lines=1-2', 10, null],
];

for (const [header, size, expected] of CASES)
  t.test(`${header} of ${size} bytes`, async (t) => {
    t.same(rangeOf(header, size), expected);
  });
