/**
 * Makes a self-signed certificate at the start. Chromium is told to accept it
 * (`--ignore-certificate-errors`).
 */
import { generate } from 'selfsigned';

export interface Certificate {
  key: string;
  cert: string;
}

export async function makeCertificate(name = 'web.whatsapp.com'): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  });
  return { key: made.private, cert: made.cert };
}
