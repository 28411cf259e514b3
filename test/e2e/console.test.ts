/** The console in a real browser, with a real gateway and a daemon on the simulator: what an operator does. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import type { ElementHandle } from 'puppeteer';
import t from 'tap';
import { addressIn, isolatedIn, keptIn, logIn, NORMAL, press, scanned, shows } from '../harness/console.js';
import { GatewayHome } from '../harness/gateway.js';
import { Home } from '../harness/home.js';
import { inspect, launchBrowser, openPage, pictureFolder } from '../harness/page.js';
import { Receiver } from '../harness/receiver.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a fifth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const CONTACT = '15550002222';

/** A red square of 64 × 64 pixels. */
const SQUARE = PNG.sync.write(
  Object.assign(new PNG({ width: 64, height: 64 }), {
    data: Buffer.alloc(64 * 64 * 4, Buffer.from([200, 30, 30, 255])),
  }),
);

/** Part of the DOM; these functions run in the page. */
declare const document: {
  readonly body: { readonly innerText: string };
  querySelector(selector: string): { readonly naturalWidth: number } | null;
};
type HTMLInputElement = never;

const folder = await pictureFolder();
t.comment(`screenshots are in ${folder}`);

t.test('an operator links an account, writes, and sees what happens', async (t) => {
  await using sim = await Simulator.start();
  const phone = sim.createPhone({ number: NUMBER, pushname: 'Shop' });
  const ana = sim.createContact({ number: CONTACT, name: 'Ana' });
  await using machine = await GatewayHome.make();
  await using home = await Home.make(sim, { t, socket: await machine.socketOf('shop') });
  // Refused for good: after five attempts an event is a dead letter.
  await using receiver = await Receiver.start(null, ({ body }) => (body.type === 'webhook.test' ? 204 : 422));
  const file = join(home.dir, 'wad.toml');
  await writeFile(file, `[webhook.crm]\nurl = "${receiver.url}"\ntypes = ["state"]\n`);
  const wad = await home.start({ args: ['--account', 'shop', '--config', file] });
  const gateway = await machine.start();
  const token = await gateway.token('ops', 'admin');
  const browser = await launchBrowser();
  try {
    const { page, wrong } = await openPage(browser, `${gateway.url}/`, NORMAL);
    await inspect(t, page, { name: 'console-login', folder });
    await logIn(page, 'not the token');
    await page.waitForSelector('[role="alert"] p');
    t.equal(await keptIn(page), 0, 'a wrong token is not kept');
    await logIn(page, token);
    await shows(page, '1 account: 1 waiting for the phone');
    t.notOk(page.url().includes(token), 'the token is not in the address');
    await inspect(t, page, { name: 'console-accounts', folder });

    await page.goto(addressIn(gateway.url, 'shop', 'link'));
    const qr = await scanned(page);
    await inspect(t, page, { name: 'console-link', folder });
    await phone.scan(qr);
    await shows(page, 'A phone is linked');
    await page.goto(addressIn(gateway.url, 'shop', 'overview'));
    await shows(page, `+${NUMBER} (Shop)`);
    t.same(await isolatedIn(page, '.headline'), ['Shop'], 'the direction of a name ends with it');
    await shows(page, 'Loading chats');
    await inspect(t, page, { name: 'console-overview', folder });

    await t.test('a message goes out once, and its ack and the answer are shown', async (t) => {
      ana.autoReply = ({ body }) => `Ana has read: ${body}`;
      await page.goto(addressIn(gateway.url, 'shop', 'chats', `+${CONTACT}`));
      await page.locator('.composer textarea').fill('Hello from the console');
      await page.keyboard.press('Enter');
      await shows(page, 'Ana has read: Hello from the console');
      await shows(page, '· read');
      t.equal(ana.received.length, 1);
      await inspect(t, page, { name: 'console-chat', folder });
    });

    await t.test('a message whose answer was lost is sent again as it is, and arrives once', async (t) => {
      await page.setRequestInterception(true);
      let lost = 0;
      page.on('request', (request) => {
        if (!request.url().endsWith('/rpc/message.send') || lost > 0) return void request.continue();
        lost++;
        // It arrives, and its answer does not.
        const { authorization = '', 'content-type': type = '' } = request.headers();
        void fetch(request.url(), {
          method: 'POST',
          headers: { Authorization: authorization, 'Content-Type': type },
          body: request.postData() ?? '',
        }).then(async (answer) => {
          t.equal(answer.status, 200);
          await request.abort();
        });
      });
      await page.locator('.composer textarea').fill('Only once');
      await press(page, 'Send');
      await shows(page, 'The gateway does not answer.');
      await press(page, 'Send');
      await shows(page, 'Ana has read: Only once');
      await page.waitForFunction(() => document.body.innerText.split('Ana has read: Only once').length === 2);
      page.removeAllListeners('request');
      await page.setRequestInterception(false);
      t.equal(lost, 1);
      t.same(
        ana.received.map(({ body }) => body),
        ['Hello from the console', 'Only once'],
      );
    });

    await t.test('files go out and are shown', async (t) => {
      const file = join(home.dir, 'square.png');
      await writeFile(file, SQUARE);
      const chooser = (await page.waitForSelector('input[type="file"]')) as ElementHandle<HTMLInputElement>;
      await chooser.uploadFile(file);
      await page.locator('.composer textarea').fill('A square');
      await press(page, 'Send');
      await ana.waitForMessage(({ type }) => type === 'image');
      await shows(page, 'Show image');
      await page.locator('.messages button').click();
      const size = await page.waitForFunction(
        () => document.querySelector('img.picture')?.naturalWidth || undefined,
        { timeout: 30_000 },
      );
      t.equal(await size.jsonValue(), 64, 'the picture is drawn');
      await ana.sendMedia(
        {
          type: 'document',
          bytes: Buffer.from('<script>alert(1)</script>'),
          mimetype: 'text/html',
          filename: 'page.html',
        },
        { to: phone.wid },
      );
      await shows(page, 'Save page.html');
      t.match(await isolatedIn(page, '.messages button'), ['page.html']);
      await inspect(t, page, { name: 'console-files', folder });
    });

    await t.test('a queued message is shown and cancelled', async (t) => {
      const notBefore = new Date(Date.now() + 86_400_000).toISOString();
      const { id } = await wad.request('message.send', { to: CONTACT, text: 'Tomorrow', notBefore });
      await page.goto(addressIn(gateway.url, 'shop', 'queue'));
      await shows(page, 'waits for its own time');
      await inspect(t, page, { name: 'console-queue', folder });
      await press(page, `Cancel the message to +${CONTACT}`);
      await shows(page, `The message to +${CONTACT} is cancelled.`);
      await shows(page, 'No messages.');
      t.equal((await wad.request('outbox.get', { id })).state, 'cancelled');
    });

    await t.test('dead letters of a webhook are shown and posted again', async (t) => {
      // A test that is accepted ends the wait for the next attempt.
      const isDead = async () => (await wad.request('webhook.list')).webhooks[0]?.dead !== 0;
      for (let n = 1; !(await isDead()); n++) {
        await receiver.denied(n);
        await wad.request('webhook.test', { name: 'crm' });
      }
      await page.goto(addressIn(gateway.url, 'shop', 'webhooks'));
      await press(page, 'Send a test to crm');
      await shows(page, 'The receiver accepted the test in');
      await page.locator('summary').click();
      await shows(page, '5 attempts');
      await inspect(t, page, { name: 'console-webhooks', folder });
      receiver.answers = () => 204;
      await press(page, 'Post the dead letters again to crm');
      await shows(page, 'accepted, 0 left.');
      t.equal((await wad.request('webhook.list')).webhooks[0]?.dead, 0);
    });

    await t.test('a browser that dies and a daemon that ends are shown', async (t) => {
      await page.goto(addressIn(gateway.url, 'shop', 'overview'));
      await shows(page, 'Ready');
      const started = performance.now();
      for (const { pid, command } of await home.processes())
        if (command.includes('--user-data-dir=') && !command.includes(' --type='))
          process.kill(pid, 'SIGKILL');
      await shows(page, 'the browser crashed');
      t.comment(`a crash was shown after ${Math.round(performance.now() - started)} ms`);
      await wad.until('ready');
      await page.goto(addressIn(gateway.url, 'shop', 'capabilities'));
      await page.waitForSelector('tbody tr');
      await inspect(t, page, { name: 'console-capabilities', folder });
      await page.goto(`${gateway.url}/#/`);
      await shows(page, '1 account: 1 ready');
      await wad.stop();
      await shows(page, '1 account: 1 not running');
    });

    await gateway.stop();
    await shows(page, 'The gateway does not answer.');
    await inspect(t, page, { name: 'console-away', folder });
    t.same(wrong, [], 'there was no request to another origin, and no violation of the policy');
  } finally {
    await browser.close();
  }
});
