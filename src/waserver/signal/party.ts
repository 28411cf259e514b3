/** One device's end of Signal: its keys, and its sessions with other devices. */
import { randomInt } from 'node:crypto';
import { type KeyPair, makeKeyPair, sign, typed, untyped } from '../wire/curve.js';
import { PRE_KEY_SIGNAL_MESSAGE } from '../wire/schemas.js';
import type { Bundle } from './bundle.js';
import { Session } from './session.js';

const VERSION = Buffer.of(0x33);
const SIGNED_PRE_KEY_ID = 1;
/** Ids of one-time keys have three bytes. */
const LAST_PRE_KEY_ID = 0xffffff;

export interface Encrypted {
  /** `pkmsg` until the other side has answered */
  readonly type: 'msg' | 'pkmsg';
  readonly bytes: Buffer;
}

export class Party {
  readonly identity = makeKeyPair();
  readonly registrationId = randomInt(1, 0x3fff);
  readonly #signedPreKey = makeKeyPair();
  readonly #preKeys = new Map<number, KeyPair>();
  #lastPreKeyId = 0;
  /** by the other device's address, the newest first */
  readonly #sessions = new Map<string, Session[]>();

  /** What another device needs to write first, with a one-time key of its own. */
  bundle(): Bundle {
    this.#lastPreKeyId = (this.#lastPreKeyId % LAST_PRE_KEY_ID) + 1;
    const preKey = makeKeyPair();
    this.#preKeys.set(this.#lastPreKeyId, preKey);
    const { publicKey } = this.#signedPreKey;
    return {
      registrationId: this.registrationId,
      identityKey: this.identity.publicKey,
      signedPreKey: {
        id: SIGNED_PRE_KEY_ID,
        publicKey,
        signature: sign(this.identity.privateKey, typed(publicKey)),
      },
      preKey: { id: this.#lastPreKeyId, publicKey: preKey.publicKey },
    };
  }

  /** @param bundle asked for when there is no session yet */
  encrypt(address: string, plain: Uint8Array, bundle: () => Bundle): Encrypted {
    let [session] = this.#sessions.get(address) ?? [];
    if (session === undefined) {
      session = Session.start(this.identity, bundle());
      this.#sessions.set(address, [session]);
    }
    const { opening } = session;
    const message = session.encrypt(plain);
    if (opening === undefined) return { type: 'msg', bytes: message };
    const body = PRE_KEY_SIGNAL_MESSAGE.encode({
      preKeyId: opening.preKeyId,
      baseKey: typed(opening.baseKey),
      identityKey: typed(this.identity.publicKey),
      message,
      registrationId: this.registrationId,
      signedPreKeyId: opening.signedPreKeyId,
    });
    return { type: 'pkmsg', bytes: Buffer.concat([VERSION, body]) };
  }

  /** @throws Error if no session can read it */
  decrypt(address: string, type: string, bytes: Buffer): Buffer {
    const sessions = this.#sessions.get(address) ?? [];
    if (type !== 'pkmsg') return this.#read(address, sessions, bytes);
    const { preKeyId, baseKey, identityKey, message } = PRE_KEY_SIGNAL_MESSAGE.decode(bytes.subarray(1));
    if (baseKey === undefined || identityKey === undefined || message === undefined)
      throw new Error('an incomplete first message');
    const base = untyped(baseKey);
    const known = sessions.find((one) => one.baseKey.equals(base));
    if (known !== undefined)
      return this.#read(address, [known, ...sessions.filter((one) => one !== known)], message);
    const preKey = preKeyId === undefined ? undefined : this.#preKeys.get(preKeyId);
    if (preKeyId !== undefined && preKey === undefined)
      throw new Error(`one-time key ${preKeyId} was used before`);
    const session = Session.accept(this.identity, this.#signedPreKey, preKey, {
      identityKey: untyped(identityKey),
      baseKey: base,
    });
    const plain = this.#read(address, [session, ...sessions], message);
    if (preKeyId !== undefined) this.#preKeys.delete(preKeyId);
    return plain;
  }

  /** Ends the sessions with a device: the next message begins a new one. */
  forget(address: string): void {
    this.#sessions.delete(address);
  }

  #read(address: string, sessions: readonly Session[], message: Buffer): Buffer {
    let reason: unknown = new Error(`no session with ${address}`);
    for (const session of sessions) {
      try {
        const plain = session.decrypt(message);
        this.#sessions.set(address, [session, ...sessions.filter((one) => one !== session)]);
        return plain;
      } catch (error) {
        reason = error;
      }
    }
    throw reason;
  }
}
