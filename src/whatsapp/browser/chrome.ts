// Launches Chromium, and ends it step by step until the process is gone (H7, H13).
import type { ChildProcess } from 'node:child_process';
import type { Browser } from 'puppeteer';
import { groupEnds, killGroup } from './process-group.js';
import { savingArgs } from './switches.js';

/**
 * The page keeps half of its credentials in localStorage. By default Chromium writes it 5 s after the first change and then
 * once a minute (StorageAreaImpl::ComputeCommitDelay), so a kill within the minute after linking loses the session
 * (H32). With this switch the delay is one second.
 */
const WRITE_THROUGH = '--enable-aggressive-domstorage-flushing';

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
  // When this process dies, Chromium sees the pipe close and exits by itself with its session intact (H14).
  pipe: true,
  // We do not use network events. Otherwise each frame of the page's socket would be reported, and loaded
  // data kept.
  networkEnabled: false,
  // Puppeteer's own handlers would kill the browser before ours could close it (H7).
  handleSIGINT: false,
  handleSIGTERM: false,
  handleSIGHUP: false,
  protocolTimeout: 60_000,
  signal,
  // No D-Bus: Chromium aborts when the bus ends, and at a shutdown the bus ends together with this process.
  env: { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: 'disabled:', DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
  args: [WRITE_THROUGH, ...savingArgs(), ...(chrome.sandbox ? [] : ['--no-sandbox']), ...chrome.args],
});

const CLOSE_MS = 9_000;
const TERM_MS = 3_000;
const KILL_MS = 5_000;
/** How long the children take to end after their browser. */
const FOLLOW_MS = 1_000;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/**
 * Ends the children of a browser whose main process has exited. They usually end by themselves, but a frozen one does not.
 * Only then may the next browser start: one child has the profile's databases open, and Chromium deletes and recreates a
 * database that it cannot open.
 */
async function endRest(pid: number): Promise<void> {
  if (await groupEnds(pid, FOLLOW_MS)) return;
  killGroup(pid);
  await groupEnds(pid, KILL_MS);
}

/**
 * Ends a browser: first by `Browser.close` (only this writes everything to disk), then SIGTERM, then SIGKILL of its group.
 * Resolves when the process and its children have exited. Never rejects.
 */
export async function endBrowser(browser: Browser): Promise<'closed' | 'terminated' | 'killed'> {
  const child = browser.process();
  const pid = child?.pid;
  if (child === null || pid === undefined) return 'closed';
  const how = await endMain(browser, child, pid);
  await endRest(pid);
  return how;
}

/**
 * Sends `Browser.close`, without puppeteer's own close, which kills the process when no answer arrives. On a busy machine
 * Chromium may close its end of the pipe before the answer is read, while it still writes its storage to disk. The same
 * happened to the first of two closes (H13). The caller waits for the exit; this promise may never settle.
 */
async function askToClose(browser: Browser): Promise<void> {
  const session = await browser.target().createCDPSession();
  await session.send('Browser.close');
}

async function endMain(
  browser: Browser,
  child: ChildProcess,
  pid: number,
): Promise<'closed' | 'terminated' | 'killed'> {
  if (child.exitCode !== null || child.signalCode !== null) return 'closed';
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const within = (ms: number): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, ms, false);
    });
    return Promise.race([exited.then(() => true), late]).finally(() => clearTimeout(timer));
  };
  askToClose(browser).catch(() => undefined);
  if (await within(CLOSE_MS)) return 'closed';
  // The pid belongs to our own unreaped child, so it cannot have been reused.
  process.kill(pid, 'SIGTERM');
  if (await within(TERM_MS)) return 'terminated';
  killGroup(pid);
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await within(KILL_MS);
  return 'killed';
}
