/** The linking page in a real browser: layout, QR code, pairing code, accessibility, light and dark mode. */
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type axe from 'axe-core';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import puppeteer, { type Browser, type Page } from 'puppeteer';
import t, { type Test } from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** The part of the DOM that is used here. These functions run in the page. */
interface Element {
  readonly id: string;
  readonly textContent: string;
  readonly hidden: boolean;
  value: string;
  getAttribute(name: string): string | null;
}
declare const document: {
  readonly activeElement: Element | null;
  querySelector(selector: string): Element | null;
};

/** Screenshots for review, in WAD_SCREENSHOTS or in a folder that the test prints. */
const PICTURES = process.env.WAD_SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'wad-pages-')));
await mkdir(PICTURES, { recursive: true });
t.comment(`screenshots are in ${PICTURES}`);

const launch = (): Promise<Browser> =>
  puppeteer.launch({ executablePath: '/usr/bin/chromium', pipe: true, args: ['--no-sandbox'] });

/** Opens a page and records every error and every request to another origin. */
async function opened(browser: Browser, url: string): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage();
  await page.setViewport({ width: 800, height: 1100 });
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('console', (message) => {
    // These are normal answers: 404 without a code, 401 without a token, 400 for an invalid number.
    if (message.type() === 'error' && !/status of 40[014]|ERR_|network error/.test(message.text()))
      wrong.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin) && !request.url().startsWith('data:'))
      wrong.push(`asks ${request.url()}`);
  });
  await page.goto(url);
  return { page, wrong };
}

/** Waits until the element contains the text. */
const says = (page: Page, id: string, text: string) =>
  page.waitForFunction(
    (where, what) => document.querySelector(where)?.textContent.includes(what) === true,
    { timeout: 60_000 },
    `#${id}`,
    text,
  );

/** Decodes the QR code that is shown on the page. */
async function scanned(page: Page): Promise<string | undefined> {
  const picture = await page.waitForSelector('#picture[src]', { visible: true });
  const { data, width, height } = PNG.sync.read(Buffer.from((await picture?.screenshot()) ?? []));
  return jsqr.default(new Uint8ClampedArray(data), width, height)?.data;
}

/** A phone, a small window, and a desktop. */
const SIZES = [
  ['phone', 390, 844],
  ['window', 800, 1100],
  ['desktop', 1440, 900],
] as const;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Checks that the content is centred and fits into windows of each size. */
async function centred(t: Test, page: Page, name: string): Promise<void> {
  for (const [size, width, height] of SIZES) {
    await page.setViewport({ width, height });
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.screenshot({ path: join(PICTURES, `${name}-${size}-${scheme}.png`) });
    }
    const boxOf = (selector: string): Promise<Box> =>
      page.$eval(selector, (element) => {
        const at = (element as unknown as { getBoundingClientRect(): Box }).getBoundingClientRect();
        return { left: at.left, right: at.right, top: at.top, bottom: at.bottom };
      });
    const room = await boxOf('body');
    for (const selector of ['main', ...((await page.$('#picture[src]')) ? ['#picture'] : [])]) {
      const { left, right } = await boxOf(selector);
      t.ok(left >= 0 && right <= width, `${name}, ${size}: ${selector} fits`);
      t.ok(
        Math.abs(left + right - (room.left + room.right)) <= 2,
        `${name}, ${size}: ${selector} is centred: ${left} to ${right}`,
      );
    }
    const { top, bottom } = await boxOf('main');
    if (size === 'desktop' && bottom - top < height)
      t.ok(
        Math.abs(top - (height - bottom)) <= 2,
        `${name}: the space above and below is the same: ${top}, ${bottom}`,
      );
    t.ok(top >= 0, `${name}, ${size}: nothing is above the window`);
  }
  await page.setViewport({ width: 800, height: 1100 });
}

/** Takes screenshots in light and dark mode, and checks accessibility. */
async function lookedAt(t: Test, page: Page, name: string): Promise<void> {
  await centred(t, page, name);
  await page.evaluate(await readFile(AXE, 'utf8'));
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const found = (await page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(),
    )) as axe.AxeResults;
    const faults = found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    t.same(faults, [], `${name}, ${scheme}: there is no accessibility problem`);
    t.ok(found.passes.length > 10, `${found.passes.length} rules were checked`);
  }
}

