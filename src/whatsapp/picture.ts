// Takes screenshots of the page: one on request, with its texts hidden, and one that is stored when a page
// waits for a person.
import { writeFile } from 'node:fs/promises';
import type { Page } from 'puppeteer';
import type { Log } from '../protocol/log.js';
import { within } from './failures/deadline.js';
import { errorText } from './failures/errors.js';
import { BLANK_SHEET, blankTexts } from './page/blank.js';

export const PICTURE_MS = 5_000;

/** Returns a PNG without texts and pictures, which may be shared. @throws (rejects) the page's error */
export async function blankPicture(page: Page): Promise<Uint8Array> {
  await page.evaluate(blankTexts, true, BLANK_SHEET);
  try {
    return await page.screenshot();
  } finally {
    await page.evaluate(blankTexts, false, BLANK_SHEET).catch(() => undefined);
  }
}

/** Stores a screenshot of the current page. Returns before the file is written; failures are logged. */
export function keepPicture(page: Page, file: string, log: Log): void {
  within(PICTURE_MS, page.screenshot(), 'a picture of the page')
    .then((png) => writeFile(file, png, { mode: 0o600 }))
    .catch((error: unknown) => log.warn('whatsapp.picture', { error: errorText(error) }));
}
