/** The public keys of a linked device, of which each one-time key is given out once. */
import { createHash } from 'node:crypto';
import type { Bundle, PublicPreKey } from '../signal/bundle.js';

export class DeviceKeys {
  readonly identityKey: Buffer;
  readonly registrationId: number;
  #signedPreKey: Bundle['signedPreKey'];
  readonly #preKeys: PublicPreKey[] = [];

  constructor(first: Omit<Bundle, 'preKey'>) {
    this.identityKey = first.identityKey;
    this.registrationId = first.registrationId;
    this.#signedPreKey = first.signedPreKey;
  }

  /** How many one-time keys are left. */
  get count(): number {
    return this.#preKeys.length;
  }

  get signedPreKey(): Bundle['signedPreKey'] {
    return this.#signedPreKey;
  }

  get preKeyIds(): number[] {
    return this.#preKeys.map(({ id }) => id);
  }

  add(preKeys: readonly PublicPreKey[]): void {
    this.#preKeys.push(...preKeys);
  }

  rotate(signedPreKey: Bundle['signedPreKey']): void {
    this.#signedPreKey = signedPreKey;
  }

  /** All that another device needs to write first. The one-time key is missing when none is left. */
  bundle(): Bundle {
    return {
      registrationId: this.registrationId,
      identityKey: this.identityKey,
      signedPreKey: this.#signedPreKey,
      preKey: this.#preKeys.shift(),
    };
  }

  /** By which a device sees whether the server has its keys (WAWebDigestKeyJob). 20 bytes */
  digest(): Buffer {
    return createHash('sha1')
      .update(this.identityKey)
      .update(this.#signedPreKey.publicKey)
      .update(this.#signedPreKey.signature)
      .update(Buffer.concat(this.#preKeys.map(({ publicKey }) => publicKey)))
      .digest();
  }
}
