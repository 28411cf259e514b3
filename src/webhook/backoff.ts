// Computes the wait before a refused event is tried again: soon at first, then once an hour, for days.

const DELAYS_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000];
/** A receiver may ask for more, but not for ever. */
const MOST_MS = 3_600_000;
/** Receivers that come back are not met by everybody at the same moment. */
const SPREAD = 0.2;

/** @param attempts made so far, at least 1 @param chance from 0 up to 1 @param askedMs of the receiver, else 0 */
export function backoffMs(attempts: number, chance: number, askedMs = 0): number {
  const delay = DELAYS_MS[Math.min(attempts, DELAYS_MS.length) - 1] ?? MOST_MS;
  const spread = delay * (1 - SPREAD / 2 + SPREAD * chance);
  return Math.round(Math.min(Math.max(spread, askedMs), MOST_MS));
}
