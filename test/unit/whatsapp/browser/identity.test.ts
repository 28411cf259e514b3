/** The identity that the browser reports is its own, without the word Headless, and is read in a page of its own. */
import { EventEmitter } from 'node:events';
import type { Browser } from 'puppeteer';
import t from 'tap';
import { identityOf } from '../../../../src/whatsapp/browser/identity.js';
import { fakeClock } from '../../../harness/fake-clock.js';
import { pageHere } from '../../../harness/fake-page.js';

type Life = { teardown(undo: () => void): unknown };
const AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0';
const BRANDS = [
  { brand: 'Not:A-Brand', version: '8' },
  { brand: 'HeadlessChrome', version: '156' },
];
const HINTS = {
  fullVersionList: [{ brand: 'HeadlessChrome', version: '156.0.8078.79' }],
  ...{ platform: 'Linux', platformVersion: '6.1', architecture: 'x86', bitness: '64', model: '' },
  ...{ mobile: false, wow64: false },
};

/** Sets the browser's own hints, until the end of the test. @returns the names that were asked for */
function reportedHints(t: Life, more: object = {}): string[] {
  const asked: string[] = [];
  const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  const userAgentData = {
    brands: BRANDS,
    getHighEntropyValues: async (names: readonly string[]) => {
      asked.push(...names);
      return { ...HINTS, brands: BRANDS, ...more };
    },
  };
  Object.defineProperty(globalThis, 'navigator', { value: { userAgentData }, configurable: true });
  t.teardown(() => {
    if (own) Object.defineProperty(globalThis, 'navigator', own);
    else delete (globalThis as { navigator?: unknown }).navigator;
  });
  return asked;
}

/** A browser whose page loads only after its request was answered. `goto`: another way to load. */
function fakeBrowser({
  goto,
  fulfil = async () => undefined as unknown,
  open = async () => undefined as unknown,
  close = async () => undefined as unknown,
}: {
  goto?: () => Promise<unknown>;
  fulfil?: () => Promise<unknown>;
  open?: () => Promise<unknown>;
  close?: () => Promise<unknown>;
} = {}) {
  const done: string[] = [];
  const session = Object.assign(new EventEmitter(), {
    send: async (method: string, params: object = {}) => {
      done.push(`${method} ${JSON.stringify(params)}`);
      if (method !== 'Fetch.fulfillRequest') return;
      session.emit('answered');
      await fulfil();
    },
  });
  const load = () => {
    const answered = new Promise((resolve) => session.once('answered', resolve));
    session.emit('Fetch.requestPaused', { requestId: 'R1' });
    return answered;
  };
  const page = pageHere({
    createCDPSession: async () => session,
    goto: async (address: string) => {
      done.push(`goto ${address}`);
      await (goto ?? load)();
    },
    close: async () => {
      done.push('close');
      await close();
    },
  });
  const newPage = async () => {
    await open();
    return page;
  };
  const browser = { userAgent: async () => AGENT, newPage };
  return { browser: browser as unknown as Browser, done };
}

t.test('the word Headless is in neither user agent nor brands; everything else is unchanged', async (t) => {
  const asked = reportedHints(t, { formFactors: ['Desktop'] });
  t.same(await identityOf(fakeBrowser().browser), {
    userAgent: AGENT.replace('Headless', ''),
    userAgentMetadata: {
      ...HINTS,
      brands: [BRANDS[0], { brand: 'Chromium', version: '156' }],
      fullVersionList: [{ brand: 'Chromium', version: '156.0.8078.79' }],
      formFactors: ['Desktop'],
    },
  });
  t.ok(asked.includes('fullVersionList') && asked.includes('formFactors'));
});

t.test('an older browser has no form factors', async (t) => {
  reportedHints(t);
  t.same((await identityOf(fakeBrowser().browser)).userAgentMetadata.formFactors, []);
});

t.test('the address is answered here before it is opened, and the page is closed at the end', async (t) => {
  reportedHints(t);
  const { browser, done } = fakeBrowser();
  await identityOf(browser);
  t.same(done, [
    'Fetch.enable {}',
    'goto http://localhost/',
    'Fetch.fulfillRequest {"requestId":"R1","responseCode":200}',
    'close',
  ]);
});

t.test('a request that cannot be answered any more is no unhandled rejection', async (t) => {
  reportedHints(t);
  const unhandled: unknown[] = [];
  const note = (error: unknown): unknown => unhandled.push(error);
  process.on('unhandledRejection', note);
  t.teardown(() => process.off('unhandledRejection', note));
  await identityOf(fakeBrowser({ fulfil: () => Promise.reject(new Error('Session closed')) }).browser);
  await new Promise((resolve) => setImmediate(resolve));
  t.same(unhandled, []);
});

t.test('a page that fails is closed, with its own error', async (t) => {
  const error = new Error('net::ERR_FAILED');
  const { browser, done } = fakeBrowser({ goto: () => Promise.reject(error) });
  t.equal(await identityOf(browser).catch((caught: unknown) => caught), error);
  t.equal(done.at(-1), 'close');
});

const never = () => new Promise(() => undefined);
for (const [about, part, isClosed] of [
  ['a page that never loads is given up after ten seconds and closed', { goto: never }, true],
  ['a page that never opens is given up after ten seconds', { open: never }, false],
  ['a page that neither loads nor closes is given up after ten seconds', { goto: never, close: never }, true],
  ['a page that loads and never closes is given up after ten seconds', { close: never }, true],
] as const)
  t.test(about, async (t) => {
    reportedHints(t);
    const clock = fakeClock(t);
    const { browser, done } = fakeBrowser(part);
    let caught: unknown;
    const asking = identityOf(browser).catch((error: unknown) => {
      caught = error;
    });
    await clock.pass(9_999, 3_333);
    t.equal(caught, undefined);
    await clock.pass(1);
    await asking;
    t.match(caught, { message: 'asking the browser for its identity timed out after 10000 ms' });
    t.equal(done.includes('close'), isClosed);
    t.equal(clock.pending, 0);
  });
