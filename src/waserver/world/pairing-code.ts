/**
 * Linking by an eight-character code: what the phone computes (WAWebAltDeviceLinkingAlgorithm is the other end). Who does
 * not know the code cannot read the keys that the two exchange, and neither can the server.
 */
import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { derive } from '../signal/chain.js';
import { agree, type KeyPair, makeKeyPair } from '../wire/curve.js';

const SALT_BYTES = 32;
const COUNTER_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const ITERATIONS = 131_072;

const keyOf = (code: string, salt: Buffer): Promise<Buffer> =>
  promisify(pbkdf2)(code, salt, ITERATIONS, KEY_BYTES, 'sha256');

/** The phone's half of an exchange that a client has begun. */
export interface Exchange {
  readonly ephemeral: KeyPair;
  /** of the client; if the code is another one, it is no key of anybody's */
  readonly companionKey: Buffer;
  /** the phone's key, encrypted with the code */
  readonly wrapped: Buffer;
}

/** @param wrapped the client's key, encrypted with its code */
export async function answerHello(code: string, wrapped: Buffer): Promise<Exchange> {
  const salt = wrapped.subarray(0, SALT_BYTES);
  const counter = wrapped.subarray(SALT_BYTES, SALT_BYTES + COUNTER_BYTES);
  const decipher = createDecipheriv('aes-256-ctr', await keyOf(code, salt), counter);
  const companionKey = decipher.update(wrapped.subarray(SALT_BYTES + COUNTER_BYTES));
  const ephemeral = makeKeyPair();
  const [newSalt, newCounter] = [randomBytes(SALT_BYTES), randomBytes(COUNTER_BYTES)];
  const cipher = createCipheriv('aes-256-ctr', await keyOf(code, newSalt), newCounter);
  return {
    ephemeral,
    companionKey,
    wrapped: Buffer.concat([newSalt, newCounter, cipher.update(ephemeral.publicKey)]),
  };
}

/**
 * Opens the client's last message. @returns the secret that signs the device's identity, which a QR code would contain
 * @throws RangeError if the code was another one
 */
export function openBundle(
  { ephemeral, companionKey }: Exchange,
  identity: KeyPair,
  companionIdentity: Buffer,
  bundle: Buffer,
): Buffer {
  const shared = agree(ephemeral.privateKey, companionKey);
  const salt = bundle.subarray(0, SALT_BYTES);
  const iv = bundle.subarray(SALT_BYTES, SALT_BYTES + IV_BYTES);
  const key = derive(shared, 'link_code_pairing_key_bundle_encryption_key', KEY_BYTES, salt);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bundle.subarray(-TAG_BYTES));
  let plain: Buffer;
  try {
    plain = Buffer.concat([
      decipher.update(bundle.subarray(SALT_BYTES + IV_BYTES, -TAG_BYTES)),
      decipher.final(),
    ]);
  } catch {
    throw new RangeError('the client shows another code');
  }
  const [theirs, ours, random] = [0, 1, 2].map((place) =>
    plain.subarray(place * KEY_BYTES, (place + 1) * KEY_BYTES),
  );
  if (!theirs?.equals(companionIdentity) || !ours?.equals(identity.publicKey) || random?.length !== KEY_BYTES)
    throw new Error('the bundle has other identities');
  const identities = agree(identity.privateKey, companionIdentity);
  return derive(Buffer.concat([shared, identities, random]), 'adv_secret', KEY_BYTES);
}
