/**
 * A network failure leads to a grace period, then attempts, then slow retries, and never to a new link.
 * An attempt first asks the page, then reloads it, then starts a new browser.
 */
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';

t.test(
  'a page that loses its connection is left alone for the grace period, and attempts return to 0',
  async (t) => {
    await using sim = await Simulator.start({ generation: '2026-07' });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const contact = sim.createContact({ number: '15550002222' });
    const wad = await home.start();
    await wad.link(phone);
    const [browser] = await home.browsers();
    for (const round of [1, 2]) {
      const after = await wad.mark();
      const logFrom = wad.log.length;
      await sim.faults.networkDown();
      await wad.became('reconnecting', { reason: 'network_down', after });
      t.match(await wad.status(), {
        status: 'reconnecting',
        reconnectAttempts: 0,
        session: { hasSession: true, connected: false },
      });
      const lost = await wad.logged('session.transition', ({ to }) => to === 'reconnecting', {
        after: logFrom,
      });
      t.equal(lost.nextAttemptInMs, 60_000, 'the page has a minute to reconnect by itself');
      const text = `accepted while away ${round}`;
      t.match(await wad.wactl(['send', '--wait', 'accepted', contact.number, text]), { code: 0 });
      await contact.send(`while away ${round}`);
      await sim.faults.networkUp();
      await wad.became('ready', { after });
      t.match(await wad.status(), { reconnectAttempts: 0, nextAttemptAt: null, reason: 'none' });
      await wad.event('message', ({ body }) => body === `while away ${round}`);
      const sent = await wad.request('message.send', { to: contact.number, text: `back ${round}` });
      t.match(await wad.request('message.wait', { id: sent.id, for: 'delivered' }), { error: null });
      t.equal(
        contact.received.filter(({ body }) => body === text).length,
        1,
        'the message was sent once, without a retry of ours',
      );
    }
    t.same(await home.browsers(), [browser], 'the browser is the same');
    t.same(
      (await wad.events('message')).filter(({ data }) => data.fromMe === false).map(({ data }) => data.body),
      ['while away 1', 'while away 2'],
      'each message is reported once',
    );
    t.same(await wad.events('alert'), []);
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  },
);

t.test(
  'after the grace period attempts escalate from the socket to a new browser, until it is back',
  async (t) => {
    await using sim = await Simulator.start();
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const wad = await home.startLinked(phone, {
      env: {
        WAD_RECONNECT_GRACE_MS: '200',
        WAD_RECONNECT_DELAYS_MS: '100',
        WAD_RECONNECT_MAX_ATTEMPTS: '3',
      },
    });
    await sim.faults.networkDown();
    // The first attempt asks the page, with a limit of 20 s. The reload fails quickly. Then a new browser is
    // started.
    const [pid] = await home.browsers();
    await wad.until('failed');
    t.match(await wad.status(), {
      reason: 'attempts_exhausted',
      reconnectAttempts: 3,
      hint: /^wactl .*\binit$/,
    });
    t.not((await home.browsers())[0], pid);
    const reasons = (await wad.events('state')).flatMap(({ data }) =>
      data.status === 'reconnecting' ? [data.reason] : [],
    );
    t.same([...new Set(reasons)], ['network_down'], 'the reason was network_down throughout');
    await sim.faults.networkUp();
    await wad.request('session.initialize');
    await wad.until('ready');
    t.same(await wad.events('qr'), []);
    t.match(await wad.status(), { reconnectAttempts: 0 });
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  },
);

const OFFLINE = [
  ['refuse', '1500'],
  ['reset', '0'],
] as const;
for (const [fault, slowRetryMs] of OFFLINE) {
  t.test(
    `offline at start (${fault}): five attempts, one alert, then ${slowRetryMs === '0' ? 'a person' : 'a slow retry'}`,
    async (t) => {
      await using sim = await Simulator.start();
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const contact = sim.createContact({ number: '15550002222' });
      const first = await home.start();
      await first.link(phone);
      await first.stop();
      await sim.faults.load(fault);
      const wad = await home.start({
        env: { WAD_RECONNECT_DELAYS_MS: '50,60,70', WAD_RECONNECT_SLOW_RETRY_MS: slowRetryMs },
      });
      t.match(await wad.became('reconnecting'), { reason: 'network_down' });
      // Checks the reported state, because a slow retry may already have begun.
      t.match(await wad.became('failed'), { reason: 'attempts_exhausted', hint: /^wactl .*\binit$/ });
      const { nextAttemptInMs } = await wad.logged('session.transition', ({ to }) => to === 'failed');
      t.equal(nextAttemptInMs, slowRetryMs === '0' ? undefined : Number(slowRetryMs));
      t.match(await wad.status(), {
        reason: 'attempts_exhausted',
        reconnectAttempts: 5,
        maxReconnectAttempts: 5,
        session: { hasSession: true, phone: NUMBER, connected: false },
      });
      const sent = await wad.request('message.send', { to: contact.number, text: 'hello' });
      t.match(sent, { state: 'queued' }, 'a message is accepted nevertheless');
      if (slowRetryMs === '0') {
        // The last browser may still be closing.
        const nothingRuns = async () => (await home.browsers()).length === 0;
        await eventually(nothingRuns, 'nothing runs while it waits for a person');
        await sim.faults.networkUp();
        t.match(await wad.wactl(['init']), { code: 0 });
      } else {
        // Two slow retries fail without another report.
        const after = await wad.mark();
        await wad.became('reconnecting', { after });
        await wad.became('failed', { after });
        t.match(await wad.status(), { reconnectAttempts: 5, reason: 'attempts_exhausted' });
        await sim.faults.networkUp();
      }
      await wad.until('ready');
      t.match(await wad.status(), { reconnectAttempts: 0, reason: 'none', nextAttemptAt: null });
      t.match(await wad.request('message.wait', { id: sent.id, for: 'delivered' }), { error: null });
      t.same(
        contact.received.map(({ body }) => body),
        ['hello'],
        'the waiting message was sent once',
      );
      t.same(
        (await wad.events('alert')).map(({ data }) => data.reason),
        ['attempts_exhausted'],
        'each incident has one alert',
      );
      t.same(await wad.events('qr'), []);
      await wad.stop();
      t.same(await wad.leftBehind({ profile: 'kept' }), []);
    },
  );
}

t.test('a page that fails to load at first is loaded later, and only then shows a QR', async (t) => {
  await using sim = await Simulator.start({ knobs: { loadFault: 'refuse' } });
  await using home = await Home.make(sim, { t });
  // Enough attempts to last until the network is back.
  const env = { WAD_RECONNECT_DELAYS_MS: '200', WAD_RECONNECT_MAX_ATTEMPTS: '1000' };
  const wad = await home.start({ env });
  await wad.until('reconnecting');
  t.match(await wad.wactl(['qr', '--raw']), { code: 5, stdout: '' });
  await sim.faults.networkUp();
  await wad.until('linking');
  t.match(await wad.wactl(['qr', '--raw']), { code: 0, stdout: /^2@[^\n]+\n$/ });
  t.match(await wad.status(), { reason: 'qr_waiting', reconnectAttempts: 0, session: { hasSession: false } });
  await wad.stop();
});
