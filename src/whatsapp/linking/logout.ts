// Unlinks from this side, within a time limit, with the page's confirmation.
import type { Page } from 'puppeteer';
import { within } from '../failures/deadline.js';
import { isNavigation } from '../failures/errors.js';
import type { PageSocket, PageWindow } from '../page/page-window.js';

declare const window: PageWindow;

/** How long to wait for the confirmation after the page's logout has resolved: its frame may leave later. */
const LATE_MS = 2_000;

/**
 * @param confirmed resolves when the page has deleted its credentials: its logout event, the page after it, or a QR code.
 *   In some builds the call itself returns nothing, and its frame may leave late (H19)
 * @throws Error when nothing confirmed it in time
 */
export async function logout(page: Page, confirmed: Promise<void>, timeoutMs: number): Promise<void> {
  const ask = (): Promise<true> | false => {
    const done = (window.require('WAWebSocketModel').Socket as PageSocket).logout() as
      | Promise<unknown>
      | undefined;
    return typeof done?.then === 'function' ? done.then(() => true) : false;
  };
  const promised = page.evaluate(ask).catch((error: unknown) => {
    // If the page navigates away during the call, the confirmation is about to arrive.
    if (isNavigation(error)) return false;
    throw error;
  });
  const kept = promised.then((yes) =>
    yes ? within(LATE_MS, confirmed, '').catch(() => undefined) : confirmed,
  );
  await within(timeoutMs, Promise.race([confirmed, kept]), 'logging out');
}
