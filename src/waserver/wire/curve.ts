/**
 * X25519 keys, their agreement and their XEdDSA signatures. Node.js has X25519, but no signature by such a key, so the
 * points of Ed25519 come from @noble/curves. The method is in Signal's specification of XEdDSA, section 2.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';

/** Both keys are 32 bytes. */
export interface KeyPair {
  readonly publicKey: Buffer;
  readonly privateKey: Buffer;
}

/** What precedes the 32 bytes of an X25519 key in DER (RFC 8410). */
const SPKI = Buffer.from('302a300506032b656e032100', 'hex');
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
/** Precedes a public key wherever Signal writes it: the type of its curve. */
const KEY_TYPE = 5;

const { Point } = ed25519;
const { Fp, Fn } = Point;

export function makeKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519', {
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  });
  return { publicKey: publicKey.subarray(SPKI.length), privateKey: privateKey.subarray(PKCS8.length) };
}

/** The secret that both sides compute, 32 bytes. */
export function agree(privateKey: Uint8Array, publicKey: Uint8Array): Buffer {
  return diffieHellman({
    privateKey: createPrivateKey({ key: Buffer.concat([PKCS8, privateKey]), format: 'der', type: 'pkcs8' }),
    publicKey: createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: 'der', type: 'spki' }),
  });
}

/** A public key with its type, 33 bytes. */
export const typed = (publicKey: Uint8Array): Buffer => Buffer.concat([Buffer.of(KEY_TYPE), publicKey]);

/** A public key without its type, if it has one. */
export const untyped = (publicKey: Uint8Array): Buffer =>
  Buffer.from(publicKey.length === 33 ? publicKey.subarray(1) : publicKey);

const number = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(bytes).reverse().toString('hex').padStart(2, '0')}`);
const littleEndian = (value: bigint): Buffer =>
  Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
const hash = (...parts: readonly Uint8Array[]): bigint =>
  Fn.create(number(createHash('sha512').update(Buffer.concat(parts)).digest()));
const NONCE_PREFIX = Buffer.concat([Buffer.of(0xfe), Buffer.alloc(31, 0xff)]);

/** The XEdDSA signature, 64 bytes. */
export function sign(privateKey: Uint8Array, message: Uint8Array): Buffer {
  const clamped = Buffer.from(privateKey);
  clamped[0] = (clamped[0] ?? 0) & 248;
  clamped[31] = ((clamped[31] ?? 0) & 127) | 64;
  const scalar = Fn.create(number(clamped));
  const point = Point.BASE.multiply(scalar);
  // The verifier knows the point without its sign, and takes the positive one.
  const isNegative = (point.toAffine().x & 1n) === 1n;
  const secret = isNegative ? Fn.neg(scalar) : scalar;
  const signer = (isNegative ? point.negate() : point).toBytes();
  const nonce = hash(NONCE_PREFIX, littleEndian(secret), message, randomBytes(64));
  const commitment = Point.BASE.multiply(nonce).toBytes();
  const answer = Fn.add(nonce, Fn.mul(hash(commitment, signer, message), secret));
  return Buffer.concat([commitment, littleEndian(answer)]);
}

/** Whether a signature of 64 bytes was made by the owner of the key. An older form has the point's sign in its last bit. */
export function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const u = Fp.create(number(publicKey));
  const signer = littleEndian(Fp.div(Fp.sub(u, 1n), Fp.add(u, 1n)));
  const plain = Buffer.from(signature);
  signer[31] = (signer[31] ?? 0) | ((plain[63] ?? 0) & 128);
  plain[63] = (plain[63] ?? 0) & 127;
  try {
    return ed25519.verify(plain, message, signer);
  } catch {
    return false; // bytes that are no point
  }
}
