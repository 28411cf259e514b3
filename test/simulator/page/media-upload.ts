/**
 * Outgoing media. The page has one object for all messages with the same file, and uploads the file once, whatever the
 * types of the messages (WAWebMediaStorage, WAWebMediaObject, WAWebMediaMmsV4Upload; 2026-04-27).
 */
import { knobs, never, pause } from './boot-record.js';
import { chatSocket, ServerStatusCodeError } from './chat-socket.js';
import type { OpaqueData } from './media.js';
import { type Bytes, encrypt, sha256 } from './media-crypto.js';
import { downloadAndMaybeDecrypt } from './media-download.js';
import { type MediaEntry, MediaEntryList, type Upload } from './media-entry.js';
import { Model } from './model.js';
import { base64ToBytes, bytesToBase64 } from './tagged-json.js';

interface KeyInfo {
  readonly key: string;
  readonly timestamp: number;
}
interface Result {
  readonly kind: 'success';
  readonly mediaEntry: MediaEntry;
}

class MediaObject extends Model {
  declare type: string;
  declare filehash: string;
  declare size: number;
  declare mediaBlob: OpaqueData | undefined;
  declare contentInfo: { waveform?: Uint8Array };
  readonly entries = new MediaEntryList();
  #uploading: Promise<Result> | undefined;

  consolidate(json: object): void {
    this.set(json);
  }
  /** One for all types that are encrypted. */
  getUploadPromise(): Promise<Result> | undefined {
    return this.#uploading;
  }
  setUploadPromise(uploading: Promise<Result>): void {
    this.#uploading = uploading;
  }
  clearUploadPromise(): void {
    this.#uploading = undefined;
  }
}

const objects = new Map<string, MediaObject>();

export function getOrCreateMediaObject(filehash: string): MediaObject {
  const known = objects.get(filehash) ?? new MediaObject({ filehash, contentInfo: {} });
  objects.set(filehash, known);
  return known;
}

/** WAWebMmsMediaTypes.msgToMediaType */
export const msgToMediaType = ({ type, isGif }: { type: string; isGif?: boolean }): string =>
  isGif ? 'gif' : type;

const freshKey = (): KeyInfo => ({
  key: bytesToBase64(crypto.getRandomValues(new Uint8Array(32))),
  timestamp: Math.floor(Date.now() / 1000),
});

async function stored(file: Bytes): Promise<{ url: string; directPath: string }> {
  if (knobs.uploadFault === 'hangs') return never();
  await chatSocket.whenSignedIn();
  if (knobs.uploadMs > 0) await pause(knobs.uploadMs);
  const answer = await fetch('/media/', { method: 'POST', body: file });
  if (knobs.uploadFault === 'fails' || !answer.ok) throw new ServerStatusCodeError(500, 'upload failed');
  const { url, direct_path: directPath } = (await answer.json()) as { url: string; direct_path: string };
  return { url, directPath };
}

/** WAWebUploadManager.encryptAndUpload */
export async function upload(plain: Bytes, type: string, { key, timestamp }: KeyInfo = freshKey()) {
  const file = await encrypt(plain, type, base64ToBytes(key));
  const { url, directPath } = await stored(file);
  const encFilehash = await sha256(file);
  const keys = { mediaKey: key, mediaKeyTimestamp: timestamp, filehash: await sha256(plain), encFilehash };
  return { ...keys, url, mmsUrl: url, deprecatedMms3Url: url, directPath, uploadHash: encFilehash };
}

interface Request {
  mediaObject: MediaObject;
  mediaType: string;
  mediaKeyInfo?: KeyInfo | undefined;
  canEnableFastForward?: boolean;
  earlyUpload?: Promise<(Omit<Upload, 'type'> & { url: string }) | null>;
}

