// Two machines with the same account: one runs it, the other stands by.
import { once } from 'node:events';
import t from 'tap';
import { FleetPair } from '../harness/fleet-pair.js';

t.setTimeout(300_000);

t.test('the second machine stands by, and takes the account when the first is stopped', async (t) => {
  // Even this means no unlink in a fleet.
  const pair = await FleetPair.make(t, { env: { WAD_SHUTDOWN_ON_TERM: 'logout' } });
  const first = await pair.ready('a');
  t.match((await first.status()).fleet, { machine: 'a', holder: 'a' });
  const second = await pair.stands('b');
  t.match(await second.status(), { status: 'stopped', reason: 'standby' });
  const sending = second.request('message.send', { to: '15550002222', text: 'x' });
  await t.rejects(sending, { kind: 'standby', message: /Machine a runs this account/ });
  const waiting = second.until('ready');
  const soon = second.request('session.wait', { states: ['ready'], timeoutMs: 300 });
  await t.rejects(soon, { kind: 'standby', message: /Machine a runs this account/ });
  await first.stop();
  t.match(await waiting, { status: 'ready' }, 'a wait goes on when the account comes');
  t.match((await second.status()).fleet, { machine: 'b', holder: 'b' });
  await second.stop();
});

t.test('kill -9 of the daemon: the other machine has it within the lease and a start', async (t) => {
  const pair = await FleetPair.make(t);
  const first = await pair.ready('a');
  const second = await pair.stands('b');
  await first.kill();
  await second.listening();
  await second.until('ready');
  t.equal((await pair.homes.a.browsers()).length, 1);
  await second.stop();
});

t.test('a daemon without the servers kills its browser before another machine may begin', async (t) => {
  const pair = await FleetPair.make(t);
  const first = await pair.ready('a');
  await pair.server.freeze();
  const [status] = (await once(first.child, 'exit')) as [number];
  t.equal(status, 75);
  t.same(await pair.homes.a.browsers(), []);
  pair.server.thaw();
  t.match(await first.logged('fleet.lease-lost'), { end: 'silent', browserEnded: true });
});

t.test('a suspended daemon: its browser dies first, and it ends when it wakes up', async (t) => {
  // On a shared disk its lock would show that it lives: both have the same kernel here.
  const pair = await FleetPair.make(t, { profile: 'local' });
  const first = await pair.ready('a');
  const second = await pair.stands('b');
  first.child.kill('SIGSTOP');
  await second.logged('fleet.lease');
  t.same(await pair.homes.a.browsers(), [], 'before the other machine may begin');
  await second.listening();
  await second.until('linking');
  const ended = once(first.child, 'exit');
  first.child.kill('SIGCONT');
  t.same((await ended)[0], 75);
  await second.stop();
});

t.test('a planned move takes the profile along, without a QR code and without a loss', async (t) => {
  const pair = await FleetPair.make(t, { profile: 'local' });
  const ben = pair.sim.createContact({ number: '15550002222', pushname: 'Ben' });
  const first = await pair.ready('a');
  const before = await first.request('message.send', { to: ben.number, text: 'from a' });
  await first.request('message.wait', { id: before.id, for: 'sent', timeoutMs: 30_000 });
  const second = await pair.stands('b');
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
  t.notOk((await second.states()).includes('linking'));
  await second.stop();
});

t.test('a machine that is lost with its disk: another one continues from the stored profile', async (t) => {
  const pair = await FleetPair.make(t, { profile: 'local' });
  const ben = pair.sim.createContact({ number: '15550002222', pushname: 'Ben' });
  const stored = await pair.ready('a');
  await stored.stop();
  t.ok(await stored.logged('profile.saved'));
  const first = await pair.ready('a');
  const second = await pair.stands('b');
  await pair.lose(first, 'a');
  await second.listening();
  await second.until('ready');
  const { id } = await second.request('message.send', { to: ben.number, text: 'from b' });
  await second.request('message.wait', { id, for: 'sent', timeoutMs: 30_000 });
  t.notOk((await second.states()).includes('linking'));
  await second.stop();
});
