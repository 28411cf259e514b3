// The client, as the page that sending needs (sending-page.ts).
import type { Content } from '../../protocol/content.js';
import type { WhatsAppClient } from '../../session/port.js';
import type { Store } from '../../store/store.js';
import type { SendingPage } from './sending-page.js';

/** @param client throws Fault not_ready when there is none */
export const clientPage = (client: () => WhatsAppClient, store: Store): SendingPage => ({
  send: async ({ chatId, messageId, kind, payload, attempts }) =>
    client().send({
      chatId,
      messageId,
      again: attempts > 1,
      content: { kind, ...payload } as unknown as Content,
    }),
  resend: async (message) => client().resend(message),
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
