/** The console's stream of events, in a real browser: what a refusal and a lost stream show and cause. */
import type { HTTPRequest } from 'puppeteer';
import t from 'tap';
import { addressIn, logIn, NORMAL, shows } from '../harness/console.js';
import { GatewayHome } from '../harness/gateway.js';
import { Home } from '../harness/home.js';
import { launchBrowser, openPage } from '../harness/page.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const CONTACT = '15550002222';

const refusal = (status: number, reason: string, headers = {}) => ({
  ...{ status, headers, contentType: 'application/json', body: JSON.stringify({ reason, hint: null }) },
});

t.test('a refusal of the stream is shown, and the next request comes when it can succeed', async (t) => {
  await using machine = await GatewayHome.make();
  const gateway = await machine.start();
  const token = await gateway.token('ops', 'admin');
  const browser = await launchBrowser();
  try {
    const { page, wrong } = await openPage(browser, `${gateway.url}/`, /status of 4\d\d|ERR_/);
    const asked: { readonly id: string | null; readonly atMs: number }[] = [];
    /** The gateway itself answers instead of null. */
    const answers = [
      { status: 200, contentType: 'text/event-stream', body: 'id: not-an-id\ndata:\n\n' },
      null,
      refusal(429, 'Too many requests came.', { 'Retry-After': '5' }),
    ];
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      if (!request.url().endsWith('/api/events')) return void request.continue();
      asked.push({ id: request.headers()['last-event-id'] ?? null, atMs: performance.now() });
      const answer = answers.shift() ?? null;
      void (answer === null ? request.continue() : request.respond(answer));
    });
    await logIn(page, token);
    await shows(page, 'The gateway sends no events: after: not the id of an event of this stream');
    await shows(page, 'The gateway sends no events: Too many requests came.');
    await page.waitForSelector('[data-connection="live"]');
    t.same(
      asked.map(({ id }) => id),
      [null, 'not-an-id', null, null],
      'a refused id is not sent again',
    );
    const [, , refused, next] = asked;
    t.ok((next?.atMs ?? 0) - (refused?.atMs ?? 0) >= 5_000, 'it waits as long as the gateway asks');

    answers.push(refusal(403, 'The token lacks the scope read.'));
    await page.reload();
    await shows(page, 'The gateway sends no events: The token lacks the scope read.');
    t.same(wrong, []);
  } finally {
    await browser.close();
  }
});

t.test('an open chat does not wake a hibernating account when the stream is lost and found', async (t) => {
  await using sim = await Simulator.start();
  const phone = sim.createPhone({ number: NUMBER, pushname: 'Shop' });
  const ana = sim.createContact({ number: CONTACT, name: 'Ana' });
  await using machine = await GatewayHome.make();
  await using home = await Home.make(sim, { t, socket: await machine.socketOf('shop') });
  const wad = await home.start({
    args: ['--account', 'shop'],
    env: { WAD_HIBERNATE_AFTER_MINUTES: '0.1', WAD_HIBERNATE_WAKE_MINUTES: '0' },
  });
  await wad.link(phone);
  await ana.send('Is anybody there?', { to: phone.wid });
  await wad.event('message', ({ fromMe }) => !fromMe);
  const gateway = await machine.start();
  const token = await gateway.token('ops', 'admin');
  const browser = await launchBrowser();
  try {
    const { page, wrong } = await openPage(browser, `${gateway.url}/`, NORMAL);
    await logIn(page, token);
    await page.goto(addressIn(gateway.url, 'shop', 'chats', `${CONTACT}@c.us`));
    await shows(page, 'Is anybody there?');
    await wad.until('hibernating');
    await shows(page, 'Hibernating');

    await gateway.stop();
    await shows(page, 'The gateway does not answer.');
    const requests: string[] = [];
    page.on('request', (request: HTTPRequest) => requests.push(request.url()));
    const queue = page.waitForRequest((request) => request.url().endsWith('/rpc/outbox.list'), {
      timeout: 60_000,
    });
    await machine.start({ env: { WAD_GATEWAY_LISTEN: new URL(gateway.url).host } });
    // What needs no page of WhatsApp is read again at once, and everything else would be with it.
    await (await queue).response();
    t.same(
      requests.filter((url) => /\/rpc\/chat\./.test(url)),
      [],
    );
    t.equal((await wad.status()).status, 'hibernating');
    await shows(page, 'Is anybody there?');
    t.same(wrong, []);
  } finally {
    await browser.close();
  }
});