async function uploaded({ mediaObject, mediaType, ...how }: Request): Promise<Result> {
  const { mediaKeyInfo, canEnableFastForward = true, earlyUpload } = how;
  const before = canEnableFastForward ? mediaObject.entries.getUploadEntry(true) : undefined;
  if (before && mediaKeyInfo && before.mediaKey !== mediaKeyInfo.key)
    throw new Error('uploadEntry.mediaKey and mediaKeyInfo.mediaKey should be the same');
  if (before?.canReuseMediaKey()) return { kind: 'success', mediaEntry: before };
  const early = await earlyUpload;
  const made = early ?? (await upload(await bytesOf(mediaObject, mediaType), mediaType, mediaKeyInfo));
  return { kind: 'success', mediaEntry: mediaObject.entries.addEntry({ ...made, type: mediaType }) };
}

/** What the page has in memory, or else downloads with the keys of the type that it will have. */
async function bytesOf({ mediaBlob, entries, filehash }: MediaObject, type: string): Promise<Bytes> {
  if (mediaBlob) return mediaBlob.bytes();
  const entry = entries.getUploadEntry(true);
  if (!entry) throw new Error('cant upload media w/out mediaBlob after download');
  const { directPath, mediaKey } = entry;
  return new Uint8Array(
    await downloadAndMaybeDecrypt({ directPath, mediaKey, filehash, type, mimetype: '' }),
  );
}

/** WAWebMediaMmsV4Upload */
export const MediaUpload = {
  uploadMedia(request: Request): Promise<Result> {
    const { mediaObject } = request;
    const uploading =
      mediaObject.getUploadPromise() ?? uploaded(request).finally(() => mediaObject.clearUploadPromise());
    mediaObject.setUploadPromise(uploading);
    return uploading;
  },
  /** Files for channels are not encrypted, and not used again. */
  async uploadUnencryptedMedia({ mediaObject, mediaType }: Request) {
    const { url, directPath } = await stored(await bytesOf(mediaObject, mediaType));
    return { mediaEntry: { url, mmsUrl: url, deprecatedMms3Url: url, directPath, handle: directPath } };
  },
};

/** A message with a file, as far as it matters here. */
interface WithFile {
  readonly type: string;
  readonly isGif?: boolean;
  readonly filehash: string;
  readonly directPath?: string | undefined;
  readonly mediaKey?: string;
  readonly mediaKeyTimestamp?: number;
  readonly encFilehash?: string;
}

/** WAWebConsolidateMediaUpdate: the file of any message is also an upload that is used again. */
export function consolidateMediaUpdate(msg: WithFile): void {
  const { filehash, directPath, mediaKey, mediaKeyTimestamp = 0, encFilehash } = msg;
  if (directPath === undefined || mediaKey === undefined || encFilehash === undefined) return;
  const { entries } = getOrCreateMediaObject(filehash);
  entries.addEntry({ type: msgToMediaType(msg), mediaKey, mediaKeyTimestamp, encFilehash, directPath });
}

/**
 * WAWebMediaPrep.uploadMediaWithPrep, for a message that is forwarded: takes the key of the first upload, with which the page
 * would also encrypt a thumbnail. Returns the attributes that the message gets.
 */
export async function uploadMediaWithPrep(msg: WithFile): Promise<object> {
  const mediaObject = getOrCreateMediaObject(msg.filehash);
  const first = mediaObject.entries.getUploadEntry(true);
  const mediaKeyInfo = first ? { key: first.mediaKey, timestamp: first.mediaKeyTimestamp } : freshKey();
  // Called through the module, so that a change of the module has an effect here.
  const { mediaEntry } = await MediaUpload.uploadMedia({
    ...{ mediaObject, mediaKeyInfo, mediaType: msgToMediaType(msg) },
  });
  const { directPath, deprecatedMms3Url, mediaKey, mediaKeyTimestamp, encFilehash } = mediaEntry;
  return { directPath, deprecatedMms3Url, mediaKey, mediaKeyTimestamp, encFilehash };
}
