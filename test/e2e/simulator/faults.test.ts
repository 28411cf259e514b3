/** Faults of the simulator: failed loads, broken sockets, expired QRs, missing modules, misbehaving pages. */
import type { Page } from 'puppeteer';
import t from 'tap';
import { BareClient } from '../../simulator/bare-client.js';
import { Simulator } from '../../simulator/simulator.js';

const sim = await Simulator.start({ knobs: { reconnectMs: 50 } });
const phone = sim.createPhone({ number: '15550001111' });
sim.createContact({ number: '15550002222' });
const bare = await BareClient.start(sim);
t.teardown(async () => {
  await bare.remove();
  await sim.close();
});
const { pupPage: page } = bare.client;
if (!page) throw new Error('no page');
const browser = page.browser();
/** The library is no longer needed: the page is used without it. */
page.removeAllListeners('framenavigated');
const URL = 'https://web.whatsapp.com/';

t.test('the QR changes, expires, and returns on request', async (t) => {
  await sim.set('qrFirstMs', 150);
  await sim.set('qrNextMs', 50);
  const before = sim.pages[0]?.id;
  await page.goto(URL);
  const shown: string[] = [];
  const open = await sim.waitForPage(({ id }) => id !== before);
  const stop = open.changed.on(({ qr }) => {
    if (qr !== null && !shown.includes(qr)) shown.push(qr);
  });
  await open.waitForState('UNPAIRED_IDLE');
  stop();
  t.ok(shown.length >= 5, `the code changed ${shown.length} times`);
  t.equal(open.qr, null);
  await sim.set('qrFirstMs', 60_000);
  await page.evaluate(`window.require('WAWebLaunchSocketUtils').refreshQR()`);
  await open.waitForState('UNPAIRED');
  const stale = shown.at(-1) ?? '';
  await t.rejects(phone.scan(stale), { reason: 'unknown' } as never);
  await t.rejects(phone.scan('undefined,a,b,c,1'), { reason: 'unknown' } as never);
  t.equal(
    await page.evaluate(`window.require('WAWebConnModel').Conn.ref`),
    (await sim.waitForQr()).split(',')[0],
  );
});

t.test('a phone without a connection and a fifth device are refused', async (t) => {
  const qr = await sim.waitForQr();
  phone.offline();
  await t.rejects(phone.scan(qr), { reason: 'offline' } as never);
  phone.online();
  await sim.set('deviceLimit', 0);
  await t.rejects(phone.scan(qr), { reason: 'device-limit' } as never);
  await sim.set('deviceLimit', 4);
});

t.test('too many requests for a code are answered with 429', async (t) => {
  await sim.set('codeLimit', 1);
  const ask = () =>
    page.evaluate(`(async () => {
      const linking = window.require('WAWebAltDeviceLinkingApi');
      linking.setPairingType('ALT_DEVICE_LINKING');
      await linking.initializeAltDeviceLinking();
      return linking.startAltLinkingFlow('15550001111', true);
    })()`);
  t.match(await ask(), /^[A-Z0-9]{8}$/);
  await t.rejects(ask(), /rate-overlimit/);
  t.equal(sim.pages[0]?.qr, null, 'no QR is shown meanwhile');
  await bare.client.cancelPairingCode();
  await sim.waitForQr();
});

/**
 * Chromium reloads an error page by itself after about a second, so each load gets a tab that is closed
 * afterwards.
 */
async function inTab(act: (tab: Page) => Promise<unknown>): Promise<void> {
  const tab = await browser.newPage();
  await act(tab);
  await tab.close();
}

t.test(
  'loads are refused, reset, answered with 503, answered with an empty page, or never answered',
  async (t) => {
    const load = (tab: Page, timeout = 10_000) => tab.goto(URL, { waitUntil: 'load', timeout });
    await sim.faults.load('refuse');
    await inTab((tab) => t.rejects(load(tab), /ERR_CONNECTION_REFUSED/));
    await sim.faults.load('reset');
    await inTab((tab) => t.rejects(load(tab), /ERR_(CONNECTION_RESET|CONNECTION_CLOSED|EMPTY_RESPONSE)/));
    await sim.faults.load('error');
    await inTab(async (tab) => {
      t.equal((await load(tab))?.status(), 503);
    });
    await sim.faults.load('blank');
    await inTab(async (tab) => {
      await load(tab);
      t.equal(await tab.evaluate('typeof window.Debug'), 'undefined');
    });
    await sim.faults.load('hang');
    await inTab((tab) => t.rejects(load(tab, 300), /timeout/i));
    await sim.faults.load('hang-subresource');
    await inTab(async (tab) => {
      await t.rejects(load(tab, 1_500), /timeout/i);
      t.equal(
        await tab.evaluate('window.Debug.VERSION'),
        sim.knobs.pageVersion,
        'everything but the load event happens',
      );
    });
    await sim.faults.load('none');
    await inTab(async (tab) => {
      t.equal((await load(tab))?.status(), 200);
    });
  },
);

