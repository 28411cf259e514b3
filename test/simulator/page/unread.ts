/**
 * Whether somebody is at the screen, and receipts for what was read: WAWebStreamModel and WAWebUpdateUnreadChatAction as of
 * 2026-04-27. What may not be marked as read while nobody is there waits for that.
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

  /** The server hears of it with each login and each change. */
  sendAvailability(): void {
    chatSocket.send({ type: 'presence', available: this.available });
  }
}

/** WAWebStreamModel.Stream */
export const Stream = new StreamModel();

/** WAWebConstantsDeprecated.MARKED_AS_UNREAD: by the person, with nothing in it that is unread. */
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

/** WAWebUpdateUnreadChatAction; others look its members up at each call, and it calls its own function by itself. */
export const UpdateUnreadChatAction = {
  sendSeen: (asked: Asked): Promise<void> => seen(asked),
  async markUnread(chat: Chat, unread: boolean): Promise<void> {
    if (!unread) await seen({ chat });
    // What has unread messages is so already.
    else if (chat.unreadCount === 0) chat.set({ unreadCount: MARKED_AS_UNREAD });
  },
};
