/** The receive watermark decides from where back-fill reads. The test controls the clock. */
import { mock } from 'node:test';
import t, { type Test } from 'tap';
import { type ReceivedUntil, ReceiveWatermark } from '../../../../src/daemon/incoming/receive-watermark.js';
import { readMarker, writeMarker } from '../../../../src/session-dir/marker.js';
import { keepLines, settled } from '../../log/lines.js';
import { place } from '../../session-dir/place.js';
import { WID } from '../../store/scratch.js';

const LINKED = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
/** A page that ends may have lost the messages of this last period. */
const IN_DOUBT = 10_000;
/** The extra time that back-fill reads again. */
const MARGIN = 300_000;
const iso = (ms: number) => new Date(ms).toISOString();

mock.timers.enable({ apis: ['Date'], now: LINKED });
t.teardown(() => mock.timers.reset());
const at = (ms: number) => mock.timers.setTime(ms);

async function open(t: Test, receivedUntil: ReceivedUntil, linked = true) {
  at(LINKED);
  const { dir } = place(t);
  if (linked) await writeMarker(dir, { linkedAt: iso(LINKED), wid: WID, lastSeenAt: iso(LINKED) });
  const gaps: unknown[] = [];
  const started: { readonly sinceMs: number; readonly done: () => void }[] = [];
  let stops = 0;
  const watermark = new ReceiveWatermark({
    ...{ dir, log: keepLines(), receivedUntil },
    feed: { append: (_type, data) => void gaps.push(data) },
    backfill: {
      start: (sinceMs, done) => void started.push({ sinceMs, done }),
      stop: () => {
        stops += 1;
      },
    },
  });
  /** Reports a ready page. Returns the time from which back-fill reads. */
  const ready = async (readyAtMs: number): Promise<number | undefined> => {
    const before = started.length;
    watermark.ready(readyAtMs);
    await until(() => started.length > before);
    return started.at(-1)?.sinceMs;
  };
  /** Completes the back-fill: later reports of the page count as received. */
  const live = async (readyAtMs: number) => {
    await ready(readyAtMs);
    started.at(-1)?.done();
  };
  const lastSeen = async () => {
    await watermark.mark({ wid: WID, phone: WID, platform: 'android', pushname: 'Ada' });
    return (await readMarker(dir))?.lastSeenAt;
  };
  return { watermark, gaps, started, ready, live, lastSeen, stopped: () => stops };
}

/** Waits for the disk, because the test's clock does not cover the reading of the marker. */
async function until(done: () => boolean): Promise<void> {
  for (let turns = 0; !done(); turns += 1) {
    if (turns > 100_000) throw new Error('it did not come to that');
    await settled();
  }
}

const ROWS: readonly {
  readonly name: string;
  readonly receivedUntil: number | null;
  /** A page that was ready earlier, and when it ended. */
  readonly earlier?: { readonly readyAtMs: number; readonly leftAtMs: number; readonly wasRead: boolean };
  readonly sinceMs: number;
}[] = [
  { name: 'a new link is read from its beginning', receivedUntil: null, sinceMs: LINKED },
  {
    name: 'reading starts a margin before the time that an earlier daemon stored',
    receivedUntil: LINKED + HOUR,
    sinceMs: LINKED + HOUR - MARGIN,
  },
  { name: 'reading never starts before the link', receivedUntil: LINKED + MARGIN - 1, sinceMs: LINKED },
  {
    name: 'the last seconds of a page that ended are read again',
    receivedUntil: LINKED,
    earlier: { readyAtMs: LINKED + HOUR, leftAtMs: LINKED + 2 * HOUR, wasRead: true },
    sinceMs: LINKED + 2 * HOUR - IN_DOUBT - MARGIN,
  },
  {
    name: 'reading never starts later than the time at which that page was ready',
    receivedUntil: LINKED,
    earlier: { readyAtMs: LINKED + HOUR, leftAtMs: LINKED + HOUR + 1_000, wasRead: true },
    sinceMs: LINKED + HOUR - MARGIN,
  },
  {
    name: 'a page that ended before its back-fill was complete does not advance the watermark',
    receivedUntil: LINKED + HOUR,
    earlier: { readyAtMs: LINKED + 2 * HOUR, leftAtMs: LINKED + 3 * HOUR, wasRead: false },
    sinceMs: LINKED + HOUR - MARGIN,
  },
];

