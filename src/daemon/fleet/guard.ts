// Guards the browser of a fleet daemon with a process of its own (systemd/browser-guard.pl), which kills the browser when the
// lease was not confirmed in time, also while this daemon is suspended or dead. It costs 4 MB and ends with the browser.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { PACKAGE } from '../../local/package.js';
import type { Log } from '../../protocol/log.js';
import { processStatSync } from '../../session-dir/process-id.js';
import { groupEndsSync, killGroup } from '../../whatsapp/browser/process-group.js';

export interface GuardOptions {
  readonly log: Log;
  /** Until when the lease is held, ms of /proc/uptime (machineClock); 0 when it is not. */
  readonly heldUntilMs: () => number;
}

interface Guarded {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat. */
  readonly startTicks: number;
}

type Helper = ChildProcessByStdio<Writable, null, null>;

/** The helper's exit status after it has killed the browser. */
const KILLED = 3;
/** A helper that ended sooner than this after its start is started again only at the next confirmation. */
const WORTH_ANOTHER_MS = 1_000;

export class BrowserGuard {
  readonly #log: Log;
  readonly #heldUntilMs: () => number;
  #browser: Guarded | null = null;
  #helper: Helper | null = null;
  #startedAtMs = 0;

  constructor({ log, heldUntilMs }: GuardOptions) {
    this.#log = log;
    this.#heldUntilMs = heldUntilMs;
  }

  /** Guards this browser, before it opens its first page, in place of an earlier one. Its guard exists when this returns. */
  watch(pid: number): void {
    this.end();
    const stat = processStatSync(pid);
    if (stat === null) return;
    this.#browser = { pid, startTicks: stat.startTicks };
    this.#start();
  }

  /** To be called at each confirmation of the lease. */
  confirm(): void {
    if (this.#helper === null) this.#start();
    else this.#helper.stdin.write(`${untilText(this.#heldUntilMs())}\n`);
  }

  /**
   * Kills the browser, without an orderly close, and waits for the end of all its processes while nothing else of this process
   * runs. Nothing happens without a browser.
   * @returns whether they have ended within this time
   */
  kill(withinMs: number): boolean {
    const browser = this.#browser;
    if (browser === null) return true;
    const stat = processStatSync(browser.pid);
    // The pid is another process's by now.
    if (stat !== null && stat.startTicks !== browser.startTicks) return true;
    killGroup(browser.pid);
    return groupEndsSync(browser.pid, withinMs);
  }

  /** Ends the helper, once the browser has ended. */
  end(): void {
    this.#browser = null;
    this.#helper?.stdin.end('done\n');
    this.#helper = null;
  }

  #start(): void {
    if (this.#browser === null) return;
    const { pid, startTicks } = this.#browser;
    if (processStatSync(pid)?.startTicks !== startTicks) {
      this.#browser = null;
      return;
    }
    this.#startedAtMs = performance.now();
    const args = [pid, startTicks, untilText(this.#heldUntilMs())].map(String);
    // Of our own environment only PATH, to find perl: no options for perl, and no secrets.
    const helper = spawn('perl', [join(PACKAGE, 'systemd/browser-guard.pl'), ...args], {
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      cwd: '/',
      stdio: ['pipe', 'ignore', 'inherit'],
      // A session of its own: no signal of a terminal reaches it.
      detached: true,
    });
    this.#helper = helper;
    helper.unref();
    // The 'exit' event gives a better reason than EPIPE.
    helper.stdin.on('error', () => {});
    helper.once('error', (error) => this.#gone(helper, { err: error }));
    helper.once('exit', (code, signal) => {
      if (code === KILLED) this.#log.warn('fleet.guard-killed-browser', { pid });
      this.#gone(helper, code === 0 || code === KILLED ? null : { code, signal });
    });
    this.#log.debug('fleet.guard-started', { pid: helper.pid, browser: pid });
  }

  #gone(helper: Helper, trouble: Readonly<Record<string, unknown>> | null): void {
    if (this.#helper !== helper) return;
    this.#helper = null;
    if (trouble === null) {
      this.#browser = null;
      return;
    }
    this.#log.warn('fleet.guard-ended', trouble);
    if (performance.now() - this.#startedAtMs >= WORTH_ANOTHER_MS) this.#start();
  }
}

const untilText = (untilMs: number): string => String(Math.max(0, Math.floor(untilMs)));
