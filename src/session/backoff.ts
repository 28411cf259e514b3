// Computes the wait before a reconnect attempt. Pure; the values come from [reconnect].

export interface Backoff {
  /** Delay before attempt 1, 2, …; the last one is used for all that follow. */
  readonly delaysMs: readonly number[];
  readonly capMs: number;
}

/** Delay in ms before the attempt with this number, counted from 1. */
export const delayMs = ({ delaysMs, capMs }: Backoff, attempt: number): number =>
  Math.min(capMs, delaysMs[Math.min(attempt, delaysMs.length) - 1] ?? capMs);
