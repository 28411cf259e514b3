// Makes a page that has lost its connection or its session connect again.
import type { Page } from 'puppeteer';
import type { PageSocket, PageWindow } from '../page/page-window.js';

declare const window: PageWindow;

export const NUDGE_MS = 20_000;

export async function nudgePage(page: Page, by: 'reconnect' | 'reload' | 'takeover'): Promise<void> {
  // The page's own takeover throws except in a state that it never sets (WAWebSocketModel, 2026-04-27). A
  // reload takes the session back as well.
  if (by !== 'reconnect') {
    await page.reload({ waitUntil: 'domcontentloaded', timeout: NUDGE_MS });
    return;
  }
  await page.evaluate(() => {
    (window.require('WAWebSocketModel').Socket as PageSocket).reconnect?.();
  });
}
