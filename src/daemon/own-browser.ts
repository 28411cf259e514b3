// The browser of this daemon: which one it is now, and whether it works.
import { homedir } from 'node:os';
import { type Browser, findBrowser } from '../config/browser.js';
import type { Settings } from './settings.js';

export interface OwnBrowser {
  /** Looks for it anew: it may have been installed, upgraded or removed. */
  find(): Browser;
  /** Whether it starts on this profile; on an empty one when none is named. */
  works(signal: AbortSignal, profile?: string): Promise<boolean>;
}

export function ownBrowser({ config, paths }: Settings): OwnBrowser {
  const find = () => findBrowser({ browser: config.browser, env: process.env, home: homedir() });
  return {
    find,
    async works(signal, profile) {
      const browser = find();
      const chrome = { ...config.browser, executablePath: browser.found ? browser.path : '' };
      // Evaluated when it is needed: hardly ever.
      const { tryBrowser } = await import('../whatsapp/browser/preflight.js');
      const where = { tmpRoot: paths.stateDir, signal, ...(profile !== undefined && { profile }) };
      return browser.found && (await tryBrowser({ chrome, ...where })).ok;
    },
  };
}
