/** A certificate nobody trusts, made at start: Chromium is told not to mind (`--ignore-certificate-errors`). */
import { generate } from 'selfsigned';

export interface Certificate {
  key: string;
  cert: string;
}

export async function makeCertificate(): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: 'web.whatsapp.com' }], {
    keyType: 'ec',
    curve: 'P-256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'web.whatsapp.com' }] }],
  });
  return { key: made.private, cert: made.cert };
}
