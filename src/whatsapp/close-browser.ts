// Ends the browser of a client, after it has written its session to disk.
import type { Browser, Page } from 'puppeteer';
import type { Log } from '../protocol/log.js';
import { endBrowser } from './browser/chrome.js';
import { writeOut } from './browser/flush-storage.js';
import { errorText } from './failures/errors.js';

/**
 * How long after linking the session may exist only in memory. With the switch in chrome.ts the browser
 * writes it within a second.
 */
const FRESH_MS = 5_000;
/** How long a close within FRESH_MS waits for that write. */
const FRESH_WAIT_MS = 2_500;
/** How long any other close waits; there may be nothing to write. */
const WAIT_MS = 250;

export interface Closing {
  readonly browser: Browser;
  readonly page: Page | null;
  readonly profile: string;
  /** There is a session to write. */
  readonly isLinked: boolean;
  /** When this page was linked; null when it was linked at launch. */
  readonly linkedAtMs: number | null;
  readonly log: Log;
}

/** Bounded. Never rejects. */
export async function closeBrowser(closing: Closing): Promise<void> {
  const { browser, page, profile, isLinked, linkedAtMs, log } = closing;
  if (page !== null && browser.connected && isLinked) {
    const isFresh = linkedAtMs !== null && Date.now() - linkedAtMs < FRESH_MS;
    await writeOut(browser, page, profile, isFresh ? FRESH_WAIT_MS : WAIT_MS).catch((error: unknown) =>
      log.warn('whatsapp.write-out', { error: errorText(error) }),
    );
  }
  const how = await endBrowser(browser);
  const { exitCode = null, signalCode = null } = browser.process() ?? {};
  log.debug('whatsapp.closed', { how, code: exitCode, signal: signalCode });
}
