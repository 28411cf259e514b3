// Chats: the port's questions, put to the page, and messages put into our words.
import type { ChatPage } from '../session/page-port.js';
import type { Kit } from './kit.js';
import type { LibraryClient } from './library.js';
import { messagesIn, readMessages } from './readable.js';

/** How long a page may go on fetching older messages of its own store for one question. */
const LOAD_MS = 12_000;

export const chatPage = (kit: Kit, client: LibraryClient): ChatPage => ({
  list: (query) => kit.look('chat.list', 'chats', 'list', query),
  get: (chat) => kit.look('chat.list', 'chats', 'get', chat),
  async messages(chat, { limit, before }) {
    const { messages, more } = await kit.look(
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
  markRead: (chat, read) => kit.act('chat.markRead', 'chats', 'markRead', chat, read),
  archive: (chat, archived) => kit.act('chat.change', 'chats', 'archive', chat, archived),
  mute: (chat, muted, untilMs) => kit.act('chat.change', 'chats', 'mute', chat, muted, untilMs),
  pin: (chat, pinned) => kit.act('chat.change', 'chats', 'pin', chat, pinned),
  typing: (chat, state) => kit.act('chat.typing', 'chats', 'typing', chat, state),
});