t.test('a phone is linked with the linking page alone', async (t) => {
  await using sim = await Simulator.start({
    knobs: { qrFirstMs: 8_000, qrNextMs: 4_000, codeUnlinkMs: 100 },
  });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER, pushname: 'Your Name' });
  const env = { WAD_HTTP_LISTEN: '127.0.0.1:0', WAD_HTTP_ANONYMOUS_LOOPBACK: 'true' };
  const wad = await home.start({ args: ['--no-auto-init'], env });
  const url = `http://${(await wad.request('daemon.info')).http}/`;
  const browser = await launch();
  try {
    const { page, wrong } = await opened(browser, url);
    await says(page, 'state', 'Not connected');
    await lookedAt(t, page, 'stopped');
    await (await page.waitForSelector('#start'))?.click();
    await says(page, 'state', 'Waiting for the phone – a QR code waits to be scanned.');
    const first = await scanned(page);
    t.match(first, /^2@/, 'the code can be decoded from the screen');
    await lookedAt(t, page, 'qr');
    await says(page, 'advice', 'Link the phone');
    const src = await page.$eval('#picture', (image) => image.getAttribute('src'));
    await page.waitForFunction(
      (before) => document.querySelector('#picture')?.getAttribute('src') !== before,
      { timeout: 30_000 },
      src,
    );
    const next = await scanned(page);
    t.not(next, first, 'an expired code is replaced automatically');

    await page.type('#number', 'my phone');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('#pair-error')?.textContent !== '');
    await page.$eval('#number', (input) => {
      (input as unknown as Element).value = '';
    });
    await page.type('#number', '+1 555 000 1111');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() =>
      /^[A-Z0-9]{4}-[A-Z0-9]{4}$/.test(document.querySelector('#code')?.textContent ?? ''),
    );
    await says(page, 'state', 'a pairing code waits to be typed');
    await lookedAt(t, page, 'pairing');
    const code = await page.$eval('#code', (output) => output.textContent ?? '');
    await phone.enterCode(code.replace('-', ''));
    await says(page, 'state', `Linked and ready as +${NUMBER} (Your Name).`);
    t.equal(
      await page.$eval('#qr', (section) => (section as unknown as Element).hidden),
      true,
      'no code is left on the page',
    );
    t.equal(await page.$eval('#picture', (image) => image.getAttribute('src')), null);
    await lookedAt(t, page, 'ready');

    const tree = JSON.stringify(await page.accessibility.snapshot());
    t.match(tree, /"role":"status"/, 'screen readers announce changes');
    await wad.stop();
    await says(page, 'state', 'The daemon does not answer');
    t.same(wrong, [], 'there was no request to another origin, and no policy violation');
  } finally {
    await browser.close();
  }
});

t.test(
  'the linking page asks for the token, accepts it in the fragment, and removes it from the address',
  async (t) => {
    await using sim = await Simulator.start();
    await using home = await Home.make(sim, { t });
    const wad = await home.start({ env: { WAD_HTTP_LISTEN: '127.0.0.1:0' } });
    await wad.until('linking');
    const url = `http://${(await wad.request('daemon.info')).http}/`;
    const token = (await readFile(join(home.stateDir, 'http-token'), 'utf8')).trim();
    const headers = (await fetch(url)).headers;
    t.match(
      headers.get('content-security-policy'),
      /default-src 'none'; script-src 'self'; style-src 'self'/,
    );
    t.notMatch(headers.get('content-security-policy'), /unsafe|\*|http/);
    t.equal(headers.get('x-frame-options'), 'DENY');
    const browser = await launch();
    try {
      const { page, wrong } = await opened(browser, url);
      await page.waitForSelector('#login', { visible: true });
      t.equal(await page.evaluate(() => document.activeElement?.id), 'token', 'the input has the focus');
      await lookedAt(t, page, 'token');
      await page.keyboard.type('not the token');
      await page.keyboard.press('Enter');
      await says(page, 'login-error', 'This is not the token.');
      await page.keyboard.type(token);
      await page.keyboard.press('Enter');
      t.equal(await scanned(page), await wad.qr());
      await page.reload();
      t.match(await scanned(page), /^2@/, 'the tab remembers the token');
      const other = await browser.createBrowserContext();
      const fresh = await other.newPage();
      await fresh.goto(`${url}#token=${token}`);
      t.match(await scanned(fresh), /^2@/);
      t.equal(fresh.url(), url);
      t.same(wrong, []);
    } finally {
      await browser.close();
    }
    await wad.stop();
    t.notOk(JSON.stringify(wad.log).includes(token), 'the log does not contain the token');
  },
);
