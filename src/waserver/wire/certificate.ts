/**
 * The chain by which a client recognises the server: root, intermediate, and the static key of the handshake. The root
 * is made anew for each server, so a client must be given its key.
 */
import { type KeyPair, makeKeyPair, sign } from './curve.js';
import { CERTIFICATE_CHAIN, CERTIFICATE_DETAILS } from './schemas.js';

/** The root has serial 0 in the page (WAVerifyChainCertificateWA6), and the others need different ones. */
const ROOT = 0;
const INTERMEDIATE = 1;
const LEAF = 2;
const YEAR_SECONDS = 365 * 24 * 3600;

export interface ServerIdentity {
  /** what clients have to trust, 32 bytes */
  readonly root: Buffer;
  readonly staticKey: KeyPair;
  /** a CERTIFICATE_CHAIN */
  readonly certificates: Buffer;
}

export function makeServerIdentity(): ServerIdentity {
  const root = makeKeyPair();
  const intermediate = makeKeyPair();
  const staticKey = makeKeyPair();
  const now = Math.floor(Date.now() / 1000);
  const certificate = (serial: number, issuerSerial: number, key: Buffer, issuer: KeyPair) => {
    const details = CERTIFICATE_DETAILS.encode({
      serial,
      issuerSerial,
      key,
      notBefore: now - YEAR_SECONDS,
      notAfter: now + YEAR_SECONDS,
    });
    return { details, signature: sign(issuer.privateKey, details) };
  };
  return {
    root: root.publicKey,
    staticKey,
    certificates: CERTIFICATE_CHAIN.encode({
      leaf: certificate(LEAF, INTERMEDIATE, staticKey.publicKey, intermediate),
      intermediate: certificate(INTERMEDIATE, ROOT, intermediate.publicKey, root),
    }),
  };
}
