/** Files as they are on the media host: encrypted with a key that only the message has. */
import { createHash, randomBytes } from 'node:crypto';
import { decryptCbc, derive, encryptCbc, hmac } from '../signal/chain.js';

export type FileType = 'image' | 'document' | 'video' | 'audio' | 'voice' | 'sticker';

/** What the keys are derived with (WAMediaHkdfInfo). */
const INFO: Readonly<Record<FileType, string>> = {
  image: 'WhatsApp Image Keys',
  document: 'WhatsApp Document Keys',
  video: 'WhatsApp Video Keys',
  audio: 'WhatsApp Audio Keys',
  voice: 'WhatsApp Audio Keys',
  sticker: 'WhatsApp Image Keys',
};
const MAC_BYTES = 10;

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

function keysOf(mediaKey: Buffer, type: FileType): { iv: Buffer; cipher: Buffer; mac: Buffer } {
  const keys = derive(mediaKey, INFO[type], 112);
  return { iv: keys.subarray(0, 16), cipher: keys.subarray(16, 48), mac: keys.subarray(48, 80) };
}

/** A file that was encrypted, with what a message says of it. */
export interface EncryptedFile {
  readonly stored: Buffer;
  readonly mediaKey: Buffer;
  readonly fileSha256: Buffer;
  readonly fileEncSha256: Buffer;
  readonly fileLength: number;
}

export function encryptFile(bytes: Buffer, type: FileType): EncryptedFile {
  const mediaKey = randomBytes(32);
  const { iv, cipher, mac } = keysOf(mediaKey, type);
  const sealed = encryptCbc(cipher, iv, bytes);
  const stored = Buffer.concat([sealed, hmac(mac, iv, sealed).subarray(0, MAC_BYTES)]);
  return {
    stored,
    mediaKey,
    fileSha256: sha256(bytes),
    fileEncSha256: sha256(stored),
    fileLength: bytes.length,
  };
}

/** @throws Error if the file was not encrypted with this key */
export function decryptFile(stored: Buffer, mediaKey: Buffer, type: FileType): Buffer {
  const { iv, cipher, mac } = keysOf(mediaKey, type);
  const sealed = stored.subarray(0, -MAC_BYTES);
  if (!hmac(mac, iv, sealed).subarray(0, MAC_BYTES).equals(stored.subarray(-MAC_BYTES)))
    throw new Error('the file was changed, or the key is another');
  return decryptCbc(cipher, iv, sealed);
}
