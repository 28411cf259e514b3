/** The console in a real browser: what a token may not see or do is not offered, and a token that ends is forgotten. */
import t from 'tap';
import { addressIn, keptIn, logIn, NORMAL, press, shows, tabsOf, textOf } from '../harness/console.js';
import { GatewayHome } from '../harness/gateway.js';
import { Home } from '../harness/home.js';
import { inspect, launchBrowser, openPage, pictureFolder } from '../harness/page.js';
import { wactl } from '../harness/wactl.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const CONTACT = '15550002222';

const folder = await pictureFolder();
t.comment(`screenshots are in ${folder}`);

t.test('a token sees its accounts only, and what it may not do is not offered', async (t) => {
  await using sim = await Simulator.start();
  const phone = sim.createPhone({ number: NUMBER, pushname: 'Shop' });
  const ana = sim.createContact({ number: CONTACT, name: 'Ana' });
  await using machine = await GatewayHome.make();
  await using home = await Home.make(sim, { t, socket: await machine.socketOf('shop') });
  await machine.socketOf('support');
  const wad = await home.start({ args: ['--account', 'shop'] });
  await wad.link(phone);
  await ana.send('Is anybody there?', { to: phone.wid });
  await wad.event('message', ({ fromMe }) => !fromMe);
  const gateway = await machine.start();
  const reader = await gateway.token('reader', 'read', 'shop');
  const operator = await gateway.token('operator', 'read,operate');
  const browser = await launchBrowser();
  try {
    const { page, wrong } = await openPage(browser, `${gateway.url}/`, NORMAL);
    await logIn(page, reader);
    await shows(page, '1 account: 1 ready');
    t.notMatch(await textOf(page), /support/);
    await page.goto(addressIn(gateway.url, 'shop', 'chats', `${CONTACT}@c.us`));
    await shows(page, 'Is anybody there?');
    t.notOk(await page.$('.composer'), 'a token that may only read has no composer');
    t.same(await tabsOf(page), ['Overview', 'Queue', 'Chats', 'Webhooks', 'Capabilities']);
    await page.goto(addressIn(gateway.url, 'shop', 'overview'));
    await shows(page, 'Loading chats');
    t.notMatch(await textOf(page), /Restart the browser|\bStop\b|Unlink the phone|Remove the session/);
    await page.goto(addressIn(gateway.url, 'support', 'overview'));
    await shows(page, 'There is no such account, or this token may not see it.');

    await press(page, 'Log out');
    await page.waitForSelector('input[type="password"]');
    t.equal(await keptIn(page), 0);
    await logIn(page, operator);
    await shows(page, '2 accounts: 1 ready, 1 not running');
    await page.goto(addressIn(gateway.url, 'shop', 'overview'));
    await shows(page, 'Restart the browser');
    t.notMatch(await textOf(page), /Remove the session/, 'only for admin');
    await press(page, 'Unlink the phone');
    await shows(page, 'Unlink the phone from shop?');
    await inspect(t, page, { name: 'console-confirm', folder });
    await page.keyboard.press('Escape');
    t.equal((await wad.status()).status, 'ready', 'Escape does nothing');
    await press(page, 'Stop');
    await shows(page, 'Stopped; the phone stays linked.');
    t.match(await wad.status(), { status: 'stopped', session: { hasSession: true } });
    await page.waitForSelector('::-p-aria([name="Start"][role="button"])');
    t.notOk(await page.$('::-p-aria([name="Stop"][role="button"])'), 'there is nothing to stop');
    const after = await wad.mark();
    await press(page, 'Start');
    await wad.became('ready', { after });
    await shows(page, 'Restart the browser');

    const { code } = await wactl(['token', 'revoke', 'operator'], { env: machine.env });
    t.equal(code, 0);
    await page.waitForSelector('input[type="password"]', { timeout: 30_000 });
    t.equal(await keptIn(page), 0, 'a revoked token is forgotten');
    t.same(wrong, [], 'there was no request to another origin, and no violation of the policy');
  } finally {
    await browser.close();
  }
});
