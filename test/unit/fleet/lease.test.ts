// One browser for each account, whatever breaks: thousands of games in simulated time (harness/lease-model.ts).
import t from 'tap';
import {
  ANYONE,
  Lease,
  type LeaseBucket,
  type LeaseClock,
  type LeaseRecord,
} from '../../../src/fleet/lease.js';
import { LeaseTaker } from '../../../src/fleet/take-lease.js';
import { type Games, playGames } from '../../harness/lease-games.js';
import { TIMES } from '../../harness/lease-model.js';

/** What went wrong, with the seed. */
async function wrongIn(games: Games): Promise<{ wrong: string[]; begun: number }> {
  const outcomes = await playGames(games);
  const wrong = outcomes.flatMap(({ wrong, runs }, game) =>
    [...wrong, ...(runs ? [] : ['nobody runs at the end'])].map((what) => `seed ${game + 1}: ${what}`),
  );
  return { wrong, begun: outcomes.reduce((sum, { begun }) => sum + begun, 0) };
}

t.test('there are never two browsers, and there is one again once nothing is broken', async (t) => {
  const troubles = ['crash', 'pause', 'pause', 'cut', 'cut', 'loss', 'leave', 'stall'] as const;
  const { wrong, begun } = await wrongIn({
    ...{ runs: 3_000, troubles, fromMs: 0, troubleMs: 150_000, calmMs: 2 * TIMES.leaseMs },
  });
  t.same(wrong.slice(0, 10), []);
  t.ok(begun > 8_000, `the account moves: ${begun} browsers`);
});

t.test("a jump of the server's clock makes no second browser where machines watch each other", async (t) => {
  const { wrong, begun } = await wrongIn({
    ...{ runs: 1_500, troubles: ['jump'], fromMs: 20_000, troubleMs: 40_000, calmMs: 2 * TIMES.leaseMs },
  });
  t.same(wrong.slice(0, 10), []);
  t.ok(begun > 1_800, `the account moves: ${begun} browsers`);
});

t.test("a jump of the server's clock makes no second browser where a machine has just started", async (t) => {
  const troubles = ['jump', 'leave', 'leave', 'leave'] as const;
  const { wrong, begun } = await wrongIn({
    ...{ runs: 3_000, troubles, fromMs: 20_000, troubleMs: 60_000, calmMs: 2 * TIMES.leaseMs },
  });
  t.same(wrong.slice(0, 10), []);
  t.ok(begun > 5_000, `the account moves: ${begun} browsers`);
});

t.test('another machine follows one that died within a lease and two tries', async (t) => {
  const games = {
    runs: 300,
    troubles: ['death'],
    fromMs: 20_000,
    troubleMs: 40_000,
    calmMs: 60_000,
  } as const;
  const afterMs = (await playGames(games)).map(
    ({ followedAfterMs }) => followedAfterMs ?? Number.POSITIVE_INFINITY,
  );
  t.ok(Math.max(...afterMs) < 1.1 * (TIMES.leaseMs + 2 * TIMES.renewMs), `${Math.max(...afterMs)} ms`);
});

const RECORD: LeaseRecord = { machine: 'a', host: 'a', daemon: '1', since: '' };

/** A lease whose timers are late: the process is suspended until `wake`. */
function suspended() {
  const timers: (() => void)[] = [];
  const machine = { nowMs: 1_000 };
  const clock: LeaseClock = {
    now: () => machine.nowMs,
    after(_, run) {
      timers.push(run);
      return () => void (timers.includes(run) && timers.splice(timers.indexOf(run), 1));
    },
  };
  const answers: ((revision: number | null) => void)[] = [];
  const refusals: ((error: Error) => void)[] = [];
  const asked: [LeaseRecord, number][] = [];
  const bucket: LeaseBucket = {
    create: () => Promise.reject(new Error('no answer')),
    update: (record, revision) => {
      asked.push([record, revision]);
      return new Promise((resolve, reject) => {
        answers.push(resolve);
        refusals.push(reject);
      });
    },
    read: () => Promise.reject(new Error('no answer')),
    mayForget: async () => true,
  };
  const lease = new Lease(bucket, RECORD, { revision: 7, sentAtMs: 1_000 }, { clock, times: TIMES });
  return { lease, machine, timers, answers, refusals, asked };
}

