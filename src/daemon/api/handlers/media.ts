// media.*: uploads files, fetches the files of messages, and turns them into text.
import { CHUNK_BYTES } from '../../../protocol/content.js';
import type { EventData } from '../../../protocol/events/index.js';
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { mediaMethods } from '../../../protocol/methods/media.js';
import { hasMessage } from '../../../store/event.js';
import type { Store } from '../../../store/store.js';
import { namedMessage } from '../../incoming/message-lookup.js';
import type { Fetcher } from '../../media/fetcher.js';
import type { MediaStore } from '../../media/media-store.js';
import type { Transcriber } from '../../media/transcriber.js';
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
  transcriber: () => Transcriber | null,
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

    'media.transcribe': async ({ id }, { signal }) => {
      const open = transcriber();
      if (open === null)
        throw new Fault('tool_missing', {
          reason: 'No program is configured that turns speech into text: transcribe.command.',
          hint: null,
        });
      const { seen } = namedMessage(store, id);
      const event = seen?.cursor == null ? null : store.journal.get(seen.cursor);
      if (event === null || !hasMessage(event.type))
        throw new Fault('no_such_message', { reason: 'The daemon has not recorded this message.' });
      const data = event.data as EventData<'message'>;
      const outcome = await open.transcribe({ cursor: event.cursor, data }, signal);
      const { key, messageId, chatId } = data;
      return { ...{ key, messageId, chatId }, text: null, language: null, error: null, ...outcome };
    },
  };
}
