/** `wactl stop` closes the browser in every state and keeps the link; messages wait until the account starts again. */
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { LASTING, SITUATIONS } from '../harness/situations.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const PEER = '15550002222';

t.test('wactl stop keeps the session in every state', async (t) => {
  await using sim = await Simulator.start({ knobs: { deviceLimit: 50 } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const wad = await home.start({ args: ['--no-auto-init'], env: LASTING });
  for (const { state, reach } of SITUATIONS) {
    await reach(wad, sim, phone);
    const before = await wad.status();
    t.equal(before.status, state);
    const devices = phone.devices.length;
    const { hasSession } = before.session;
    const { code, stdout, stderr } = await wad.wactl(['stop', '-o', 'json']);
    t.match({ code, stderr }, { code: 0, stderr: '' }, state);
    const message =
      state === 'stopped'
        ? 'Already stopped; nothing changed.'
        : hasSession
          ? 'Stopped; the phone stays linked.'
          : 'Stopped; no phone is linked.';
    t.match(JSON.parse(stdout), { success: true, message, status: 'stopped' }, state);
    t.same(await home.browsers(), [], `${state}: no browser is left`);
    t.equal(phone.devices.length, devices, `${state}: the phone lists the same devices`);
    t.match(await wad.status(), {
      ...{ status: 'stopped', reason: state === 'stopped' ? 'no_session' : 'user_stopped' },
      ...{ hint: /^wactl .*\binit$/, nextAttemptAt: null, reconnectAttempts: 0 },
      session: { hasSession, connected: false },
    });
    t.match(await wad.wactl(['wait', 'ready']), { code: 4 }, `${state}: it does not start by itself`);
    await sim.faults.load('none');
    await sim.faults.networkUp();
    await sim.faults.sync('when-listened');
    if (hasSession) {
      const after = await wad.mark();
      await wad.request('session.initialize');
      await wad.became('ready', { after });
      t.same(await wad.events('qr', after), [], `${state}: it starts again without a code`);
      t.match(await wad.request('session.disconnect'), { unlinked: true });
    }
  }
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});

t.test('a message in flight is sent first, and later ones wait for the start', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: PEER });
  const first = await home.startLinked(phone);
  const bodies = () => contact.received.map(({ body }) => body);
  await sim.faults.ackLate(2_000);
  const sent = await first.request('message.send', { to: PEER, text: 'in flight' });
  await first.logged('message.state', ({ id, to }) => id === sent.id && to === 'sending');
  await first.request('session.stop');
  t.match((await first.request('message.get', { id: sent.id })).state, /^(sent|delivered|read)$/);

  const waits = await first.wactl(['send', PEER, 'later', '--timeout', '1']);
  t.match(waits, { code: 8, stderr: /stays in the queue/ }, 'it is accepted, and not sent');
  t.match(await first.status(), { status: 'stopped', outbox: { queued: 1 } });
  t.match(await first.wactl(['chats']), {
    code: 5,
    stderr: /stopped \(user_stopped\)\.\n {2}try: wactl .*\binit\n/,
  });
  t.same(bodies(), ['in flight']);
  await first.request('session.initialize');
  await eventually(() => contact.received.length === 2, 'the message is sent');
  t.same(bodies(), ['in flight', 'later']);

  await first.until('ready');
  await first.request('session.stop');
  await first.stop();
  t.same(await first.leftBehind({ profile: 'kept' }), []);
  const second = await home.start();
  await second.until('ready');
  t.same(await second.events('qr'), [], 'a restart of the daemon starts it again');
  await second.stop();
});

t.test(
  'a hibernating account stays closed, and a logout and the end of the daemon are not held up',
  async (t) => {
    await using sim = await Simulator.start();
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const contact = sim.createContact({ number: PEER });
    const wad = await home.start({
      env: {
        WAD_HIBERNATE_AFTER_MINUTES: '0.034',
        WAD_HIBERNATE_WAKE_MINUTES: '0',
        WAD_SHUTDOWN_LOGOUT_MS: '3000',
      },
    });
    await wad.link(phone);
    await wad.until('hibernating');
    t.match(await wad.request('session.stop'), {
      message: 'Stopped; the phone stays linked.',
      status: 'stopped',
    });
    const { id } = await wad.request('message.send', { to: PEER, text: 'waits' });
    t.match(await wad.request('message.get', { id }), { state: 'queued' });
    t.match(await wad.status(), { status: 'stopped', reason: 'user_stopped' }, 'a message does not wake it');
    t.same(await home.browsers(), []);
    await wad.request('session.initialize');
    await wad.request('message.wait', { id, for: 'sent', timeoutMs: 60_000 });
    t.equal(contact.received.length, 1);

    await wad.until('ready');
    await sim.set('logoutFrameMs', 60_000);
    const unlinks = wad.request('session.disconnect');
    await wad.until('logging-out');
    t.match(await wad.request('session.stop'), {
      message: 'Already stopped; nothing changed.',
      status: 'stopped',
    });
    t.match(await unlinks, { hadSession: true, status: 'stopped' });

    await wad.request('session.initialize');
    await wad.link(phone);
    await sim.faults.send('hangs-before-store');
    const stuck = await wad.request('message.send', { to: PEER, text: 'stuck' });
    await wad.logged('message.state', ({ id, to }) => id === stuck.id && to === 'sending');
    wad.child.kill('SIGTERM');
    await wad.logged('daemon.stopping');
    t.match(await wad.wactl(['stop']), { code: 5, stderr: /shutting down/ });
    wad.child.kill('SIGTERM');
    await wad.ended();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  },
);
