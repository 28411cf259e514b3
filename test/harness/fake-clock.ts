/** A clock that stands still until the test moves it: `setTimeout`, `setInterval`, `node:timers/promises`, `performance.now`. */
import { syncBuiltinESMExports } from 'node:module';
import { mock } from 'node:test';

export interface FakeClock {
  /** Moves the clock in small steps, so that a loop that waits again between two polls is followed. */
  pass(ms: number, stepMs?: number): Promise<void>;
  /** The number of timers that are set and have neither fired nor been cleared. */
  readonly pending: number;
}

/** Lets all promises go on that can. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lasts until the end of the test. Begin no subtest meanwhile: its own time limit would be on this clock. */
export function fakeClock(t: { teardown(undo: () => void): unknown }): FakeClock {
  let nowMs = 0;
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const now = mock.method(performance, 'now', () => nowMs);
  const waiting = new Set<unknown>();
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  globalThis.setTimeout = ((run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    const timer = set(() => {
      waiting.delete(timer);
      run(...args);
    }, ms);
    waiting.add(timer);
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = ((timer?: NodeJS.Timeout) => {
    waiting.delete(timer);
    clear(timer);
  }) as typeof clearTimeout;
  syncBuiltinESMExports();
  t.teardown(() => {
    globalThis.setTimeout = set;
    globalThis.clearTimeout = clear;
    mock.timers.reset();
    now.mock.restore();
    syncBuiltinESMExports();
  });
  return {
    async pass(ms, stepMs = 25) {
      await settled();
      for (let left = ms; left > 0; left -= stepMs) {
        const step = Math.min(left, stepMs);
        nowMs += step;
        mock.timers.tick(step);
        await settled();
      }
    },
    get pending() {
      return waiting.size;
    },
  };
}
