/** The current QR is the one that can be scanned now, never an old one. */
import t from 'tap';
import { CurrentQr } from '../../../../src/daemon/session/current-qr.js';
import { thrownBy } from '../../log/lines.js';

function open() {
  const shown: number[] = [];
  const clock = { atMs: 1_000_000 };
  const qr = new CurrentQr(
    ({ number }) => shown.push(number),
    () => clock.atMs,
  );
  return { qr, clock, shown };
}
const never = new AbortController().signal;

t.test(
  'the first QR of a round lives for 60 s, the next five for 20 s, and the seventh starts a new round',
  (t) => {
    const { qr, clock, shown } = open();
    t.equal(qr.current(), null);
    const lives: number[] = [];
    for (let n = 1; n <= 7; n++) {
      qr.show(`qr ${n}`);
      lives.push((qr.current()?.expiresAtMs ?? 0) - clock.atMs);
    }
    t.same(lives, [60_000, 20_000, 20_000, 20_000, 20_000, 20_000, 60_000]);
    t.same(shown, [1, 2, 3, 4, 5, 6, 1]);
    t.end();
  },
);

t.test('a QR that has expired or was used is not returned', (t) => {
  const { qr, clock } = open();
  qr.show('a');
  clock.atMs += 59_999;
  t.match(qr.current(), { payload: 'a', number: 1 });
  clock.atMs += 1;
  t.equal(qr.current(), null);
  qr.show('b');
  t.match(qr.current(), { payload: 'b', number: 2, issuedAtMs: clock.atMs });
  qr.clear();
  t.equal(qr.current(), null);
  qr.show('c');
  t.match(qr.current(), { payload: 'c', number: 1 }, 'another page starts a new round');
  t.end();
});

t.test('the same QR shown again after a re-injection is not a change and keeps its expiry', (t) => {
  const { qr, clock, shown } = open();
  qr.show('a');
  const { expiresAtMs } = qr.current() ?? {};
  clock.atMs += 30_000;
  qr.show('a');
  t.equal(qr.current()?.expiresAtMs, expiresAtMs);
  t.same(shown, [1]);
  t.end();
});

t.test('a wait ends at the next change, or fails when it is aborted', async (t) => {
  const { qr } = open();
  const changed = [qr.changed({ signal: never }), qr.changed({ signal: never })];
  qr.show('a');
  await Promise.all(changed);
  const cleared = qr.changed({ signal: never });
  qr.clear();
  await cleared;
  const late = new AbortController();
  const waiting = qr.changed({ signal: late.signal });
  late.abort();
  t.match(await thrownBy(waiting), { kind: 'no_qr' });
  t.match(await thrownBy(qr.changed({ signal: late.signal })), { kind: 'no_qr' });
  qr.show('b');
});
