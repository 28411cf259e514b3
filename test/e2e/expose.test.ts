/** Functions exposed to the page receive each call once, whatever happens to its documents. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer';
import t from 'tap';
import { launchOptions } from '../../src/whatsapp/browser/chrome.js';
import { exposeOneWay } from '../../src/whatsapp/library/expose.js';

t.test(
  'a call of an exposed function arrives once, in every document, at the function that was exposed last',
  async (t) => {
    const userDataDir = mkdtempSync(join(tmpdir(), 'wad-expose-'));
    t.teardown(() => rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 }));
    const executablePath = process.env.WAD_TEST_BROWSER ?? '/usr/bin/chromium';
    const chrome = { executablePath, sandbox: process.geteuid?.() !== 0, headed: false, args: [] };
    const { args, ...options } = launchOptions(chrome, new AbortController().signal);
    const browser = await puppeteer.launch({
      ...options,
      args: [...(args as string[]), '--js-flags=--expose-gc'],
      userDataDir,
    });
    t.teardown(() => browser.close());
    const [page = await browser.newPage()] = await browser.pages();
    const failures: string[] = [];
    const session = await page.createCDPSession();
    await exposeOneWay(page, session, (name, error) => failures.push(`${name}: ${(error as Error).message}`));

    /** The received calls, and the callback for the next one. */
    const arrived: unknown[] = [];
    let next: () => void = () => {};
    const recorder = (who: string) => (what: unknown, more?: unknown) => {
      arrived.push(more === undefined ? [who, what] : [who, what, more]);
      next();
    };
    /** Calls the function with `what`, waits until it arrives, and returns everything received until then. */
    const tellAndHear = async (name: string, what: string): Promise<unknown[]> => {
      const isThere = new Promise<void>((resolve) => {
        next = () => (arrived.at(-1) as unknown[])[1] === what && resolve();
      });
      await page.evaluate(`${name}(${JSON.stringify(what)})`);
      await isThere;
      return arrived.splice(0);
    };

    await t.test('arguments are passed as JSON, in order, and the page gets the result', async (t) => {
      await page.exposeFunction('ours', recorder('first'));
      t.equal(await page.evaluate('ours("code")'), 'code');
      await page.evaluate('ours({ a: [1, undefined] }, 2)');
      t.same(await tellAndHear('ours', 'end'), [
        ['first', 'code'],
        ['first', { a: [1, null] }, 2],
        ['first', 'end'],
      ]);
      await t.rejects(page.evaluate('const ring = {}; ring.ring = ring; ours(ring)'), /circular/);
    });

    await t.test('a document without the function gets it, and so does the next document', async (t) => {
      await page.evaluate('delete globalThis.ours');
      await page.exposeFunction('ours', recorder('second'));
      t.same(await tellAndHear('ours', 'anew'), [['second', 'anew']]);
      await page.reload();
      t.same(await tellAndHear('ours', 'next'), [['second', 'next']]);
    });

    await t.test('the function is exposed twice at the same time', async (t) => {
      await Promise.all([
        page.exposeFunction('late', recorder('first')),
        page.exposeFunction('late', recorder('second')),
      ]);
      t.same(await tellAndHear('late', 'x'), [['second', 'x']]);
    });

    await t.test('the document ends while the function is exposed', async (t) => {
      for (let round = 0; round < 5; round += 1) {
        const exposing = page.exposeFunction('gone', recorder(`${round}`)).catch(() => undefined);
        await Promise.all([page.reload(), exposing]);
        t.same(await tellAndHear('gone', 'x'), [[`${round}`, 'x']]);
      }
    });

    await t.test('the next document is in another process', async (t) => {
      const server = createServer((_, response) => response.end('<p>')).listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.teardown(() => server.close().closeAllConnections());
      const { port } = server.address() as AddressInfo;
      for (const url of [`http://127.0.0.1:${port}/`, 'chrome://version/', `http://localhost:${port}/`]) {
        await page.goto(url);
        t.same(await tellAndHear('ours', url), [['second', url]]);
      }
    });

    await t.test('console output is not kept for a session that does not read it', async (t) => {
      // Chromium itself keeps the last thousand lines.
      const isKept = await page.evaluate(async () => {
        const { gc } = globalThis as unknown as { gc(how: object): Promise<void> };
        const printed = (() => {
          const thing = { big: new Array(1_000) };
          console.log(thing);
          return new WeakRef(thing);
        })();
        for (let n = 0; n < 1_100; n += 1) console.log(n);
        for (let tries = 0; tries < 20 && printed.deref() !== undefined; tries += 1) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          await gc({ execution: 'async' });
        }
        return printed.deref() !== undefined;
      });
      t.equal(isKept, false);
    });

    await t.test('a failing function is reported and delays no other', async (t) => {
      await page.exposeFunction('throws', () => {
        throw new Error('at once');
      });
      await page.exposeFunction('rejects', async () => {
        throw new Error('later');
      });
      await page.evaluate('throws(); rejects()');
      await tellAndHear('ours', 'after');
      t.same(failures, ['throws: at once', 'rejects: later']);
    });

    await t.test('malformed calls and calls of unknown functions are ignored', async (t) => {
      await page.evaluate(`for (const junk of ['', '{', 'null', '[1]', '["nobody", 1]', '["toString", []]'])
      __wadEvent(junk)`);
      t.same(await tellAndHear('ours', 'end'), [['second', 'end']]);
      t.equal(failures.length, 2);
    });
  },
);
