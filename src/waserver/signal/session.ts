/**
 * One Signal session between two devices: the agreement on a first secret and the double ratchet, by Signal's published
 * specifications (X3DH without its optional parts, Double Ratchet), in the form of version 3 of its messages.
 */
import { agree, type KeyPair, makeKeyPair, typed, untyped } from '../wire/curve.js';
import { SIGNAL_MESSAGE } from '../wire/schemas.js';
import type { Bundle } from './bundle.js';
import { Chain, decryptCbc, derive, encryptCbc, hmac } from './chain.js';

const VERSION = Buffer.of(0x33);
const MAC_BYTES = 8;

/** What the first messages carry until the other side has answered. */
export interface Opening {
  readonly preKeyId: number | undefined;
  readonly signedPreKeyId: number;
  readonly baseKey: Buffer;
}

interface Ratchet {
  root: Buffer;
  own: KeyPair;
  sending: Chain | undefined;
  previousCounter: number;
  /** by the other side's ratchet key, in hex */
  receiving: Map<string, Chain>;
}

export class Session {
  readonly #own: KeyPair;
  readonly #theirs: Buffer;
  /** The key that this session began with, which tells it from others with the same device. */
  readonly baseKey: Buffer;
  #ratchet: Ratchet;
  opening: Opening | undefined;

  private constructor(own: KeyPair, theirs: Buffer, baseKey: Buffer, ratchet: Ratchet, opening?: Opening) {
    this.#own = own;
    this.#theirs = theirs;
    this.baseKey = baseKey;
    this.#ratchet = ratchet;
    this.opening = opening;
  }

  /** Begins a session with a device that may be offline. */
  static start(own: KeyPair, bundle: Bundle): Session {
    const base = makeKeyPair();
    const { identityKey, signedPreKey, preKey } = bundle;
    const root = firstRoot([
      agree(own.privateKey, signedPreKey.publicKey),
      agree(base.privateKey, identityKey),
      agree(base.privateKey, signedPreKey.publicKey),
      ...(preKey === undefined ? [] : [agree(base.privateKey, preKey.publicKey)]),
    ]);
    const ratchet: Ratchet = {
      root,
      own: makeKeyPair(),
      sending: undefined,
      previousCounter: 0,
      receiving: new Map(),
    };
    turn(ratchet, signedPreKey.publicKey, 'sending');
    const opening = { preKeyId: preKey?.id, signedPreKeyId: signedPreKey.id, baseKey: base.publicKey };
    return new Session(own, identityKey, base.publicKey, ratchet, opening);
  }

  /** Takes up a session that another device began. @param preKey the one-time key that it used */
  static accept(
    own: KeyPair,
    signedPreKey: KeyPair,
    preKey: KeyPair | undefined,
    theirs: { readonly identityKey: Buffer; readonly baseKey: Buffer },
  ): Session {
    const { identityKey, baseKey } = theirs;
    const root = firstRoot([
      agree(signedPreKey.privateKey, identityKey),
      agree(own.privateKey, baseKey),
      agree(signedPreKey.privateKey, baseKey),
      ...(preKey === undefined ? [] : [agree(preKey.privateKey, baseKey)]),
    ]);
    return new Session(own, identityKey, baseKey, {
      root,
      own: signedPreKey,
      sending: undefined,
      previousCounter: 0,
      receiving: new Map(),
    });
  }

  encrypt(plain: Uint8Array): Buffer {
    const { own, sending, previousCounter } = this.#ratchet;
    if (sending === undefined) throw new Error('the other side has to write first in this session');
    const counter = sending.next;
    const keys = messageKeys(sending.advance());
    const body = SIGNAL_MESSAGE.encode({
      ratchetKey: typed(own.publicKey),
      counter,
      previousCounter,
      ciphertext: encryptCbc(keys.cipher, keys.iv, plain),
    });
    const mac = this.#mac(keys.mac, this.#own.publicKey, this.#theirs, body);
    return Buffer.concat([VERSION, body, mac]);
  }

  /** @throws Error if the message does not belong to this session; the session is then unchanged */
  decrypt(message: Uint8Array): Buffer {
    const body = Buffer.from(message.subarray(1, -MAC_BYTES));
    const { ratchetKey, counter = 0, ciphertext } = SIGNAL_MESSAGE.decode(body);
    if (ratchetKey === undefined || ciphertext === undefined) throw new Error('an incomplete message');
    const remote = untyped(ratchetKey);
    const ratchet: Ratchet = {
      ...this.#ratchet,
      receiving: new Map([...this.#ratchet.receiving].map(([key, chain]) => [key, chain.copy()])),
    };
    if (!ratchet.receiving.has(remote.toString('hex'))) {
      turn(ratchet, remote, 'receiving');
      ratchet.previousCounter = ratchet.sending?.next ?? 0;
      ratchet.own = makeKeyPair();
      turn(ratchet, remote, 'sending');
    }
    const keys = messageKeys((ratchet.receiving.get(remote.toString('hex')) as Chain).seedOf(counter));
    const mac = this.#mac(keys.mac, this.#theirs, this.#own.publicKey, body);
    if (!mac.equals(message.subarray(-MAC_BYTES))) throw new Error('the message is not of this session');
    const plain = decryptCbc(keys.cipher, keys.iv, ciphertext);
    this.#ratchet = ratchet;
    this.opening = undefined;
    return plain;
  }

  #mac(key: Buffer, sender: Buffer, receiver: Buffer, body: Buffer): Buffer {
    return hmac(key, typed(sender), typed(receiver), VERSION, body).subarray(0, MAC_BYTES);
  }
}

function firstRoot(secrets: readonly Buffer[]): Buffer {
  return derive(Buffer.concat([Buffer.alloc(32, 0xff), ...secrets]), 'WhisperText', 64).subarray(0, 32);
}

/** Begins the chain of one direction with the other side's newest key. */
function turn(ratchet: Ratchet, remote: Buffer, direction: 'sending' | 'receiving'): void {
  const keys = derive(agree(ratchet.own.privateKey, remote), 'WhisperRatchet', 64, ratchet.root);
  ratchet.root = keys.subarray(0, 32);
  const chain = new Chain(keys.subarray(32));
  if (direction === 'sending') ratchet.sending = chain;
  else ratchet.receiving.set(remote.toString('hex'), chain);
}

function messageKeys(seed: Buffer): { cipher: Buffer; mac: Buffer; iv: Buffer } {
  const keys = derive(seed, 'WhisperMessageKeys', 80);
  return { cipher: keys.subarray(0, 32), mac: keys.subarray(32, 64), iv: keys.subarray(64) };
}
