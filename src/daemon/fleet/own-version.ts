// The version of the browser that this machine would use.
import { homedir } from 'node:os';
import { findBrowser } from '../../config/browser.js';
import type { Config } from '../../config/keys.js';
import { browserVersion } from '../../session-dir/browser-version.js';

/** Null where there is no browser, which the start of the account reports, or it prints no version. */
export async function ownVersion({ browser }: Pick<Config, 'browser'>): Promise<string | null> {
  const found = findBrowser({ browser, env: process.env, home: homedir() });
  return found.found ? browserVersion(found.path) : null;
}
