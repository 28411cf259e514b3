// The type of a shim: a breakage of whatsapp-web.js that is repaired at run time, and the function that repairs it.
import type { Page } from 'puppeteer';
import type { Break } from './break.js';

/** `unlinked`: only a page with an account can tell. */
export type ShimResult = 'native' | 'patched' | 'unlinked' | `failed: ${string}`;

export interface Shim extends Break {
  /** Probes the page, patches it where needed, and verifies that it took. */
  apply(page: Page): Promise<ShimResult>;
}
