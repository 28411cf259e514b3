/** Incoming media: what is in memory, and downloading and decrypting the rest. */
import { knobs, never } from './boot-record.js';
import { chatSocket, ServerStatusCodeError } from './chat-socket.js';
import { decrypt } from './media-crypto.js';

/** WAWebMediaInMemoryBlobCache: files by the hash of their contents, which are the same for every type. */
export const cache = new Map<string, ArrayBuffer>();

interface Asked {
  directPath: string;
  filehash: string;
  mediaKey: string;
  type: string;
  mimetype?: string;
}

/** WAWebDownloadManager.downloadManager.downloadAndMaybeDecrypt */
export async function downloadAndMaybeDecrypt({
  directPath,
  filehash,
  mediaKey,
  type,
  mimetype,
}: Asked): Promise<ArrayBuffer> {
  const known = cache.get(filehash);
  if (known) return known;
  if (knobs.downloadFault === 'hangs') return never();
  // Since the summer of 2026 (wwebjs #201844, #201908).
  if (knobs.downloadNeedsMimetype && mimetype === undefined) {
    throw new TypeError("Cannot read properties of undefined (reading 'split')");
  }
  const answer = await fetch(directPath);
  if (knobs.downloadFault === 'missing' || !answer.ok) {
    throw new ServerStatusCodeError(answer.ok ? 404 : answer.status, 'media not found');
  }
  const plain = await decrypt(new Uint8Array(await answer.arrayBuffer()), type, mediaKey, filehash);
  cache.set(filehash, plain);
  return plain;
}

/**
 * Msg.downloadMedia: downloads, and requests a new upload from the phone for expired files. Returns the
 * stage.
 */
export async function resolveMedia(asked: Asked): Promise<string> {
  try {
    await downloadAndMaybeDecrypt(asked);
    return 'RESOLVED';
  } catch (error) {
    if (!(error instanceof ServerStatusCodeError)) return 'ERROR_UNKNOWN';
  }
  try {
    await chatSocket.request('reupload', { directPath: asked.directPath });
    await downloadAndMaybeDecrypt(asked);
    return 'RESOLVED';
  } catch {
    return 'ERROR_MISSING';
  }
}

export const stageOf = (filehash: string): string => (cache.has(filehash) ? 'RESOLVED' : 'NEED_POKE');
