// Finds the browser of this daemon, and tests whether it works.
import { homedir } from 'node:os';
import { type Browser, chromeOptions, findBrowser } from '../config/browser.js';
import type { Settings } from './settings.js';

export interface OwnBrowser {
  /** Searches each time: it may have been installed, upgraded or removed. */
  find(): Browser;
  /** Whether it starts on this profile, or on an empty one when none is named. */
  works(signal: AbortSignal, profile?: string): Promise<boolean>;
}

export function ownBrowser({ config, paths }: Settings): OwnBrowser {
  const find = () => findBrowser({ browser: config.browser, env: process.env, home: homedir() });
  return {
    find,
    async works(signal, profile) {
      const browser = find();
      if (!browser.found) return false;
      const chrome = chromeOptions(browser.path, config.browser);
      // Loaded only when needed, which is rare.
      const { tryBrowser } = await import('../whatsapp/browser/preflight.js');
      const where = { tmpRoot: paths.stateDir, signal, ...(profile !== undefined && { profile }) };
      return (await tryBrowser({ chrome, ...where })).ok;
    },
  };
}
