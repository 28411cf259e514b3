/** SIGTERM, SIGINT and their friends, in every state: a bounded end that leaves the session and nothing else. */
import t from 'tap';
import { Home, STOP_MS, type StartOptions, type Wad } from '../harness/wad.js';
import type { Phone } from '../simulator/phone.js';
import { Simulator } from '../simulator/simulator.js';

// For a slow machine; it takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const PEER = '15550002222';

interface Situation {
  readonly state: string;
  readonly start?: StartOptions;
  readonly profile: 'kept' | 'gone';
  reach(wad: Wad, sim: Simulator, phone: Phone): Promise<unknown>;
}

const SITUATIONS: readonly Situation[] = [
  {
    state: 'stopped',
    start: { args: ['--no-auto-init'] },
    profile: 'gone',
    reach: (wad) => wad.until('stopped'),
  },
  {
    state: 'starting, the browser being launched',
    profile: 'kept',
    reach: (wad) => wad.until('starting'),
  },
  {
    state: 'starting, the page not coming',
    profile: 'kept',
    reach: async (wad, sim) => {
      await sim.faults.load('hang');
      await wad.until('starting');
    },
  },
  { state: 'linking', profile: 'kept', reach: (wad) => wad.until('linking') },
  {
    state: 'syncing',
    profile: 'kept',
    reach: async (wad, sim, phone) => {
      await sim.faults.sync('never');
      await phone.scan(await wad.qr());
      await wad.until('syncing');
    },
  },
  { state: 'ready', profile: 'kept', reach: (wad, _, phone) => wad.link(phone) },
  {
    state: 'reconnecting, the page left to itself',
    profile: 'kept',
    reach: async (wad, sim, phone) => {
      await wad.link(phone);
      await sim.faults.networkDown();
      await wad.until('reconnecting');
    },
  },
  {
    state: 'failed',
    start: { env: { WAD_RECONNECT_MAX_ATTEMPTS: '1', WAD_RECONNECT_DELAYS_MS: '0' } },
    profile: 'kept',
    reach: async (wad, sim) => {
      await sim.faults.load('refuse');
      await wad.until('failed');
    },
  },
  {
    state: 'logging-out, the phone not answering',
    profile: 'gone',
    reach: async (wad, sim, phone) => {
      await sim.set('logoutFrameMs', 60_000);
      await wad.link(phone);
      wad.request('session.disconnect').catch(() => {});
      await wad.until('logging-out');
    },
  },
];

for (const { state, start = {}, profile, reach } of SITUATIONS) {
  t.test(`SIGTERM in ${state} ends in time and leaves nothing`, async (t) => {
    await using sim = await Simulator.start();
    await using home = await Home.make(sim, { t });
    const wad = await home.start(start);
    await reach(wad, sim, sim.createPhone({ number: NUMBER }));
    const { ms } = await wad.stop();
    t.ok(ms < STOP_MS, `${Math.round(ms)} ms`);
    // A browser that never came as far as a page may not have written its profile.
    const left = (await wad.leftBehind({ profile })).filter((wrong) => !/^exit_type null/.test(wrong));
    t.same(left, []);
    await wad.logged('daemon.stopped');
  });
}

