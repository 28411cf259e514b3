/** Requests of one token, and wrong tokens of one address, are limited; nobody else notices. */
import t from 'tap';
import { BadTokens } from '../../../src/gateway/bad-tokens.js';
import { RateLimit } from '../../../src/gateway/rate-limit.js';
import type { Fault } from '../../../src/protocol/fault.js';
import { keepLog } from '../../harness/server.js';

const setUp = (ratePerMinute: number) => {
  const clock = { ms: 1_000 };
  const limit = new RateLimit({ ratePerMinute, now: () => clock.ms });
  /** How many of so many requests were permitted, and the last refusal. */
  const take = (token: string, times: number) => {
    let permitted = 0;
    let refusal: Fault | null = null;
    for (let n = 0; n < times; n += 1)
      try {
        limit.take(token);
        permitted += 1;
      } catch (error) {
        refusal = error as Fault;
      }
    return { permitted, refusal };
  };
  return { clock, take };
};

t.test('a token may make a sixth of its rate at once, then its rate', async (t) => {
  const { clock, take } = setUp(600);
  const { permitted, refusal } = take('crm', 1_000);
  t.equal(permitted, 100);
  t.match(refusal, {
    kind: 'rate_limited',
    details: { retryAfterMs: 100 },
    message: /600 requests a minute, 100 at/,
  });
  t.equal(take('ops', 50).permitted, 50, 'another token has its own');
  clock.ms += 99;
  t.equal(take('crm', 5).permitted, 0, 'a refused request does not count');
  clock.ms += 1;
  t.equal(take('crm', 5).permitted, 1);
  let minute = 0;
  for (let n = 0; n < 600; n += 1) {
    clock.ms += 100;
    minute += take('crm', 3).permitted;
  }
  t.equal(minute, 600);
  clock.ms += 3_600_000;
  t.equal(take('crm', 1_000).permitted, 100, 'what was not used is not saved up');
});

t.test('a low rate still permits ten at once, and 0 is no limit', async (t) => {
  const { clock, take } = setUp(6);
  const { permitted, refusal } = take('crm', 20);
  t.equal(permitted, 10);
  t.equal(refusal?.details.retryAfterMs, 10_000);
  clock.ms += 10_000;
  t.equal(take('crm', 2).permitted, 1);
  t.equal(setUp(0).take('crm', 100_000).permitted, 100_000);
});

t.test('buckets of tokens that are not used any more are removed', async (t) => {
  const { clock, take } = setUp(60);
  take('busy', 10);
  for (let n = 0; n < 5_000; n += 1) {
    clock.ms += 10;
    take(`t${n}`, 1);
  }
  clock.ms += 1;
  t.equal(take('t4999', 20).permitted, 9, 'a bucket that is not full is kept');
});

const addresses = () => {
  const clock = { ms: 1_000 };
  const log = keepLog();
  const bad = new BadTokens({ log, now: () => clock.ms });
  /** The wait after each wrong token, in milliseconds; 0 without one. */
  const fail = (address: string, times = 1) =>
    Array.from({ length: times }, () => {
      try {
        bad.count(address);
        return 0;
      } catch (error) {
        const { kind, details } = error as Fault;
        return kind === 'rate_limited' ? details.retryAfterMs : kind;
      }
    });
  return { clock, log, bad, fail };
};

t.test('after a hundred wrong tokens an address has to wait, slowly longer', async (t) => {
  const { clock, log, fail } = addresses();
  t.same(fail('203.0.113.7', 100), Array(100).fill(0));
  t.same(log.lines, []);
  const waits = fail('203.0.113.7', 1_000);
  t.same(
    [waits[0], waits[9], waits[10], waits[99], waits[599], waits[999]],
    [1_000, 1_000, 2_000, 10_000, 60_000, 60_000],
  );
  t.same(log.lines, [
    { level: 'warn', event: 'gateway.bad-tokens', fields: { address: '203.0.113.7', count: 100 } },
  ]);
  t.same(fail('203.0.113.8'), [0], 'another address is not affected');
  clock.ms += 30 * 60_000;
  t.same(fail('203.0.113.7'), [31_000]);
  clock.ms += 31 * 60_000;
  t.same(fail('203.0.113.7'), [0], 'ten a minute are forgiven');
});

t.test('addresses of one network count together', async (t) => {
  const { fail } = addresses();
  fail('2001:db8:0:7::1', 60);
  fail('2001:db8::7:ffff:0:0:9', 30);
  fail('2001:db8:0:7:1:2:3:4', 10);
  t.same(fail('2001:db8:0:8::1'), [0], 'another network');
  t.same(fail('2001:DB8:0:7::6%eth0'), [1_000]);
  fail('198.51.100.1', 100);
  t.same(fail('::ffff:198.51.100.1'), [1_000], 'IPv4 in IPv6');
  t.same(fail(''), [0]);
});

t.test('the memory of addresses is bounded', async (t) => {
  const { bad, fail } = addresses();
  fail('203.0.113.7', 200);
  for (let n = 0; n < 12_000; n += 1) {
    fail(`2001:db8:${(n >> 8).toString(16)}:${(n & 255).toString(16)}::1`, 1);
    if (n % 1_000 === 0) fail('203.0.113.7', 1);
  }
  t.equal(bad.size, 10_000);
  t.not(fail('203.0.113.7')[0], 0, 'one that goes on is not forgotten');
});
