// Makes the two ids that a message gets when it is accepted.
import { createHmac, randomUUID } from 'node:crypto';

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

/** Chooses WhatsApp's id of a message that is accepted for an account. @param wid the linked account */
export type ChooseId = (wid: string, key: string | null) => string;

/** Without a fleet, ids are random. */
export const RANDOM_IDS: ChooseId = messageId;

/**
 * In a fleet, a message with a key gets the same id on every machine: whoever accepts it after the loss of a machine can ask
 * the page for it, and WhatsApp recognises a repetition. Without the secret nobody can tell the id from the key.
 */
export const idsFromKeys =
  (secret: string | Uint8Array, account: string): ChooseId =>
  (wid, key) => {
    if (key === null) return messageId();
    const digest = createHmac('sha256', secret).update([account, wid, key].join('\0')).digest('hex');
    return `3EB0${digest.slice(0, 18).toUpperCase()}`;
  };
