/** Actions of a person on chats and messages: archive, pin, star, delete, edit, react, vote, mark as read. */
import { upsertReaction, upsertVote } from './addons.js';
import { knobs, never } from './boot-record.js';
import { canRevokeNewsletterMsg, sendNewsletterReaction } from './channels.js';
import { chatSocket } from './chat-socket.js';
import { type Chat, deleteChat } from './chats.js';
import { Cmd } from './cmd.js';
import { getMaybeMePnUser } from './conn.js';
import { uploadMediaWithPrep } from './media-upload.js';
import { forget, type Msg, Msgs, toWire } from './messages.js';
import { canEditCaption, canEditText, editedPart } from './msg-edit.js';
import { MsgKey } from './msg-key.js';
import { amend, edit, revoke } from './receive.js';
import { actsWork, addAndSendMsgToChat, SendMsgChatAction, sendAct } from './send.js';
import { type StoredMessage, storage } from './storage.js';
import { UpdateUnreadChatAction } from './unread.js';
import { MinifiedError, type Wid } from './wid.js';

interface Listed {
  list: Msg[];
}
const listOf = (asked: Listed | Msg[]): Msg[] => (Array.isArray(asked) ? asked : asked.list);
const now = () => Math.floor(Date.now() / 1000);
const target = (msg: Msg) => {
  const { id, chat, fromMe, author } = toWire(msg);
  return { id, chat, fromMe, ...(author === undefined ? {} : { author }) };
};

/** WAWebSetArchiveChatAction.setArchive, WAWebSetPinChatAction.setPin */
export const setArchive = async (chat: Chat, archive: boolean): Promise<void> => void chat.set({ archive });
export const setPin = async (chat: Chat, pin: boolean): Promise<void> =>
  void chat.set({ pin: pin ? now() : 0 });

type Pending = Partial<Record<'sendStarMsgs' | 'sendDeleteMsgs' | 'sendRevokeMsgs', Promise<void>>>;
const pending = new WeakMap<Chat, Pending>();
/** While a chat has such a request, its promise is the answer to any other one (WAWebChatSendMessages, 2026-04-27). */
function onlyOne(chat: Chat, name: keyof Pending, act: () => Promise<void>): Promise<void> {
  const promises = pending.get(chat) ?? {};
  pending.set(chat, promises);
  promises[name] ??= act().finally(() => {
    delete promises[name];
  });
  return promises[name];
}

/** WAWebChatSendMessages */
export const sendStarMsgs = (chat: Chat, msgs: Msg[], star: boolean): Promise<void> =>
  onlyOne(chat, 'sendStarMsgs', async () => {
    for (const msg of msgs) {
      await amend(msg, { star });
      msg.set({ star });
    }
  });
export const sendDeleteMsgs = (chat: Chat, asked: Listed | Msg[]): Promise<void> =>
  onlyOne(chat, 'sendDeleteMsgs', async () => {
    for (const msg of listOf(asked)) await forget(msg);
  });
export const sendRevokeMsgs = (chat: Chat, asked: Listed | Msg[]): Promise<void> =>
  onlyOne(chat, 'sendRevokeMsgs', async () => {
    for (const msg of listOf(asked)) {
      const id = await MsgKey.newId();
      await sendAct('revoke', msg, id, {});
      await revoke(msg, id, now());
    }
  });

/**
 * Commands over the bus, as whatsapp-web.js sends them. Only the main screen handles them
 * (WAWebActionListener).
 */
export function hangInCommands(): void {
  const { markUnread } = UpdateUnreadChatAction;
  const commands = {
    ...{
      archiveChat: setArchive,
      pinChat: setPin,
      markChatUnread: markUnread,
      sendDeleteMsgs,
      sendRevokeMsgs,
    },
    sendStarMsgs: (chat: Chat, msgs: Msg[]) => sendStarMsgs(chat, msgs, true),
    sendUnstarMsgs: (chat: Chat, msgs: Msg[]) => sendStarMsgs(chat, msgs, false),
  };
  for (const [name, obey] of Object.entries(commands))
    Cmd[name] = async (...args: never[]) => {
      if (knobs.mainScreen) await (obey as (...args: never[]) => Promise<void>)(...args);
    };
}

/** WAWebMsgActionCapability */
export const MsgActionCapability = {
  canSenderRevokeMsg: (msg: Msg) => msg.id.fromMe && msg.type !== 'revoked',
  canAdminRevokeMsg: (msg: Msg) => msg.chat?.iAmAdmin() ?? false,
  canRevokeNewsletterMsg,
  canStarMsg: () => true,
  canPinMsg: (msg: Msg) => msg.type !== 'revoked' && !msg.isNotice,
  canEditText,
  canEditCaption,
};

