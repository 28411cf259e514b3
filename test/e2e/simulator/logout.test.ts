/** Logout by the phone, while offline, by the client itself, and by a server that refuses the device. */
import t from 'tap';
import { BareClient } from '../../simulator/bare-client.js';
import { Simulator } from '../../simulator/simulator.js';

async function linked(sim: Simulator): Promise<BareClient> {
  const bare = await BareClient.start(sim);
  await sim.phones[0]?.scan(await sim.waitForQr());
  await bare.wait('ready');
  return bare;
}

for (const order of ['cmd', 'bridge', 'navigation-only'] as const) {
  t.test(`a logout on the phone (${order}) gives LOGOUT and a new QR`, async (t) => {
    await using sim = await Simulator.start({ knobs: { logoutOrder: order } });
    const phone = sim.createPhone({ number: '15550001111' });
    const bare = await linked(sim);
    t.teardown(() => bare.remove());
    const before = bare.count('qr');
    phone.unlink();
    t.same(await bare.wait('disconnected'), ['LOGOUT']);
    const page = await sim.waitForPage(({ qr }) => qr !== null);
    t.match(page.url, /post_logout=1/);
    await bare.wait('qr', (qr) => qr === page.qr);
    t.ok(bare.count('qr') > before);
    t.equal(phone.devices.length, 0);
  });
}

t.test('a logout that first shows UNPAIRED ends the library before the page navigates', async (t) => {
  await using sim = await Simulator.start({
    knobs: { logoutOrder: 'unpaired-first', logoutNavigationMs: 500 },
  });
  const phone = sim.createPhone({ number: '15550001111' });
  const bare = await linked(sim);
  t.teardown(() => bare.remove());
  phone.unlink();
  t.same(await bare.wait('disconnected'), ['UNPAIRED']);
});

t.test('a device that was removed while offline gets 401 at its next login and shows a QR', async (t) => {
  await using sim = await Simulator.start();
  const phone = sim.createPhone({ number: '15550001111' });
  const bare = await linked(sim);
  t.teardown(() => bare.remove());
  await bare.close();
  phone.unlink();
  const again = await BareClient.start(sim, { directory: bare.directory });
  t.teardown(() => again.remove());
  await again.wait('qr');
  t.equal(again.count('ready'), 0);
  t.ok(sim.log.some(({ type, detail }) => type === 'failure' && (detail as { code: number }).code === 401));
  await phone.scan(await sim.waitForQr());
  await again.wait('ready');
});

t.test('Socket.logout() unlinks the device', async (t) => {
  await using sim = await Simulator.start();
  const phone = sim.createPhone({ number: '15550001111' });
  const bare = await linked(sim);
  t.teardown(() => bare.remove());
  t.equal(phone.devices.length, 1);
  await bare.client.logout();
  await phone.waitForUnlinked();
  t.equal(phone.devices.length, 0);
});

t.test('a browser that is closed right after a logout, before its frame leaves, stays linked', async (t) => {
  await using sim = await Simulator.start({ knobs: { logoutReturns: 'nothing', logoutFrameMs: 60_000 } });
  const phone = sim.createPhone({ number: '15550001111' });
  const bare = await linked(sim);
  t.teardown(() => bare.remove());
  await bare.client.logout();
  await phone.waitForOffline();
  t.equal(phone.devices.length, 1);
});

t.test(
  'when another host takes the session over, nothing arrives, the state is unchanged, and a reload restores it',
  async (t) => {
    await using sim = await Simulator.start();
    const phone = sim.createPhone({ number: '15550001111' });
    const bare = await linked(sim);
    t.teardown(() => bare.remove());
    const { pupPage } = bare.client;
    phone.conflict();
    await phone.waitForOffline();
    const socket = "window.require('WAWebSocketModel').Socket";
    // The server has dropped the connection before the page notices.
    await pupPage?.waitForFunction(`${socket}.stream === 'DISCONNECTED'`);
    t.equal(await pupPage?.evaluate(`${socket}.state`), 'CONNECTED');
    await t.rejects(pupPage?.evaluate(`${socket}.takeover()`) ?? Promise.resolve(), /without conflict/);
    await pupPage?.reload();
    await sim.waitForPage(({ state }) => state === 'CONNECTED');
    t.equal(phone.devices[0]?.online, true);
  },
);

t.test('with replacedShows = "state" the state is CONFLICT, and a takeover restores it', async (t) => {
  await using sim = await Simulator.start({ knobs: { replacedShows: 'state' } });
  const phone = sim.createPhone({ number: '15550001111' });
  const bare = await linked(sim);
  t.teardown(() => bare.remove());
  bare.client.removeAllListeners();
  const { pupPage } = bare.client;
  // Without the library's own reaction to CONFLICT, which is to close itself.
  await sim.pages[0]?.detachListeners('Socket');
  phone.conflict();
  await sim.waitForPage(({ state }) => state === 'CONFLICT');
  await pupPage?.evaluate(`window.require('WAWebSocketModel').Socket.takeover()`);
  await sim.waitForPage(({ state }) => state === 'CONNECTED');
  t.equal(phone.devices[0]?.online, true);
});

t.test('a banned account loses its credentials and shows a QR', async (t) => {
  await using sim = await Simulator.start();
  const phone = sim.createPhone({ number: '15550001111' });
  const bare = await linked(sim);
  t.teardown(() => bare.remove());
  phone.ban();
  await sim.waitForQr();
  t.ok(sim.log.some(({ type, detail }) => type === 'failure' && (detail as { code: number }).code === 406));
});

t.test('with refusalShows = "state" the state is TOS_BLOCK, now and at the next login', async (t) => {
  await using sim = await Simulator.start({ knobs: { refusalShows: 'state' } });
  const phone = sim.createPhone({ number: '15550001111' });
  const bare = await linked(sim);
  t.teardown(() => bare.remove());
  phone.ban(403);
  t.same(await bare.wait('disconnected'), ['TOS_BLOCK']);
  const again = await BareClient.start(sim, { directory: bare.directory });
  t.teardown(() => again.remove());
  t.equal(await again.client.getState(), 'TOS_BLOCK');
});
