// D16, types of uploads: uploads a file anew for a type with other keys. The page has one media object for each file, with an
// entry for each upload, also of those by other people. To send the file again it takes the first entry, whatever its type,
// or the upload that is under way (WAWebMediaMmsV4Upload, WAWebMediaEntry.getUploadEntry, WAWebMediaObject.getUploadPromise,
// 2026-04-27). But the keys of a file depend on its type (WAWebCryptoMediaTypeInfo), so that a film which is then sent as a
// document cannot be opened. Delete this file when the page chooses the entry by its type.
import type { PageWindow } from '../page/page-window.js';
import type { Install } from './install.js';

declare const window: PageWindow;

/** Runs in the page, once per document. @throws when the page lacks the module */
function uploadByType(): void {
  interface Entry {
    readonly type: string;
    readonly mediaKey?: string;
    readonly deprecatedMms3Url?: string;
    /** Only an encrypted file has it. */
    canReuseMediaKey?(): boolean;
  }
  interface MediaObject {
    readonly entries?: {
      readonly entries: readonly Entry[];
      getUploadEntry(encrypted: true): Entry | undefined;
    };
  }
  interface Request {
    readonly mediaObject: MediaObject;
    readonly mediaType: string;
    readonly mediaKeyInfo?: { readonly key: string } | null;
    readonly canEnableFastForward?: boolean;
    /** An upload that was made before, with the address under another name than in an entry. */
    readonly earlyUpload?: Promise<object | null>;
  }
  type Upload = ((request: Request) => Promise<unknown>) & { wad?: true };
  const module = window.require('WAWebMediaMmsV4Upload') as { uploadMedia: Upload };
  const upload = module.uploadMedia;
  if (upload.wad) return;

  /** What the keys of a type are derived with. */
  const keysOf = (type: string): string => {
    try {
      return window.require('WAWebCryptoMediaTypeInfo').getMediaTypeInfo(type) ?? type;
    } catch {
      return type; // a type that has no keys, or a build without the module
    }
  };
  /** The request by which the page reuses no upload but one of the same keys. */
  const fitting = (request: Request, keys: string): Request => {
    const { mediaKeyInfo } = request;
    const { entries: list } = request.mediaObject;
    // A build that keeps its uploads in another way is left alone.
    if (typeof list?.getUploadEntry !== 'function' || !Array.isArray(list.entries)) return request;
    const fits = ({ type }: Entry): boolean => keysOf(type) === keys;
    const first = list.getUploadEntry(true);
    if (first === undefined || fits(first)) return request;
    // The key of a request is also that of the thumbnail.
    const before = list.entries.find(
      (entry) =>
        fits(entry) &&
        entry.canReuseMediaKey?.() === true &&
        (mediaKeyInfo == null || mediaKeyInfo.key === entry.mediaKey),
    );
    const made = before && { earlyUpload: Promise.resolve({ ...before, url: before.deprecatedMms3Url }) };
    return { ...request, ...made, canEnableFastForward: false };
  };

  const underWay = new WeakMap<MediaObject, { readonly keys: string; readonly over: Promise<void> }>();
  const byType: Upload = async (request) => {
    const { mediaObject, mediaType } = request;
    const keys = keysOf(mediaType);
    for (;;) {
      const other = underWay.get(mediaObject);
      if (other === undefined || other.keys === keys) break;
      await other.over;
    }
    const uploading = upload.call(module, fitting(request, keys));
    const over = (): void => {
      if (underWay.get(mediaObject) === mine) underWay.delete(mediaObject);
    };
    const mine = { keys, over: uploading.then(over, over) };
    underWay.set(mediaObject, mine);
    return uploading;
  };
  byType.wad = true;
  module.uploadMedia = byType;
}

export const uploadType: Install = {
  id: 'D16',
  breaks: 'a file that was sent under one type is sent under another with the keys of the first',
  since: 'always',
  source: "the page's modules of 2026-04-27",
  isOptional: true,
  install: (page) => page.evaluate(uploadByType),
};
