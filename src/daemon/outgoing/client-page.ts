// The client, as the page that sending needs (sending-page.ts).
import type { Content } from '../../protocol/content.js';
import type { WhatsAppClient } from '../../session/port.js';
import type { StoredMessage } from '../../store/outbox-row.js';
import type { Store } from '../../store/store.js';
import type { SendingPage } from './sending-page.js';

/**
 * @param client throws Fault not_ready when there is none
 * @param mayBeOut true for a message that another machine may have given to its page, although its row says nothing of it
 */
export const clientPage = (
  client: () => WhatsAppClient,
  store: Store,
  mayBeOut: (row: StoredMessage) => boolean,
): SendingPage => ({
  send: async (row) => {
    const { chatId, messageId, kind, payload, attempts } = row;
    return client().send({
      chatId,
      messageId,
      again: attempts > 1 || mayBeOut(row),
      other: otherOf(store, chatId),
      content: { kind, ...payload } as unknown as Content,
    });
  },
  resend: async ({ chatId, messageId }) =>
    client().resend({ chatId, messageId, other: otherOf(store, chatId) }),
  findOwn: async ({ chatId, messageId }) =>
    client().findOwn({ chatId, messageId, other: otherOf(store, chatId) }),
  mayWrite: async (chatId) => client().mayWrite(chatId),
  knowsChat: async (chatId) => client().knowsChat(chatId),
});

/** The other identity of a person; null where it is not known, and for groups. */
function otherOf({ identities }: Store, id: string): string | null {
  const pair = identities.pairOf(id);
  if (pair === null) return null;
  return pair.lid === id ? pair.number : pair.lid;
}
