// Two machines with the same account, on a disk that they share: one runs it, the other stands by.
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { Home } from '../harness/home.js';
import { type NatsServer, natsServer } from '../harness/nats.js';
import type { Wad } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

t.setTimeout(300_000);

const LEASE_S = 6;

interface Pair {
  readonly sim: Simulator;
  readonly a: Home;
  readonly server: NatsServer;
  readonly start: (machine: 'a' | 'b') => Promise<Wad>;
}

/** A linked account whose state directory both machines see. */
async function pair(t: Test): Promise<Pair> {
  const server = await natsServer(t);
  const sim = await Simulator.start();
  const a = await Home.make(sim, { t });
  const b = await Home.make(sim, { t, sharing: a });
  t.teardown(async () => {
    await a[Symbol.asyncDispose]();
    await b[Symbol.asyncDispose]();
    await sim[Symbol.asyncDispose]();
  });
  await a.saveSession(sim.createPhone({ number: '15550001111', pushname: 'Ada' }));
  const env = {
    WAD_FLEET_SERVERS: server.url,
    WAD_FLEET_PROFILE: 'shared',
    WAD_FLEET_LEASE_SECONDS: String(LEASE_S),
  };
  const start = (machine: 'a' | 'b') =>
    (machine === 'a' ? a : b).start({
      env: { ...env, WAD_FLEET_MACHINE: machine },
      listening: false,
    });
  return { sim, a, server, start };
}

const stands = async (wad: Wad) => {
  await wad.logged('fleet.held');
  return wad.status();
};

t.test('the second machine stands by, and takes the account when the first is stopped', async (t) => {
  const { start } = await pair(t);
  const first = await start('a');
  await first.listening();
  await first.until('ready');
  t.match((await first.status()).fleet, { machine: 'a', holder: 'a' });
  const second = await start('b');
  t.match(await stands(second), { status: 'stopped', reason: 'standby' });
  const sending = second.request('message.send', { to: '15550002222', text: 'x' });
  await t.rejects(sending, { kind: 'standby', message: /Machine a runs this account/ });
  await first.stop();
  await second.listening();
  await second.until('ready');
  t.match((await second.status()).fleet, { machine: 'b', holder: 'b' });
  await second.stop();
});

t.test('kill -9 of the daemon: the other machine has it within the lease and a start', async (t) => {
  const { start, a } = await pair(t);
  const first = await start('a');
  await first.listening();
  await first.until('ready');
  const second = await start('b');
  await stands(second);
  await first.kill();
  await second.listening();
  await second.until('ready');
  t.same(await a.browsers().then((pids) => pids.length), 1);
  await second.stop();
});

t.test('a daemon without the servers kills its browser before another machine may begin', async (t) => {
  const { start, server, a } = await pair(t);
  const first = await start('a');
  await first.listening();
  await first.until('ready');
  server.freeze();
  const [status] = (await once(first.child, 'exit')) as [number];
  t.equal(status, 75);
  t.same(await a.browsers(), []);
  server.thaw();
  t.match(await first.logged('fleet.lease-lost'), { end: 'silent' });
});

t.test(
  'a daemon that is suspended for longer than the lease: its browser dies first, and it ends when it wakes up',
  async (t) => {
    const { start, a } = await pair(t);
    const first = await start('a');
    await first.listening();
    await first.until('ready');
    const second = await start('b');
    await stands(second);
    first.child.kill('SIGSTOP');
    await second.logged('fleet.lease');
    t.same(await a.browsers(), [], 'before the other machine may begin');
    await second.listening();
    await second.until('ready');
    const ended = once(first.child, 'exit');
    first.child.kill('SIGCONT');
    t.same((await ended)[0], 75);
    t.equal((await second.status()).status, 'ready');
    await second.stop();
  },
);
