// Pictures of groups, channels and profiles: read from the media store for the page, and stored there.
import { Fault } from '../../protocol/fault.js';
import type { Picture } from '../../session/page-port.js';
import type { MediaStore } from './media-store.js';

/** The page scales the picture to 640 pixels, so a photo of a phone is enough. */
export const MAX_PICTURE_BYTES = 8 * 2 ** 20;
const READABLE = /^image\/(jpeg|png|webp|gif)$/;

/** @throws (rejects) Fault no_such_media, media_unusable, media_too_large */
export async function pictureOf(mediaStore: Pick<MediaStore, 'get' | 'read'>, id: string): Promise<Picture> {
  const { mimetype, size } = await mediaStore.get(id);
  if (!READABLE.test(mimetype))
    throw new Fault('media_unusable', { reason: `${mimetype} is no picture.`, hint: null });
  if (size > MAX_PICTURE_BYTES)
    throw new Fault('media_too_large', {
      reason: `The picture has ${size} bytes, and ${MAX_PICTURE_BYTES} is the limit.`,
    });
  return { mimetype, base64: (await mediaStore.read(id, 0, size)).toString('base64') };
}