for (const generation of ['2026-04', '2026-07'] as const) {
  t.test(`SIGTERM within a second of the scan keeps the link (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const wad = await home.start();
    const qr = await wad.qr();
    const scannedAt = performance.now();
    await phone.scan(qr);
    await wad.until('syncing', 'ready');
    await wad.stop();
    t.ok(performance.now() - scannedAt < 5_000);
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
    const again = await home.start();
    await again.until('ready');
    t.same(await again.events('qr'), []);
    await again.stop();
    t.same(await again.leftBehind({ profile: 'kept' }), []);
    t.equal(phone.devices.length, 1);
  });
}

t.test('a stop waits for a message on its way, and a second signal does not', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: PEER });
  const first = await home.start();
  await first.link(phone);
  await sim.faults.ackLate(1_000);
  const sent = await first.request('message.send', { to: PEER, text: 'on its way' });
  await first.logged('message.state', ({ id, to }) => id === sent.id && to === 'sending');
  const { ms } = await first.stop();
  t.ok(ms > 900 && ms < 8_000, `it ended when the message was out, after ${Math.round(ms)} ms`);
  // What else was told of it by then is as good.
  await first.logged(
    'message.state',
    ({ id, to }) => id === sent.id && /^(sent|delivered|read)$/.test(String(to)),
  );
  t.equal(contact.received.length, 1);
  t.same(await first.leftBehind({ profile: 'kept' }), []);

  await sim.faults.send('hangs-before-store');
  const second = await home.start();
  await second.until('ready');
  const stuck = await second.request('message.send', { to: PEER, text: 'stuck' });
  await second.logged('message.state', ({ id, to }) => id === stuck.id && to === 'sending');
  const startedAt = performance.now();
  second.child.kill('SIGTERM');
  await second.logged('daemon.stopping');
  t.match(await second.wactl(['status', '-o', 'json']), { code: 0, stdout: /"isShuttingDown": ?true/ });
  t.match(await second.wactl(['send', PEER, 'too late']), { code: 5 }, 'nothing new is taken');
  second.child.kill('SIGTERM');
  const end = await second.ended(startedAt);
  await second.logged('daemon.hurry');
  t.ok(end.ms < 8_000, `the drain was cut short: ${Math.round(end.ms)} ms`);
  t.same(await second.leftBehind({ profile: 'kept' }), []);
});

t.test('a stop gives a message that is stuck ten seconds and no more', async (t) => {
  await using sim = await Simulator.start({ knobs: { sendFault: 'hangs-before-store' } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  sim.createContact({ number: PEER });
  const wad = await home.start({ env: { WAD_SHUTDOWN_DRAIN_MS: '2000' } });
  await wad.link(phone);
  const stuck = await wad.request('message.send', { to: PEER, text: 'stuck' });
  await wad.logged('message.state', ({ id, to }) => id === stuck.id && to === 'sending');
  const { ms } = await wad.stop();
  t.ok(ms > 1_900 && ms < 8_000, `${Math.round(ms)} ms of the 2 s that were configured`);
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});

t.test('with shutdown.onTerm = "logout" SIGTERM unlinks the phone, and SIGINT does not', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const env = { WAD_SHUTDOWN_ON_TERM: 'logout' };
  const first = await home.start({ env });
  await first.link(phone);
  await first.stop('SIGINT');
  t.same(await first.leftBehind({ profile: 'kept' }), []);
  t.equal(phone.devices.length, 1);

  const second = await home.start({ env });
  await second.until('ready');
  await second.stop('SIGTERM');
  t.same(await second.leftBehind({ profile: 'gone' }), []);
  t.equal(phone.devices.length, 0);

  const third = await home.start({ env });
  await third.until('linking');
  await third.stop('SIGTERM');
  t.match(await third.leftBehind({ profile: 'kept' }), [], 'with nothing linked there is nothing to unlink');
});

t.test('a logout at SIGTERM that cannot be confirmed keeps the session and warns', async (t) => {
  await using sim = await Simulator.start({ knobs: { logoutFrameMs: 60_000 } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const env = { WAD_SHUTDOWN_ON_TERM: 'logout', WAD_SHUTDOWN_LOGOUT_MS: '1000' };
  const wad = await home.start({ env });
  await wad.link(phone);
  const { ms } = await wad.stop();
  t.ok(ms < STOP_MS);
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
  await wad.logged('session.alert', ({ says }) => /[Uu]nlink it on the phone/.test(String(says)));
  t.equal(phone.devices.length, 1);
  const again = await home.start();
  await again.until('ready');
  t.same(await again.events('qr'), []);
  await again.stop();
});
