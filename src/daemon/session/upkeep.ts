// Checks what a long-lived process has to maintain besides the page: the browser's memory and age, the browser's binary
// after an upgrade, free disk space, and clock jumps after the machine slept. It checks slowly, and requests a new
// browser only in a quiet moment.
import { stat } from 'node:fs/promises';
import type { Log } from '../../protocol/log.js';
import { browserMemory } from '../machine/browser-memory.js';
import { FULL_MB, freeMbAt } from '../machine/free-space.js';
import { groupLimit } from '../machine/memory-limit.js';

export interface UpkeepOptions {
  /** Soft limit of the browser's memory, or less where the kernel gives us less; 0 is none. */
  readonly memoryLimitMb: number;
  /** A browser older than this is replaced; 0 is never. */
  readonly recycleHours: number;
  /** Where the profile lives. */
  readonly dataPath: string;
  /** The store, which may be on another disk. */
  readonly storePath: string;
  readonly log: Log;
  /** The running browser, or null while the account is not ready. */
  readonly browser: () => {
    readonly pid: number;
    readonly path: string;
    readonly startedAtMs: number;
  } | null;
  /** Nothing on its way out, nothing come in for a while. */
  readonly isQuiet: () => boolean;
  readonly recycle: (why: string) => void;
  /** Either disk has become too full to rely on, or both are fine again. */
  readonly disk: (freeMb: number, low: boolean) => void;
  /** The profile's is so full that a browser must not write on it: one that fails to forgets what it was told (H28). */
  readonly diskFull: (freeMb: number) => void;
  /** Once an hour: what need not be kept goes, and what has been heard is noted. */
  readonly hourly: () => Promise<void>;
  /** The wall clock jumped by so many ms: the machine slept, or somebody set it. */
  readonly jumped: (byMs: number) => void;
}

const PACE_MS = 60_000;
const DISK_MS = 10_000;
/** How often the two clocks are compared; a sleep is noticed so soon after it. */
const CLOCK_MS = 2_000;
const JUMP_MS = 5_000;
const ROUNDS_PER_HOUR = 60;
/** A new browser that takes too much as well is none too many: the limit is too low for this account. */
const RENEWED_MS = 3_600_000;
/** Of what the kernel gives us, so much is the browser's: beyond it comes the kernel, which waits for no quiet moment. */
const BROWSER_SHARE = 0.8;
const LOW_MB = 500;
/** Low again only when it had been clearly fine. */
const FINE_MB = 600;

export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #timers: NodeJS.Timeout[] = [];
  #diskIsLow = false;
  #rounds = 0;
  /** When a browser was last replaced for its memory, by the clock of the process; null before that. */
  #renewedAtMs: number | null = null;
  /** The newest measure of the browser's memory. */
  #measured: { readonly pid: number; readonly bytes: number } | null = null;
  /** The browser of which it has been said that it takes too much too soon. */
  #toldOf: number | null = null;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Ended by `stop`. */
  start(): void {
    const { log, jumped } = this.#options;
    let ahead = Date.now() - performance.now();
    this.#timers.push(
      setInterval(() => {
        const now = Date.now() - performance.now();
        if (Math.abs(now - ahead) > JUMP_MS) {
          log.warn('clock.jumped', { byMs: Math.round(now - ahead) });
          jumped(now - ahead);
        }
        ahead = now;
      }, CLOCK_MS),
      setInterval(() => {
        void this.look().catch((error: unknown) => log.error('upkeep.failed', { err: error }));
      }, PACE_MS),
      setInterval(() => {
        void this.lookAtDisk().catch((error: unknown) => log.error('upkeep.failed', { err: error }));
      }, DISK_MS),
    );
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  /** Memory of the running browser as of the last round or `measure`, bytes; null while it was not measured. */
  get browserBytes(): number | null {
    return this.#measured?.pid === this.#options.browser()?.pid ? (this.#measured?.bytes ?? null) : null;
  }

  /** Measures the browser's memory between two rounds. Never rejects. */
  async measure(): Promise<void> {
    const running = this.#options.browser();
    if (running === null) return;
    const bytes = await browserMemory(running.pid).catch(() => null);
    this.#measured = bytes === null ? null : { pid: running.pid, bytes };
  }

  /** One round; `start` makes one a minute. */
  async look(): Promise<void> {
    this.#rounds += 1;
    if (this.#rounds % ROUNDS_PER_HOUR === 1) await this.#options.hourly();
    const { browser, isQuiet, recycle } = this.#options;
    await this.measure();
    const running = browser();
    if (running === null || !isQuiet()) return;
    const why = await this.#whyReplace(running);
    // It may have got busy, or have been replaced, while we looked.
    if (why !== null && isQuiet() && browser()?.pid === running.pid) recycle(why);
  }

  async lookAtDisk(): Promise<void> {
    const { dataPath, storePath, disk, diskFull } = this.#options;
    const freeMb = await freeMbAt(dataPath);
    const leastMb = Math.min(freeMb, await freeMbAt(storePath));
    const low = this.#diskIsLow ? leastMb < FINE_MB : leastMb < LOW_MB;
    if (low !== this.#diskIsLow) disk(leastMb, low);
    this.#diskIsLow = low;
    if (freeMb < FULL_MB) diskFull(freeMb);
  }

  async #whyReplace(running: { pid: number; path: string; startedAtMs: number }): Promise<string | null> {
    const { recycleHours } = this.#options;
    if (recycleHours > 0 && Date.now() - running.startedAtMs > recycleHours * 3_600_000)
      return `the browser has run for ${recycleHours} h`;
    const limitMb = await this.#memoryLimitMb();
    const mb = Math.round((this.browserBytes ?? 0) / 2 ** 20);
    if (limitMb > 0 && mb > limitMb && this.#mayRenew(running.pid, mb, limitMb))
      return `the browser takes ${mb} MB, and ${limitMb} are its limit`;
    // An upgrade that replaces the file under a running browser can break the renderers that start after it (H27).
    // Packages set the time of writing themselves; the time of the change is the kernel's.
    const file = await stat(running.path).catch(() => null);
    return file !== null && file.ctimeMs > running.startedAtMs ? 'the browser was upgraded' : null;
  }

  /** Once an hour at most; in between it is said that it would be time, once a browser. */
  #mayRenew(pid: number, mb: number, limitMb: number): boolean {
    // It got busy while it was measured: its hour is not used up by that.
    if (!this.#options.isQuiet()) return false;
    const nowMs = performance.now();
    if (this.#renewedAtMs === null || nowMs - this.#renewedAtMs > RENEWED_MS) {
      this.#renewedAtMs = nowMs;
      return true;
    }
    if (this.#toldOf !== pid) this.#options.log.warn('upkeep.memory-limit-low', { mb, limitMb });
    this.#toldOf = pid;
    return false;
  }

  /** What is configured, or what the control group leaves of it. */
  async #memoryLimitMb(): Promise<number> {
    const { memoryLimitMb } = this.#options;
    if (memoryLimitMb === 0) return 0;
    const given = await groupLimit();
    return given === null
      ? memoryLimitMb
      : Math.min(memoryLimitMb, Math.ceil((BROWSER_SHARE * given) / 2 ** 20));
  }
}
