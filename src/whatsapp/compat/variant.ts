// The type of a variant: a part of the page that differs between builds, and that our functions use instead
// of the library. The function chooses at each call; nothing in the page is patched.
import type { Page } from 'puppeteer';
import type { Break } from './break.js';

/** `native`: as the library expects it; `patched`: our function takes another way. */
export type VariantResult = 'native' | 'patched';

export interface Variant extends Break {
  /** Reports which way this build takes. */
  probe(page: Page): Promise<VariantResult>;
}
