/** Chats: the list that a person sees, and the operations on one chat. */
import { knobs } from './boot-record.js';
import type { NewsletterMetadata } from './channels.js';
import { chatSocket } from './chat-socket.js';
import { Collection } from './collection.js';
import { isMe } from './conn.js';
import type { GroupMetadata } from './groups.js';
import { iAmAdmin } from './groups.js';
import type { Msg } from './messages.js';
import { Model } from './model.js';
import { MsgKey } from './msg-key.js';
import { Mute } from './mute.js';
import { Contacts, requireLid, toLid, toPn } from './roster.js';
import { type StoredChat, storage } from './storage.js';
import { MARKED_AS_UNREAD } from './unread.js';
import { createWid, type Wid } from './wid.js';

/**
 * Statuses are in a chat like any other; reading its messages marks them as seen (see the knob
 * statusReadUnlinks).
 */
class ChatMessages extends Collection<Msg> {
  /** WAWebChatMsgsCollection */
  readonly msgLoadState = { noEarlierMsgs: false, isLoadingEarlierMsgs: false };
  loadEarlierPromise: Promise<Msg[]> | undefined;
  readonly #onRead: () => void;
  constructor(onRead: () => void) {
    super();
    this.#onRead = onRead;
  }
  override getModelsArray(): Msg[] {
    this.#onRead();
    return super.getModelsArray();
  }
}

export class Chat extends Model {
  declare id: Wid;
  declare t: number;
  declare name: string | undefined;
  declare unreadCount: number;
  declare archive: boolean;
  declare pin: number;
  declare mute: Mute;
  declare muteExpiration: number;
  declare msgs: ChatMessages;
  declare lastReceivedKey: MsgKey | undefined;
  declare tcToken: true | undefined;
  /** ids, newest first */
  declare labels: string[] | undefined;
  declare groupMetadata: GroupMetadata | undefined;
  declare newsletterMetadata: NewsletterMetadata | undefined;
  declare endOfHistoryTransferType: number;
  declare ephemeralDuration: number;
  #unread: string[] = [];
  #dirty = false;

