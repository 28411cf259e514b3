/** The agent's decisions, one row for each situation. */
import t from 'tap';
import {
  type Action,
  type Holding,
  type LocalUnit,
  reconcile,
  type Situation,
  type Wanted,
} from '../../../src/agent/reconcile.js';
import { FRESH } from '../../../src/fleet/accounts.js';
import { type Candidate, placementOrder } from '../../../src/fleet/placement.js';

const NOW = 1_000_000;
const MACHINE: Candidate = { labels: [], room: 5, accounts: [], draining: false };
const ORDER = placementOrder(
  'shop',
  FRESH.placement,
  new Map(['a', 'b', 'c'].map((name) => [name, MACHINE])),
);
const [FIRST = '', SECOND = '', THIRD = ''] = ORDER;

const wanted = (
  more: Partial<Extract<Wanted, { is: 'wanted' }>['record']> = {},
  configId = 'c1',
): Wanted => ({
  is: 'wanted',
  record: { ...FRESH, ...more },
  configId,
});
const unit = (state: LocalUnit['state'], ageMs = 100_000, more: Partial<LocalUnit> = {}): LocalUnit => ({
  ...{ state, sinceMs: NOW - ageMs, retryAtMs: 0, configId: 'c1', ...more },
});
const free = (ageMs = 0): Holding => ({ is: 'free', sinceMs: NOW - ageMs });
const held = (machine: string, ageMs = 100_000): Holding => ({
  ...{ is: 'held', machine, daemon: 'd1', sinceMs: NOW - ageMs },
});

interface Case {
  readonly says: string;
  readonly me?: string;
  readonly wanted?: Wanted;
  readonly holding?: Holding;
  readonly unit?: LocalUnit;
  readonly machines?: Readonly<Record<string, Partial<Candidate>>>;
  readonly does: readonly [Action['do'], Action['why']] | null;
}

