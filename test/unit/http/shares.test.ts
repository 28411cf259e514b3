// Each caller has a share of its own, and gets it back place by place.
import t from 'tap';
import { Shares } from '../../../src/http/shares.js';

t.test('a caller with its share is refused, and no other is', (t) => {
  const shares = new Shares(2, (share) => ({ reason: `${share} are taken`, hint: 'leave one' }));
  const [a, b] = [{}, {}];
  const leave = [shares.take(a), shares.take(a)];
  const refused = {
    kind: 'busy',
    message: '2 are taken',
    hint: 'leave one',
    details: { retryAfterMs: 1_000 },
  };
  t.throws(() => shares.take(a), refused);
  shares.take(b);
  leave[0]?.();
  shares.take(a);
  t.throws(() => shares.take(a), refused, 'one place was free, and not two');
  shares.take(b);
  t.throws(() => shares.take(b), refused);
  t.end();
});
