// Adds context to errors of the page, which arrive minified (`r: r`, D7): what we were doing, the modules that were
// requested last or are in the stack, and the build.
import type { Page } from 'puppeteer';
import type { PageWindow } from '../page/page-window.js';
import { within } from './deadline.js';

declare const window: PageWindow;

const ASK_MS = 1_000;
/** Only the newest few: earlier modules were requested by calls that succeeded. */
const MODULES = 4;

/** Names of WhatsApp Web's modules in a stack, each once. */
export const modulesIn = (stack: string | undefined): readonly string[] => [
  ...new Set(stack?.match(/\bWA[A-Z]\w+/g) ?? []),
];

/** The modules that the page requested last. Never rejects: for a page that is gone the list is empty. */
export const askedLast = (page: Page): Promise<readonly string[]> =>
  within(
    ASK_MS,
    page.evaluate(() => window.__wad?.asked ?? []),
    'asking for modules',
  ).then(
    (asked) => [...new Set(asked)].slice(-MODULES),
    () => [],
  );
