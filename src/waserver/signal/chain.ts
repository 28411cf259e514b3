/** The symmetric half of a ratchet: a key that gives one seed for each message, and then the key of the next. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

export const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer =>
  createHmac('sha256', key).update(Buffer.concat(parts)).digest();

/** HKDF; a missing salt is 32 zeros. */
export const derive = (
  secret: Uint8Array,
  info: string,
  length: number,
  salt: Uint8Array = Buffer.alloc(32),
): Buffer => Buffer.from(hkdfSync('sha256', secret, salt, info, length));

export function encryptCbc(key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}
export function decryptCbc(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array): Buffer {
  const cipher = createDecipheriv('aes-256-cbc', key, iv);
  return Buffer.concat([cipher.update(sealed), cipher.final()]);
}

/** How far a message may be ahead of the last one. */
const MOST_SKIPPED = 2000;

export class Chain {
  #key: Buffer;
  #next: number;
  /** Seeds of messages that were passed over, by number. */
  readonly #skipped = new Map<number, Buffer>();

  constructor(key: Buffer, next = 0) {
    this.#key = key;
    this.#next = next;
  }

  /** The number of the next message. */
  get next(): number {
    return this.#next;
  }

  /** The key for the next message, as others get it. */
  get key(): Buffer {
    return this.#key;
  }

  /** The seed of the next message. */
  advance(): Buffer {
    const seed = hmac(this.#key, Buffer.of(1));
    this.#key = hmac(this.#key, Buffer.of(2));
    this.#next += 1;
    return seed;
  }

  /** The seed of a message, which is given once. @throws Error if it was given before, or is too far ahead */
  seedOf(number: number): Buffer {
    if (number - this.#next > MOST_SKIPPED) throw new Error(`message ${number} is too far ahead`);
    while (this.#next <= number) this.#skipped.set(this.#next, this.advance());
    const seed = this.#skipped.get(number);
    if (seed === undefined) throw new Error(`message ${number} was read before`);
    this.#skipped.delete(number);
    return seed;
  }

  /** An independent chain in the same state. */
  copy(): Chain {
    const copy = new Chain(this.#key, this.#next);
    for (const [number, seed] of this.#skipped) copy.#skipped.set(number, seed);
    return copy;
  }
}
