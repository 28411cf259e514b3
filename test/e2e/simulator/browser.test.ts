/** A browser reaches the simulator by arguments, or by a wrapper that keeps the pid. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import puppeteer from 'puppeteer';
import t from 'tap';
import { Simulator } from '../../simulator/simulator.js';

t.test('the wrapper starts a browser on the simulator', async (t) => {
  const sim = await Simulator.start();
  const directory = await mkdtemp(path.join(tmpdir(), 'simulator-'));
  const executablePath = await sim.browserWrapper(directory, { sandbox: false });
  const browser = await puppeteer.launch({
    executablePath,
    pipe: true,
    headless: true,
    userDataDir: path.join(directory, 'profile'),
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  t.teardown(async () => {
    await browser.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    await sim.close();
  });
  const [page] = await browser.pages();
  if (!page) return t.fail('there is no page');

  t.test("the pid stays the same through the wrapper and Debian's own script", async (t) => {
    const command = await readFile(`/proc/${browser.process()?.pid}/cmdline`, 'utf8');
    t.match(command, /chromium\0/);
    t.match(command, '--host-resolver-rules=MAP web.whatsapp.com:443');
  });

  t.test('the page has its real name, a strict policy and a service worker', async (t) => {
    const violations: string[] = [];
    page.on('console', (message) => violations.push(message.text()));
    page.on('pageerror', (error) => violations.push(String(error)));
    const answer = await page.goto('https://web.whatsapp.com/', { waitUntil: 'load' });
    t.match(answer?.headers()['content-security-policy'], /script-src 'self'/);
    t.notMatch(answer?.headers()['content-security-policy'], /unsafe-eval/);
    t.equal(await page.evaluate('typeof window.Debug.VERSION'), 'string');
    t.equal(await page.evaluate('typeof window.require'), 'function');
    const scope = await page.evaluate('navigator.serviceWorker.ready.then(({ scope }) => scope)');
    t.equal(scope, 'https://web.whatsapp.com/');
    t.same(violations, [], 'no policy is violated');
    const loadMs = await page.evaluate(
      'performance.timing.loadEventEnd - performance.timing.navigationStart',
    );
    t.comment(`load took ${loadMs} ms`);
  });

  t.test('the page can be seen', async (t) => {
    await page.waitForSelector('canvas[aria-label="Scan this QR code to link a device!"]');
    const phone = sim.createPhone({ number: '15550001111' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    await ana.send('look at me');
    await sim.set('syncTiming', 'timed');
    await phone.scan(await sim.waitForQr());
    await page.waitForSelector('li ::-p-text(look at me)');
    t.match(await page.$eval('li', (row) => (row as unknown as { innerText: string }).innerText), /Ana/);
  });
});

t.test('two accounts in two browsers write to each other on one simulator', async (t) => {
  await using sim = await Simulator.start({ knobs: { syncTiming: 'timed' } });
  const one = sim.createPhone({ number: '15550001111', pushname: 'One' });
  const two = sim.createPhone({ number: '15550002222', pushname: 'Two' });
  const browser = await puppeteer.launch({
    executablePath: '/usr/bin/chromium',
    pipe: true,
    args: [...sim.chromiumArgs, '--no-sandbox'],
  });
  t.teardown(() => browser.close());
  for (const phone of [one, two]) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.goto('https://web.whatsapp.com/');
    await phone.scan(await sim.waitForQr());
    await phone.waitForOnline();
  }
  const id = await one.send('between phones', { to: two.number });
  const arrived = sim.waitForPage(({ hasSynced }) => hasSynced);
  await arrived;
  t.match(two.received, [{ id, body: 'between phones', from: one.wid }]);
  t.equal(one.devices[0]?.online, true);
  t.equal(two.devices[0]?.online, true);
});