const CASES: readonly Case[] = [
  {
    says: 'the first choice starts at once',
    wanted: wanted(),
    holding: free(),
    does: ['start', 'first choice'],
  },
  { says: 'the second waits', me: SECOND, wanted: wanted(), holding: free(4_999), does: null },
  { says: '… 5 s', me: SECOND, wanted: wanted(), holding: free(5_000), does: ['start', 'next choice'] },
  { says: 'the third waits 10 s', me: THIRD, wanted: wanted(), holding: free(9_999), does: null },
  {
    says: 'the second is the first without the first',
    me: SECOND,
    wanted: wanted(),
    holding: free(),
    machines: { [FIRST]: { draining: true } },
    does: ['start', 'first choice'],
  },
  {
    says: 'it does not fit here',
    wanted: wanted({ placement: { labels: ['x'], prefer: [], forbid: [] } }),
    holding: free(60_000),
    does: null,
  },
  {
    says: 'no room here',
    wanted: wanted(),
    holding: free(60_000),
    machines: { [FIRST]: { room: 0 } },
    does: null,
  },
  { says: 'it starts already', wanted: wanted(), holding: free(), unit: unit('running', 100), does: null },
  { says: 'it stops first', wanted: wanted(), holding: free(), unit: unit('stopping'), does: null },
  {
    says: 'it failed a moment ago',
    wanted: wanted(),
    holding: free(),
    unit: unit('ended', 0, { retryAtMs: NOW + 1 }),
    does: null,
  },
  {
    says: '… and may again',
    wanted: wanted(),
    holding: free(),
    unit: unit('ended', 0, { retryAtMs: NOW }),
    does: ['start', 'first choice'],
  },
  {
    says: 'reserved for this machine',
    wanted: wanted(),
    holding: { is: 'reserved', machine: FIRST, sinceMs: NOW },
    does: ['start', 'first choice'],
  },
  {
    says: 'reserved for another',
    wanted: wanted(),
    holding: { is: 'reserved', machine: SECOND, sinceMs: NOW },
    does: null,
  },
  { says: 'it runs here', wanted: wanted(), holding: held(FIRST), unit: unit('running'), does: null },
  { says: 'its daemon has died here', wanted: wanted(), holding: held(FIRST), does: ['start', 'held here'] },
  {
    says: 'its daemon has died here, and another machine is the first choice',
    me: THIRD,
    wanted: wanted(),
    holding: held(THIRD),
    does: ['start', 'held here'],
  },
  { says: 'it runs elsewhere', wanted: wanted(), holding: held(SECOND), does: null },
  {
    says: 'it stands by',
    wanted: wanted(),
    holding: held(SECOND),
    unit: unit('running', 29_999),
    does: null,
  },
  {
    says: 'it stood by for long enough',
    wanted: wanted(),
    holding: held(SECOND),
    unit: unit('running', 30_000),
    does: ['stop', 'held elsewhere'],
  },
  {
    says: '… counted from when the other got it',
    wanted: wanted(),
    holding: held(SECOND, 10),
    unit: unit('running'),
    does: null,
  },
  {
    says: 'what has ended and runs elsewhere',
    wanted: wanted(),
    holding: held(SECOND),
    unit: unit('ended'),
    does: ['forget', 'held elsewhere'],
  },
  {
    says: 'removed, and runs',
    wanted: { is: 'removed' },
    holding: held(FIRST),
    unit: unit('running'),
    does: ['stop', 'not wanted'],
  },
  {
    says: 'removed, and ended',
    wanted: { is: 'removed' },
    holding: free(),
    unit: unit('ended'),
    does: ['forget', 'not wanted'],
  },
  {
    says: 'removed, and stops',
    wanted: { is: 'removed' },
    holding: free(),
    unit: unit('stopping'),
    does: null,
  },
  {
    says: 'not to run',
    wanted: wanted({ run: false }),
    holding: held(FIRST),
    unit: unit('running'),
    does: ['stop', 'not wanted'],
  },
  { says: 'not to run, nowhere', wanted: wanted({ run: false }), holding: free(), does: null },
  { says: 'nothing is known of it any more', holding: held(FIRST), unit: unit('running'), does: null },
  {
    says: 'its configuration cannot be used',
    wanted: { is: 'unusable' },
    holding: held(FIRST),
    unit: unit('running'),
    does: null,
  },
  { says: '… nor started', wanted: { is: 'unusable' }, holding: free(), does: null },
  {
    says: 'its configuration has changed',
    wanted: wanted({}, 'c2'),
    holding: held(FIRST),
    unit: unit('running'),
    does: ['restart', 'new configuration'],
  },
  {
    says: '… while it stands by',
    wanted: wanted({}, 'c2'),
    holding: free(),
    unit: unit('running'),
    does: ['restart', 'new configuration'],
  },
  {
    says: 'a drained machine hands over',
    wanted: wanted(),
    holding: held(FIRST),
    unit: unit('running'),
    machines: { [FIRST]: { draining: true } },
    does: ['stop', 'drained'],
  },
  {
    says: '… not without another machine',
    wanted: wanted(),
    holding: held(FIRST),
    unit: unit('running'),
    machines: { a: { draining: true }, b: { draining: true }, c: { draining: true } },
    does: null,
  },
  {
    says: '… and does not stand by',
    wanted: wanted(),
    holding: free(),
    unit: unit('running'),
    machines: { [FIRST]: { draining: true } },
    does: ['stop', 'not permitted here'],
  },
  {
    says: 'a move is asked of this daemon',
    wanted: wanted({ leave: 'd1', placement: { labels: [], prefer: [THIRD], forbid: [] } }),
    holding: held(FIRST),
    unit: unit('running'),
    does: ['stop', 'moved'],
  },
  {
    says: '… of an earlier daemon',
    wanted: wanted({ leave: 'd0', placement: { labels: [], prefer: [THIRD], forbid: [] } }),
    holding: held(FIRST),
    unit: unit('running'),
    does: null,
  },
  {
    says: '… to a machine that has gone',
    me: SECOND,
    wanted: wanted({ leave: 'd1', placement: { labels: [], prefer: ['gone'], forbid: [] } }),
    holding: held(SECOND),
    unit: unit('running'),
    does: null,
  },
  {
    says: 'the account was forbidden here while it stood by',
    wanted: wanted({ placement: { labels: [], prefer: [], forbid: [FIRST] } }),
    holding: free(),
    unit: unit('running'),
    does: ['stop', 'not permitted here'],
  },
];

