/** Messages: the models in memory, their form on the wire and in the profile, and the conversions. */
import type { Json, WireMessage } from '../wire.js';
import { knobs, pause } from './boot-record.js';
import { type Chat, Chats, Newsletters, placeOf } from './chats.js';
import { Collection } from './collection.js';
import { resolveMedia, stageOf } from './media-download.js';
import { consolidateMediaUpdate } from './media-upload.js';
import { Model } from './model.js';
import { MsgKey } from './msg-key.js';
import { nextSeq, type StoredMessage, storage } from './storage.js';
import { fromJson, toJson } from './tagged-json.js';
import { createWid, MinifiedError, type Wid } from './wid.js';

export class Msg extends Model {
  declare id: MsgKey;
  declare type: string;
  declare body: string | undefined;
  declare t: number;
  declare from: Wid;
  declare to: Wid;
  declare author: Wid | undefined;
  declare ack: number;
  declare isSendFailure: boolean | undefined;
  declare isNewMsg: boolean | undefined;
  declare caption: string | undefined;
  declare directPath: string | undefined;
  declare filehash: string;
  declare mediaKey: string;
  declare encFilehash: string;
  declare mimetype: string;
  declare star: boolean;
  declare isForwarded: boolean;
  /** Whether this document has forwarded it (WAWebMsgModel, 2026-04-27). */
  declare forwardedFromWeb: boolean;
  declare hasReaction: boolean;
  #stage: string | undefined;

  constructor(attributes: object) {
    // The defaults of WAWebMsgModel.
    super({ star: false, isForwarded: false, forwardedFromWeb: false, hasReaction: false, ...attributes });
  }

  /** WAWebMsgGetters.getIsNotification: models of the page have no such property, which the library filters by. */
  get isNotice(): boolean {
    return this.type === 'gp2' || this.type === 'notification_template' || this.type === 'e2e_notification';
  }
  get isStatusV3(): boolean {
    return this.id.remote.isStatus();
  }
  /** WAWebMsgGetters.getIsEphemeral */
  get isEphemeral(): boolean {
    return ((this as { ephemeralDuration?: number }).ephemeralDuration ?? 0) > 0;
  }
  get chat(): Chat | undefined {
    return Chats.get(this.id.remote) ?? Newsletters.get(this.id.remote);
  }

  /** Removes it from all messages. */
  remove(): void {
    Msgs.remove(this);
  }
  updateAck(level: number): void {
    this.set({ ack: level });
  }
  canReply(): boolean {
    return true;
  }
  /** The context that a reply to this message carries. */
  msgContextInfo(_chat: Chat): object {
    return {
      quotedMsg: { type: this.type, body: this.body },
      quotedStanzaID: this.id.id,
      quotedParticipant: this.author ?? this.from,
      quotedRemoteJid: this.id.remote,
    };
  }
  /** Gone since 2026-07-08 (wwebjs #201823). */
  get avParams(): (() => object) | undefined {
    return knobs.msgAvParams ? () => ({ mimetype: this.mimetype }) : undefined;
  }

  /** Only on messages with media. Its stage shows whether the bytes are available. */
  get mediaData(): { mediaStage: string } | undefined {
    // A message that was deleted for everybody keeps its file's path and loses its media
    // (WAWebRevokeMsgAction).
    if (this.directPath === undefined || this.type === 'revoked') return undefined;
    return { mediaStage: this.#stage ?? stageOf(this.filehash) };
  }
  get mediaObject(): object | undefined {
    return this.mediaData;
  }
  async downloadMedia(): Promise<void> {
    const { directPath, filehash, mediaKey, type, mimetype } = this;
    if (directPath === undefined || type === 'revoked') return;
    this.#stage = 'FETCHING';
    const stage = await resolveMedia({ directPath, filehash, mediaKey, type, mimetype });
    this.#stage = stage === 'RESOLVED' ? undefined : stage;
  }
}

type Search = (
  text: string,
  page?: number,
  count?: number,
  remote?: unknown,
) => Promise<{ messages: Msg[]; eof: boolean; canceled: boolean }>;

/** WAWebCollectionConstants.PAGE_SIZE */
const PAGE_SIZE = 50;
/** WAFtsConstants, WAWebFtsConstants */
const FTS_MIN_CHARS = 2;
const FTS_TTL_MS = 60_000;

/** WAWebBackendErrors; that of 404 is called E404. */
class ServerStatusCodeError extends Error {
  readonly status: number;
  constructor(status: number) {
    super('');
    this.status = status;
    this.name = status === 404 ? 'E404' : 'ServerStatusCodeError';
  }
}

const wordsIn = (text: string): string[] =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

class MsgCollection extends Collection<Msg> {
  readonly modelClass = Msg;

