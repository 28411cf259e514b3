// The clock that leases are counted by.
import { uptime } from 'node:os';
import type { LeaseClock } from './lease.js';

/**
 * The time since the boot, from /proc/uptime: the same in every process, it counts suspended time, and no change of the wall clock
 * moves it. Its step is 10 ms. The timers may fire late, since they do not count suspended time.
 */
export const machineClock: LeaseClock = {
  now: () => uptime() * 1_000,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
