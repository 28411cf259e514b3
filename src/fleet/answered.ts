// Waits for servers that do not answer: a state that passes.
import { setTimeout } from 'node:timers/promises';
import { Fault } from '../protocol/fault.js';

const AGAIN_MS = 1_000;

/** Repeats what the servers do not answer now. @throws (rejects) every other Fault, and the signal's reason */
export async function answered<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'fleet_unreachable') throw error;
      await pause(AGAIN_MS, signal);
    }
  }
}

/** Ends early, and never rejects, when the signal aborts. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => undefined);
