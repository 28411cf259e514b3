// Chromium as a process: how it is launched, and the ladder by which it ends at "process gone" (H7, H13).
import type { Browser } from 'puppeteer';

export interface ChromeOptions {
  readonly executablePath: string;
  readonly sandbox: boolean;
  readonly headed: boolean;
  readonly args: readonly string[];
}

/** Options for puppeteer.launch. Aborting the signal kills the browser even while it is being launched (H12). */
export const launchOptions = (chrome: ChromeOptions, signal: AbortSignal): Record<string, unknown> => ({
  executablePath: chrome.executablePath,
  headless: !chrome.headed,
  // With a pipe Chromium sees our end and closes by itself, session intact, when this process dies (H14).
  pipe: true,
  // Puppeteer's own handlers would kill the browser before ours could close it (H7).
  handleSIGINT: false,
  handleSIGTERM: false,
  handleSIGHUP: false,
  protocolTimeout: 60_000,
  signal,
  // Cut off from D-Bus: Chromium aborts when the bus goes away, and at shutdown it goes when we do.
  env: { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: 'disabled:', DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
  args: [
    '--disable-gpu',
    '--disk-cache-size=104857600',
    ...(chrome.sandbox ? [] : ['--no-sandbox']),
    ...chrome.args,
  ],
});

/**
 * A current user agent for this browser: the library's default says Chrome 101 on a Mac, and Chromium's own says
 * HeadlessChrome (H27).
 * @param version what Browser.version() answers, such as `HeadlessChrome/156.0.8078.79`
 */
export function userAgent(version: string): string {
  const major = /\/(\d+)/.exec(version)?.[1] ?? '120';
  return `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`;
}

const CLOSE_MS = 9_000;
const TERM_MS = 3_000;
const KILL_MS = 5_000;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/**
 * Ends a browser: asks it (which alone writes everything out), then SIGTERM, then SIGKILL of its group. Resolves
 * when the process has exited. Never rejects; must not run twice at once for one browser, since a second
 * Browser.close turns the first into a SIGKILL (H13): whatsapp/client.ts sees to that.
 */
export async function endBrowser(browser: Browser): Promise<'closed' | 'terminated' | 'killed'> {
  const child = browser.process();
  if (child === null) return 'closed';
  const { pid } = child;
  if (child.exitCode !== null || child.signalCode !== null || pid === undefined) return 'closed';
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const within = (ms: number): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, ms, false);
    });
    return Promise.race([exited.then(() => true), late]).finally(() => clearTimeout(timer));
  };
  // Its promise may stay open for ever; the exit is what counts.
  browser.close().catch(() => undefined);
  if (await within(CLOSE_MS)) return 'closed';
  // The pid is our own unreaped child's, so it cannot have been given to anyone else.
  process.kill(pid, 'SIGTERM');
  if (await within(TERM_MS)) return 'terminated';
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
  await within(KILL_MS);
  return 'killed';
}
