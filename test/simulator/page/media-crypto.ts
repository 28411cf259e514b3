/**
 * WhatsApp's encryption of media: HKDF over the media key, AES-256-CBC, ten bytes of HMAC, hashes of both
 * forms.
 */
import { base64ToBytes, bytesToBase64 } from './tagged-json.js';

export type Bytes = Uint8Array<ArrayBuffer>;

/** The word in the HKDF's info, by message type. */
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

/** WAWebCryptoMediaTypeInfo.getMediaTypeInfo: what the keys of a type are derived with. */
export const infoOf = (type: string): string => `WhatsApp ${INFO[type] ?? 'Document'} Keys`;

async function keysOf(mediaKey: Bytes, type: string) {
  const material = await crypto.subtle.importKey('raw', mediaKey, 'HKDF', false, ['deriveBits']);
  const info = new TextEncoder().encode(infoOf(type));
  const salt = new Uint8Array(32);
  const bits = await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt, info },
    material,
    112 * 8,
  );
  const expanded = new Uint8Array(bits);
  const iv = expanded.slice(0, 16);
  const cipher = await crypto.subtle.importKey('raw', expanded.slice(16, 48), 'AES-CBC', false, [
    'encrypt',
    'decrypt',
  ]);
  const mac = await crypto.subtle.importKey(
    'raw',
    expanded.slice(48, 80),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  return { iv, cipher, mac };
}

function joined(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export async function sha256(bytes: Bytes): Promise<string> {
  return bytesToBase64(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

export async function encrypt(plain: Bytes, type: string, mediaKey: Bytes): Promise<Bytes> {
  const { iv, cipher, mac } = await keysOf(mediaKey, type);
  const encrypted = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, cipher, plain));
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', mac, joined(iv, encrypted)));
  return joined(encrypted, signature.slice(0, MAC_LENGTH));
}

/** Throws when the hash does not match. */
export async function decrypt(
  file: Bytes,
  type: string,
  mediaKey: string,
  filehash: string,
): Promise<ArrayBuffer> {
  const { iv, cipher } = await keysOf(base64ToBytes(mediaKey), type);
  const plain = await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, cipher, file.slice(0, -MAC_LENGTH));
  if ((await sha256(new Uint8Array(plain))) !== filehash) throw new Error('media-fault: hash mismatch');
  return plain;
}
