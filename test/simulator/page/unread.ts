/**
 * Presence and read receipts: WAWebStreamModel and WAWebUpdateUnreadChatAction as of 2026-04-27. Marks that
 * must not be sent while the account is not available are sent when it becomes available.
 */
import { knobs, never } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import type { Chat } from './chats.js';
import { Model } from './model.js';

class StreamModel extends Model {
  available = document.hasFocus();
  mode = 'MAIN';

  constructor() {
    super();
    this.on('change:available', () => this.sendAvailability());
  }

  markAvailable(): void {
    this.set({ available: true });
  }

  markUnavailable(): void {
    this.set({ available: false });
  }

  /** Reports the availability to the server at each login and each change. */
  sendAvailability(): void {
    chatSocket.send({ type: 'presence', available: this.available });
  }
}

/** WAWebStreamModel.Stream */
export const Stream = new StreamModel();

/**
 * WAWebConstantsDeprecated.MARKED_AS_UNREAD: the person has marked the chat as unread, and it has no unread
 * messages.
 */
export const MARKED_AS_UNREAD = -1;

interface Asked {
  chat: Chat;
  afterAvailable?: boolean;
}

async function seen({ chat, afterAvailable = true }: Asked): Promise<void> {
  if (knobs.seenFault === 'throws')
    throw new TypeError("Cannot read properties of undefined (reading 'markedUnread')");
  if (knobs.seenFault === 'hangs') return never();
  if (chat.unreadCount === 0) return;
  if (!Stream.available && afterAvailable) {
    Stream.once('change:available', () => void seen({ chat }));
    return;
  }
  await chat.sendSeen();
}

/**
 * WAWebUpdateUnreadChatAction. Other modules read its members at each call; its own functions call each other
 * directly.
 */
export const UpdateUnreadChatAction = {
  sendSeen: (asked: Asked): Promise<void> => seen(asked),
  async markUnread(chat: Chat, unread: boolean): Promise<void> {
    if (!unread) await seen({ chat });
    // A chat with unread messages is already unread.
    else if (chat.unreadCount === 0) chat.set({ unreadCount: MARKED_AS_UNREAD });
  },
};
