/**
 * A database of a browser killed in two open transactions is lost without our repair, and kept with it (H33).
 */
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer';
import t from 'tap';
import { layout } from '../../src/session-dir/layout.js';
import { clearLeftovers } from '../../src/session-dir/leftovers.js';
import { chromiumArgs } from '../simulator/browser.js';

const DATABASE = 'IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb';
const WRITE = `new Promise((resolve, reject) => {
  const request = indexedDB.open('shop');
  request.onupgradeneeded = () => ['a', 'b'].map((name) => request.result.createObjectStore(name));
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const transaction = request.result.transaction(['a', 'b'], 'readwrite', { durability: 'strict' });
    for (const name of ['a', 'b']) transaction.objectStore(name).put('kept in ' + name, 'key');
    transaction.oncomplete = () => { request.result.close(); resolve(); };
    transaction.onabort = () => reject(transaction.error);
  };
})`;
/** Two open transactions. Each reads back its own write and stays open with further reads. */
const BEGIN = `new Promise((resolve, reject) => {
  const request = indexedDB.open('shop');
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    let begun = 0;
    for (const name of ['a', 'b']) {
      const store = request.result.transaction(name, 'readwrite').objectStore(name);
      store.put('half of ' + name, 'key');
      const go = (isFirst) => {
        store.openCursor().onsuccess = () => {
          if (isFirst && ++begun === 2) resolve();
          go(false);
        };
      };
      go(true);
    }
  };
})`;
/** The first attempt finds the database corrupt. The second is the page's next one. */
const READ = `(async () => {
  const once = () => new Promise((resolve, reject) => {
    const request = indexedDB.open('shop');
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      if (database.objectStoreNames.length === 0) return resolve('nothing');
      const transaction = database.transaction(['a', 'b']);
      const found = ['a', 'b'].map((name) => transaction.objectStore(name).get('key'));
      transaction.oncomplete = () => resolve(found.map(({ result }) => result).join(', '));
    };
  });
  return once().catch(once);
})()`;

t.test(
  'a database with two unfinished transactions is lost without a repair, and kept with it',
  async (t) => {
    const directory = await mkdtemp(path.join(tmpdir(), 'wad-transactions-'));
    t.teardown(() => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    const dir = layout(directory, 'shop');
    const inBrowser = async (profile: string, script: string, end = close): Promise<unknown> => {
      const browser = await puppeteer.launch({
        executablePath: process.env.WAD_TEST_BROWSER ?? '/usr/bin/chromium',
        args: [...chromiumArgs(1), '--no-sandbox'],
        ...{ pipe: true, headless: true, userDataDir: profile },
      });
      try {
        const page = await browser.newPage();
        await answered(page);
        await page.goto('https://web.whatsapp.com/');
        return await page.evaluate(script);
      } finally {
        await end(browser);
      }
    };
    await inBrowser(dir.profile, WRITE);
    t.equal(await inBrowser(dir.profile, READ), 'kept in a, kept in b');
    await inBrowser(dir.profile, BEGIN, kill);
    const untouched = `${dir.profile}-untouched`;
    await cp(path.join(dir.profile, 'Default', DATABASE), path.join(untouched, 'Default', DATABASE), {
      recursive: true,
    });

    t.test('without a repair Chromium loses the database', async (t) => {
      t.equal(await inBrowser(untouched, READ), 'nothing');
    });

    t.test('after the repair Chromium undoes the transactions', async (t) => {
      const said: unknown[][] = [];
      const log = { info: () => {}, warn: (...line: unknown[]) => void said.push(line) };
      await clearLeftovers(dir, { log });
      t.match(said, [['leftover.unfinished-transactions', { changed: 1 }]]);
      t.equal(await inBrowser(dir.profile, READ), 'kept in a, kept in b');
      await clearLeftovers(dir, { log });
      t.equal(said.length, 1, 'the second run finds nothing to repair');
      const names = await readdir(path.join(dir.profile, 'Default', DATABASE));
      t.equal(names.filter((name) => name.includes('.corrupt-')).length, 1, 'the original log is kept');
    });
  },
);

const close = (browser: Browser): Promise<void> => browser.close();

async function kill(browser: Browser): Promise<void> {
  const main = browser.process();
  if (main === null) throw new Error('a browser without a process');
  const ended = once(main, 'exit');
  main.kill('SIGKILL');
  await ended;
}

/** Serves an empty document under the page's name, without its scripts. */
async function answered(page: Page): Promise<void> {
  await page.setRequestInterception(true);
  page.on('request', (request) => void request.respond({ contentType: 'text/html', body: '<p>' }));
}
