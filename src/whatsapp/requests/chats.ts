// Chats: implements the port's requests by calling the page, and translates messages to our types.
import { messageKey } from '../../protocol/wid.js';
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
    const messages = readMessages(messagesIn(client, found.messages));
    return { ...found, messages, edited: found.edited.map(messageKey) };
  },
  markRead: (chat, read) => rpc.act('chat.markRead', 'chats', 'markRead', chat, read),
  archive: (chat, archived) => rpc.act('chat.change', 'chats', 'archive', chat, archived),
  mute: (chat, muted, untilMs) => rpc.act('chat.change', 'chats', 'mute', chat, muted, untilMs),
  pin: (chat, pinned) => rpc.act('chat.change', 'chats', 'pin', chat, pinned),
  async timer(chat, seconds) {
    await rpc.act('chat.timer', 'chatChanges', 'timer', chat, seconds);
    return rpc.look('chat.list', 'chats', 'get', chat);
  },
  async clear(chat, keepStarred) {
    await rpc.act('chat.delete', 'chatChanges', 'clear', chat, keepStarred);
    return rpc.look('chat.list', 'chats', 'get', chat);
  },
  remove: (chat) => rpc.act('chat.delete', 'chatChanges', 'remove', chat),
  typing: (chat, state) => rpc.act('chat.typing', 'chats', 'typing', chat, state),
});
