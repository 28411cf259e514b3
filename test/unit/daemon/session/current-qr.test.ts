/** The current QR is the one that can be scanned now, never an old one. */
import t from 'tap';
import { CurrentQr } from '../../../../src/daemon/session/current-qr.js';
import { thrownBy } from '../log/lines.js';

function open() {
  const shown: number[] = [];
  const clock = { atMs: 1_000_000 };
  const desk = new CurrentQr(
    ({ number }) => shown.push(number),
    () => clock.atMs,
  );
  return { desk, clock, shown };
}
const never = new AbortController().signal;

t.test(
  'the first QR of a round lives for 60 s, the next five for 20 s, and the seventh starts a new round',
  (t) => {
    const { desk, clock, shown } = open();
    t.equal(desk.current(), null);
    const lives: number[] = [];
    for (let n = 1; n <= 7; n++) {
      desk.show(`qr ${n}`);
      lives.push((desk.current()?.expiresAtMs ?? 0) - clock.atMs);
    }
    t.same(lives, [60_000, 20_000, 20_000, 20_000, 20_000, 20_000, 60_000]);
    t.same(shown, [1, 2, 3, 4, 5, 6, 1]);
    t.end();
  },
);

t.test('a QR that has expired or was used is not returned', (t) => {
  const { desk, clock } = open();
  desk.show('a');
  clock.atMs += 59_999;
  t.match(desk.current(), { payload: 'a', number: 1 });
  clock.atMs += 1;
  t.equal(desk.current(), null);
  desk.show('b');
  t.match(desk.current(), { payload: 'b', number: 2, issuedAtMs: clock.atMs });
  desk.clear();
  t.equal(desk.current(), null);
  desk.show('c');
  t.match(desk.current(), { payload: 'c', number: 1 }, 'another page starts a new round');
  t.end();
});

t.test('the same QR shown again after a re-injection is not a change and keeps its expiry', (t) => {
  const { desk, clock, shown } = open();
  desk.show('a');
  const { expiresAtMs } = desk.current() ?? {};
  clock.atMs += 30_000;
  desk.show('a');
  t.equal(desk.current()?.expiresAtMs, expiresAtMs);
  t.same(shown, [1]);
  t.end();
});

t.test('a wait ends at the next change, or fails when it is aborted', async (t) => {
  const { desk } = open();
  const changed = [desk.changed({ signal: never }), desk.changed({ signal: never })];
  desk.show('a');
  await Promise.all(changed);
  const cleared = desk.changed({ signal: never });
  desk.clear();
  await cleared;
  const late = new AbortController();
  const waiting = desk.changed({ signal: late.signal });
  late.abort();
  t.match(await thrownBy(waiting), { kind: 'no_qr' });
  t.match(await thrownBy(desk.changed({ signal: late.signal })), { kind: 'no_qr' });
  desk.show('b');
});
