import { CHUNK_BYTES, type FileRef, MAX_FILE_BYTES } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import type { Handlers } from '../../protocol/method.js';
import type { mediaMethods } from '../../protocol/methods/media.js';
import type { Store } from '../../store/store.js';
import type { Account } from '../account.js';
import type { Shelf } from '../media/shelf.js';
import { readyClient } from '../ready-client.js';
import { messageRef } from './act.js';

/** Which messages' files are on the shelf; asked for once more they are there at once. */
const REMEMBERED = 1_000;

export function mediaHandlers(account: Account, store: Store, shelf: Shelf): Handlers<typeof mediaMethods> {
  const fetched = new Map<string, FileRef>();
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

    'media.fetch': async ({ id }) => {
      const ref = messageRef(account, store, id);
      const known = fetched.get(ref.id);
      // It may have been removed meanwhile.
      if (known && (await shelf.get(known.id).catch(() => null)) !== null) return known;
      const { media } = readyClient(account);
      let upload: string | undefined;
      try {
        let size = 0;
        await media.fetch(ref, MAX_FILE_BYTES, async ({ name, mimetype }, piece) => {
          upload ??= await shelf.begin(name, mimetype);
          size = await shelf.add(upload, size, piece);
        });
        if (upload === undefined) throw new Fault('media_gone', { reason: 'The file is empty.' });
        const file = await shelf.finish(upload);
        fetched.set(ref.id, file);
        const [oldest] = fetched.keys();
        if (fetched.size > REMEMBERED && oldest !== undefined) fetched.delete(oldest);
        return file;
      } catch (error) {
        if (upload !== undefined) await shelf.abandon(upload);
        throw error;
      }
    },
  };
}
