/** Message attributes as JSON: bytes, wids and keys are written as tagged objects, and restored when read. */
import type { Json } from '../wire.js';
import { MsgKey } from './msg-key.js';
import { createWid, Wid } from './wid.js';

export function toJson(value: unknown): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value instanceof Wid) return { $wid: String(value) };
  if (value instanceof MsgKey) return { $key: String(value) };
  if (value instanceof Uint8Array) return { $bytes: bytesToBase64(value) };
  if (value instanceof ArrayBuffer) return { $bytes: bytesToBase64(new Uint8Array(value)) };
  if (Array.isArray(value)) return value.map((item) => toJson(item) ?? null);
  if (typeof value !== 'object') return undefined;
  // Models and blobs stay in the page.
  if ('serialize' in value || value instanceof Blob) return undefined;
  const plain: { [key: string]: Json } = {};
  for (const [key, item] of Object.entries(value)) {
    const json = toJson(item);
    if (json !== undefined) plain[key] = json;
  }
  return plain;
}

export function fromJson(json: Json): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json.$wid === 'string') return createWid(json.$wid);
  if (typeof json.$key === 'string') return MsgKey.fromString(json.$key);
  if (typeof json.$bytes === 'string') return base64ToBytes(json.$bytes);
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, fromJson(item)]));
}

export function bytesToBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

export function base64ToBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
