// The two ids that a message gets when it is accepted.
import { randomUUID } from 'node:crypto';

/** By chance, 24 at most. A UUID's, which Node draws for many at a time: randomBytes costs some 5 µs a call. */
function hexDigits(count: number): string {
  const uuid = randomUUID();
  // Without the digits that say which version it is.
  return `${uuid.slice(24)}${uuid.slice(0, 8)}${uuid.slice(9, 13)}`.slice(0, count);
}

/**
 * Ours: `m-`, the milliseconds since 1970 and nine more digits, all hex. In the order of time, so that the newest lie side
 * by side in the store's index: at random, each one accepted would be one page more to be written and synced.
 */
export const ownId = (nowMs: number): string =>
  `m-${Math.max(nowMs, 0).toString(16).padStart(11, '0')}${hexDigits(9)}`;

/** WhatsApp's, in the form that its web client gives: 3EB0 and 18 hex digits. */
export const messageId = (): string => `3EB0${hexDigits(18).toUpperCase()}`;
