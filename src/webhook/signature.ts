// Signs a delivery as Standard Webhooks requires: the signature covers the id, which is the same on every retry, the time
// and the body.
import { Webhook } from 'standardwebhooks';
import { Fault } from '../protocol/fault.js';

export type Sign = (id: string, at: Date, body: string) => Readonly<Record<string, string>>;

/**
 * @param secret `whsec_` and base64, or any word
 * @throws Fault usage: the text after whsec_ is not base64
 */
export function signer(secret: string, key: string): Sign {
  let webhook: Webhook;
  try {
    webhook = secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });
  } catch {
    throw new Fault('usage', { reason: `${key}: the text after whsec_ is not base64`, hint: null });
  }
  return (id, at, body) => ({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': webhook.sign(id, at, body),
  });
}
