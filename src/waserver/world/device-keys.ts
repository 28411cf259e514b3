/** The public keys of a linked device, of which each one-time key is given out once. */
import { createHash } from 'node:crypto';
import type { Bundle, PublicPreKey } from '../signal/bundle.js';
import { isSignedBy, typed } from '../wire/curve.js';

export class DeviceKeys {
  readonly identityKey: Buffer;
  readonly registrationId: number;
  #signedPreKey: Bundle['signedPreKey'];
  /** By id: keys that are uploaded once more, because the answer was lost, are not there twice. */
  readonly #preKeys = new Map<number, PublicPreKey>();

  constructor(first: Omit<Bundle, 'preKey'>) {
    this.identityKey = first.identityKey;
    this.registrationId = first.registrationId;
    this.#signedPreKey = first.signedPreKey;
    if (!this.rotate(first.signedPreKey)) throw new Error('the client has not signed its key');
  }

  /** How many one-time keys are left. */
  get count(): number {
    return this.#preKeys.size;
  }

  get signedPreKey(): Bundle['signedPreKey'] {
    return this.#signedPreKey;
  }

  get preKeyIds(): number[] {
    return [...this.#preKeys.keys()];
  }

  add(preKeys: readonly PublicPreKey[]): void {
    for (const one of preKeys) this.#preKeys.set(one.id, one);
  }

  /** @returns whether the device has signed it */
  rotate(signedPreKey: Bundle['signedPreKey']): boolean {
    const { publicKey, signature } = signedPreKey;
    if (!isSignedBy(this.identityKey, typed(publicKey), signature)) return false;
    this.#signedPreKey = signedPreKey;
    return true;
  }

  /** All that another device needs to write first. The one-time key is missing when none is left. */
  bundle(): Bundle {
    const [preKey] = this.#preKeys.values();
    if (preKey !== undefined) this.#preKeys.delete(preKey.id);
    const { registrationId, identityKey } = this;
    return { registrationId, identityKey, signedPreKey: this.#signedPreKey, preKey };
  }

  /** By which a device sees whether the server has its keys (WAWebDigestKeyJob). 20 bytes */
  digest(): Buffer {
    return createHash('sha1')
      .update(this.identityKey)
      .update(this.#signedPreKey.publicKey)
      .update(this.#signedPreKey.signature)
      .update(Buffer.concat([...this.#preKeys.values()].map(({ publicKey }) => publicKey)))
      .digest();
  }
}
