/**
 * A stop waits for messages in flight, and keeps or ends the link as configured.
 * That it ends in time in every state and leaves nothing behind is tested in the table of faults.
 */
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { STOP_MS } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const PEER = '15550002222';

/** Longer than `stop` gives a daemon, so a daemon that waits for all of it fails the test. */
const LONG_DRAIN = { WAD_SHUTDOWN_DRAIN_MS: '60000' };

t.test('a stop waits for a message in flight, and a second signal ends the wait', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: PEER });
  const first = await home.start({ env: LONG_DRAIN });
  await first.link(phone);
  await sim.faults.ackLate(3_000);
  const sent = await first.request('message.send', { to: PEER, text: 'on its way' });
  await first.logged('message.state', ({ id, to }) => id === sent.id && to === 'sending');
  await first.stop();
  // Any later state also shows that it was sent.
  const out = await first.logged(
    'message.state',
    ({ id, to }) => id === sent.id && /^(sent|delivered|read)$/.test(String(to)),
  );
  const stopping = await first.logged('daemon.stopping');
  t.ok(first.log.indexOf(out) > first.log.indexOf(stopping), 'the message was sent before the stop ended');
  t.equal(contact.received.length, 1);
  t.same(await first.leftBehind({ profile: 'kept' }), []);

  await sim.faults.send('hangs-before-store');
  const second = await home.start({ env: LONG_DRAIN });
  await second.until('ready');
  const stuck = await second.request('message.send', { to: PEER, text: 'stuck' });
  await second.logged('message.state', ({ id, to }) => id === stuck.id && to === 'sending');
  second.child.kill('SIGTERM');
  await second.logged('daemon.stopping');
  t.match(await second.wactl(['status', '-o', 'json']), { code: 0, stdout: /"isShuttingDown": ?true/ });
  t.match(await second.wactl(['send', PEER, 'too late']), { code: 5 }, 'no new message is accepted');
  second.child.kill('SIGTERM');
  await second.ended();
  await second.logged('daemon.hurry');
  t.same(await second.leftBehind({ profile: 'kept' }), []);
});

t.test('a stop waits ten seconds at most for a stuck message', async (t) => {
  await using sim = await Simulator.start({ knobs: { sendFault: 'hangs-before-store' } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  sim.createContact({ number: PEER });
  const wad = await home.start({ env: { WAD_SHUTDOWN_DRAIN_MS: '2000' } });
  await wad.link(phone);
  const stuck = await wad.request('message.send', { to: PEER, text: 'stuck' });
  await wad.logged('message.state', ({ id, to }) => id === stuck.id && to === 'sending');
  const { ms } = await wad.stop();
  t.ok(ms > 1_900, `the stop took ${Math.round(ms)} ms, of which 2 s were configured`);
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
  t.match(await third.leftBehind({ profile: 'kept' }), [], 'without a link there is nothing to unlink');
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
  await wad.logged('session.alert', ({ says }) => /do it on the phone/.test(String(says)));
  t.equal(phone.devices.length, 1);
  const again = await home.start();
  await again.until('ready');
  t.same(await again.events('qr'), []);
  await again.stop();
});

t.test('a start clears the mark of a crash, so a stop right after it is a clean exit', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const wad = await home.startLinked(phone);
  // Chromium records a crash until it has closed. The record is on disk some seconds after its start.
  await eventually(() => home.exitType() === 'Crashed', 'the mark of a crash is on disk', 60_000);
  const after = await wad.mark();
  for (const pid of await home.browsers()) process.kill(pid, 'SIGKILL');
  await wad.became('ready', { after });
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});
