/** A page that hangs, a browser that is stopped, another host, a server that says no: noticed, named, and mended. */
import t from 'tap';
import { Home } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For a slow machine; it takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
/** The monitor's periods, as short as a test needs them; by default a hang is seen within 45 s. */
const WATCHFUL = {
  WAD_RECONNECT_DELAYS_MS: '100',
  WAD_MONITOR_PERIOD_MS: '1000',
  WAD_MONITOR_PROBE_TIMEOUT_MS: '2000',
};

t.test('a page or a browser that hangs is seen by the monitor and replaced (H4)', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-07' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: '15550002222' });
  const wad = await home.startLinked(phone, { env: WATCHFUL });
  const hangs = {
    'a page that hangs': async () => sim.pages[0]?.hang(120_000),
    'a browser that is stopped': async () => {
      for (const pid of await home.browsers()) process.kill(pid, 'SIGSTOP');
    },
  };
  for (const [what, hang] of Object.entries(hangs)) {
    const after = await wad.mark();
    const [pid] = await home.browsers();
    await hang();
    await wad.became('reconnecting', { reason: 'page_unresponsive', after });
    await wad.became('ready', { after, timeoutMs: 90_000 });
    const browsers = await home.browsers();
    t.equal(browsers.length, 1, `${what}: one browser`);
    t.not(browsers[0], pid, 'another one');
    await contact.send(what);
    await wad.event('message', ({ body }) => body === what);
  }
  t.same(await wad.events('qr'), []);
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});

t.test('a browser that is stopped does not keep the daemon from ending', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const wad = await home.startLinked(phone);
  for (const pid of await home.browsers()) process.kill(pid, 'SIGSTOP');
  const { ms, code } = await wad.stop('SIGTERM', 30_000);
  t.equal(code, 0);
  t.ok(ms < 22_000, `${Math.round(ms)} ms`);
  // It could not write that it ended well.
  const left = (await wad.leftBehind({ profile: 'kept' })).filter(
    (wrong) => !/^exit_type|Singleton/.test(wrong),
  );
  t.same(left, []);
  const again = await home.start();
  await again.until('ready');
  t.same(await again.events('qr'), []);
  await again.stop();
  t.same(await again.leftBehind({ profile: 'kept' }), []);
});

t.test('a session that another host took over is taken back (H20)', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const wad = await home.start({ env: { WAD_RECONNECT_DELAYS_MS: '300' } });
  await wad.link(phone);
  const after = await wad.mark();
  phone.conflict();
  await wad.became('reconnecting', { reason: 'conflict', after });
  await wad.became('ready', { after });
  t.equal(phone.devices.length, 1);
  t.equal(phone.devices[0]?.online, true);
  t.match(await wad.status(), { reason: 'none', reconnectAttempts: 0 });
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});

t.test('a banned account is not tried again: a person must act', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const wad = await home.start();
  await wad.link(phone);
  phone.ban();
  await wad.until('failed');
  t.match(await wad.status(), { reason: 'banned', nextAttemptAt: null, session: { hasSession: true } });
  t.same(
    (await wad.events('alert')).map(({ data }) => data.reason),
    ['banned'],
  );
  t.match(await wad.wactl(['send', '15550002222', 'hello']), { code: 4 });
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), [], 'the session is kept');
});