t.test('a process that was suspended finds the end of its lease before any timer does', (t) => {
  const { lease, machine, timers } = suspended();
  const ends: string[] = [];
  lease.onEnd((end) => ends.push(end));
  machine.nowMs += TIMES.giveUpMs - 1;
  t.equal(lease.end, null);
  t.equal(lease.leftMs, 1);
  t.equal(lease.heldUntilMs, 1_000 + TIMES.giveUpMs);
  machine.nowMs += 1;
  t.equal(lease.end, 'silent');
  t.same(ends, ['silent']);
  t.same([lease.leftMs, lease.heldUntilMs], [0, 0]);
  t.same(timers, [], 'no timer is left');
  t.end();
});

t.test('a timer that fires a step early is set again', (t) => {
  const { lease, machine, timers } = suspended();
  machine.nowMs += TIMES.giveUpMs - 10;
  timers.pop()?.();
  t.equal(lease.end, null);
  t.equal(timers.length, 2, 'the renewal and another one');
  machine.nowMs += 10;
  timers.pop()?.();
  t.equal(lease.end, 'silent');
  t.end();
});

t.test('a renewal without an answer is reported, and one of a lease that has ended is not', async (t) => {
  const { lease, timers, answers, refusals } = suspended();
  const heard: string[] = [];
  lease.onConfirmed(() => heard.push('confirmed'));
  lease.onUnconfirmed(() => heard.push('unconfirmed'));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  timers.shift()?.();
  refusals[0]?.(new Error('no answer'));
  await turn();
  t.same(heard, ['unconfirmed']);
  timers.shift()?.();
  answers[1]?.(8);
  await turn();
  t.same(heard, ['unconfirmed', 'confirmed']);
  timers.shift()?.();
  const released = lease.release();
  refusals[2]?.(new Error('no answer'));
  await turn();
  t.same(heard, ['unconfirmed', 'confirmed'], 'it was given back');
  answers[3]?.(9);
  await released;
});

t.test('a renewal under way does not keep the lease from being given back', async (t) => {
  const { lease, timers, answers, asked } = suspended();
  timers.shift()?.();
  const released = lease.release('b');
  t.equal(lease.end, 'released');
  answers[0]?.(8);
  await new Promise((resolve) => setImmediate(resolve));
  t.same(asked, [
    [RECORD, 7],
    [{ ...RECORD, next: 'b' }, 8],
  ]);
  answers[1]?.(9);
  await released;
  t.same(timers, []);
});

t.test('what was given back is taken by the machine that it is meant for', async (t) => {
  const held: LeaseRecord = { machine: 'a', host: 'a', daemon: '1', since: '' };
  const takes = async (record: LeaseRecord): Promise<boolean> => {
    const bucket: LeaseBucket = {
      create: async () => null,
      read: async () => ({ record, revision: 7 }),
      update: async () => 8,
      mayForget: async () => true,
    };
    const clock: LeaseClock = { now: () => 0, after: () => () => undefined };
    const own = { machine: 'b', host: 'b1', daemon: '2', since: '' };
    return (await new LeaseTaker(bucket, own, { clock, times: TIMES }).try()) !== null;
  };
  t.equal(await takes(held), false);
  t.equal(await takes({ ...held, next: ANYONE }), true);
  t.equal(await takes({ ...held, next: 'b' }), true);
  t.equal(await takes({ ...held, next: 'c' }), false);
  t.equal(
    await takes({ ...held, machine: 'b' }),
    false,
    'the same machine since another boot, or another folder',
  );
  t.equal(await takes({ ...held, host: 'b1' }), true, 'a process before this one');
});
