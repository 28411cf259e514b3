// The type of a shim: the repair of one breakage of whatsapp-web.js at run time.
import type { Page } from 'puppeteer';
import type { Break } from './break.js';

/** `unlinked`: it can be decided only on a page with an account. */
export type ShimResult = 'native' | 'patched' | 'unlinked' | `failed: ${string}`;

export interface Shim extends Break {
  /** Probes the page, patches it if needed, and verifies the patch. */
  apply(page: Page): Promise<ShimResult>;
}