  /** Finds messages by the texts of their keys, in the profile with one query (WAWebDBMsgUtils.getMsgsByMsgKey). */
  async getMessagesById(keys: unknown[]): Promise<{ messages: Msg[] }> {
    const texts = keys.map((like) => String(MsgKey.from(like)));
    if (texts.some((key) => !this.get(key))) refuseFault();
    const stored = await storage.messagesOf(texts);
    const messages = texts.flatMap((key, n) => this.get(key) ?? load(stored[n]) ?? []);
    return { messages };
  }

  /** The next `count` messages of a chat in the profile. @throws the error of the profile */
  async loadMessagesQuery({ anchor, count }: { anchor: { remote: unknown }; count: number }): Promise<Msg[]> {
    const chat = Chats.get(anchor.remote);
    return chat ? earlierOf(chat, count) : [];
  }

  /** One page of the messages in the profile that match, newest first. Absent where a build has no such function. */
  get search(): Search | undefined {
    return knobs.messageSearch === 'absent' ? undefined : this.#search;
  }

  /** The first page over all chats is kept for a minute, whatever number is asked for (WAWebFtsConstants.FTS_TTL). */
  readonly #search: Search = (text, page = 1, count = PAGE_SIZE, remote) => {
    if (page !== 1 || remote) return this.#find(text, page, count, remote);
    const known = this.#searched.get(text);
    if (known) return known;
    const found = this.#find(text, page, count);
    this.#searched.set(text, found);
    const forget = () => this.#searched.delete(text);
    void found.catch(forget);
    void pause(FTS_TTL_MS).then(forget);
    return found;
  };
  readonly #searched = new Map<string, ReturnType<Search>>();

  async #find(text: string, page: number, count: number, remote?: unknown): ReturnType<Search> {
    if (knobs.messageSearch === 'fails') throw new ServerStatusCodeError(500);
    const asked = wordsIn(text).filter((word) => word.length >= FTS_MIN_CHARS);
    const fits = ({ wire }: StoredMessage): boolean => {
      if (remote && wire.chat !== String(remote)) return false;
      const words = wordsIn(`${wire.body ?? ''} ${wire.extra?.caption ?? ''}`);
      return asked.every((start) => words.some((word) => word.startsWith(start)));
    };
    const found = asked.length === 0 ? [] : (await storage.everyMessage()).filter(fits);
    if (found.length === 0) throw new ServerStatusCodeError(404);
    found.sort((a, b) => b.t - a.t || b.seq - a.seq);
    const from = (page - 1) * count;
    const messages = found
      .slice(from, from + count)
      // In a chunk of their own, not among the messages that the chat has loaded.
      .map(({ key, wire }) => this.get(key) ?? this.add(fromWire(wire)));
    return { messages, eof: from + count >= found.length, canceled: false };
  }
}

export const Msgs = new MsgCollection();

/** Attributes with their own field on the wire, or that never leave the page. */
const OWN_PLACE = new Set(['id', 'from', 'to', 'author', 'type', 'body', 't', 'ack', 'notifyName']);
const PAGE_ONLY = new Set([
  'isNewMsg',
  'local',
  'self',
  'mediaBlob',
  'renderableUrl',
  'mediaStage',
  'isUnsentMedia',
  'isSendFailure',
  'waitUntilMsgSent',
  'forwardedFromWeb',
  // Stored with the message, and not sent.
  'star',
  'hasReaction',
]);

