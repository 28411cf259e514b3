// A page of ours in a real browser: what goes wrong in it, its accessibility, and pictures of it for review.
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type axe from 'axe-core';
import puppeteer, { type Browser, type Page } from 'puppeteer';
import type { Test } from 'tap';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export const launchBrowser = (): Promise<Browser> =>
  puppeteer.launch({ executablePath: '/usr/bin/chromium', pipe: true, args: ['--no-sandbox'] });

/** A phone and a desktop. */
const SIZES = [
  ['phone', 390, 844],
  ['desktop', 1280, 900],
] as const;

export interface OpenedPage {
  readonly page: Page;
  /** Errors, violations of the policy, and requests to other origins. */
  readonly wrong: string[];
}

/** @param expected messages of the browser that are normal in this test */
export async function openPage(browser: Browser, url: string, expected: RegExp): Promise<OpenedPage> {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type()) && !expected.test(message.text()))
      wrong.push(message.text());
  });
  page.on('request', (request) => {
    const { origin } = new URL(url);
    if (![origin, 'data:', 'blob:'].some((start) => request.url().startsWith(start)))
      wrong.push(`asks ${request.url()}`);
  });
  await page.goto(url);
  return { page, wrong };
}

/** Screenshots go to WAD_SCREENSHOTS, or to a folder that is returned. */
export async function pictureFolder(): Promise<string> {
  const folder = process.env.WAD_SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'wad-pages-')));
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Checks in both widths and both themes that everything fits and is accessible, and takes a picture of each. */
export async function inspect(
  t: Test,
  page: Page,
  { name, folder }: { name: string; folder: string },
): Promise<void> {
  for (const [size, width, height] of SIZES) {
    await page.setViewport({ width, height });
    const excess = await page.evaluate(() => {
      const { document, innerWidth } = globalThis as unknown as {
        document: { documentElement: { scrollWidth: number } };
        innerWidth: number;
      };
      return document.documentElement.scrollWidth - innerWidth;
    });
    t.ok(excess <= 0, `${name}, ${size}: everything fits into the width`);
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.screenshot({ path: join(folder, `${name}-${size}-${scheme}.png`) });
      await page.evaluate(await readFile(AXE, 'utf8'));
      const found = (await page.evaluate(() =>
        (globalThis as unknown as { axe: typeof axe }).axe.run(),
      )) as axe.AxeResults;
      const faults = found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      t.same(faults, [], `${name}, ${size}, ${scheme}: there is no accessibility problem`);
    }
  }
  await page.setViewport({ width: 1280, height: 900 });
}
