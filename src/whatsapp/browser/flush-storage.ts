// Makes a browser write localStorage to disk before it is closed. Chromium keeps localStorage in memory for a second
// (chrome.ts), and its storage process may be killed during a close before it has written that. With Chromium 156 and a
// longer delay, about one of 25 closes right after linking lost the link on a busy machine. Chromium writes at once when
// the last process that uses the storage has ended, so the page is closed first, with the service workers in its process.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'puppeteer';
import { within } from '../failures/deadline.js';

const POLL_MS = 10;

/**
 * Closes the page and waits until localStorage has changed on the disk, or for `waitMs`. The browser keeps running with an
 * empty page. @throws when the browser does not answer within `waitMs`
 */
export async function writeOut(browser: Browser, page: Page, profile: string, waitMs: number): Promise<void> {
  const before = await fingerprint(profile);
  await within(waitMs, leave(browser, page), 'leaving the page');
  for (const until = performance.now() + waitMs; performance.now() < until; await delay(POLL_MS))
    if ((await fingerprint(profile)) !== before) return;
}

async function leave(browser: Browser, page: Page): Promise<void> {
  // Without a page the browser would end.
  const empty = await browser.newPage();
  await page.close();
  const session = await empty.createCDPSession();
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
}

/** Changes with every write to localStorage. */
async function fingerprint(profile: string): Promise<string> {
  const dir = join(profile, 'Default', 'Local Storage', 'leveldb');
  const names = await readdir(dir).catch(() => []);
  const files = names.sort().map(async (name) => {
    const { size, mtimeMs } = (await stat(join(dir, name)).catch(() => null)) ?? { size: -1, mtimeMs: 0 };
    return `${name} ${size} ${mtimeMs}`;
  });
  return (await Promise.all(files)).join('\n');
}