for (const { name, receivedUntil, earlier, sinceMs } of ROWS)
  t.test(name, async (t) => {
    const { watermark, ready, live } = await open(t, receivedUntil);
    if (earlier !== undefined) {
      await (earlier.wasRead ? live : ready)(earlier.readyAtMs);
      at(earlier.leftAtMs);
      watermark.left();
    }
    t.equal(await ready(LINKED + 9 * HOUR), sinceMs);
  });

t.test(
  'the marker covers only what is certain: not what is still being read, nor the last seconds',
  async (t) => {
    const { watermark, started, ready, lastSeen } = await open(t, LINKED + HOUR);
    at(LINKED + 2 * HOUR);
    t.equal(await lastSeen(), iso(LINKED + HOUR), 'no page');
    await ready(LINKED + 2 * HOUR);
    at(LINKED + 3 * HOUR);
    t.equal(await lastSeen(), iso(LINKED + HOUR), 'the back-fill is in progress');
    started.at(-1)?.done();
    t.equal(await lastSeen(), iso(LINKED + 3 * HOUR - IN_DOUBT), 'the page is live');
    watermark.left();
    at(LINKED + 4 * HOUR);
    t.equal(await lastSeen(), iso(LINKED + 3 * HOUR - IN_DOUBT), 'the page has ended');
  },
);

t.test('the first marker starts at the time of the link', async (t) => {
  const { watermark, lastSeen } = await open(t, null, false);
  t.equal(watermark.hasBegun, false);
  at(LINKED + 5_000);
  t.equal(await lastSeen(), iso(LINKED + 5_000));
  t.equal(watermark.hasBegun, true);
});

t.test(
  'events that the disk refused are read from the page again, back to the last time heard live',
  async (t) => {
    const { watermark, started, live } = await open(t, LINKED);
    watermark.again(LINKED + HOUR);
    await settled();
    t.equal(started.length, 0, 'there is no page to read');
    await live(LINKED + HOUR);
    watermark.again(LINKED + 2 * HOUR);
    await until(() => started.length === 2);
    t.equal(started[1]?.sinceMs, LINKED + 2 * HOUR - MARGIN);
    watermark.again(LINKED + 3 * HOUR);
    await until(() => started.length === 3);
    t.equal(
      started[2]?.sinceMs,
      LINKED + 2 * HOUR - MARGIN,
      'the watermark does not advance during a back-fill',
    );
  },
);

t.test('messages from a time without a link are reported as a gap, once', async (t) => {
  const { watermark, gaps, ready } = await open(t, LINKED - HOUR);
  watermark.unlinked();
  t.equal(watermark.hasBegun, false);
  t.equal(await ready(LINKED + HOUR), LINKED);
  t.same(gaps, [{ reason: 'unlinked', since: iso(LINKED - HOUR), until: iso(LINKED) }]);
  watermark.left();
  await ready(LINKED + 2 * HOUR);
  t.equal(gaps.length, 1);
});

t.test('a page that ends while the marker is read is not read, and its back-fill is stopped', async (t) => {
  const { watermark, started, ready, stopped } = await open(t, LINKED);
  watermark.ready(LINKED + HOUR);
  watermark.left();
  t.equal(stopped(), 1);
  await ready(LINKED + 2 * HOUR);
  t.equal(started.length, 1);
  watermark.stop();
  t.equal(stopped(), 2);
});

t.test('an adopted session is reported as a gap, once, and no time is stored before that', async (t) => {
  const { gaps, ready, lastSeen } = await open(t, 'unknown');
  at(LINKED + HOUR);
  t.equal(await lastSeen(), null, 'while the page syncs');
  t.same(gaps, []);
  t.equal(await ready(LINKED + HOUR), LINKED, 'messages since the adoption are read back');
  t.same(gaps, [{ reason: 'adopted', since: null, until: iso(LINKED) }]);
  t.equal(await lastSeen(), iso(LINKED));
  await ready(LINKED + 2 * HOUR);
  t.equal(gaps.length, 1);
});
