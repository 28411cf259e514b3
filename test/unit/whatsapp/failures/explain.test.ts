/** The modules related to a page error are found: those in its stack, and those required last. */
import type { Page } from 'puppeteer';
import t from 'tap';
import { askedLast, modulesIn } from '../../../../src/whatsapp/failures/explain.js';

t.test('modules in a stack', async (t) => {
  t.same(modulesIn(undefined), []);
  t.same(modulesIn('Error: r\n    at r (https://web.whatsapp.com/a.js:1:2)'), []);
  const stack =
    'Error: r\n    at WAWebMsgKey.newId (a.js:1)\n    at WAWebMsgKey.x (a.js:2)\n    at WALinkify (b.js:1)';
  t.same(modulesIn(stack), ['WAWebMsgKey', 'WALinkify'], 'each once');
});

t.test('the newest few, each once; none of a page that is gone', async (t) => {
  const page = (evaluate: () => Promise<unknown>) => ({ evaluate }) as unknown as Page;
  t.same(await askedLast(page(async () => [])), []);
  t.same(await askedLast(page(async () => ['A', 'B', 'C', 'D', 'D', 'E'])), ['B', 'C', 'D', 'E']);
  t.same(await askedLast(page(() => Promise.reject(new Error('Target closed')))), []);
});
