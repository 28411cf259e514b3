// media.*: uploads files, and fetches the files of messages.
import { CHUNK_BYTES } from '../../../protocol/content.js';
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { mediaMethods } from '../../../protocol/methods/media.js';
import type { Store } from '../../../store/store.js';
import { namedMessage } from '../../incoming/message-lookup.js';
import type { Fetcher } from '../../media/fetcher.js';
import type { MediaStore } from '../../media/media-store.js';
import { Uploads } from '../../media/uploads.js';

/** Stores a piece of an upload for the connection that sends it. */
export const mediaPut =
  (uploads: Uploads): Handlers<typeof mediaMethods>['media.put'] =>
  async ({ upload, offset = 0, data, done = false, name }, { peer }) => {
    if (upload !== undefined && name !== undefined)
      throw new Fault('invalid_params', { reason: '`name` goes with the first piece.', hint: null });
    const bytes = Buffer.from(data, 'base64');
    if (bytes.length > CHUNK_BYTES)
      throw new Fault('invalid_params', {
        reason: `A piece has ${CHUNK_BYTES} bytes at most.`,
        hint: null,
      });
    return uploads.put(peer.owner ?? peer, { upload, name: name ?? null, offset, bytes, done });
  };

export function mediaHandlers(
  store: Store,
  mediaStore: MediaStore,
  fetcher: Fetcher,
): Handlers<typeof mediaMethods> {
  return {
    'media.put': mediaPut(new Uploads(mediaStore)),

    'media.read': async ({ id, offset, length = CHUNK_BYTES }) => {
      const { size, mimetype, name } = await mediaStore.get(id);
      const piece = await mediaStore.read(id, offset, length);
      const end = offset + piece.length >= size;
      return { id, offset, data: piece.toString('base64'), size, mimetype, name, end };
    },

    'media.fetch': ({ id }) => fetcher.fetch(namedMessage(store, id).ref),
  };
}
