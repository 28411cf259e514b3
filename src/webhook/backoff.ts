// Computes the wait before the next attempt to deliver an event: short at first, then one hour.

const DELAYS_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000];
/** The longest wait, even if the receiver asks for more. */
const MOST_MS = 3_600_000;
/** Random spread, so that not all senders retry at the same time. */
const SPREAD = 0.2;

/** @param attempts made so far, at least 1 @param chance from 0 up to 1 @param askedMs the receiver's Retry-After, else 0 */
export function backoffMs(attempts: number, chance: number, askedMs = 0): number {
  const delay = DELAYS_MS[Math.min(attempts, DELAYS_MS.length) - 1] ?? MOST_MS;
  const spread = delay * (1 - SPREAD / 2 + SPREAD * chance);
  return Math.round(Math.min(Math.max(spread, askedMs), MOST_MS));
}