const situation = ({
  me = FIRST,
  wanted,
  holding,
  unit,
  machines = {},
}: Omit<Case, 'says' | 'does'>): Situation => ({
  ...{ me, nowMs: NOW, parallel: 2, awaited: new Set() },
  accounts: new Map(wanted === undefined ? [] : [['shop', wanted]]),
  leases: new Map(holding === undefined ? [] : [['shop', holding]]),
  machines: new Map(['a', 'b', 'c'].map((name) => [name, { ...MACHINE, ...machines[name] }])),
  local: new Map(unit === undefined ? [] : [['shop', unit]]),
});

for (const { says, does, ...rest } of CASES)
  t.test(says, async (t) => {
    const expected = does === null ? [] : [{ do: does[0], account: 'shop', why: does[1] }];
    t.same(reconcile(situation(rest)), expected);
  });

const many = (
  count: number,
  holding: Holding,
  local: LocalUnit | null,
  machines: Record<string, Partial<Candidate>>,
) =>
  reconcile({
    ...situation({ me: 'a', machines }),
    accounts: new Map(Array.from({ length: count }, (_, n) => [`shop${n}`, wanted()])),
    leases: new Map(Array.from({ length: count }, (_, n) => [`shop${n}`, holding])),
    local: new Map(local === null ? [] : Array.from({ length: count }, (_, n) => [`shop${n}`, local])),
  });

t.test('no more than two start, and no more than two are handed over, at a time', async (t) => {
  t.equal(many(20, free(60_000), null, {}).length, 2);
  t.equal(many(20, held('a'), unit('running'), { a: { draining: true } }).length, 2);
  t.equal(many(20, held('a'), unit('running'), {}).length, 0);
  const one = {
    ...situation({ me: 'a' }),
    accounts: new Map(['x', 'y', 'z'].map((name) => [name, wanted()])),
    leases: new Map(['x', 'y', 'z'].map((name) => [name, free(60_000)])),
  };
  const starting = (ageMs: number) => reconcile({ ...one, local: new Map([['x', unit('running', ageMs)]]) });
  t.equal(starting(1_000).length, 1, 'one starts already');
  t.equal(starting(40_000).length, 2, 'one that never gets its lease keeps nobody waiting');
});

t.test('a drain waits for what it has handed over, and a move does not', async (t) => {
  const names = ['x', 'y', 'z'];
  const drain = (awaited: readonly string[], stopping: readonly string[] = []) =>
    reconcile({
      ...situation({ me: 'a', machines: { a: { draining: true } } }),
      accounts: new Map(names.map((name) => [name, wanted()])),
      leases: new Map(names.map((name) => [name, held('a')])),
      local: new Map(names.map((name) => [name, unit(stopping.includes(name) ? 'stopping' : 'running')])),
      awaited: new Set(awaited),
    });
  t.equal(drain([]).length, 2);
  t.equal(drain(['gone']).length, 1);
  t.same(drain(['gone', 'gone too']), []);
  t.equal(drain(['x'], ['x']).length, 1, 'one that still ends is counted once');
  const move = reconcile({
    ...situation({
      wanted: wanted({ leave: 'd1', placement: { labels: [], prefer: [THIRD], forbid: [] } }),
      ...{ holding: held(FIRST), unit: unit('running') },
    }),
    awaited: new Set(['gone', 'gone too']),
  });
  t.same(move, [{ do: 'stop', account: 'shop', why: 'moved' }]);
});

t.test('all machines together start each account once, when all live', async (t) => {
  const accounts = Array.from({ length: 200 }, (_, n) => `shop${n}`);
  const starts = ['a', 'b', 'c'].flatMap((me) =>
    reconcile({
      ...situation({ me }),
      ...{ parallel: 1_000 },
      accounts: new Map(accounts.map((name) => [name, wanted()])),
      leases: new Map(accounts.map((name) => [name, free(0)])),
    }).map(({ account }) => account),
  );
  t.same(starts.sort(), accounts.sort());
});
