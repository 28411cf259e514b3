/**
 * The first patch of a collection of the app state, as a phone encrypts it. Each setting is encrypted by itself; a sum of
 * all of them (LTHash) shows that none is missing (WAWebSyncdCrypto, WAWebSyncdAntiTampering).
 */
import { createHmac, randomBytes } from 'node:crypto';
import { derive, encryptCbc, hmac } from '../signal/chain.js';
import type { Of } from '../wire/protobuf.js';
import { STATE_DATA, STATE_PATCH, type STATE_VALUE } from '../wire/schemas.js';

export interface StateKey {
  /** six bytes */
  readonly id: Buffer;
  /** 32 bytes */
  readonly data: Buffer;
}
export interface Setting {
  /** what it is about: a kind, and often a chat */
  readonly index: readonly string[];
  /** of the kind's form */
  readonly version: number;
  readonly value: Of<typeof STATE_VALUE>;
}

const SET = 0;
/** How `SET` is written where it is signed. */
const SIGNED_SET = Buffer.of(1);
const HASH_BYTES = 128;

const uint64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(value, 4);
  return bytes;
};

function keysOf(data: Buffer) {
  const keys = derive(data, 'WhatsApp Mutation Keys', 160);
  const key = (place: number): Buffer => keys.subarray(place * 32, place * 32 + 32);
  return { index: key(0), encryption: key(1), value: key(2), snapshot: key(3), patch: key(4) };
}

/** Adds what a value weighs: 64 numbers of two bytes, each by itself. */
function weigh(hash: Buffer, valueMac: Buffer): void {
  const weight = derive(valueMac, 'WhatsApp Patch Integrity', HASH_BYTES);
  for (let at = 0; at < HASH_BYTES; at += 2)
    hash.writeUInt16LE((hash.readUInt16LE(at) + weight.readUInt16LE(at)) % 65_536, at);
}

/** @returns a STATE_PATCH of version 1, without the version, which the server adds */
export function firstPatch(name: string, settings: readonly Setting[], { id, data }: StateKey): Buffer {
  const keys = keysOf(data);
  const hash = Buffer.alloc(HASH_BYTES);
  const valueMacs: Buffer[] = [];
  const mutations = settings.map(({ index, version, value }) => {
    const written = Buffer.from(JSON.stringify(index));
    const plain = STATE_DATA.encode({ index: written, value, padding: Buffer.alloc(0), version });
    const iv = randomBytes(16);
    const sealed = Buffer.concat([iv, encryptCbc(keys.encryption, iv, plain)]);
    const signed = Buffer.concat([SIGNED_SET, id]);
    const valueMac = createHmac('sha512', keys.value)
      .update(Buffer.concat([signed, sealed, uint64(signed.length)]))
      .digest()
      .subarray(0, 32);
    valueMacs.push(valueMac);
    weigh(hash, valueMac);
    return {
      operation: SET,
      record: {
        index: { blob: hmac(keys.index, written) },
        value: { blob: Buffer.concat([sealed, valueMac]) },
        keyId: { id },
      },
    };
  });
  const version = uint64(1);
  const snapshotMac = hmac(keys.snapshot, hash, version, Buffer.from(name));
  const patchMac = hmac(keys.patch, snapshotMac, ...valueMacs, version, Buffer.from(name));
  return STATE_PATCH.encode({ mutations, snapshotMac, patchMac, keyId: { id } });
}