/** WAWebSendMessageEditAction.sendMessageEdit */
export async function sendMessageEdit(msg: Msg, text: string): Promise<void> {
  if (!canEditText(msg) && !canEditCaption(msg)) throw new Error('Cannot edit message');
  const id = await MsgKey.newId();
  const trimmed = text.trim();
  await sendAct('edit', msg, id, editedPart(msg) === 'caption' ? { caption: trimmed } : { body: trimmed });
  await edit(msg, trimmed, { id, at: Date.now() });
}

/** WAWebSendReactionMsgAction.sendReactionToMsg; an empty emoji removes the reaction. */
export async function sendReactionToMsg(
  msg: Msg,
  emoji: string,
): Promise<{ messageSendResult: string } | undefined> {
  if (msg.id.remote.isNewsletter()) return { messageSendResult: await sendNewsletterReaction(msg, emoji) };
  const id = await MsgKey.newId();
  await sendAct('reaction', msg, id, { body: emoji });
  const from = String(getMaybeMePnUser());
  await upsertReaction({ kind: 'reaction', key: target(msg), id, from, emoji, t: now() }, msg);
  return undefined;
}

/** WAWebPollsSendVoteMsgAction.sendVote */
export async function sendVote(msg: Msg, chosen: Set<number>): Promise<void> {
  const { pollOptions } = msg as unknown as { pollOptions: { name: string; localId: number }[] };
  const options = pollOptions.filter(({ localId }) => chosen.has(localId)).map(({ name }) => name);
  const id = await MsgKey.newId();
  await sendAct('poll_vote', msg, id, { options });
  await upsertVote(
    { kind: 'vote', key: target(msg), id, from: String(getMaybeMePnUser()), options, t: now() },
    msg,
  );
}

/** Waits for the network in the middle of a send. */
async function previewOf({ href }: { href: string }, chat?: Chat): Promise<{ data: object }> {
  if (knobs.previewFault === 'hangs') return never();
  if (knobs.previewFault === 'throws') throw new MinifiedError('e');
  await chatSocket.whenSignedIn();
  const picture = { thumbnail: 'AAAA', thumbnailDirectPath: '/v/t62.36144-24/simulated' };
  return {
    data: {
      title: 'A page',
      description: 'What it is about',
      canonicalUrl: href,
      matchedText: href,
      // The picture of a channel's preview is not encrypted; that of a chat's is.
      ...(chat?.id.isNewsletter() ? picture : { ...picture, mediaKey: 'AAAA' }),
    },
  };
}

export const LinkPreviewChatAction = {
  /** The number of declared arguments is the only difference between the builds. */
  get getLinkPreview() {
    return knobs.channelCards === 'fitting'
      ? (link: { href: string }, chat: Chat | undefined) => previewOf(link, chat)
      : (link: { href: string }) => previewOf(link);
  },
};

/** WAWebMediaForwardMediaMsg: the file is uploaded after the message is stored. A failure is not reported. */
async function forwardMedia(chat: Chat, copy: object): Promise<void> {
  const bare = Object.fromEntries(Object.entries(copy).filter(([name]) => !OF_UPLOAD.has(name)));
  const result = SendMsgChatAction.addAndSendMsgToChat(chat, bare, uploadMediaWithPrep)[1];
  await result.catch(() => undefined);
}
const OF_UPLOAD: ReadonlySet<string> = new Set([
  ...['directPath', 'deprecatedMms3Url', 'clientUrl', 'mediaKey', 'mediaKeyTimestamp', 'encFilehash'],
]);

/** WAWebChatForwardMessage.forwardMessages */
export async function forwardMessages({ chat, msgs }: { chat: Chat; msgs: Msg[] }): Promise<void> {
  await actsWork();
  for (const msg of msgs) {
    const from = getMaybeMePnUser() as Wid;
    const id = new MsgKey({ fromMe: true, remote: chat.id, id: await MsgKey.newId() });
    const { ...attributes } = msg;
    const copy = {
      ...attributes,
      id,
      from,
      to: chat.id,
      ack: 0,
      t: now(),
      isForwarded: true,
      forwardedFromWeb: true,
      isNewMsg: true,
      star: false,
      hasReaction: false,
    };
    // Called through the module, so that a change of the module has an effect here.
    if (msg.mediaKey === undefined) await SendMsgChatAction.addAndSendMsgToChat(chat, copy)[0];
    else await forwardMedia(chat, copy);
  }
}

/**
 * WAWebChatClearBridge.sendClear: removes the messages of a chat from the profile, and returns their keys. Those in memory
 * stay until the caller removes them (WAWebClearChatUtils).
 */
