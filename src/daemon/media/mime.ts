// Detects the type of a file by its first bytes, and by its name only where the bytes are ambiguous
// (all office files are zip).
import { extname } from 'node:path';

/** The number of first bytes that are examined. */
export const HEAD_BYTES = 4_096;

const ascii = (head: Buffer, at: number, length: number): string => head.toString('latin1', at, at + length);
const starts = (head: Buffer, hex: string): boolean =>
  head.subarray(0, hex.length / 2).toString('hex') === hex;

/** The brand of an ISO container determines the type. */
function iso(head: Buffer): string | null {
  if (ascii(head, 4, 4) !== 'ftyp') return null;
  const brand = ascii(head, 8, 4);
  if (brand.startsWith('M4A') || brand.startsWith('M4B')) return 'audio/mp4';
  if (brand.startsWith('qt')) return 'video/quicktime';
  if (brand.startsWith('3g')) return 'video/3gpp';
  if (brand === 'heic' || brand === 'mif1' || brand === 'heix') return 'image/heic';
  return brand === 'avif' ? 'image/avif' : 'video/mp4';
}

function riff(head: Buffer): string | null {
  if (ascii(head, 0, 4) !== 'RIFF') return null;
  return { WEBP: 'image/webp', WAVE: 'audio/wav', 'AVI ': 'video/x-msvideo' }[ascii(head, 8, 4)] ?? null;
}

function ogg(head: Buffer): string | null {
  if (ascii(head, 0, 4) !== 'OggS') return null;
  const text = head.toString('latin1', 0, 200);
  if (text.includes('OpusHead')) return 'audio/ogg; codecs=opus';
  return text.includes('theora') ? 'video/ogg' : 'audio/ogg';
}

const SIGNATURES: readonly (readonly [hex: string, mimetype: string])[] = [
  ['ffd8ff', 'image/jpeg'],
  ['89504e470d0a1a0a', 'image/png'],
  ['474946383761', 'image/gif'],
  ['474946383961', 'image/gif'],
  ['255044462d', 'application/pdf'],
  ['1a45dfa3', 'video/webm'],
  ['664c6143', 'audio/flac'],
  ['494433', 'audio/mpeg'],
  ['fffb', 'audio/mpeg'],
  ['fff3', 'audio/mpeg'],
  ['fff2', 'audio/mpeg'],
  ['fff1', 'audio/aac'],
  ['fff9', 'audio/aac'],
  ['2321414d52', 'audio/amr'],
  ['504b0304', 'application/zip'],
  ['1f8b', 'application/gzip'],
  ['d0cf11e0a1b11ae1', 'application/x-cfb'],
];

const NAMES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.htm': 'text/html',
  '.html': 'text/html',
  '.json': 'application/json',
  '.md': 'text/markdown',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.vcf': 'text/vcard',
  '.xml': 'application/xml',
  '.doc': 'application/msword',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.xls': 'application/vnd.ms-excel',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.ppt': 'application/vnd.ms-powerpoint',
  '.pptx': 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  '.odt': 'application/vnd.oasis.opendocument.text',
  '.ods': 'application/vnd.oasis.opendocument.spreadsheet',
  '.apk': 'application/vnd.android.package-archive',
};
/** Containers whose content only the name tells. */
const CONTAINERS = ['application/zip', 'application/x-cfb'];

const isText = (head: Buffer): boolean => {
  // Control characters that no text has.
  if (head.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27))) return false;
  // The head may end in the middle of a character.
  const text = new TextDecoder('utf-8').decode(head);
  return !text.slice(0, -4).includes('\ufffd');
};

/** @param head the first HEAD_BYTES bytes, or all of a shorter file */
export function mimetypeOf(head: Buffer, name: string | null): string {
  const byName = NAMES[extname(name ?? '').toLowerCase()];
  const byBytes =
    iso(head) ?? riff(head) ?? ogg(head) ?? SIGNATURES.find(([hex]) => starts(head, hex))?.[1] ?? null;
  if (byBytes !== null) return CONTAINERS.includes(byBytes) && byName ? byName : byBytes;
  if (head.length > 0 && isText(head)) return byName ?? 'text/plain';
  // A name alone does not make unrecognised bytes a text.
  return byName && !byName.startsWith('text/') ? byName : 'application/octet-stream';
}
