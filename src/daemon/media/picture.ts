// Pictures of groups, channels and profiles: read from the media store for the page, and stored there.
import type { FileRef } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import type { Picture } from '../../session/page-port.js';
import type { MediaStore } from './media-store.js';

/** The page scales the picture to 640 pixels, so a photo of a phone is enough. */
const MAX_PICTURE_BYTES = 8 * 2 ** 20;
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

/** Stores a picture that the page has fetched. @throws (rejects) Fault disk_full */
async function storePicture(mediaStore: MediaStore, { base64 }: Pick<Picture, 'base64'>): Promise<FileRef> {
  const upload = await mediaStore.begin('picture.jpg', null, MAX_PICTURE_BYTES);
  try {
    await mediaStore.add(upload, 0, Buffer.from(base64, 'base64'));
    return await mediaStore.finish(upload);
  } catch (error) {
    await mediaStore.abandon(upload);
    throw error;
  }
}

/** The name under which the media store knows the profile picture of an id. */
export const profileNote = (id: string): string => JSON.stringify(['profile', id]);

/**
 * Stores the picture of a profile in place of an earlier one, so that a purge of the person finds it.
 * @param id of the person. @throws (rejects) Fault disk_full
 */
export async function storeProfilePicture(
  mediaStore: MediaStore,
  id: string,
  picture: Pick<Picture, 'base64'>,
): Promise<FileRef> {
  const note = profileNote(id);
  const earlier = await mediaStore.ofMessage(note);
  const file = await storePicture(mediaStore, picture);
  if (earlier !== null && earlier.id !== file.id) await mediaStore.forget([note], [], false);
  await mediaStore.noteMessage(note, file.id);
  return file;
}