export function toWire(msg: Msg): WireMessage {
  const { id } = msg;
  const extra: { [key: string]: Json } = {};
  for (const [name, value] of Object.entries(msg)) {
    if (OWN_PLACE.has(name) || PAGE_ONLY.has(name) || (name === 'isForwarded' && !value)) continue;
    const json = toJson(value);
    if (json !== undefined && json !== null) extra[name] = json;
  }
  return {
    id: id.id,
    chat: String(id.remote),
    from: String(msg.from),
    to: String(msg.to),
    fromMe: id.fromMe,
    type: msg.type,
    t: msg.t,
    ack: msg.ack,
    ...(id.participant ? { author: String(id.participant) } : {}),
    ...(typeof msg.body === 'string' ? { body: msg.body } : {}),
    extra,
  };
}

export function keyOf(wire: Pick<WireMessage, 'id' | 'chat' | 'fromMe' | 'author'>): MsgKey {
  // Only groups and statuses have the author in the key.
  const participant = /@(g\.us|broadcast)$/.test(wire.chat) ? wire.author : undefined;
  return new MsgKey({ fromMe: wire.fromMe, remote: wire.chat, id: wire.id, participant });
}

/**
 * Malformed values that no wire carries, and that a page might make: attributes named in `$throws` throw when
 * they are read, and those in `$cyclic` refer to themselves.
 */
function poison(msg: Msg, extra: WireMessage['extra'] = {}): Msg {
  const names = (list: Json | undefined): string[] => (Array.isArray(list) ? list.map(String) : []);
  for (const name of names(extra.$throws))
    Object.defineProperty(msg, name, {
      enumerable: true,
      get: () => {
        throw new MinifiedError('p');
      },
    });
  for (const name of names(extra.$cyclic)) {
    const circle: { itself?: unknown } = {};
    circle.itself = circle;
    Object.assign(msg, { [name]: circle });
  }
  return msg;
}

export function fromWire(wire: WireMessage): Msg {
  const { from, to, author, fromMe, type, body, t, ack, notifyName, extra } = wire;
  const id = keyOf(wire);
  const msg = new Msg({
    ...Object.fromEntries(Object.entries(extra ?? {}).map(([name, json]) => [name, fromJson(json)])),
    id,
    from: createWid(from),
    to: createWid(to),
    ...(author === undefined ? {} : { author: createWid(author) }),
    self: fromMe ? 'out' : 'in',
    type,
    body,
    t,
    ack: ack ?? (fromMe ? 0 : 1),
    notifyName: notifyName ?? '',
    isNewMsg: false,
  });
  // Before its properties can no longer be read.
  consolidateMediaUpdate(msg);
  return poison(msg, extra);
}

export function toStored(wire: WireMessage, key = String(keyOf(wire))): StoredMessage {
  const pending = wire.fromMe && (wire.ack ?? 0) === 0 ? { pending: 1 as const } : {};
  return { key, chat: wire.chat, t: wire.t, seq: nextSeq(), wire, ...pending };
}

/** Loads a message into memory, not as a new one; an existing one stays. */
export function load(stored: StoredMessage | undefined): Msg | undefined {
  if (!stored) return undefined;
  const known = Msgs.get(stored.key);
  return known ?? place(fromWire(stored.wire));
}

/** Adds a message to all messages and to its chat, which raises `add`. */
export function place(msg: Msg): Msg {
  const chat = placeOf(msg.id.remote, msg.t);
  chat.msgs.add(msg, { silent: true });
  return Msgs.add(msg);
}

export async function forget(msg: Msg): Promise<void> {
  msg.chat?.msgs.remove(msg);
  Msgs.remove(msg);
  await storage.removeMessages([String(msg.id)]);
}

/** @throws the error of the profile, as the knob has it: the name decides (WAWebChatLoadMessages) */
function refuseFault(): void {
  const { storeFault } = knobs;
  if (storeFault !== 'none')
    throw Object.assign(new Error('Connection is closing.'), {
      name: storeFault === 'aborts' ? 'AbortError' : 'UnknownError',
    });
}