t.test('no other name resolves', async (t) => {
  await inTab((tab) => t.rejects(tab.goto('https://www.whatsapp.com/'), /ERR_NAME_NOT_RESOLVED/));
  await inTab((tab) => t.rejects(tab.goto('https://192.0.2.1/'), /ERR_NAME_NOT_RESOLVED/));
});

t.test('require throws for a removed module, or returns nothing, and its name is recorded', async (t) => {
  await sim.faults.missingModule('WAWebChatGetters');
  await t.rejects(
    page.evaluate(`window.require('WAWebChatGetters')`),
    /Requiring unknown module "WAWebChatGetters"/,
  );
  await sim.set('requireUnknown', 'undefined');
  t.equal(await page.evaluate(`window.require('WAWebChatGetters')`), undefined);
  await sim.pages[0]?.look();
  t.ok(sim.missing.includes('WAWebChatGetters'));
  await sim.set('requireUnknown', 'throw');
  await sim.faults.missingModule();
});

t.test(
  'a linked page recovers by itself after its socket was cut, went silent, or was refused',
  async (t) => {
    await phone.scan(await sim.waitForQr());
    const open = await sim.waitForPage(({ state, hasSynced }) => state === 'CONNECTED' && !hasSynced);
    sim.faults.dropSockets();
    await open.waitForState('OPENING');
    await open.waitForState('CONNECTED');

    await sim.set('pingMs', 50);
    await sim.set('pongMs', 150);
    // A ping in progress keeps the old limit. A new connection uses the new one.
    sim.faults.dropSockets();
    await open.waitForState('OPENING');
    await open.waitForState('CONNECTED');
    sim.faults.halfOpen();
    await open.waitForState('OPENING');
    await open.waitForState('CONNECTED');

    await sim.set('timeoutStateMs', 200);
    await sim.faults.socket('refuse');
    sim.faults.dropSockets();
    await open.waitForState('TIMEOUT');
    await sim.faults.socket('none');
    await open.waitForState('CONNECTED');
    t.equal(phone.devices[0]?.online, true);
  },
);

t.test('the network is lost and restored', async (t) => {
  const open = sim.pages[0];
  if (!open) return t.fail('no page');
  t.equal(open.state, 'CONNECTED');
  await sim.faults.networkDown();
  await open.waitForState('TIMEOUT');
  t.equal(phone.devices[0]?.online, false);
  await sim.faults.networkUp();
  await open.waitForState('CONNECTED');
  t.equal(await page.evaluate(`window.require('WAWebSocketModel').Socket.state`), 'CONNECTED');
});

t.test(
  'the page obeys orders: pushState, frames, hang, states, listeners, Debug, reload, navigate',
  async (t) => {
    const open = sim.pages[0];
    if (!open) return t.fail('no page');
    await open.pushState(3);
    await open.iframe(2);
    t.equal(await page.evaluate('document.querySelectorAll("iframe").length'), 2);
    await open.setState('PROXYBLOCK');
    t.equal(open.state, 'PROXYBLOCK');
    await open.setState('CONNECTED');
    await open.setSynced(true);
    t.equal(open.hasSynced, true);
    await page.evaluate(`void window.require('WAWebCollections').Msg.on('add', () => {})`);
    await open.detachListeners('Msg');
    t.match(await open.look(), { listeners: { Msg: {} }, state: 'CONNECTED' });
    await open.hang(300);
    const asked = Date.now();
    await page.evaluate('1');
    t.ok(Date.now() - asked > 100, 'the page answers nothing while it hangs');
    await open.wipeDebug();
    t.equal(await page.evaluate('window.Debug === undefined'), true);
    await t.rejects(open.command('fly'), /no command "fly"/);
    await open.reload();
    const next = await sim.waitForPage(({ id }) => id !== open.id);
    await next.waitForState('CONNECTED');
    await next.navigate('about:blank');
    await phone.waitForOffline();
  },
);
