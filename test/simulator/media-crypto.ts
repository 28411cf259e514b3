/**
 * The same encryption as `page/media-crypto.ts`, for the people at the other end. It uses Node's functions,
 * so that one checks the other.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const INFO: { readonly [type: string]: string } = {
  image: 'Image',
  sticker: 'Image',
  video: 'Video',
  gif: 'Video',
  ptv: 'Video',
  audio: 'Audio',
  ptt: 'Audio',
  document: 'Document',
};
const MAC_LENGTH = 10;

function keysOf(mediaKey: Buffer, type: string) {
  const info = `WhatsApp ${INFO[type] ?? 'Document'} Keys`;
  const expanded = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(32), info, 112));
  return { iv: expanded.subarray(0, 16), cipher: expanded.subarray(16, 48), mac: expanded.subarray(48, 80) };
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64');

export function encryptMedia(plain: Buffer, type: string) {
  const mediaKey = randomBytes(32);
  const { iv, cipher, mac } = keysOf(mediaKey, type);
  const aes = createCipheriv('aes-256-cbc', cipher, iv);
  const encrypted = Buffer.concat([aes.update(plain), aes.final()]);
  const signature = createHmac('sha256', mac).update(iv).update(encrypted).digest().subarray(0, MAC_LENGTH);
  const file = Buffer.concat([encrypted, signature]);
  return { file, mediaKey: mediaKey.toString('base64'), filehash: sha256(plain), encFilehash: sha256(file) };
}

/** Throws when the signature or the hash does not match. */
export function decryptMedia(file: Buffer, type: string, mediaKey: string, filehash: string): Buffer {
  const { iv, cipher, mac } = keysOf(Buffer.from(mediaKey, 'base64'), type);
  const encrypted = file.subarray(0, -MAC_LENGTH);
  const signature = createHmac('sha256', mac).update(iv).update(encrypted).digest().subarray(0, MAC_LENGTH);
  if (!signature.equals(file.subarray(-MAC_LENGTH))) throw new Error('media with a wrong signature');
  const aes = createDecipheriv('aes-256-cbc', cipher, iv);
  const plain = Buffer.concat([aes.update(encrypted), aes.final()]);
  if (sha256(plain) !== filehash) throw new Error('media with a wrong hash');
  return plain;
}
