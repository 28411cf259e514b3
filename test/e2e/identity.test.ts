/**
 * The browser identifies itself as an untouched Chromium of its version, without Headless.
 * Both load the same local page: one started by puppeteer, one started as the daemon starts it.
 */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { launch } from 'puppeteer';
import t, { type Test } from 'tap';
import { launchOptions } from '../../src/whatsapp/browser/chrome.js';
import { identityOf } from '../../src/whatsapp/browser/identity.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

t.setTimeout(180_000);

const CHROMIUM = process.env.WAD_TEST_BROWSER ?? '/usr/bin/chromium';

/** Runs in the page. */
const HINTS = `(async () => ({
  agent: navigator.userAgent,
  brands: navigator.userAgentData.brands,
  ...await navigator.userAgentData.getHighEntropyValues([
    'fullVersionList', 'platformVersion', 'architecture', 'bitness', 'model', 'wow64', 'formFactors',
  ]),
}))()`;

interface Said {
  readonly hints: { readonly agent: string; readonly brands: readonly { brand: string; version: string }[] };
  readonly headers: IncomingHttpHeaders;
}

/** Serves a local page, and records the headers of its last request. */
async function localPage(t: Test): Promise<{ url: string; headers(): IncomingHttpHeaders }> {
  let last: IncomingHttpHeaders = {};
  const server = createServer(({ headers, url }, answer) => {
    if (url === '/') last = headers;
    answer.setHeader('Content-Type', 'text/html').end('<title>who are you</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  t.teardown(() => server.close());
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, headers: () => last };
}

t.test('the browser identifies as an untouched Chromium of its version, without Headless', async (t) => {
  const local = await localPage(t);
  const ask = async (isOurs: boolean): Promise<Said> => {
    const chrome = { executablePath: CHROMIUM, sandbox: false, headed: false, args: [] };
    const untouched = { executablePath: CHROMIUM, headless: true, pipe: true, args: ['--no-sandbox'] };
    const browser = await launch(isOurs ? launchOptions(chrome, new AbortController().signal) : untouched);
    try {
      const page = await browser.newPage();
      const session = await page.createCDPSession();
      if (isOurs) await session.send('Emulation.setUserAgentOverride', await identityOf(browser));
      await page.goto(local.url);
      return { hints: (await page.evaluate(HINTS)) as Said['hints'], headers: local.headers() };
    } finally {
      await browser.close();
    }
  };
  const theirs = await ask(false);
  const ours = await ask(true);
  t.match(theirs.hints.agent, /HeadlessChrome/, 'an untouched headless browser identifies as headless');
  const plain = (agent: unknown): string => String(agent).replace('HeadlessChrome', 'Chrome');
  t.same(ours.hints, { ...theirs.hints, agent: plain(theirs.hints.agent) });
  t.notMatch(JSON.stringify(ours), /Headless/);
  for (const name of ['sec-ch-ua', 'sec-ch-ua-mobile', 'sec-ch-ua-platform', 'accept-language'])
    t.equal(ours.headers[name], theirs.headers[name], name);
  t.equal(ours.headers['user-agent'], plain(theirs.headers['user-agent']));

  // The daemon's own page identifies itself to WhatsApp in the same way.
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const wad = await home.start();
  await wad.until('linking');
  t.match(sim.loads[0]?.agent, {
    userAgent: ours.hints.agent,
    brands: theirs.hints.brands.map(({ brand, version }) => `${brand} ${version}`),
    automated: false,
  });
  await wad.stop();
  t.same(wad.strayLines, []);
});
