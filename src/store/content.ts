// What an idempotency key stands for, as a hash: the same request twice is one message.
import { createHash } from 'node:crypto';

/**
 * The hash of what would go out. Not in it: when it goes out, since whoever tries again may have reckoned that anew.
 * @param recipient as asked for, not the chat that WhatsApp made of it
 */
export function contentHash(
  recipient: string,
  kind: string,
  payload: Readonly<Record<string, unknown>>,
): string {
  const text = JSON.stringify([recipient, kind, payload], sorted);
  return createHash('sha256').update(text).digest('base64url');
}

/** For JSON.stringify: the order of an object's keys says nothing. */
const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
