/** Pairing codes are limited to one in three minutes and five a day. A code is reused while it is valid. */
import t from 'tap';
import { PairingBudget } from '../../../../src/daemon/session/pairing-budget.js';

const MIN = 60_000;
const HOUR = 60 * MIN;

/** Requests a code at each of these times. Returns true if granted, otherwise the delay in ms. */
function ask(...atMs: number[]): (true | number)[] {
  const budget = new PairingBudget();
  return atMs.map((ms) => {
    try {
      budget.spend(ms);
      return true;
    } catch (error) {
      return (error as { details: { retryAfterMs: number } }).details.retryAfterMs;
    }
  });
}

t.test('codes are limited to one in three minutes and five a day', (t) => {
  const rows: [string, number[], (true | number)[]][] = [
    ['the first at once, the next after three minutes', [0, MIN, 3 * MIN], [true, 2 * MIN, true]],
    ['a refused request does not count', [0, MIN, 2 * MIN, 3 * MIN], [true, 2 * MIN, MIN, true]],
    [
      'five a day',
      [0, 1, 2, 3, 4, 5, 24].map((h) => h * HOUR),
      [true, true, true, true, true, 19 * HOUR, true],
    ],
    [
      'after a day the three minutes still apply',
      [0, HOUR, 2 * HOUR, 3 * HOUR, 24 * HOUR - MIN, 24 * HOUR, 24 * HOUR + 2 * MIN],
      [true, true, true, true, true, 2 * MIN, true],
    ],
    ['a clock that was set back', [HOUR, 0], [true, HOUR + 3 * MIN]],
  ];
  for (const [about, moments, expected] of rows) t.same(ask(...moments), expected, about);
  t.end();
});

t.test('a refusal names the next time, and that a QR can be scanned meanwhile', (t) => {
  const budget = new PairingBudget();
  budget.spend(0);
  t.throws(() => budget.spend(1_500), {
    ...{ kind: 'pairing_limited', message: /in 179 s; a QR code can be scanned now/ },
  } as unknown as Error);
  t.end();
});

t.test('a code is reused for its number for three minutes, unless it became invalid', (t) => {
  const budget = new PairingBudget();
  t.equal(budget.current('1', 0), null);
  const code = budget.issued('1', 'ABCD1234', 1_000);
  t.same(code, { code: 'ABCD1234', number: '1', expiresAtMs: 181_000 });
  t.same(budget.current('1', 180_999), code);
  t.equal(budget.current('2', 2_000), null, 'another number');
  t.equal(budget.current('1', 181_000), null, 'expired');
  budget.forget();
  t.equal(budget.current('1', 2_000), null, 'the account is linked, or its page has ended');
  t.end();
});
