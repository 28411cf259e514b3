/** Messages are sent at a person's pace: a burst, an average rate, gaps for strangers, caps, quiet hours. */
import t from 'tap';
import {
  type Hold,
  holdsAll,
  holdsStranger,
  NOTHING_SENT,
  type PacingPast,
  type PacingRules,
  passed,
} from '../../../src/session/pacing.js';

const RULES: PacingRules = {
  ...{
    mode: 'on',
    perMinute: 60,
    burst: 5,
    strangerGapMs: 20_000,
    dailyCap: 0,
    strangersPerDay: 0,
    quietHours: '',
  },
};
/** Noon, local time. */
const NOON = new Date(2026, 0, 15, 12).getTime();

/** Sends as soon as permitted. @returns the time of each message, ms after the start */
function play(
  rules: PacingRules,
  count: number,
  { chance = (): number => 0.5, isStranger = false } = {},
): number[] {
  let past: PacingPast = NOTHING_SENT;
  let nowMs = NOON;
  const times: number[] = [];
  while (times.length < count) {
    const hold: Hold | null =
      holdsAll(past, rules, nowMs) ?? (isStranger ? holdsStranger(past, rules, nowMs) : null);
    if (hold !== null) {
      if (hold.untilMs <= nowMs) throw new Error('a hold that is over');
      nowMs = hold.untilMs;
      continue;
    }
    times.push(nowMs - NOON);
    past = passed(past, rules, { nowMs, isStranger, chance: chance() });
  }
  return times;
}

t.test('five messages are sent in a burst, then one per second', (t) => {
  t.same(play(RULES, 8), [0, 0, 0, 0, 0, 1_000, 2_000, 3_000]);
  t.same(play({ ...RULES, mode: 'off' }, 4), [0, 0, 0, 0]);
  t.same(play({ ...RULES, perMinute: 6, burst: 1 }, 3), [0, 10_000, 20_000]);
  t.end();
});

t.test('messages are sent at uneven intervals that keep the average rate', (t) => {
  let seed = 1;
  const chance = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const times = play(RULES, 2_005, { chance });
  const gaps = times.slice(6).map((at, n) => at - (times[n + 5] ?? 0));
  t.ok(
    Math.min(...gaps) >= 490 && Math.max(...gaps) <= 1_510,
    'each interval is between half and one and a half times the average',
  );
  t.ok(Math.min(...gaps) < 550 && Math.max(...gaps) > 1_450, 'the intervals vary over that range');
  const average = ((times.at(-1) ?? 0) - (times[4] ?? 0)) / 2_000;
  t.ok(Math.abs(average - 1_000) < 30, `${average} ms`);
  t.end();
});

t.test('first messages to strangers are spaced, and the very first does not wait', (t) => {
  t.same(play(RULES, 3, { isStranger: true }), [0, 20_000, 40_000]);
  const past = passed(NOTHING_SENT, RULES, { nowMs: NOON, isStranger: true, chance: 0.5 });
  t.equal(holdsAll(past, RULES, NOON), null, 'a message to a known person does not wait');
  t.same(holdsStranger(past, RULES, NOON + 1), { why: 'stranger', untilMs: NOON + 20_000 });
  t.equal(holdsStranger(past, RULES, NOON + 20_000), null);
  t.end();
});

t.test('no more messages than the daily cap are sent in one day', (t) => {
  const rules = { ...RULES, dailyCap: 2 };
  let past = NOTHING_SENT;
  for (let n = 0; n < 2; n += 1) past = passed(past, rules, { nowMs: NOON, isStranger: false, chance: 0.5 });
  const midnight = new Date(2026, 0, 16).getTime();
  t.same(holdsAll(past, rules, NOON + 60_000), { why: 'daily_cap', untilMs: midnight });
  t.equal(holdsAll(past, rules, midnight), null);
  t.equal(
    passed(past, rules, { nowMs: midnight, isStranger: false, chance: 0 }).sent,
    1,
    'a new day starts a new count',
  );
  t.end();
});

t.test('no message is sent in quiet hours, whether or not they span midnight', (t) => {
  const at = (hour: number, minute = 0, day = 15) => new Date(2026, 0, day, hour, minute).getTime();
  const rows = [
    ['22:00-07:00', at(21, 59), null],
    ['22:00-07:00', at(22), at(7, 0, 16)],
    ['22:00-07:00', at(6, 59), at(7)],
    ['22:00-07:00', at(7), null],
    ['12:00-13:30', at(12, 30), at(13, 30)],
    ['12:00-13:30', at(13, 30), null],
    ['', at(3), null],
  ] as const;
  for (const [quietHours, nowMs, untilMs] of rows) {
    const hold = untilMs === null ? null : { why: 'quiet_hours', untilMs };
    t.same(
      holdsAll(NOTHING_SENT, { ...RULES, quietHours }, nowMs),
      hold,
      `${quietHours} at ${new Date(nowMs)}`,
    );
  }
  t.end();
});

t.test('a clock that was set back does not stop sending until it catches up', (t) => {
  let past = NOTHING_SENT;
  for (let n = 0; n < 5; n += 1) past = passed(past, RULES, { nowMs: NOON, isStranger: true, chance: 0.5 });
  const earlier = NOON - 86_400_000;
  t.ok((holdsAll(past, RULES, earlier)?.untilMs ?? earlier) <= earlier + 2_000);
  t.equal(holdsStranger(past, RULES, earlier), null);
  t.ok(passed(past, RULES, { nowMs: earlier, isStranger: false, chance: 0.5 }).dueMs < earlier + 10_000);
  t.end();
});
