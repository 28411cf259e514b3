// An album: a row for its heading, and one for each of its files, which name the heading. They are accepted in one transaction,
// follow each other in the queue of their chat, and each is sent once like any message.
import type { AlbumPart } from '../../protocol/content.js';
import type { StoredMessage } from '../../store/outbox-row.js';
import type { Store } from '../../store/store.js';
import type { SendRequest } from './send-request.js';

const partsIn = ({ kind, payload }: StoredMessage): readonly AlbumPart[] =>
  kind === 'album' && Array.isArray(payload.parts) ? (payload.parts as AlbumPart[]) : [];

/**
 * The requests of the files of an album that was accepted; none for any other message. With a key each has one of its own, so
 * that in a fleet its id follows from it.
 */
export function partRequests(album: StoredMessage): SendRequest[] {
  const { wid, recipient, chatId, key, notBeforeMs, expiresAtMs, messageId } = album;
  return partsIn(album).map(({ kind, ...part }, n) => ({
    ...{ wid, recipient, chatId, kind, notBeforeMs, expiresAtMs },
    payload: { ...part, album: messageId },
    // No request has a line break in its key.
    key: key === null ? null : `${key}\n${n + 1}`,
  }));
}

/** The files of an album, in their order; none for any other message. */
export const partsOf = ({ outbox }: Pick<Store, 'outbox'>, album: StoredMessage): StoredMessage[] => {
  const { length } = partsIn(album);
  return length === 0 ? [] : outbox.partsOf(album, length);
};

/** The album that this message is or belongs to, with all its files; any other message alone. */
export function wholeOf(
  store: Pick<Store, 'outbox'>,
  row: StoredMessage,
): [StoredMessage, ...StoredMessage[]] {
  const { album } = row.payload;
  const head = typeof album === 'string' ? (store.outbox.byMessageId(album) ?? row) : row;
  return [head, ...partsOf(store, head)];
}
