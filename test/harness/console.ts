// What a person does and sees in the console of a gateway.
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import type { Page } from 'puppeteer';

/** Messages of the browser: no number, a wrong token, a number without a chat, no QR code yet, a gateway that is away. */
export const NORMAL = /status of 40[014]|ERR_/;

/** Part of the DOM; these functions run in the page. */
declare const document: { readonly body: { readonly innerText: string } };
declare const sessionStorage: { readonly length: number };

/** Waits until the page shows the text. */
export const shows = (page: Page, text: string) =>
  page.waitForFunction((what) => document.body.innerText.includes(what), { timeout: 60_000 }, text);

export const textOf = (page: Page): Promise<string> => page.evaluate(() => document.body.innerText);

/** How many entries the page keeps in the tab. */
export const keptIn = (page: Page): Promise<number> => page.evaluate(() => sessionStorage.length);

/** The texts whose direction does not change the text around them, such as the name of a file with marks of direction. */
export const isolatedIn = (page: Page, selector: string): Promise<string[]> =>
  page.$$eval(`${selector} bdi`, (all) =>
    all.map((one) => String((one as { textContent?: unknown }).textContent)),
  );

/** Presses the button with this label, as a screen reader names it. */
export async function press(page: Page, name: string): Promise<void> {
  await page.locator(`::-p-aria([name="${name}"][role="button"])`).click();
}

export async function logIn(page: Page, token: string): Promise<void> {
  await page.locator('input[type="password"]').fill(token);
  await page.keyboard.press('Enter');
}

/** The names of the tabs of an account. */
export const tabsOf = (page: Page): Promise<string[]> =>
  page.$$eval('.tabs a', (links) =>
    links.map((link) => String((link as { textContent?: unknown }).textContent)),
  );

/** The address of a tab of an account. */
export const addressIn = (url: string, ...parts: string[]): string =>
  `${url}/#/accounts/${parts.map(encodeURIComponent).join('/')}`;

/** Decodes the QR code on the page. */
export async function scanned(page: Page): Promise<string> {
  const picture = await page.waitForSelector('img.qr', { visible: true });
  const { data, width, height } = PNG.sync.read(Buffer.from((await picture?.screenshot()) ?? []));
  return jsqr.default(new Uint8ClampedArray(data), width, height)?.data ?? '';
}
