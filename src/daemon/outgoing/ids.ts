// Makes the two ids that a message gets when it is accepted.
import { randomUUID } from 'node:crypto';

/**
 * Random, 24 digits at most. Taken from a UUID, because Node draws many UUIDs at a time;
 * randomBytes costs some 5 µs a call.
 */
function hexDigits(count: number): string {
  const uuid = randomUUID();
  // Without the digits of the UUID's version.
  return `${uuid.slice(24)}${uuid.slice(0, 8)}${uuid.slice(9, 13)}`.slice(0, count);
}

/**
 * Ours: `m-`, the milliseconds since 1970 and nine more digits, all hex. Sorted by time, so that the newest
 * ids are adjacent in the store's index. With random ids each accept would write and sync one more page.
 */
export const ownId = (nowMs: number): string =>
  `m-${Math.max(nowMs, 0).toString(16).padStart(11, '0')}${hexDigits(9)}`;

/** WhatsApp's, in the form that its web client uses: 3EB0 and 18 hex digits. */
export const messageId = (): string => `3EB0${hexDigits(18).toUpperCase()}`;
