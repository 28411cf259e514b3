/** Functions of ours in a page whose document changes while they are being put there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer';
import t from 'tap';
import { launchOptions } from '../../src/whatsapp/chrome.js';
import { exposeAnew } from '../../src/whatsapp/expose.js';

t.test('a document that has none of a name gets it anew, and calls what was exposed last', async (t) => {
  const userDataDir = mkdtempSync(join(tmpdir(), 'wad-expose-'));
  t.teardown(() => rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 }));
  const executablePath = process.env.WAD_TEST_BROWSER ?? '/usr/bin/chromium';
  const chrome = { executablePath, sandbox: process.geteuid?.() !== 0, headed: false, args: [] };
  const browser = await puppeteer.launch({
    ...launchOptions(chrome, new AbortController().signal),
    userDataDir,
  });
  t.teardown(() => browser.close());
  const [page = await browser.newPage()] = await browser.pages();
  exposeAnew(page);
  await page.exposeFunction('ours', () => 'first');
  t.equal(await page.evaluate('ours()'), 'first');

  await t.test('it had come up before puppeteer had told Chromium of new documents', async (t) => {
    await page.evaluate('delete globalThis.ours');
    await page.exposeFunction('ours', () => 'second');
    t.equal(await page.evaluate('ours()'), 'second');
    await page.reload();
    t.equal(await page.evaluate('ours()'), 'second', 'and so has the next');
  });

  await t.test('the first is still on its way', async (t) => {
    const [first, second] = [
      page.exposeFunction('late', () => 'first'),
      page.exposeFunction('late', () => 'second'),
    ];
    await Promise.all([first, second]);
    t.equal(await page.evaluate('late()'), 'second');
  });

  await t.test('the document goes while it is exposed', async (t) => {
    for (let round = 0; round < 5; round += 1) {
      const exposing = page.exposeFunction('gone', () => round);
      await Promise.all([page.reload(), exposing]);
      await page.exposeFunction('gone', () => `anew ${round}`);
      t.equal(await page.evaluate('gone()'), `anew ${round}`);
    }
  });
});
