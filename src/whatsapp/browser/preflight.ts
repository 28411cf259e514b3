// Checks whether the browser starts, on an empty profile or a given one, and works: it evaluates, calls back and closes.
// Used by the doctor, and to distinguish a corrupt profile from a browser that never starts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer';
import { TimedOut } from '../failures/deadline.js';
import { errorText } from '../failures/errors.js';
import { type ChromeOptions, endBrowser, launchOptions } from './chrome.js';
import { type Diagnosis, diagnose, type Trouble } from './launch-errors.js';

export interface PreflightOptions {
  readonly chrome: ChromeOptions;
  /** The directory for the empty profile. The browser must be able to write to it anyway. */
  readonly tmpRoot: string;
  /** A profile to try instead of an empty one. No other process may use it meanwhile, and the browser may change it. */
  readonly profile?: string;
  /** The time limit of the whole check; default 30 s. */
  readonly timeoutMs?: number;
  /** Aborts the check: the browser is ended, and the result is a failure. */
  readonly signal?: AbortSignal;
}

export type Preflight = {
  /** Wall time of launch, answer and close. */
  readonly ms: number;
  /** The version that the browser reports, such as `Chrome/156.0.8078.79`; null when it never answered. */
  readonly version: string | null;
  /** After a failure, the end of its stderr; else empty. */
  readonly stderr: string;
} & (
  | { readonly ok: true }
  | { readonly ok: false; readonly trouble: Trouble; readonly says: string; readonly remedy: string | null }
);

/** It needs no network, and must not reach out where the account has a proxy. */
const NO_NAMES = '--host-resolver-rules=MAP * ~NOTFOUND';
/** The time limit of a second start without a pipe, which shows the stderr that puppeteer hides. */
const PLAIN_MS = 10_000;
const MAX_STDERR = 4_000;
/** Debian's start script prints this on machines with more than one mount of /; it is harmless (H27). */
const NOISE = /^.*unexpected operator.*\n?/gm;

/** Starts the browser, uses it, and ends it. Bounded; never rejects; leaves no process or file. */
export async function tryBrowser({
  chrome,
  tmpRoot,
  profile: given,
  timeoutMs = 30_000,
  signal = new AbortController().signal,
}: PreflightOptions): Promise<Preflight> {
  const startedAt = performance.now();
  const ms = () => Math.round(performance.now() - startedAt);
  let profile: string;
  try {
    profile = await mkdtemp(join(tmpRoot, 'wad-preflight-'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const diagnosis: Diagnosis =
      code === 'ENOSPC'
        ? diagnose(code)
        : {
            trouble: 'read_only_tmp',
            says: `no profile can be created in ${tmpRoot}: ${code}`,
            remedy: `ls -ld ${tmpRoot}`,
          };
    return { ok: false, ms: ms(), version: null, stderr: '', ...diagnosis };
  }
  const plains = [`${profile}-2`, `${profile}-3`];
  let version: string | null = null;
  try {
    await spawnable(chrome.executablePath);
    await drive(chrome, given ?? profile, { timeoutMs, signal }, (answered) => {
      version = answered;
    });
    return { ok: true, ms: ms(), version, stderr: '' };
  } catch (error) {
    const { message } = error as Error;
    let stderr = '';
    let found = diagnose(message, error);
    // A browser that crashes does not always print the reason; a second start may.
    for (const plain of plains) {
      if (version !== null || given !== undefined || signal.aborted) break;
      stderr = await plainStart(chrome, plain, Math.min(PLAIN_MS, timeoutMs)).catch(errorText);
      found = diagnose(`${stderr}\n${message}`, error);
      if (found.trouble !== 'other') break;
    }
    return { ok: false, ms: ms(), version, stderr, ...found };
  } finally {
    for (const path of [profile, ...plains])
      await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }).catch(() => undefined);
  }
}

/**
 * Checks that the program can be started: puppeteer 24 has no listener for the error of a failed spawn, and Node would
 * end this program.
 * @throws the error of the kernel: no such file or interpreter, not executable, no more processes
 */
async function spawnable(path: string): Promise<void> {
  const child = spawn(path, ['--version'], { stdio: 'ignore' });
  await once(child, 'spawn');
  child.kill('SIGKILL');
}

async function drive(
  chrome: ChromeOptions,
  profile: string,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
  onVersion: (version: string) => void,
): Promise<void> {
  const stop = new AbortController();
  const end = () => stop.abort();
  const timer = setTimeout(end, timeoutMs);
  signal.addEventListener('abort', end, { once: true });
  const late = once(stop.signal, 'abort').then(() => {
    throw new TimedOut('ran out of time');
  });
  late.catch(() => undefined);
  if (signal.aborted) end();
  let browser: Browser | undefined;
  try {
    const launched = puppeteer.launch({
      ...launchOptions({ ...chrome, args: [...chrome.args, NO_NAMES] }, stop.signal),
      userDataDir: profile,
    });
    // If it loses the race below, the signal kills it, and its rejection would be unhandled.
    launched.catch(() => undefined);
    browser = await Promise.race([launched, late]);
    await Promise.race([exercise(browser, onVersion), late]);
    const ended = await endBrowser(browser);
    browser = undefined;
    if (ended !== 'closed') throw new TimedOut(`Browser.close timed out; the browser was ${ended}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    if (browser !== undefined) await endBrowser(browser);
    // Also kills a browser for which there is no object yet (H12).
    stop.abort();
  }
}

async function exercise(browser: Browser, onVersion: (version: string) => void): Promise<void> {
  const version = await browser.version();
  const [page = await browser.newPage()] = await browser.pages();
  await page.goto('about:blank');
  if ((await page.evaluate('6 * 7')) !== 42) throw new Error('the page does not evaluate');
  await page.exposeFunction('wadPreflight', (n: number) => n + 1);
  if ((await page.evaluate('wadPreflight(1)')) !== 2) throw new Error('the page does not call back');
  onVersion(version.replace('Headless', ''));
}

/** Starts the browser without puppeteer and returns its stderr, which puppeteer hides with a pipe (H12). */
async function plainStart(chrome: ChromeOptions, profile: string, withinMs: number): Promise<string> {
  const args = [
    ...(chrome.headed ? [] : ['--headless']),
    '--disable-gpu',
    `--user-data-dir=${profile}`,
    ...(chrome.sandbox ? [] : ['--no-sandbox']),
    ...chrome.args,
    '--dump-dom',
    'about:blank',
  ];
  const child = spawn(chrome.executablePath, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-MAX_STDERR * 2);
  });
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  };
  const timer = setTimeout(kill, withinMs);
  try {
    // `close` and not `exit`: only then has all of stderr arrived.
    await once(child, 'close');
  } catch (error) {
    said += (error as Error).message;
  } finally {
    clearTimeout(timer);
    kill();
  }
  return said.replace(NOISE, '').trim().slice(-MAX_STDERR);
}
