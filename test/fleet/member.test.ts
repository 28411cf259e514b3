// Machines that wait for the lease of one account, on a real server.
import { randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import { Member } from '../../src/fleet/member.js';
import { fleetConfig } from '../harness/fleet.js';
import { type NatsServer, natsServer } from '../harness/nats.js';
import { keepLog } from '../harness/server.js';

/** Short, so that an expiry can be waited for. */
const leaseSeconds = 3;
const never = new AbortController().signal;

async function member(t: Test, server: NatsServer, machine: string, host = machine): Promise<Member> {
  const config = fleetConfig(server, { machine, leaseSeconds });
  const log = keepLog();
  const one = await Member.open({ config, account: 'shop', host, daemon: randomUUID(), log }, never);
  t.teardown(() => one.close());
  return one;
}

/** Whether it has resolved by now; turns of the event loop do not count. */
async function isSettled(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  const late = Symbol();
  let timer: NodeJS.Timeout | undefined;
  const timed = new Promise((resolve) => {
    timer = setTimeout(resolve, withinMs, late);
  });
  const first = await Promise.race([promise, timed]);
  clearTimeout(timer);
  return first !== late;
}

t.test('one machine has it; a release passes it on at once', async (t) => {
  const server = await natsServer(t);
  const [a, b] = await Promise.all([member(t, server, 'a'), member(t, server, 'b')]);
  const first = await a.lease(never);
  const waiting = b.lease(never);
  t.notOk(await isSettled(waiting, leaseSeconds * 2_000), 'it is renewed for twice its time');
  t.equal(b.holder?.machine, 'a');
  t.equal(first.end, null);
  const startedAt = performance.now();
  await first.release();
  const second = await waiting;
  t.ok(performance.now() - startedAt < leaseSeconds * 1_000, 'before it expires');
  t.ok(second.epoch > first.epoch);
  t.equal(first.end, 'released');
  await second.release();
});

t.test('only the named machine takes it over', async (t) => {
  const server = await natsServer(t);
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => member(t, server, name)));
  const first = await (a as Member).lease(never);
  const stop = new AbortController();
  const lost = (b as Member).lease(stop.signal);
  const won = (c as Member).lease(never);
  await first.release('c');
  const second = await won;
  stop.abort(new Error('enough'));
  await t.rejects(lost, { message: 'enough' });
  await second.release();
});

t.test('the lease of a machine that is gone is taken when it has expired', async (t) => {
  const server = await natsServer(t);
  const [a, b] = await Promise.all([member(t, server, 'a'), member(t, server, 'b')]);
  const first = await a.lease(never);
  const waiting = b.lease(never);
  await isSettled(waiting, 100);
  const endedAt = new Promise<number>((resolve) => first.onEnd(() => resolve(performance.now())));
  await a.close();
  const second = await waiting;
  const takenAt = performance.now();
  t.equal(first.end, 'silent');
  t.ok((await endedAt) < takenAt, 'the holder had given up before');
  await second.release();
});

t.test(
  'a daemon that is started again on the same host has it at once, and the former one not any more',
  async (t) => {
    const server = await natsServer(t);
    const former = await (await member(t, server, 'a')).lease(never);
    const next = await (await member(t, server, 'a')).lease(never);
    t.ok(next.epoch > former.epoch);
    await new Promise<void>((resolve) => former.onEnd(() => resolve()));
    t.equal(former.end, 'refused');
    t.equal(next.end, null);
    await next.release();
  },
);

t.test('a server that is away is waited for', async (t) => {
  const server = await natsServer(t);
  await server.kill();
  const opening = member(t, server, 'a');
  t.notOk(await isSettled(opening, 500));
  await server.start();
  const lease = await (await opening).lease(never);
  t.ok(lease.leftMs > 0);
  await lease.release();
});

t.test('a machine of the same name is refused while it is alive', async (t) => {
  const server = await natsServer(t);
  const first = await (await member(t, server, 'a', 'one boot')).lease(never);
  const twin = await member(t, server, 'a', 'another boot');
  await t.rejects(twin.lease(never), { kind: 'machine_taken', message: /named a/ });
  t.equal(first.end, null);
  await first.release();
});

t.test('a clock that is wrong by minutes is refused', async (t) => {
  const server = await natsServer(t);
  for (const [minutes, how] of [
    [5, /300 s ahead of/],
    [-5, /300 s behind/],
  ] as const) {
    const opening = Member.open(
      {
        ...{ config: fleetConfig(server), account: 'shop', host: 'a', daemon: randomUUID(), log: keepLog() },
        now: () => Date.now() + minutes * 60_000,
      },
      never,
    );
    await t.rejects(opening, { kind: 'clock_skew', message: how });
  }
});

t.test('a cold start waits only while the servers may have forgotten a holder', async (t) => {
  const server = await natsServer(t);
  const log = keepLog();
  const start = async (account: string) => {
    const config = fleetConfig(server, { machine: 'a', leaseSeconds });
    const one = await Member.open({ config, account, host: 'a', daemon: randomUUID(), log }, never);
    t.teardown(() => one.close());
    const lease = await one.lease(never);
    await lease.release();
    return Number(log.lines.findLast(({ event }) => event === 'fleet.lease')?.fields.waitMs);
  };
  t.equal(await start('shop'), (leaseSeconds * 1_000 * 2) / 3, 'the bucket is new');
  await new Promise((resolve) => setTimeout(resolve, leaseSeconds * 1_000));
  t.equal(await start('support'), 0);
});

t.test('an entry that is no lease is waited out, not read', async (t) => {
  const server = await natsServer(t);
  const one = await member(t, server, 'a');
  await one.objects.leases.put('shop', '{"machine":');
  const lease = await one.lease(never);
  t.equal(lease.end, null);
  await lease.release();
});
