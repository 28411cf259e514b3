// Reads from the page's own store the messages that arrived while the daemon was not receiving, and
// translates them.
import { escapeId, messageKey, parseMessageRef } from '../../protocol/wid.js';
import type { MissedPage } from '../../session/page-port.js';
import { revocationOf } from '../library/content-events.js';
import type { LibraryClient } from '../library/library.js';
import { messagesIn, readMessages } from '../library/readable.js';
import { isNotice, isPlaceholder } from '../library/translate.js';
import type { MissedKey, WantedKey } from '../page/missed.js';
import type { PageRpc } from './page-rpc.js';

const ASK_MS = 10_000;
/** Enough for a chat with thousands of messages, which are read from the page's store. */
const READ_MS = 30_000;

const keyOf = ({ fromMe, remote, id, participant }: MissedKey): string =>
  messageKey({ fromMe, remote, id, participant: participant ?? undefined });
const partsOf = (key: string): WantedKey => {
  const { id, place } = parseMessageRef(key);
  return { id, fromMe: place?.fromMe ?? false, participant: place?.participant ?? null };
};
/** WhatsApp's times are whole seconds, so later messages of the same second are included. */
const wholeSeconds = (ms: number): number => Math.floor(ms / 1000);
const isRevoked = ({ type }: { readonly type: string }): boolean => type === 'revoked';

export const missedPage = (rpc: PageRpc, client: LibraryClient): MissedPage => ({
  chatsSince: (sinceMs) => rpc.read(ASK_MS, 'missed', 'chatsSince', wholeSeconds(sinceMs)),

  async keysSince(chatId, sinceMs, limit) {
    const since = wholeSeconds(sinceMs);
    const found = await rpc.read(READ_MS, 'missed', 'keysSince', chatId, since, limit);
    const revoked = found.keys.filter((key) => key.revoked === true).map(keyOf);
    return { ...found, keys: found.keys.map(keyOf), revoked };
  },

  async messagesOf(chatId, keys) {
    const models = await rpc.read(ASK_MS, 'missed', 'modelsOf', chatId, keys.map(partsOf));
    const found = messagesIn(client, models);
    const messages = readMessages(found.filter((message) => !isNotice(message)));
    return {
      messages: messages.map((message) => ({ ...message, backfilled: true })),
      revoked: found.filter(isRevoked).map(revocationOf),
      undecrypted: messages.filter(isPlaceholder).map(({ key }) => key),
    };
  },

  async acksOf(messageIds) {
    const found = await rpc.read(ASK_MS, 'missed', 'acksOf', messageIds);
    return found.map((parts) => ({
      type: 'ack' as const,
      key: keyOf(parts),
      messageId: escapeId(parts.id),
      chatId: parts.remote,
      fromMe: true,
      ack: parts.ack,
    }));
  },
});
