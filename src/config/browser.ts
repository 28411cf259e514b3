// Finds the browser to run: the configured one, or the first in the usual places. It only reads files. It reports when the
// browser is a snap, because a snap cannot access every directory.
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Config } from './keys.js';

export type Browser =
  | { readonly found: true; readonly path: string; readonly snap: string | null }
  | { readonly found: false; readonly says: string; readonly remedy: string };

export interface BrowserFrom {
  /** From the configuration: a bare name is looked up in PATH. */
  readonly browser: { readonly path: string | null };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** How to launch a browser that was found: its path and the configured switches. */
export const chromeOptions = (
  executablePath: string,
  { sandbox, headed, args }: Config['browser'],
): { executablePath: string; sandbox: boolean; headed: boolean; args: readonly string[] } => ({
  ...{ executablePath, sandbox, headed, args },
});

/** Chromium without the code for windows. A page can detect it, so it must be configured explicitly (decision 017). */
const SHELLS = ['chromium-headless-shell', 'chrome-headless-shell'];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const INSTALL = 'sudo apt-get install chromium';

/** The first bytes of a file as text, for scripts. */
function head(path: string): string {
  const bytes = Buffer.alloc(4096);
  const fd = openSync(path, 'r');
  try {
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(fd);
  }
}

/**
 * True when the kernel would run the file. False for a script without its interpreter: puppeteer has no listener for the
 * error of a failed spawn, which would end the daemon.
 */
const executable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    if (!statSync(path).isFile()) return false;
    const interpreter = /^#![ \t]*(\S+)/.exec(head(path))?.[1];
    if (interpreter !== undefined) accessSync(interpreter, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The browsers that puppeteer has downloaded for this user, newest first. */
function downloaded(home: string): string[] {
  const root = join(home, '.cache/puppeteer/chrome');
  try {
    return readdirSync(root)
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .flatMap((version) => [
        join(root, version, 'chrome-linux64/chrome'),
        join(root, version, 'chrome-linux/chrome'),
      ]);
  } catch {
    return [];
  }
}

/** The limits of a snap, in words, or null for a browser that is not a snap. */
function snapLimit(path: string): string | null {
  const says =
    'it is a snap: it cannot use a profile in a hidden folder of the home directory, in /var/lib or in /tmp of the host';
  try {
    if (realpathSync(path).startsWith('/snap/') || realpathSync(path) === '/usr/bin/snap') return says;
    // Ubuntu's /usr/bin/chromium-browser is a shell script that ends in /snap/bin/chromium.
    const text = head(path);
    return text.startsWith('#!') && /\/snap\/bin\/|snap (run|install) chromium/.test(text) ? says : null;
  } catch {
    return null;
  }
}

/**
 * The program that Debian's script /usr/bin/chromium-headless-shell runs. The script does not `exec`, so the process to
 * watch and to end would be a shell.
 */
function behindScript(path: string): string {
  const program = /^#!.*\n\s*(\/\S+) "\$@"\s*$/.exec(head(path))?.[1];
  return program !== undefined && executable(program) ? program : path;
}

/** Finds the browser. If the configured one is missing, no other is used instead. */
export function findBrowser({ browser: { path: configured }, env, home }: BrowserFrom): Browser {
  const dirs = (env.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter).filter(Boolean);
  const inPath = (name: string) => dirs.map((dir) => join(dir, name));
  if (configured !== null) {
    const path = configured.includes('/') ? configured : inPath(configured).find(executable);
    if (path !== undefined && executable(path))
      return { found: true, path: behindScript(path), snap: snapLimit(path) };
    const there = path !== undefined && statSync(path, { throwIfNoEntry: false }) !== undefined;
    return {
      found: false,
      says: there
        ? `${path} is not an executable file, or a script without its interpreter`
        : `there is no browser at ${configured}`,
      remedy: there ? `chmod +x ${path}` : INSTALL,
    };
  }
  const all = [
    ...NAMES.flatMap(inPath),
    '/opt/google/chrome/chrome',
    '/opt/chromium/chrome',
    ...downloaded(home),
  ]
    .filter(executable)
    .map((path) => ({ found: true as const, path, snap: snapLimit(path) }));
  // Others before snaps: a snap often cannot access the state directory.
  const found = all.find(({ snap }) => snap === null) ?? all[0];
  if (found !== undefined) return found;
  const shell = SHELLS.find((name) => inPath(name).some(executable));
  const only = shell === undefined ? '' : `; ${shell} exists, but is used only when browser.path names it`;
  return {
    found: false,
    says: `no browser found: tried ${NAMES.join(', ')} in PATH${only}`,
    remedy: INSTALL,
  };
}
