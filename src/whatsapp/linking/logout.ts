// Unlinks from this side, within a time limit, with the page's confirmation.
import type { Page } from 'puppeteer';
import { within } from '../failures/deadline.js';
import { isNavigation } from '../failures/errors.js';
import type { PageSocket, PageWindow } from '../page/page-window.js';

declare const window: PageWindow;

/** A logout that the page promised and kept, but does not show: its frame gets this long to leave. */
const LATE_MS = 2_000;

/**
 * @param confirmed resolves when the page gives up its credentials: its logout event, the page after it, or a QR. The
 *   call itself returns nothing on some builds, and its frame may leave late (H19)
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
    // A page that navigates away under the question is the answer on its way.
    if (isNavigation(error)) return false;
    throw error;
  });
  const kept = promised.then((yes) =>
    yes ? within(LATE_MS, confirmed, '').catch(() => undefined) : confirmed,
  );
  await within(timeoutMs, Promise.race([confirmed, kept]), 'logging out');
}
