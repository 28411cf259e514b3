/**
 * Disappearing messages: the timer of a chat, which everybody in it may set, and in a restricted group its admins
 * (WAWebChatEphemerality, WAWebChangeEphemeralDurationChatAction, 2026-04-27).
 */
import { knobs, never } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import { type Chat, Chats, chatFor } from './chats.js';
import { getMaybeMeLidUser } from './conn.js';
import { iAmAdmin } from './groups.js';
import { MsgKey } from './msg-key.js';
import { addAndSendMsgToChat } from './send.js';

/** WAWebChatEphemerality.calculateEphemeralDurationForChat: null when messages stay. */
const durationOf = (chat: Chat): number | null =>
  (chat.isGroup ? chat.groupMetadata?.ephemeralDuration : chat.ephemeralDuration) || null;

export const ChatEphemerality = {
  calculateEphemeralDurationForChat: durationOf,
  shouldShowEphemeralSetting: (chat: Chat): boolean =>
    !chat.isGroup || !chat.groupMetadata?.restrict || iAmAdmin(chat) || durationOf(chat) !== null,
};

export const ChangeEphemeralDurationChatAction = {
  async changeEphemeralDuration(
    chat: Chat,
    seconds: number,
    _entry: unknown,
    disappearingModeTrigger: string,
  ): Promise<void> {
    if (!ChatEphemerality.shouldShowEphemeralSetting(chat))
      throw new Error(`user cannot change group ephemeral duration for chat ${chat.id}`);
    if (knobs.chatFault === 'hangs') return never<void>();
    if (knobs.chatFault === 'ignored') return;
    if (chat.isGroup) {
      await chatSocket.request('group-change', {
        ...{ group: String(chat.id), what: 'ephemeral', value: seconds },
      });
      return;
    }
    const me = getMaybeMeLidUser();
    const id = new MsgKey({ fromMe: true, remote: chat.id, id: await MsgKey.newId() });
    const message = {
      ...{ id, from: me, to: chat.id, t: Math.floor(Date.now() / 1000), ack: 0, isNewMsg: true },
      ...{ type: 'protocol', subtype: 'ephemeral_setting', ephemeralDuration: seconds },
      disappearingModeTrigger,
    };
    await addAndSendMsgToChat(chat, message)[1];
    chat.set({ ephemeralDuration: seconds });
  },
};

/** WAWebGetEphemeralFieldsMsgActionsUtils.getEphemeralFields: what every message of such a chat carries. */
export function getEphemeralFields(chat: Chat): { ephemeralDuration?: number } {
  const ephemeralDuration = durationOf(chat);
  return ephemeralDuration === null ? {} : { ephemeralDuration };
}

/** Another person has set it, or the phone of this account. */
export function learnTimer(chat: string, ephemeralDuration: number): void {
  Chats.ensure(chatFor(chat)).set({ ephemeralDuration });
}
