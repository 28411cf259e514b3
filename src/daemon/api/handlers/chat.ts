// chat.*: lists and changes chats.
import type { Handlers } from '../../../protocol/method.js';
import type { chatMethods } from '../../../protocol/methods/chat.js';
import { parseRecipient } from '../../../protocol/wid.js';
import type { Store } from '../../../store/store.js';
import type { Account } from '../../account.js';
import { halfKnownIn, namedIn } from '../../incoming/event-people.js';
import { namedMessage } from '../../incoming/message-lookup.js';
import { readyClient } from '../ready-client.js';

const PAGE = 50;
const DAY_S = 86_400;
/** WAWebEphemeralConstants, 2026-04-27. */
const SECONDS = { off: 0, '24h': DAY_S, '7d': 7 * DAY_S, '90d': 90 * DAY_S } as const;

export function chatHandlers(account: Account, store: Store): Handlers<typeof chatMethods> {
  const chats = () => readyClient(account).chats;
  return {
    'chat.list': (query) => chats().list(query),
    'chat.get': ({ chat }) => chats().get(parseRecipient(chat)),
    'chat.messages': async ({ chat, limit = PAGE, before }) => {
      const { messages, more } = await chats().messages(parseRecipient(chat), {
        limit,
        before: before === undefined ? null : namedMessage(store, before).ref,
      });
      const halfKnown = messages.flatMap((message) => halfKnownIn(store, message));
      await account.incoming.people.meet(halfKnown);
      return { messages: messages.map((message) => ({ ...message, ...namedIn(store, message) })), more };
    },
    'chat.markRead': ({ chat, read = true }) => chats().markRead(parseRecipient(chat), read),
    'chat.archive': ({ chat, archived = true }) => chats().archive(parseRecipient(chat), archived),
    'chat.mute': ({ chat, muted = true, until }) =>
      chats().mute(parseRecipient(chat), muted, until === undefined ? null : Date.parse(until)),
    'chat.pin': ({ chat, pinned = true }) => chats().pin(parseRecipient(chat), pinned),
    'chat.timer': ({ chat, after }) => chats().timer(parseRecipient(chat), SECONDS[after]),
    'chat.clear': ({ chat, keepStarred = false }) => chats().clear(parseRecipient(chat), keepStarred),
    'chat.delete': ({ chat }) => chats().remove(parseRecipient(chat)),
    'chat.typing': async ({ chat, state = 'typing' }) => ({
      ...(await chats().typing(parseRecipient(chat), state)),
      state,
    }),
  };
}
