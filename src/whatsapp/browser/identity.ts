// Reads the identity that the browser should report, in user agent and client hints: that of an unmodified Chromium of its
// version, as this browser itself reports it, without the word Headless. The brands change with the version (`Not;A=Brand`
// 8 first in 150, `Not:A-Brand` 8 in 156), so they are not hard-coded. The library's default is Chrome 101 on a Mac, and a
// user agent without hints has an empty list of brands, unlike any browser (H27).
import type { Browser, Page } from 'puppeteer';
import { within } from '../failures/deadline.js';

/** The parameters of Emulation.setUserAgentOverride. */
export interface Identity {
  readonly userAgent: string;
  readonly userAgentMetadata: Hints;
}

interface Brand {
  readonly brand: string;
  readonly version: string;
}

interface Hints {
  readonly brands: Brand[];
  readonly fullVersionList: Brand[];
  readonly platform: string;
  readonly platformVersion: string;
  readonly architecture: string;
  readonly bitness: string;
  readonly model: string;
  readonly mobile: boolean;
  readonly wow64: boolean;
  readonly formFactors: string[];
}

/**
 * An address with a secure context, which hints require. The request is answered here and never reaches a
 * network.
 */
const ADDRESS = 'http://localhost/';
const ASK_MS = 10_000;

/** Reads the identity in a separate page, within ten seconds. @throws TimedOut, puppeteer's error */
export async function identityOf(browser: Browser): Promise<Identity> {
  const opening = browser.newPage();
  try {
    return await within(ASK_MS, readIn(opening, browser), 'asking the browser for its identity');
  } catch (error) {
    // Not awaited: puppeteer waits without a limit for a page that does not report its end. The caller ends the browser.
    opening.then((page) => page.close()).catch(() => undefined);
    throw error;
  }
}

async function readIn(opening: Promise<Page>, browser: Browser): Promise<Identity> {
  const page = await opening;
  const userAgent = await browser.userAgent();
  const hints = await hintsOf(page);
  await page.close();
  return {
    userAgent: plain(userAgent),
    userAgentMetadata: {
      ...hints,
      brands: hints.brands.map(named),
      fullVersionList: hints.fullVersionList.map(named),
    },
  };
}

/** Full Chromium has the word only in its user agent; the headless shell also has it in its brands. */
const plain = (text: string): string => text.replace('HeadlessChrome', 'Chrome');
const named = ({ brand, version }: Brand): Brand => ({
  brand: brand === 'HeadlessChrome' ? 'Chromium' : brand,
  version,
});

async function hintsOf(page: Page): Promise<Hints> {
  const session = await page.createCDPSession();
  session.on('Fetch.requestPaused', ({ requestId }) => {
    session.send('Fetch.fulfillRequest', { requestId, responseCode: 200 }).catch(() => undefined);
  });
  await session.send('Fetch.enable');
  await page.goto(ADDRESS, { waitUntil: 'domcontentloaded' });
  return page.evaluate(readHints);
}

/** Runs in the page. */
async function readHints(): Promise<Hints> {
  interface Agent {
    readonly brands: Brand[];
    getHighEntropyValues(names: readonly string[]): Promise<Omit<Hints, 'brands'>>;
  }
  const { userAgentData } = (globalThis as unknown as { navigator: { userAgentData: Agent } }).navigator;
  const names = 'fullVersionList platformVersion architecture bitness model wow64 formFactors'.split(' ');
  const all = await userAgentData.getHighEntropyValues(names);
  const { fullVersionList, platform, platformVersion, architecture, bitness, model, mobile, wow64 } = all;
  return {
    brands: userAgentData.brands,
    fullVersionList,
    platform,
    platformVersion,
    architecture,
    bitness,
    model,
    mobile,
    wow64,
    formFactors: all.formFactors ?? [],
  };
}
