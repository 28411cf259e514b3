// Two machines with the same account: one runs it, the other stands by.
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateIdentity } from 'age-encryption';
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

/** A linked account. `shared`: both machines see its state directory. `local`: each has one of its own. */
async function pair(t: Test, profile: 'shared' | 'local' = 'shared'): Promise<Pair> {
  const server = await natsServer(t);
  const sim = await Simulator.start();
  const a = await Home.make(sim, { t });
  const b = await Home.make(sim, { t, ...(profile === 'shared' && { sharing: a }) });
  t.teardown(async () => {
    await a[Symbol.asyncDispose]();
    await b[Symbol.asyncDispose]();
    await sim[Symbol.asyncDispose]();
  });
  await a.saveSession(sim.createPhone({ number: '15550001111', pushname: 'Ada' }));
  const keyFile = join(a.dir, 'fleet.key');
  await writeFile(keyFile, `${await generateIdentity()}\n`, { mode: 0o600 });
  const env = {
    WAD_FLEET_SERVERS: server.url,
    WAD_FLEET_PROFILE: profile,
    WAD_FLEET_KEY_FILE: keyFile,
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

t.test('a suspended daemon: its browser dies first, and it ends when it wakes up', async (t) => {
  // On a shared disk its lock would show that it lives: both have the same kernel here.
  const { start, a } = await pair(t, 'local');
  const first = await start('a');
  await first.listening();
  await first.until('ready');
  const second = await start('b');
  await stands(second);
  first.child.kill('SIGSTOP');
  await second.logged('fleet.lease');
  t.same(await a.browsers(), [], 'before the other machine may begin');
  await second.listening();
  await second.until('linking');
  const ended = once(first.child, 'exit');
  first.child.kill('SIGCONT');
  t.same((await ended)[0], 75);
  await second.stop();
});

t.test('a planned move takes the profile along, without a QR code and without a loss', async (t) => {
  const { start, sim } = await pair(t, 'local');
  const ben = sim.createContact({ number: '15550002222', pushname: 'Ben' });
  const first = await start('a');
  await first.listening();
  await first.until('ready');
  const before = await first.request('message.send', { to: ben.number, text: 'from a' });
  await first.request('message.wait', { id: before.id, for: 'sent', timeoutMs: 30_000 });
  const second = await start('b');
  await stands(second);
  await first.request('fleet.handOver', { to: 'b' });
  t.equal((await first.ended()).code, 0);
  await ben.send('meanwhile');
  await second.listening();
  await second.until('ready');
  t.match(await second.request('outbox.get', { id: before.id }), { state: /sent|delivered|read/ });
  await second.event('message', ({ body }) => body === 'meanwhile');
  const after = await second.request('message.send', { to: ben.number, text: 'from b' });
  await second.request('message.wait', { id: after.id, for: 'sent', timeoutMs: 30_000 });
  t.same(
    ben.received.map(({ body }) => body),
    ['from a', 'from b'],
  );
  t.same(await second.states().then((states) => states.includes('linking')), false);
  await second.stop();
});

t.test('a machine that is lost with its disk: another one continues from the stored profile', async (t) => {
  const { start, a, sim } = await pair(t, 'local');
  const ben = sim.createContact({ number: '15550002222', pushname: 'Ben' });
  const stored = await start('a');
  await stored.listening();
  await stored.until('ready');
  await stored.stop();
  t.ok(await stored.logged('profile.saved'));
  const first = await start('a');
  await first.listening();
  await first.until('ready');
  const second = await start('b');
  await stands(second);
  await first.kill();
  for (const pid of await a.browsers()) process.kill(-pid, 'SIGKILL');
  await rm(a.stateDir, { recursive: true, force: true });
  await second.listening();
  await second.until('ready');
  const { id } = await second.request('message.send', { to: ben.number, text: 'from b' });
  await second.request('message.wait', { id, for: 'sent', timeoutMs: 30_000 });
  t.same(await second.states().then((states) => states.includes('linking')), false);
  await second.stop();
});
