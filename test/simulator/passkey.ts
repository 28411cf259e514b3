/**
 * A person's passkey: the key pair of a password manager or phone, and the server's check of a signature
 * (WebAuthn level 3, section 7.2). The cryptography is real. A browser can be given the private key (CDP
 * `WebAuthn.addCredential`), or the answer is made here.
 */
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import type { Assertion, PasskeyOptions } from './wire.js';

export const ORIGIN = 'https://web.whatsapp.com';
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

const sha256 = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest();
const bytes = (text: unknown): Buffer => Buffer.from(String(text), 'base64url');

export class Passkey {
  readonly id = randomBytes(32).toString('base64url');
  readonly userHandle = randomBytes(16).toString('base64url');
  readonly #public: KeyObject;
  /** The private key in the format of an authenticator. */
  readonly privateKeyPkcs8: string;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#public = publicKey;
    this.privateKeyPkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  }

  /** Makes the answer of a browser. `wrong` makes one part of it wrong. */
  answer(
    options: Pick<PasskeyOptions, 'challenge' | 'rpId'>,
    wrong: Partial<{ origin: string; challenge: string; rpId: string; flags: number; signature: true }> = {},
  ): Assertion {
    const client = {
      type: 'webauthn.get',
      challenge: wrong.challenge ?? options.challenge,
      origin: wrong.origin ?? ORIGIN,
      crossOrigin: false,
    };
    const clientData = Buffer.from(JSON.stringify(client));
    const flags = wrong.flags ?? USER_PRESENT | USER_VERIFIED;
    const data = Buffer.concat([sha256(wrong.rpId ?? options.rpId), Buffer.from([flags]), Buffer.alloc(4)]);
    const key = createPrivateKey({
      key: Buffer.from(this.privateKeyPkcs8, 'base64'),
      format: 'der',
      type: 'pkcs8',
    });
    const signature = sign('sha256', Buffer.concat([data, sha256(clientData)]), key);
    if (wrong.signature) signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: this.userHandle,
      },
      clientExtensionResults: {},
      authenticatorAttachment: 'cross-platform',
    };
  }

  /** Returns what is wrong with an answer, or null. */
  objection(
    { challenge, rpId }: Pick<PasskeyOptions, 'challenge' | 'rpId'>,
    answer: Assertion,
  ): string | null {
    const { clientDataJSON, authenticatorData, signature, userHandle } = answer.response ?? {};
    let client: { type?: unknown; challenge?: unknown; origin?: unknown; crossOrigin?: unknown };
    try {
      client = JSON.parse(bytes(clientDataJSON).toString());
    } catch {
      return 'client data';
    }
    const data = bytes(authenticatorData);
    const flags = data[32] ?? 0;
    if (answer.type !== 'public-key' || answer.id !== this.id || answer.rawId !== this.id)
      return 'credential';
    if (client.type !== 'webauthn.get') return 'type';
    if (client.challenge !== challenge) return 'challenge';
    if (client.origin !== ORIGIN || client.crossOrigin === true) return 'origin';
    if (!data.subarray(0, 32).equals(sha256(rpId))) return 'rpId';
    if (!(flags & USER_PRESENT)) return 'user presence';
    if (!(flags & USER_VERIFIED)) return 'user verification';
    if (userHandle !== undefined && userHandle !== this.userHandle) return 'user handle';
    const signed = Buffer.concat([data, sha256(bytes(clientDataJSON))]);
    return verify('sha256', signed, this.#public, bytes(signature)) ? null : 'signature';
  }
}
