// Formats the QR code for a request: JSON with payload and picture, or only the picture.
import type { Result } from '../protocol/method.js';
import type { METHODS } from '../protocol/methods/index.js';
import type { StateName } from '../protocol/state.js';
import { json, type Reply, typed } from './reply.js';

type Qr = Result<(typeof METHODS)['session.qr']>;

const SCALE = 8;
const PICTURES = ['image/png', 'image/svg+xml'] as const;

/** The picture type that the client prefers to JSON, or null. Of RFC 9110 only the weights are supported. */
export function pictureWanted(accept = ''): (typeof PICTURES)[number] | null {
  const weights = new Map(
    accept.split(',').map((part) => {
      const [type = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
      const q = parameters.find((word) => word.startsWith('q='))?.slice(2);
      return [type, q === undefined ? 1 : Number(q)] as const;
    }),
  );
  const [best] = PICTURES.filter((type) => (weights.get(type) ?? 0) > 0).sort(
    (a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0),
  );
  if (best === undefined) return null;
  const other = weights.get('application/json') ?? weights.get('*/*') ?? 0;
  return (weights.get(best) ?? 0) >= other ? best : null;
}

/** Draws a payload. The package is loaded only in this file, and late, because most programs never need it. */
export async function qrPng(qr: string): Promise<Buffer> {
  const { default: QRCode } = await import('qrcode');
  return QRCode.toBuffer(qr, { scale: SCALE });
}

export async function qrReply(
  { qr, expiresAt }: Qr,
  status: StateName,
  picture: ReturnType<typeof pictureWanted>,
): Promise<Reply> {
  if (picture === 'image/png') return typed(picture, await qrPng(qr));
  const { default: QRCode } = await import('qrcode');
  if (picture === 'image/svg+xml') return typed(picture, await QRCode.toString(qr, { type: 'svg' }));
  const dataUrl = await QRCode.toDataURL(qr, { scale: SCALE });
  return json({ qr, dataUrl, expiresAt, status, timestamp: new Date().toISOString() });
}