/** Loads the next older messages of a chat from the profile. @throws the error of the profile */
async function earlierOf(chat: Chat, count: number): Promise<Msg[]> {
  refuseFault();
  const chatId = String(chat.id);
  const inMemory = chat.msgs.getModelsArray();
  const oldest = inMemory.reduce((t, msg) => Math.min(t, msg.t), Number.MAX_SAFE_INTEGER);
  const known = new Set(inMemory.map((msg) => String(msg.id)));
  // Several messages may share a second, so those of the oldest second are read again, and known ones are
  // left out.
  const again = inMemory.filter((msg) => msg.t === oldest).length;
  const stored = await storage.earlierMessages(chatId, oldest, Number.MAX_SAFE_INTEGER, count + again);
  const loaded = stored.filter(({ key }) => !known.has(key)).map((one) => load(one) as Msg);
  // A chat's messages are in order of time, whenever they were loaded.
  if (loaded.length > 0) chat.msgs.moveFirst(loaded);
  return loaded;
}

/** How often and at what interval the page reads its profile before it gives up (WABackoffUtils.expBackoff). */
const TRIES = 5;
const RETRY_MS = 1_000;

async function readEarlier(chat: Chat): Promise<Msg[]> {
  for (let tries = 1; ; tries++) {
    try {
      const loaded = await earlierOf(chat, PAGE_SIZE);
      chat.msgs.msgLoadState.isLoadingEarlierMsgs = false;
      return loaded;
    } catch (error) {
      if ((error as Error).name === 'AbortError') throw error;
      if (tries < TRIES) await pause(RETRY_MS);
      else {
        chat.msgs.msgLoadState.isLoadingEarlierMsgs = false;
        return [];
      }
    }
  }
}

/**
 * WAWebChatLoadMessages.loadEarlierMsgs: loads the next older messages of a chat from the profile. A profile that could not
 * be read is the beginning of the chat to it. After an aborted read every later call has the error of that read.
 */
export async function loadEarlierMsgs(asked: { chat: Chat } | Chat): Promise<Msg[] | undefined> {
  const chat = 'chat' in asked ? asked.chat : asked;
  const { msgLoadState } = chat.msgs;
  if (msgLoadState.noEarlierMsgs) return undefined;
  if (msgLoadState.isLoadingEarlierMsgs) return chat.msgs.loadEarlierPromise;
  msgLoadState.isLoadingEarlierMsgs = true;
  chat.msgs.loadEarlierPromise = readEarlier(chat);
  const loaded = await chat.msgs.loadEarlierPromise;
  const phoneHasMore = knobs.historyOnDemand && chat.endOfHistoryTransferType === 0;
  if (loaded.length < PAGE_SIZE) msgLoadState.noEarlierMsgs = !phoneHasMore;
  return loaded;
}

/**
 * Applies an ack from the server. The page only counts upwards, unless the knobs simulate a faulty server.
 */
export function applyAck(msg: Msg, level: number): void {
  if (knobs.ackFault === 'out-of-order' || knobs.ackFault === 'doubled') {
    const before = msg.ack;
    msg.ack = level;
    msg.trigger('change:ack', msg, level, before);
    return;
  }
  if (level > msg.ack || (level < 0 && msg.ack < 1)) msg.set({ ack: level });
}

/** The results of `require('WAWebMsgReply')` and related modules. */
export const MsgReply = { canReplyMsg: () => true };
export const QuotedMsgModelUtils = {
  getQuotedMsgObj(msg: Msg): Msg {
    const { quotedMsg, quotedStanzaID, quotedParticipant } = msg as unknown as {
      quotedMsg?: { type: string; body?: string };
      quotedStanzaID: string;
      quotedParticipant: Wid;
    };
    if (!quotedMsg) throw new MinifiedError('t');
    const known = Msgs.filter((one) => one.id.id === quotedStanzaID)[0];
    const remote = msg.id.remote;
    return (
      known ??
      new Msg({
        ...quotedMsg,
        id: new MsgKey({ fromMe: false, remote, id: quotedStanzaID }),
        from: quotedParticipant,
        t: msg.t,
      })
    );
  },
};