export async function sendClear(
  chat: Chat,
  _last?: unknown,
  keepStarred = false,
): Promise<{ result: string[] }> {
  if (knobs.chatFault === 'ignored') return { result: [] };
  const stays = ({ wire }: StoredMessage): boolean => keepStarred && wire.extra?.star === true;
  return { result: await storage.removeMessagesOf(String(chat.id), (stored) => !stays(stored)) };
}

/** WAWebDeleteChatAction.sendDelete. @param _notice shows a notice to a person */
export async function sendDelete(chat: Chat, _notice = true): Promise<void> {
  if (knobs.chatFault === 'hangs') return never<void>();
  if (knobs.chatFault === 'ignored') return;
  const { result } = await sendClear(chat);
  chat.deleteMessages(result);
  await deleteChat(chat);
}

/** Sends a message that the page itself makes, such as a group invitation. */
export async function sendPlain(
  chat: Chat,
  type: string,
  extra: object,
): Promise<{ messageSendResult: string }> {
  const from = getMaybeMePnUser() as Wid;
  const id = new MsgKey({ fromMe: true, remote: chat.id, id: await MsgKey.newId() });
  const message = { ...extra, id, ack: 0, from, to: chat.id, t: now(), self: 'out', isNewMsg: true, type };
  const [stored, result] = addAndSendMsgToChat(chat, message);
  await stored;
  return result;
}

/** WAWebPinInChatSchema and WAWebSendPinMessageAction */
const pins = new Map<string, { chatId: string; parentMsgKey: string; pinType: number }>();
export const PinInChatSchema = {
  getTable: () => ({
    equals: async (_columns: string[], chatId: string) =>
      [...pins.values()].filter((pin) => pin.chatId === chatId),
  }),
};
export async function sendPinInChatMsg(
  msg: Msg,
  pinType: number,
  lasts?: string,
): Promise<{ messageSendResult: 'OK' }> {
  const pinExpiryDuration = PIN_DURATIONS.find(([name]) => name === lasts)?.[1];
  await sendAct('pin', msg, await MsgKey.newId(), { pinType, pinExpiryDuration });
  pins.set(String(msg.id), { chatId: String(msg.id.remote), parentMsgKey: String(msg.id), pinType });
  return { messageSendResult: 'OK' };
}

/** WAWebPinMsgConstants.PinExpiryDurationOption, with the seconds of each. */
const PIN_DURATIONS = [
  ['OneDay', 86_400],
  ['SevenDays', 604_800],
  ['ThirtyDays', 2_592_000],
] as const;
export const PinMsgConstants = {
  getPinExpiryDuration: () => 604_800,
  getPinExpiryOption(seconds: number): string {
    const option = PIN_DURATIONS.find(([, duration]) => duration === seconds)?.[0];
    if (option === undefined) throw new Error('Unexpeded pin expiry duration');
    return option;
  },
};

/** WAWebEphemeralConstants.KeepInChatState */
const KEPT = 1;
const UNKEPT = 2;
const isKept = (msg: Msg): boolean => (msg as { kicState?: number }).kicState === KEPT;
export const MsgGetters = { getIsKept: isKept };
/** WAWebKeepInChatMsgUtils: only messages of a chat whose messages disappear can be kept. */
export const KeepInChatMsgUtils = {
  canShowKeepOption: (msg: Msg) => msg.isEphemeral && !msg.star,
  canShowUnkeepOption: (msg: Msg) => msg.isEphemeral && isKept(msg),
};
/** WAWebKeepInChatMsgAction: the state is changed before the message is sent. */
async function setKept(msg: Msg, kicState: number): Promise<{ messageSendResult: 'OK' }> {
  const id = await MsgKey.newId();
  await amend(msg, { kicState });
  msg.set({ kicState });
  await sendAct('keep_in_chat', msg, id, { keepType: kicState });
  return { messageSendResult: 'OK' };
}
export const KeepInChatMsgAction = {
  keepMessage: (msg: Msg) => setKept(msg, KEPT),
  undoKeepMessage: (msg: Msg, _how: { deleteExpired: boolean }) => setKept(msg, UNKEPT),
};

/** WAWebApiMessageInfoStore.queryMsgInfo */
export async function queryMsgInfo(key: unknown): Promise<object> {
  const ack = Msgs.get(key)?.ack ?? 0;
  const to = [{ id: Msgs.get(key)?.to, t: now() }];
  return {
    delivery: ack >= 2 ? to : [],
    deliveryRemaining: 0,
    read: ack >= 3 ? to : [],
    readRemaining: 0,
    played: ack >= 4 ? to : [],
    playedRemaining: 0,
  };
}
