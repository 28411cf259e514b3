/** The times at which the outbox is scanned. */
import { mock } from 'node:test';
import t, { type Test } from 'tap';
import { type Asked, Wakeups } from '../../../../src/daemon/outgoing/wakeups.js';
import { Fault } from '../../../../src/protocol/fault.js';
import type { Addressee } from '../../../../src/protocol/wid.js';
import { keepLines, settled } from '../../log/lines.js';

const A: Addressee = '15550002222@c.us';
const B: Addressee = '15550003333@c.us';

/** @param scan runs at each scan, and receives its number, from 1 on */
function open(t: Test, scan: (nth: number) => Promise<void> = async () => undefined) {
  const seen: Asked[] = [];
  const log = keepLines();
  const wakeups = new Wakeups({
    scan: (asked) => scan(seen.push(asked)),
    now: Date.now,
    log,
  });
  t.teardown(() => wakeups.stop());
  return { wakeups, seen, log };
}

t.test(
  'requests within one event-loop turn cause one scan, and a full scan includes the others',
  async (t) => {
    const { wakeups, seen } = open(t);
    wakeups.at(A);
    wakeups.at(B);
    wakeups.at(A);
    await settled();
    t.same(seen, [new Set([A, B])]);
    wakeups.at(A);
    wakeups.at('all');
    wakeups.at(B);
    await settled();
    t.same(seen.slice(1), ['all']);
  },
);

t.test('scans never overlap, and requests during a scan are served after it', async (t) => {
  let go = (): void => undefined;
  const first = new Promise<void>((resolve) => {
    go = resolve;
  });
  const { wakeups, seen } = open(t, (nth) => (nth === 1 ? first : Promise.resolve()));
  wakeups.at(A);
  await settled();
  wakeups.at(B);
  await settled();
  t.equal(seen.length, 1);
  go();
  await settled();
  t.same(seen, [new Set([A]), new Set([B])]);
});

t.test('the earliest requested time triggers one full scan, and the times are collected again', async (t) => {
  let looked = (): void => undefined;
  const { wakeups, seen } = open(t, async () => looked());
  const next = () =>
    new Promise<void>((resolve) => {
      looked = resolve;
    });
  const alive = setInterval(() => undefined, 1_000);
  t.teardown(() => clearInterval(alive));
  const now = Date.now();
  for (const atMs of [null, Infinity, now + 3_600_000, now + 20, now + 60_000]) wakeups.by(atMs);
  await next();
  t.same(seen, ['all']);
  wakeups.by(now - 1);
  await next();
  t.same(seen, ['all', 'all'], 'a time that has passed triggers a scan at once');
});

t.test(
  'a scan that fails on a full disk is repeated, and an error of a shutdown is not logged',
  async (t) => {
    mock.timers.enable({ apis: ['setTimeout'] });
    t.teardown(() => mock.timers.reset());
    const faults = [new Fault('disk_full'), new Fault('shutting_down')];
    const { wakeups, seen, log } = open(t, async (nth) => {
      const fault = faults[nth - 1];
      if (fault) throw fault;
    });
    wakeups.at(A);
    await settled();
    t.match(log.lines, [['warn', 'outbox.refused', { kind: 'disk_full' }]]);
    mock.timers.tick(5_000);
    await settled();
    t.same(seen, [new Set([A]), 'all']);
    t.equal(log.lines.length, 1);
    mock.timers.tick(60_000);
    await settled();
    t.equal(seen.length, 2);
  },
);

t.test('after stop() nothing is scanned', async (t) => {
  const { wakeups, seen } = open(t);
  wakeups.by(Date.now() + 5);
  wakeups.at(A);
  wakeups.stop();
  wakeups.at(B);
  wakeups.by(Date.now());
  await settled();
  t.same(seen, []);
});
