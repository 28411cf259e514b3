// Chats: implements the port's requests by calling the page, and translates messages to our types.
import type { ChatPage } from '../../session/page-port.js';
import type { LibraryClient } from '../library/library.js';
import { messagesIn, readMessages } from '../library/readable.js';
import type { PageRpc } from './page-rpc.js';

/** How long the page may load older messages from its store for one request. */
const LOAD_MS = 12_000;

export const chatPage = (rpc: PageRpc, client: LibraryClient): ChatPage => ({
  list: (query) => rpc.look('chat.list', 'chats', 'list', query),
  get: (chat) => rpc.look('chat.list', 'chats', 'get', chat),
  async messages(chat, { limit, before }) {
    const { messages, more } = await rpc.look(
      'chat.messages',
      'chats',
      'messages',
      chat,
      limit,
      before,
      LOAD_MS,
    );
    return {
      messages: readMessages(messagesIn(client, messages)),
      more,
    };
  },
  async search(text, chat, page) {
    const found = await rpc.look('message.search', 'searches', 'messages', text, chat, page);
    return { ...found, messages: readMessages(messagesIn(client, found.messages)) };
  },
  markRead: (chat, read) => rpc.act('chat.markRead', 'chats', 'markRead', chat, read),
  archive: (chat, archived) => rpc.act('chat.change', 'chats', 'archive', chat, archived),
  mute: (chat, muted, untilMs) => rpc.act('chat.change', 'chats', 'mute', chat, muted, untilMs),
  pin: (chat, pinned) => rpc.act('chat.change', 'chats', 'pin', chat, pinned),
  typing: (chat, state) => rpc.act('chat.typing', 'chats', 'typing', chat, state),
});
