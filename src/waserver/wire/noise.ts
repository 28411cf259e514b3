/**
 * The server's side of Noise_XX_25519_AESGCM_SHA256, as WhatsApp uses it. A handshake of three messages gives each side
 * the other's static key, then every frame is encrypted with a counter as its nonce.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { agree, type KeyPair, makeKeyPair } from './curve.js';
import { HANDSHAKE } from './schemas.js';

const PROTOCOL = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0');
const TAG_BYTES = 16;
const NOTHING = Buffer.alloc(0);

const hash = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

function nonceOf(counter: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(counter, 8);
  return nonce;
}

/** A key with the number of its next frame. */
class Cipher {
  #counter = 0;
  constructor(readonly key: Uint8Array) {}

  seal(plain: Uint8Array, associated: Uint8Array = NOTHING): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.key, nonceOf(this.#counter++)).setAAD(associated);
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws Error if the bytes were not sealed with this key and number */
  open(sealed: Uint8Array, associated: Uint8Array = NOTHING): Buffer {
    const end = sealed.length - TAG_BYTES;
    const cipher = createDecipheriv('aes-256-gcm', this.key, nonceOf(this.#counter++))
      .setAAD(associated)
      .setAuthTag(sealed.subarray(end));
    return Buffer.concat([cipher.update(sealed.subarray(0, end)), cipher.final()]);
  }
}

/** Both directions after the handshake. */
export interface Transport {
  readonly seal: (plain: Uint8Array) => Buffer;
  readonly open: (sealed: Uint8Array) => Buffer;
}

/** What the client has proved and said at the end of its handshake. */
export interface Introduction {
  readonly staticKey: Buffer;
  /** a CLIENT_PAYLOAD */
  readonly payload: Buffer;
  readonly transport: Transport;
}

export class Handshake {
  readonly #ephemeral = makeKeyPair();
  readonly #own: KeyPair;
  readonly #certificates: Buffer;
  #hash: Buffer;
  #salt: Buffer;
  #cipher = new Cipher(PROTOCOL);

  /** @param prologue the bytes that the connection began with */
  constructor(own: KeyPair, certificates: Buffer, prologue: Uint8Array) {
    this.#own = own;
    this.#certificates = certificates;
    this.#salt = PROTOCOL;
    this.#hash = hash(PROTOCOL, prologue);
  }

  #derive(secret: Uint8Array): [Buffer, Buffer] {
    const both = Buffer.from(hkdfSync('sha256', secret, this.#salt, NOTHING, 64));
    return [both.subarray(0, 32), both.subarray(32)];
  }

  #mixKey(secret: Uint8Array): void {
    const [salt, key] = this.#derive(secret);
    this.#salt = salt;
    this.#cipher = new Cipher(key);
  }

  #mix(bytes: Uint8Array): void {
    this.#hash = hash(this.#hash, bytes);
  }

  #seal(plain: Uint8Array): Buffer {
    const sealed = this.#cipher.seal(plain, this.#hash);
    this.#mix(sealed);
    return sealed;
  }

  #open(sealed: Uint8Array): Buffer {
    const plain = this.#cipher.open(sealed, this.#hash);
    this.#mix(sealed);
    return plain;
  }

  /** Takes the client's first frame and returns the answer. */
  hello(frame: Uint8Array): Buffer {
    const theirs = HANDSHAKE.decode(frame).clientHello?.ephemeral;
    if (theirs === undefined) throw new Error('the handshake begins without a key');
    this.#mix(theirs);
    this.#mix(this.#ephemeral.publicKey);
    this.#mixKey(agree(this.#ephemeral.privateKey, theirs));
    const sealedStatic = this.#seal(this.#own.publicKey);
    this.#mixKey(agree(this.#own.privateKey, theirs));
    const payload = this.#seal(this.#certificates);
    return HANDSHAKE.encode({
      serverHello: { ephemeral: this.#ephemeral.publicKey, static: sealedStatic, payload },
    });
  }

  /** Takes the client's second frame, which ends the handshake. */
  finish(frame: Uint8Array): Introduction {
    const { static: sealedStatic, payload: sealedPayload } = HANDSHAKE.decode(frame).clientFinish ?? {};
    if (sealedStatic === undefined || sealedPayload === undefined)
      throw new Error('the handshake ends without a key');
    const staticKey = this.#open(sealedStatic);
    this.#mixKey(agree(this.#ephemeral.privateKey, staticKey));
    const payload = this.#open(sealedPayload);
    const [fromClient, toClient] = this.#derive(NOTHING).map((key) => new Cipher(key)) as [Cipher, Cipher];
    return {
      staticKey,
      payload,
      transport: { seal: (plain) => toClient.seal(plain), open: (sealed) => fromClient.open(sealed) },
    };
  }
}
