// The type of a shim: a breakage of whatsapp-web.js that is repaired at run time, and the function that repairs it.
import type { Page } from 'puppeteer';

/** `unlinked`: only a page with an account can tell. */
export type ShimResult = 'native' | 'patched' | 'unlinked' | `failed: ${string}`;

export interface Shim {
  /** Its number in docs/drift.md. */
  readonly id: string;
  readonly breaks: string;
  readonly since: string;
  readonly source: string;
  /** The capability that is lost without it. */
  readonly capability: string;
  /** Probes the page, patches it where needed, and verifies that it took. */
  apply(page: Page): Promise<ShimResult>;
}
