/** Sender keys, by which a device encrypts once for a whole group. */
import { randomBytes, randomInt } from 'node:crypto';
import { isSignedBy, type KeyPair, makeKeyPair, sign, typed, untyped } from '../wire/curve.js';
import { SENDER_KEY_DISTRIBUTION, SENDER_KEY_MESSAGE } from '../wire/schemas.js';
import { Chain, decryptCbc, derive, encryptCbc } from './chain.js';

const VERSION = Buffer.of(0x33);
const SIGNATURE_BYTES = 64;

function messageKeys(seed: Buffer): { iv: Buffer; cipher: Buffer } {
  const keys = derive(seed, 'WhisperGroup', 48);
  return { iv: keys.subarray(0, 16), cipher: keys.subarray(16) };
}

/** A device's own key of a group. */
export class OwnSenderKey {
  readonly #id = randomInt(1, 0x7fffffff);
  readonly #chain = new Chain(randomBytes(32));
  readonly #signing: KeyPair = makeKeyPair();

  /** What a member must have before it can read the next message. */
  distribution(): Buffer {
    const body = SENDER_KEY_DISTRIBUTION.encode({
      id: this.#id,
      iteration: this.#chain.next,
      chainKey: this.#chain.key,
      signingKey: typed(this.#signing.publicKey),
    });
    return Buffer.concat([VERSION, body]);
  }

  encrypt(plain: Uint8Array): Buffer {
    const iteration = this.#chain.next;
    const { iv, cipher } = messageKeys(this.#chain.advance());
    const body = SENDER_KEY_MESSAGE.encode({
      id: this.#id,
      iteration,
      ciphertext: encryptCbc(cipher, iv, plain),
    });
    const signed = Buffer.concat([VERSION, body]);
    return Buffer.concat([signed, sign(this.#signing.privateKey, signed)]);
  }
}

/** Another device's key of a group, as it was received. */
export class SenderKey {
  readonly id: number;
  readonly #chain: Chain;
  readonly #signing: Buffer;

  constructor(distribution: Buffer) {
    const { id, iteration, chainKey, signingKey } = SENDER_KEY_DISTRIBUTION.decode(distribution.subarray(1));
    if (id === undefined || chainKey === undefined || signingKey === undefined)
      throw new Error('an incomplete sender key');
    this.id = id;
    this.#chain = new Chain(chainKey, iteration ?? 0);
    this.#signing = untyped(signingKey);
  }

  /** @throws Error if the message was not made with this key, or was read before */
  decrypt(message: Buffer): Buffer {
    const signed = message.subarray(0, -SIGNATURE_BYTES);
    const { id, iteration = 0, ciphertext } = SENDER_KEY_MESSAGE.decode(signed.subarray(1));
    if (id !== this.id || ciphertext === undefined) throw new Error(`no sender key ${id}`);
    if (!isSignedBy(this.#signing, signed, message.subarray(-SIGNATURE_BYTES)))
      throw new Error('the signature of a group message is wrong');
    const { iv, cipher } = messageKeys(this.#chain.seedOf(iteration));
    return decryptCbc(cipher, iv, ciphertext);
  }
}
