// Hashes the content of a request, to compare requests with the same idempotency key.
import { createHash } from 'node:crypto';

/**
 * The hash of what would be sent. The time of sending is excluded, because a retry may compute a new one.
 * @param recipient as requested, not the chat that WhatsApp resolved it to
 */
export function contentHash(
  recipient: string,
  kind: string,
  payload: Readonly<Record<string, unknown>>,
): string {
  return createHash('sha256')
    .update(JSON.stringify([recipient, kind, sorted(payload)]))
    .digest('base64url');
}

/** Sorts the keys of objects, whose order has no meaning. A replacer of JSON.stringify would cost some 20 µs more. */
const sorted = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
};
