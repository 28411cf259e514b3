/** Placement is the same on every machine, moves no more accounts than it must, and respects what an account asks. */
import t from 'tap';
import { type Candidate, type Placement, placementOrder } from '../../../src/fleet/placement.js';

const ANY: Placement = { labels: [], prefer: [], forbid: [] };
const FREE: Candidate = { labels: [], room: 1, accounts: [], draining: false };
const machines = (count: number, more: Partial<Candidate> = {}): Map<string, Candidate> =>
  new Map(Array.from({ length: count }, (_, n) => [`m${n}`, { ...FREE, ...more }]));
const ACCOUNTS = Array.from({ length: 1_000 }, (_, n) => `account-${n}`);
const first = (account: string, all: ReadonlyMap<string, Candidate>) => placementOrder(account, ANY, all)[0];

t.test('the order of machines in which they are known does not matter', async (t) => {
  const all = machines(7);
  const reversed = new Map([...all].reverse());
  for (const account of ACCOUNTS.slice(0, 50))
    t.same(placementOrder(account, ANY, all), placementOrder(account, ANY, reversed));
});

t.test(
  'a machine that goes moves its own accounts only, and one that comes takes only what it wins',
  async (t) => {
    const all = machines(5);
    const fewer = new Map([...all].filter(([name]) => name !== 'm3'));
    let moved = 0;
    for (const account of ACCOUNTS) {
      const before = first(account, all);
      const after = first(account, fewer);
      if (before === 'm3') moved += 1;
      else t.equal(after, before, account);
      t.equal(after, placementOrder(account, ANY, all).filter((name) => name !== 'm3')[0], 'the next choice');
    }
    t.ok(moved > 0);
  },
);

t.test('accounts are spread evenly', async (t) => {
  const counts = new Map<string | undefined, number>();
  for (const account of ACCOUNTS) {
    const name = first(account, machines(5));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  t.equal(counts.size, 5);
  for (const [name, count] of counts) t.ok(count > 150 && count < 250, `${name}: ${count}`);
});

t.test('constraints', async (t) => {
  const order = (placement: Partial<Placement>, change: Record<string, Partial<Candidate>>) =>
    placementOrder(
      'shop',
      { ...ANY, ...placement },
      new Map([...machines(4)].map(([name, one]) => [name, { ...one, ...change[name] }])),
    );
  const usual = order({}, {});
  t.equal(usual.length, 4);
  t.same(order({ labels: ['eu', 'big'] }, { m1: { labels: ['big', 'eu', 'x'] }, m2: { labels: ['eu'] } }), [
    'm1',
  ]);
  t.same([...order({ forbid: ['m0', 'm2'] }, {})].sort(), ['m1', 'm3']);
  t.same(
    order({}, { m1: { draining: true } }),
    usual.filter((name) => name !== 'm1'),
  );
  t.same(
    order({}, { m1: { room: 0 } }),
    usual.filter((name) => name !== 'm1'),
  );
  t.same(order({}, { m1: { room: 0, accounts: ['shop'] } }), usual, 'it needs no more room where it runs');
  const last = usual.at(-1) ?? '';
  t.same(order({ prefer: ['gone', last] }, {}), [last, ...usual.slice(0, -1)]);
  t.same(order({ prefer: [last], forbid: [last] }, {}), usual.slice(0, -1));
});
