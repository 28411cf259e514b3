/** One daemon a session, whatever happened to the one before. */
import t from 'tap';
import { eventually, Home } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For a slow machine; it takes a tenth of this.
t.setTimeout(300_000);

t.test('a second daemon on the same session exits 75 and names the one that holds it', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const wad = await home.start();
  await wad.until('linking');
  const second = await home.start({ listening: false });
  t.match(await second.ended(), { code: 75, signal: null });
  t.match(second.stderr, new RegExp(`\\b${wad.pid}\\b`));
  await wad.until('linking');
  t.equal((await home.browsers()).length, 1, 'the first one is not disturbed');
  await wad.stop();
});

t.test(
  'after kill -9 the browser goes by itself, and the next daemon is ready without a QR (H14)',
  async (t) => {
    await using sim = await Simulator.start();
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111' });
    const first = await home.start();
    await first.link(phone);
    await first.kill();
    await eventually(async () => (await home.processes()).length === 0, 'the browser is gone', 10_000);
    t.ok(home.sessions().includes('session-default.lock'), 'the lock was left behind');

    const startedAt = performance.now();
    const wad = await home.start();
    t.ok(performance.now() - startedAt < 15_000, 'it waited for no more than the lock to grow stale');
    await wad.logged('lock.taken-over', ({ fromPid }) => fromPid === first.pid);
    await wad.until('ready');
    t.same(await wad.events('qr'), []);
    t.equal((await home.browsers()).length, 1);
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  },
);

t.test('two daemons that start at once after a crash: one runs, the other exits 75', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const first = await home.start();
  await first.link(phone);
  await first.kill();
  const a = await home.start({ listening: false });
  const b = await home.start({ listening: false });
  const loser = await Promise.race([a.exited.then(() => a), b.exited.then(() => b)]);
  const winner = loser === a ? b : a;
  t.match(await loser.exited, { code: 75 });
  t.match(loser.stderr, new RegExp(`\\b${winner.pid}\\b`));
  await winner.listening();
  await winner.until('ready');
  t.equal((await home.browsers()).length, 1);
  await winner.stop();
  t.same(await winner.leftBehind({ profile: 'kept' }), []);
});
