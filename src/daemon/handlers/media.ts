import { CHUNK_BYTES } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import type { Handlers } from '../../protocol/method.js';
import type { mediaMethods } from '../../protocol/methods/media.js';
import type { Store } from '../../store/store.js';
import type { Fetcher } from '../media/fetcher.js';
import type { Shelf } from '../media/shelf.js';
import { namedMessage } from '../named-message.js';

export function mediaHandlers(store: Store, shelf: Shelf, fetcher: Fetcher): Handlers<typeof mediaMethods> {
  return {
    'media.put': async ({ upload: given, offset = 0, data, done = false, name }) => {
      if (given !== undefined && name !== undefined)
        throw new Fault('invalid_params', { reason: '`name` goes with the first piece.', hint: null });
      const piece = Buffer.from(data, 'base64');
      if (piece.length > CHUNK_BYTES)
        throw new Fault('invalid_params', {
          reason: `A piece has ${CHUNK_BYTES} bytes at most.`,
          hint: null,
        });
      const upload = given ?? (await shelf.begin(name ?? null));
      const size = await shelf.add(upload, offset, piece);
      return { upload, size, file: done ? await shelf.finish(upload) : null };
    },

    'media.read': async ({ id, offset, length = CHUNK_BYTES }) => {
      const { size } = await shelf.get(id);
      const piece = await shelf.read(id, offset, length);
      return { id, offset, data: piece.toString('base64'), end: offset + piece.length >= size };
    },

    'media.fetch': ({ id }) => fetcher.fetch(namedMessage(store, id).ref),
  };
}