  constructor(stored: StoredChat) {
    const id = createWid(stored.id);
    const { t, archive, pin, muteExpiration, unread, ephemeralDuration = 0 } = stored;
    const unreadCount = stored.markedUnread ? MARKED_AS_UNREAD : unread.length;
    const endOfHistoryTransferType = stored.olderOnPhone ? 0 : 1;
    super({ id, t, archive, pin, muteExpiration, unreadCount, endOfHistoryTransferType, ephemeralDuration });
    this.mute = new Mute(muteExpiration);
    // WAWebChatUpdates.updateMuteExpiration
    this.mute.on('change:expiration', (_mute, expiration: number) => {
      this.set({ muteExpiration: expiration });
    });
    this.msgs = new ChatMessages(() => this.#noteRead());
    if (stored.tcToken) this.tcToken = true;
    this.#unread = unread;
    this.on('change', () => this.save());
  }

  get formattedTitle(): string {
    return this.name ?? Contacts.get(toPn(this.id) ?? this.id)?.formattedName ?? `+${this.id.user}`;
  }
  get isGroup(): boolean {
    return this.id.isGroup();
  }
  iAmAdmin(): boolean {
    return iAmAdmin(this);
  }

  getLastMsgKeyForAction(): MsgKey | undefined {
    return this.lastReceivedKey ?? this.msgs.models.at(-1)?.id;
  }
  /** Removes messages from memory. @param keys their texts */
  deleteMessages(keys: readonly string[]): void {
    for (const msg of this.msgs.models.filter(({ id }) => keys.includes(String(id)))) {
      this.msgs.remove(msg);
      msg.remove();
    }
  }

  override serialize(): Record<string, unknown> {
    // Only the newest message: otherwise a chat with thousands would be copied for each read of the list.
    return { ...super.serialize(), msgs: this.msgs.models.slice(-1).map((msg) => msg.serialize()) };
  }

  /**
   * The trust token of the other side, with which we may write to it in spite of the limits; null without
   * one.
   */
  getTcToken(): true | null {
    return this.tcToken ?? null;
  }

  addUnread(id: string): void {
    this.#unread.push(id);
    this.set({ unreadCount: this.#unread.length });
  }

  /** Removes a message that was deleted for everybody from the unread ones (WAWebRevokeMsgAction). */
  dropUnread(id: string): void {
    if (!this.#unread.includes(id)) return;
    this.#unread = this.#unread.filter((one) => one !== id);
    this.set({ unreadCount: Math.max(this.unreadCount - 1, 0) });
  }

  /** WAWebUpdateUnreadChatAction.sendSeen: waits for the connection while it is down. */
  async sendSeen(): Promise<void> {
    await chatSocket.whenSignedIn();
    this.#noteRead();
    const ids = this.#unread;
    this.#unread = [];
    if (ids.length > 0) chatSocket.send({ type: 'seen', chat: String(this.id), ids });
    this.set({ unreadCount: 0 });
  }

  save(): void {
    if (this.#dirty || !knobs.chatRowsAreWritten || this.id.isNewsletter()) return;
    this.#dirty = true;
    queueMicrotask(() => {
      this.#dirty = false;
      const { id, t, archive, pin, muteExpiration, lastReceivedKey } = this;
      const more = {
        ...(lastReceivedKey ? { lastReceived: String(lastReceivedKey) } : {}),
        ...(this.tcToken ? { tcToken: this.tcToken } : {}),
        ...(this.endOfHistoryTransferType === 0 ? { olderOnPhone: true as const } : {}),
        ...(this.unreadCount === MARKED_AS_UNREAD ? { markedUnread: true as const } : {}),
        ...(this.ephemeralDuration > 0 ? { ephemeralDuration: this.ephemeralDuration } : {}),
      };
      void storage.putChats([
        { id: String(id), t, archive, pin, muteExpiration, unread: this.#unread, ...more },
      ]);
    });
  }

  #noteRead(): void {
    if (this.id.isStatus() && knobs.statusReadUnlinks) chatSocket.send({ type: 'status-read' });
  }
}

class ChatCollection extends Collection<Chat> {
  /** Returns the chat of a wid, and creates it if there is none. */
  ensure(like: unknown, t = 0): Chat {
    const id = createWid(like);
    const known = this.get(id);
    if (known) return known;
    const chat = new Chat({ id: String(id), t, archive: false, pin: 0, muteExpiration: 0, unread: [] });
    chat.save();
    return this.add(chat);
  }

  /** Adds a chat from the profile without an event. */
  restore(stored: StoredChat): void {
    if (this.get(stored.id)) return;
    const chat = this.add(new Chat(stored), { silent: true });
    if (stored.lastReceived) chat.lastReceivedKey = MsgKey.fromString(stored.lastReceived);
  }

  /** Finds a chat under either identity of a person. */
  either(like: unknown): Chat | undefined {
    const id = createWid(like);
    return this.get(id) ?? this.get(toPn(id) ?? toLid(id));
  }

  async find(like: unknown): Promise<Chat> {
    const { chat } = await findOrCreateLatestChat(createWid(like), 'createChat');
    return chat;
  }
}

export const Chats = new ChatCollection();

/**
 * The chat for a person's messages from either identity (WAWebMessageProcessUtils,
 * selectChatForOneOnOneMessage, 2026-04-27): the existing one, else one by the identity that this kind of
 * account uses.
 */
export function chatFor(like: unknown): Wid {
  const wid = createWid(like);
  if (knobs.chatIds === 'as-addressed' || !wid.isUser() || isMe(wid)) return wid;
  const known = Chats.either(wid);
  return known?.id ?? (knobs.chatIds === 'lid' ? toLid(wid) : toPn(wid)) ?? wid;
}

/** WAWebNewsletterCollection: channels have the form of chats, and are not among them. */
class NewsletterCollection extends Collection<Chat> {
  ensure(like: unknown): Chat {
    const id = createWid(like);
    const made = { id: String(id), t: 0, archive: false, pin: 0, muteExpiration: 0, unread: [] };
    return this.get(id) ?? this.add(new Chat(made));
  }
  async find(like: unknown): Promise<Chat | undefined> {
    return this.get(createWid(like));
  }
}

export const Newsletters = new NewsletterCollection();

/** Returns the chat or channel of a message, and creates it if there is none. */
export const placeOf = (like: unknown, t?: number): Chat =>
  createWid(like).isNewsletter() ? Newsletters.ensure(like) : Chats.ensure(like, t);

/** The part of VALID_LID_ORIGINS of WAWebChatOriginTypes that callers outside the page may use. */
const ORIGINS = ['createChat', 'username_contactless_search'];

/** WAWebFindChatAction.findOrCreateLatestChat. @param origin the reason for creating the chat */
export async function findOrCreateLatestChat(
  wid: Wid,
  origin?: string,
): Promise<{ chat: Chat; created: boolean }> {
  const known = Chats.either(wid);
  if (known) return { chat: known, created: false };
  await requireLid(wid);
  const id = chatFor(wid);
  if (knobs.chatOrigin === 'allowed' && id.isLid() && !ORIGINS.includes(String(origin)))
    throw new Error(`createChat: ${origin} unexpected lid chat created`);
  return { chat: Chats.ensure(id, Math.floor(Date.now() / 1000)), created: true };
}

/** The metadata of a group go with its chat (WAWebChatDeleteBridge). */
export async function deleteChat(chat: Chat): Promise<void> {
  Chats.remove(chat);
  await storage.removeChat(String(chat.id));
  if (chat.isGroup) await storage.removeGroup(String(chat.id));
}

/** WAWebChatGetters */
export const ChatGetters = {
  getIsNewsletter: (chat: Chat) => chat.id.isNewsletter(),
  getIsBroadcast: (chat: Chat) => chat.id.isBroadcast(),
  getIsGroup: (chat: Chat) => chat.id.isGroup(),
};
