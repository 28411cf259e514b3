// Checks the browser: is it installed, can its sandbox work, and does it really start,
// answer, call back and close?
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { chromeOptions } from '../../config/browser.js';
import { existing } from './directories.js';
import { type Check, fail, ok, warn } from './finding.js';

export const browser: Check = {
  name: 'browser',
  run: ({ browser: found }) => {
    if (!found.found) return fail(found.says, found.remedy);
    return found.snap === null
      ? ok(found.path)
      : warn(`${found.path}: ${found.snap}`, 'sudo apt-get install google-chrome-stable');
  },
};

/** A kernel setting, or null if the kernel has none of this name. */
const setting = (path: string): string | null => {
  try {
    return readFileSync(`/proc/sys/${path}`, 'utf8').trim();
  } catch {
    return null;
  }
};

export const sandbox: Check = {
  name: 'sandbox',
  run: ({ config, uid }) => {
    if (!config.browser.sandbox)
      return warn('off: a page that breaks out of the browser owns this account', 'wad --check-config');
    if (uid === 0)
      return fail(
        'this is root, and Chromium does not run as root with its sandbox on; run as another user, or with --no-sandbox',
        'sudo -u wad wad --doctor',
      );
    if (setting('user/max_user_namespaces') === '0')
      return warn('user namespaces are off', 'sudo sysctl -w user.max_user_namespaces=15000');
    if (setting('kernel/unprivileged_userns_clone') === '0')
      return warn('user namespaces are for root only', 'sudo sysctl -w kernel.unprivileged_userns_clone=1');
    // A packaged browser may have a profile that lifts this; the launch shows it.
    return setting('kernel/apparmor_restrict_unprivileged_userns') === '1'
      ? ok('on; AppArmor lets only browsers with a profile make user namespaces')
      : ok('on');
  },
};

export const launch: Check = {
  name: 'launch',
  run: async ({ browser: found, config, paths, tryBrowser }) => {
    if (!found.found) return fail('not tried: there is no browser');
    // In the state directory, as in a real start. Before the first start it does not exist yet.
    const there = await existing(paths.stateDir);
    const result = await tryBrowser({
      chrome: chromeOptions(found.path, config.browser),
      tmpRoot: there === paths.stateDir ? there : tmpdir(),
    });
    const took = `in ${(result.ms / 1_000).toFixed(1)} s`;
    if (result.ok)
      return ok(`${result.version ?? 'the browser'} starts, answers, calls back and closes ${took}`);
    const last = result.stderr.split('\n').at(-1) ?? '';
    return fail(last === '' ? result.says : `${result.says} (${last.slice(0, 300)})`, result.remedy);
  },
};
