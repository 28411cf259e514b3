/**
 * Media: preparing, and the modules that whatsapp-web.js uses.
 */
import { knobs } from './boot-record.js';
import { type Bytes, infoOf, sha256 } from './media-crypto.js';
import { cache, downloadAndMaybeDecrypt } from './media-download.js';
import { getOrCreateMediaObject, MediaUpload, msgToMediaType, upload } from './media-upload.js';
import { Model } from './model.js';
import { bytesToBase64 } from './tagged-json.js';

/** WAWebMediaOpaqueData: bytes behind a handle. */
export class OpaqueData {
  readonly _blob: Blob;
  constructor(blob: Blob) {
    this._blob = blob;
  }
  static async createFromData(blob: Blob, type: string): Promise<OpaqueData> {
    return new OpaqueData(blob.type === type ? blob : new Blob([blob], { type }));
  }
  type(): string {
    return this._blob.type;
  }
  size(): number {
    return this._blob.size;
  }
  url(): string {
    return URL.createObjectURL(this._blob);
  }
  formData(): Blob {
    return this._blob;
  }
  autorelease(): void {}
  release(): void {}
  async bytes(): Promise<Bytes> {
    return new Uint8Array(await this._blob.arrayBuffer());
  }
}

class MediaData extends Model {
  declare type: string;
  declare mimetype: string;
  declare filehash: string;
  declare mediaBlob: OpaqueData;
  declare size: number;
  declare isGif: boolean;
  declare mediaStage: string;

  toJSON(): object {
    return Object.fromEntries(Object.entries(this).filter(([name]) => !name.startsWith('__x_')));
  }
}

interface Params {
  asSticker?: boolean;
  asGif?: boolean;
  isPtt?: boolean;
  asDocument?: boolean;
  maxDimension?: number;
}

function typeOf(mimetype: string, { asSticker, asDocument, isPtt }: Params): string {
  if (asSticker) return 'sticker';
  if (asDocument) return 'document';
  if (mimetype.startsWith('image/')) return 'image';
  if (mimetype.startsWith('video/')) return 'video';
  if (mimetype.startsWith('audio/')) return isPtt ? 'ptt' : 'audio';
  return 'document';
}

async function drawn(image: ImageBitmap, side: number): Promise<Blob> {
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const canvas = new OffscreenCanvas(Math.ceil(image.width * scale), Math.ceil(image.height * scale));
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 });
}

/** Duration in seconds; undefined for a file that the browser cannot play. */
function durationOf(blob: Blob): Promise<number | undefined> {
  const player = document.createElement(blob.type.startsWith('video/') ? 'video' : 'audio');
  const url = URL.createObjectURL(blob);
  return new Promise<number | undefined>((resolve) => {
    player.onloadedmetadata = () => resolve(Number.isFinite(player.duration) ? player.duration : undefined);
    player.onerror = () => resolve(undefined);
    player.src = url;
  }).finally(() => URL.revokeObjectURL(url));
}

/** WAWebStickerConstants.STICKER_DIMENSION */
const STICKER_SIDE = 512;

/** WAWebImageUtils.toWebpSticker: scales the picture to fit into the middle of a square. */
async function toWebpSticker(file: Blob): Promise<Blob> {
  const image = await createImageBitmap(file);
  const scale = STICKER_SIDE / Math.max(image.width, image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  const canvas = new OffscreenCanvas(STICKER_SIDE, STICKER_SIDE);
  canvas
    .getContext('2d')
    ?.drawImage(image, (STICKER_SIDE - width) / 2, (STICKER_SIDE - height) / 2, width, height);
  return canvas.convertToBlob({ type: 'image/webp' });
}

async function prepare(data: OpaqueData, params: Params): Promise<MediaData> {
  const type = typeOf(data.type(), params);
  let blob = data._blob;
  const more: { preview?: string; width?: number; height?: number; duration?: string } = {};
  if (type === 'image') {
    // The page sends its own JPEG, never the original file.
    const image = await createImageBitmap(blob);
    const thumbnail = await drawn(image, 100);
    more.preview = bytesToBase64(new Uint8Array(await thumbnail.arrayBuffer()));
    more.width = image.width;
    more.height = image.height;
    blob = await drawn(image, params.maxDimension ?? 1_600);
  }
  if (['audio', 'ptt', 'video'].includes(type)) {
    // A string of whole seconds, as WAWebMediaDataUtils makes it.
    const duration = await durationOf(blob);
    if (duration !== undefined) more.duration = String(Math.floor(duration));
  }
  const mediaBlob = new OpaqueData(blob);
  const media = new MediaData({
    type,
    mimetype: blob.type,
    filehash: await sha256(await mediaBlob.bytes()),
    mediaBlob,
    size: blob.size,
    isGif: params.asGif ?? false,
    mediaStage: 'RESOLVED',
    ...(data._blob instanceof File && type === 'document' ? { filename: data._blob.name } : {}),
    ...more,
  });
  // The library spreads the model into a message, and its private fields with it (WAWebBaseModel).
  Object.assign(media, { __x_type: type });
  // Since 2026-09 a private field is enumerable, and spreading the model into a message copies it (wwebjs
  // #201921, PR #201923).
  if (knobs.mediaSpreadsId) Object.assign(media, { __x_id: undefined });
  return media;
}

export const MediaModules = {
  WAWebMediaOpaqueData: OpaqueData,
  WAWebPrepRawMedia: {
    prepRawMedia: (data: OpaqueData, params: Params) => ({ waitForPrep: () => prepare(data, params) }),
  },
  WAWebMediaStorage: { getOrCreateMediaObject },
  WAWebCryptoMediaTypeInfo: { getMediaTypeInfo: infoOf },
  WAWebMmsMediaTypes: {
    msgToMediaType,
    castToV4: (type: string) => type,
  },
  WAWebImageUtils: { toWebpSticker },
  WAWebMediaDataUtils: { shouldUseMediaCache: () => true },
  WAWebMediaInMemoryBlobCache: {
    InMemoryMediaBlobCache: {
      put: (filehash: string, blob: Blob) =>
        void blob.arrayBuffer().then((bytes) => cache.set(filehash, bytes)),
    },
  },
  WAWebMediaMmsV4Upload: MediaUpload,
  WAMediaCalculateFilehash: {
    getRandomFilehash: async () => bytesToBase64(crypto.getRandomValues(new Uint8Array(32))),
  },
  WAWebUploadManager: {
    encryptAndUpload: async ({ blob, type }: { blob: Blob; type: string }) =>
      upload(new Uint8Array(await blob.arrayBuffer()), type),
  },
  WAWebStartMediaUploadQpl: { startMediaUploadQpl: () => ({}) },
  WAWebDownloadManager: { downloadManager: { downloadAndMaybeDecrypt } },
};
