/** The first line of a chat with a person, that messages are encrypted (WAWebContactSystemMsg, 2026-04-27). */
import { type Chat, Chats } from './chats.js';
import { Conn, isMe } from './conn.js';
import { fromWire, place, toStored } from './messages.js';
import { MsgKey } from './msg-key.js';
import { Socket } from './socket-model.js';
import { storage } from './storage.js';

/** Each chat that is made after the login gets it. */
export function noteEncryption(): void {
  Chats.on('add', (chat: Chat) => {
    if (Socket.hasSynced && chat.id.isUser() && !isMe(chat.id)) void note(chat);
  });
}

async function note({ id }: Chat): Promise<void> {
  const wire = {
    ...{ id: await MsgKey.newId(), chat: String(id), from: String(id), to: String(Conn.wid) },
    ...{ fromMe: false, type: 'e2e_notification', t: Math.floor(Date.now() / 1000) },
    extra: { subtype: 'encrypt' },
  };
  await storage.putMessages([toStored(wire)]);
  place(fromWire(wire));
}
