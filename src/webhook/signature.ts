// Identifies and signs a delivery: its id, which stays the same on every retry, the time it was sent, and the signature
// of Standard Webhooks over both and the body.
import { Webhook } from 'standardwebhooks';
import { Fault } from '../protocol/fault.js';

export type Sign = (id: string, at: Date, body: string) => Readonly<Record<string, string>>;

/**
 * @param secret `whsec_` and base64, or any word
 * @throws Fault usage: it begins with whsec_, and what follows is no base64
 */
export function signer(secret: string, key: string): Sign {
  let webhook: Webhook;
  try {
    webhook = secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });
  } catch {
    throw new Fault('usage', { reason: `${key}: what follows whsec_ is no base64`, hint: null });
  }
  return (id, at, body) => ({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': webhook.sign(id, at, body),
  });
}
