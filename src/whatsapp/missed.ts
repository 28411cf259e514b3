// What came while nobody listened: the port's questions, put to the page's own store, and its messages in our words.
import { messageKey } from '../protocol/wid.js';
import type { MissedPage } from '../session/page-port.js';
import type { Ask } from './ask.js';
import { type LibraryClient, Message } from './library.js';
import { acksOf, chatsSince, keysSince, type MissedKey, modelsOf } from './page/missed.js';
import { isNotice, toInbound } from './translate.js';

const ASK_MS = 10_000;
/** A chat of thousands is read out of the page's store. */
const READ_MS = 30_000;

const keyOf = ({ fromMe, remote, id, participant }: MissedKey): string =>
  messageKey({ fromMe, remote, id, participant: participant ?? undefined });
/** WhatsApp's times are whole seconds: what came later within the same second counts too. */
const wholeSeconds = (ms: number): number => Math.floor(ms / 1000);
const isCipher = ({ type }: { readonly type: string }): boolean => type === 'ciphertext';

export const missedPage = (ask: Ask, client: LibraryClient): MissedPage => ({
  chatsSince: (sinceMs) => ask(ASK_MS, (page) => page.evaluate(chatsSince, wholeSeconds(sinceMs))),

  async keysSince(chatId, sinceMs, limit) {
    const since = wholeSeconds(sinceMs);
    const { keys, whole } = await ask(READ_MS, (page) => page.evaluate(keysSince, chatId, since, limit));
    return { keys: keys.map((parts) => ({ key: keyOf(parts), messageId: parts.id })), whole };
  },

  async messagesOf(chatId, messageIds) {
    const models = await ask(ASK_MS, (page) => page.evaluate(modelsOf, chatId, messageIds));
    const found = models.map((model) => new Message(client, model));
    return {
      messages: found
        .filter((message) => !isNotice(message) && !isCipher(message))
        .map((message) => ({ ...toInbound(message), backfilled: true })),
      undecrypted: found.filter(isCipher).map(({ id }) => id.id),
    };
  },

  async acksOf(messageIds) {
    const found = await ask(ASK_MS, (page) => page.evaluate(acksOf, messageIds));
    return found.map((parts) => ({
      ...{ type: 'ack' as const, key: keyOf(parts), messageId: parts.id, chatId: parts.remote },
      ...{ fromMe: true, ack: parts.ack },
    }));
  },
});
