/** The meaning of restrictions and refusals: both tables, and the times. */
import t from 'tap';
import { refusal } from '../../../src/session/nack.js';
import {
  banned,
  type Facts,
  holdsNewChats,
  type Limits,
  NOTHING_KNOWN,
  nacked,
  nextEndMs,
  quotaGapMs,
  type Restriction,
  restrictionOf,
  seen,
} from '../../../src/session/restriction.js';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const cap = (
  level: 'fine' | 'warned' | 'used_up',
  used: number,
  untilMs: number | null = NOW + 10 * HOUR,
) => ({
  ...{ level, used, total: 10, untilMs },
});
const facts = (more: Partial<Facts>): Facts => ({ ...NOTHING_KNOWN, ...more });
const nack = (what: 'restricted' | 'new_chat_cap', untilMs: number) => ({ nack: { nack: what, untilMs } });

const ROWS: readonly (readonly [what: string, Facts, Partial<Restriction> | null])[] = [
  ['nothing is known', facts({}), null],
  ['locked', facts({ lockUntilMs: NOW + HOUR }), { kind: 'time_lock', untilMs: NOW + HOUR, used: null }],
  ['a lock that is over by the clock', facts({ lockUntilMs: NOW }), null],
  ['refused with 463', facts(nack('restricted', NOW + HOUR)), { kind: 'time_lock', untilMs: NOW + HOUR }],
  [
    'refused, with an end reported by the page',
    facts({ ...nack('restricted', NOW + HOUR), lockUntilMs: NOW + 5 * HOUR }),
    { kind: 'time_lock', untilMs: NOW + 5 * HOUR },
  ],
  ['counted', facts({ cap: cap('fine', 2) }), { kind: 'quota', used: 2, total: 10 }],
  ['warned', facts({ cap: cap('warned', 8) }), { kind: 'quota_low', used: 8, untilMs: NOW + 10 * HOUR }],
  ['used up', facts({ cap: cap('used_up', 10) }), { kind: 'new_chat_cap', untilMs: NOW + 10 * HOUR }],
  ['used up, in a cycle that is over', facts({ cap: cap('used_up', 10, NOW) }), null],
  ['used up, without a known end', facts({ cap: cap('used_up', 10, null) }), { kind: 'new_chat_cap' }],
  [
    'refused with 475',
    facts({ ...nack('new_chat_cap', NOW + HOUR), cap: cap('fine', 2) }),
    { kind: 'new_chat_cap', untilMs: NOW + 10 * HOUR },
  ],
  [
    'locked and used up: the lock is reported, with the count',
    facts({ lockUntilMs: NOW + HOUR, cap: cap('used_up', 10) }),
    { kind: 'time_lock', untilMs: NOW + HOUR, used: 10, total: 10 },
  ],
  [
    'a temporary ban',
    facts({ lockUntilMs: NOW + HOUR, banUntilMs: NOW + 2 * HOUR }),
    { kind: 'ban', untilMs: NOW + 2 * HOUR },
  ],
];

for (const [what, known, expected] of ROWS)
  t.test(what, async (t) => {
    const found = restrictionOf(known, NOW);
    if (expected === null) t.equal(found, null);
    else t.match(found, expected);
    const holds = expected !== null && ['ban', 'time_lock', 'new_chat_cap'].includes(String(expected.kind));
    t.equal(holdsNewChats(found), holds);
    const ends = nextEndMs(known, NOW);
    if (found?.untilMs != null)
      t.ok(ends !== null && ends > NOW && ends <= found.untilMs, 'the page is checked in time');
  });

t.test(
  'a restriction that WhatsApp no longer reports is lifted, and one that it never reported is not',
  async (t) => {
    const none: Limits = { lockUntilMs: null, cap: null };
    const refused = facts(nack('restricted', NOW + HOUR));
    t.match(
      restrictionOf(seen(refused, none), NOW),
      { kind: 'time_lock' },
      'a report without any restriction',
    );
    const locked = seen(refused, { ...none, lockUntilMs: NOW + 9 * HOUR });
    t.match(restrictionOf(locked, NOW), { untilMs: NOW + 9 * HOUR });
    t.equal(restrictionOf(seen(locked, none), NOW), null, 'the restriction is lifted');

    const capped = facts(nack('new_chat_cap', NOW + HOUR));
    const marked = seen(capped, { ...none, cap: cap('used_up', 3) });
    const again = seen(marked, { ...none, cap: cap('fine', 3) });
    t.match(
      restrictionOf(again, NOW),
      { kind: 'new_chat_cap' },
      'the page derived this restriction by itself',
    );
    const usedUp = seen(capped, { ...none, cap: cap('used_up', 10) });
    t.match(restrictionOf(seen(usedUp, { ...none, cap: cap('fine', 0) }), NOW), { kind: 'quota' });
    t.equal(restrictionOf(banned(banned(facts({}), NOW + HOUR), null), NOW), null);
  },
);

t.test('each further refusal doubles the pause for new chats, up to a day', async (t) => {
  let known = NOTHING_KNOWN;
  const rests: number[] = [];
  for (let n = 0; n < 8; n += 1) {
    known = nacked(known, 'restricted', NOW);
    rests.push(((known.nack?.untilMs ?? 0) - NOW) / HOUR);
  }
  t.same(rests, [1, 2, 4, 8, 16, 24, 24, 24]);
  const later = NOW + 49 * HOUR;
  t.equal(
    (nacked(known, 'restricted', later).nack?.untilMs ?? 0) - later,
    HOUR,
    'a refusal long after the last one counts as the first',
  );
});

t.test(
  'after half of the quota, or after a warning, the rest is spread over the rest of the cycle',
  async (t) => {
    const gap = (
      kind: 'quota' | 'quota_low' | 'time_lock',
      used: number,
      untilMs: number | null = NOW + 10 * HOUR,
    ) => quotaGapMs({ kind, used, total: 10, untilMs }, NOW) / HOUR;
    t.equal(quotaGapMs(null, NOW), 0);
    t.equal(gap('quota', 0), 0);
    t.equal(gap('quota', 4), 0);
    t.equal(gap('quota', 5), 2);
    t.equal(gap('quota', 8), 5);
    t.equal(gap('quota', 10), 10, 'with nothing left, the next message waits for the next cycle');
    t.equal(gap('quota_low', 2), 1.25);
    t.equal(gap('quota', 8, null), 0, 'the end of the cycle is unknown');
    t.equal(gap('time_lock', 8), 0, 'the message is held all the same');
  },
);

t.test('the error code of a refusal decides what happens to the message', async (t) => {
  const rows: readonly (readonly [
    code: number | null,
    attempts: number,
    kind: string,
    holds: string | null,
  ])[] = [
    [463, 1, 'restricted', 'restricted'],
    [463, 2, 'restricted', 'restricted'],
    [463, 3, 'restricted', null],
    [475, 1, 'new_chat_cap', 'new_chat_cap'],
    [475, 3, 'new_chat_cap', null],
    [479, 1, 'send_failed', null],
    [null, 1, 'send_failed', null],
  ];
  for (const [code, attempts, kind, holds] of rows) {
    const found = refusal(code, attempts);
    t.match(found, { kind, holds }, `${code}, ${attempts} times`);
    if (code !== null) t.match(found.reason, `(${code})`);
  }
});
