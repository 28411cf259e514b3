// Checks what a long-lived process has to maintain in addition to the page: the browser's memory and age, the
// browser's binary after an upgrade, free disk space, and clock jumps after the machine slept. It checks
// slowly, and requests a new browser only in a quiet moment.
import { stat } from 'node:fs/promises';
import { groupLimit } from '../../local/memory-limit.js';
import type { Log } from '../../protocol/log.js';
import { browserMemory } from '../machine/browser-memory.js';
import { FULL_MB, freeMbAt } from '../machine/free-space.js';

export interface UpkeepOptions {
  /** Soft limit of the browser's memory; the limit of the control group may lower it. 0: no limit. */
  readonly memoryLimitMb: number;
  /** A browser older than this is replaced; 0: never. */
  readonly recycleHours: number;
  /** The directory of the profile. */
  readonly dataPath: string;
  /** The file of the store, which may be on another disk. */
  readonly storePath: string;
  readonly log: Log;
  /** The running browser, or null while the account is not ready. */
  readonly browser: () => {
    readonly pid: number;
    readonly path: string;
    readonly startedAtMs: number;
  } | null;
  /** True when no message is in flight and none has arrived for a while. */
  readonly isQuiet: () => boolean;
  readonly recycle: (why: string) => void;
  /** Why a copy of the profile is due; null: none is. */
  readonly copyDue: () => Promise<string | null>;
  /** Called when either disk has too little space, or when both have enough again. */
  readonly disk: (freeMb: number, low: boolean) => void;
  /**
   * Called when the profile's disk is so full that a browser must not write to it: a failed
   * write loses its data (H28).
   */
  readonly diskFull: (freeMb: number) => void;
  /** Called once an hour: deletes expired data, and stores the receive watermark. */
  readonly hourly: () => Promise<void>;
  /** Called when the wall clock has jumped by this many ms: the machine slept, or the clock was set. */
  readonly jumped: (byMs: number) => void;
}

const PACE_MS = 60_000;
const DISK_MS = 10_000;
/** How often the two clocks are compared; a sleep is noticed within this time. */
const CLOCK_MS = 2_000;
const JUMP_MS = 5_000;
const ROUNDS_PER_HOUR = 60;
/**
 * A browser that exceeds the limit again within this time is not replaced: the limit is
 * too low for this account.
 */
const RENEWED_MS = 3_600_000;
/**
 * The browser's share of the control group's limit. At that limit the kernel kills without
 * waiting for a quiet moment.
 */
const BROWSER_SHARE = 0.8;
const LOW_MB = 500;
/** A disk that was low counts as fine again only above this. */
const FINE_MB = 600;

export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #timers: NodeJS.Timeout[] = [];
  #diskIsLow = false;
  #rounds = 0;
  /** When a browser was last replaced for its memory, by the monotonic clock; null before the first time. */
  #renewedAtMs: number | null = null;
  /** The newest measurement of the browser's memory. */
  #measured: { readonly pid: number; readonly bytes: number } | null = null;
  /** The pid of the browser for which a too low limit was logged. */
  #warnedPid: number | null = null;

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

  /**
   * Memory of the running browser as of the last round or `measure`, bytes; null while
   * it has not been measured.
   */
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
    // It may have become busy, or have been replaced, during the check.
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
      return `the browser takes ${mb} MB; its limit is ${limitMb} MB`;
    // An upgrade that replaces the file under a running browser can break the renderers that start after it
    // (H27). Packages set mtime themselves; only the kernel sets ctime.
    const file = await stat(running.path).catch(() => null);
    if (file !== null && file.ctimeMs > running.startedAtMs) return 'the browser was upgraded';
    return this.#options.copyDue();
  }

  /** Allows one replacement per hour. In between it logs a warning, once per browser. */
  #mayRenew(pid: number, mb: number, limitMb: number): boolean {
    // It became busy while it was measured: that does not use up its hour.
    if (!this.#options.isQuiet()) return false;
    const nowMs = performance.now();
    if (this.#renewedAtMs === null || nowMs - this.#renewedAtMs > RENEWED_MS) {
      this.#renewedAtMs = nowMs;
      return true;
    }
    if (this.#warnedPid !== pid) this.#options.log.warn('upkeep.memory-limit-low', { mb, limitMb });
    this.#warnedPid = pid;
    return false;
  }

  /** The configured limit, or the browser's share of the control group's limit if that is less. */
  async #memoryLimitMb(): Promise<number> {
    const { memoryLimitMb } = this.#options;
    if (memoryLimitMb === 0) return 0;
    const given = await groupLimit();
    return given === null
      ? memoryLimitMb
      : Math.min(memoryLimitMb, Math.ceil((BROWSER_SHARE * given) / 2 ** 20));
  }
}
