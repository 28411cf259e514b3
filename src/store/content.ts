// Hashes the request that an idempotency key stands for: the same request twice is one message.
import { createHash } from 'node:crypto';

/**
 * The hash of what would be sent. The time of sending is not part of it, because a retry may have computed it anew.
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

/** The order of an object's keys says nothing. By hand, as a replacer of JSON.stringify costs some 20 µs. */
const sorted = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
};
