// Prepares the page of a browser before its first navigation: watches for crashes (H4), answers its questions, lets it report to the
// daemon, and sets a current user agent.
import type { Browser, CDPSession, Page } from 'puppeteer';
import { identityOf } from './browser/identity.js';
import { passCheckpoints } from './page/checkpoint.js';
import { acknowledgeDialogs } from './page/dialogs.js';
import type { ContentReport, PageReport } from './page/page-window.js';
import { interceptPasskeys } from './page/passkey.js';
import { watch } from './page/watch.js';

/** The name of the function with which the page reports to the daemon. */
export const BINDING = '__wadReport';
/** How long to look for a dialog that needs a button press after each load (U1). */
const DIALOG_FOR_MS = 10 * 60_000;

export interface NewPage {
  readonly browser: Browser;
  readonly page: Page;
  readonly session: CDPSession;
  readonly headed: boolean;
}

/** @param died called when the browser, its process or the page is gone */
export function watchForDeath({ browser, page }: NewPage, died: (what: string) => void): void {
  browser.once('disconnected', () => died('the browser is gone'));
  browser.process()?.once('exit', () => died('the browser process exited'));
  // Puppeteer removes its listeners from the pipes before Chromium closes them. A later error of a pipe
  // would be unhandled and end this process.
  for (const pipe of browser.process()?.stdio ?? []) pipe?.on('error', () => undefined);
  page.once('error', () => died('the page crashed'));
  page.once('close', () => died('the page was closed'));
}

/**
 * @param take receives each report of the page
 * @returns the version of the browser
 */
export async function preparePage(
  { browser, page, session, headed }: NewPage,
  take: (report: PageReport | ContentReport) => void,
): Promise<string> {
  // While a message has no ack, the page asks before it is reloaded (WAWebConfigureWindowEvents, 2026-04-27). Unanswered, the
  // question blocks the page and the reload that should help it. Any other question is for a person: it gets a no.
  page.on('dialog', (dialog) => {
    const answer = dialog.type() === 'beforeunload' ? dialog.accept() : dialog.dismiss();
    void answer.catch(() => undefined);
  });
  const install = async (): Promise<void> => {
    await page.exposeFunction(BINDING, take);
    await page.evaluateOnNewDocument(watch, BINDING);
    await page.evaluateOnNewDocument(acknowledgeDialogs, BINDING, DIALOG_FOR_MS);
    await page.evaluateOnNewDocument(interceptPasskeys, BINDING, headed);
    await page.evaluateOnNewDocument(passCheckpoints, BINDING);
  };
  // At the same time, because the identity is read in another page, which takes the longest.
  const [identity, version] = await Promise.all([identityOf(browser), browser.version(), install()]);
  await session.send('Emulation.setUserAgentOverride', identity);
  return version.replace('Headless', '');
}
