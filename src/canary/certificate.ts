/**
 * A certificate for the listeners of the deep canary, made at each start and kept in memory. The browser accepts it by its
 * key (`--ignore-certificate-errors-spki-list`), so no authority signs it. Node.js makes keys and signatures, but no
 * certificates, so the few bytes of DER around them are written here.
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { Credentials } from '../waserver/media-host.js';

export interface Certificate extends Credentials {
  /** SHA-256 of the public key, in base64, as Chromium's switch expects it. */
  readonly keyHash: string;
}

const VALID_MS = 24 * 60 * 60_000;

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : [0x82, Math.floor(length / 0x100), length % 0x100];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes));
/** `YYMMDDHHMMSSZ`, for years before 2050. */
const time = (ms: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));

/** 1.2.840.10045.4.3.2 */
const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
/** 2.5.4.3 */
const COMMON_NAME = oid(0x55, 0x04, 0x03);
/** 2.5.29.17 */
const ALTERNATIVE_NAMES = oid(0x55, 0x1d, 0x11);
const DNS_NAME = 0x82;

const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n').trim()}\n-----END CERTIFICATE-----\n`;

/** @param names of hosts, at least one */
export function makeCertificate(names: readonly [string, ...string[]]): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(names[0])))));
  const now = Date.now();
  const alternative = sequence(...names.map((one) => der(DNS_NAME, Buffer.from(one))));
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    // Positive, and without a leading zero.
    der(0x02, Buffer.of(0x40), randomBytes(15)),
    ECDSA_SHA256,
    name,
    sequence(time(now - VALID_MS), time(now + VALID_MS)),
    name,
    spki,
    der(0xa3, sequence(sequence(ALTERNATIVE_NAMES, der(0x04, alternative)))),
  );
  const signature = sign('sha256', signed, privateKey);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(sequence(signed, ECDSA_SHA256, der(0x03, Buffer.of(0), signature))),
    keyHash: createHash('sha256').update(spki).digest('base64'),
  };
}
