// Runs in the page: reads the messages after a given time from its memory and store. `status@broadcast` is never read, not
// even counted: on some accounts that revokes the link (U2).
import type { PageMsg, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

type Wid = { _serialized: string } | string | null | undefined;
interface Found extends PageMsg {
  readonly t?: number;
  readonly id: PageMsg['id'] & { readonly remote: Wid; readonly participant?: Wid };
}
interface FoundChat {
  readonly id: Wid;
  readonly t?: number;
  readonly msgs?: { getModelsArray(): Found[]; readonly msgLoadState?: { noEarlierMsgs?: boolean } };
}

export interface MissedKey {
  readonly fromMe: boolean;
  readonly remote: string;
  readonly id: string;
  readonly participant: string | null;
  readonly ack: number;
  readonly revoked?: boolean;
}

/**
 * Ids of the chats with activity since then, latest last, by the time of the chat and of its messages in memory: a page
 * that died between storing a message and storing its chat has left an older time in the chat.
 * @param since whole seconds since 1970
 */
export function chatsSince(since: number): string[] {
  const text = (wid: Wid): string => (typeof wid === 'string' ? wid : (wid?._serialized ?? ''));
  const { Chat } = window.require('WAWebCollections') as { Chat: { getModelsArray(): FoundChat[] } };
  /** An unreadable time counts as new. */
  const time = (get: () => unknown, missing: number): number => {
    try {
      const t = get() ?? missing;
      return typeof t === 'number' && Number.isFinite(t) ? t : Number.MAX_SAFE_INTEGER;
    } catch {
      return Number.MAX_SAFE_INTEGER;
    }
  };
  const latest = (chat: FoundChat): number =>
    (chat.msgs?.getModelsArray() ?? []).reduce(
      (youngest, msg) =>
        Math.max(
          youngest,
          time(() => msg.t, 0),
        ),
      time(() => chat.t, 0),
    );
  return Chat.getModelsArray()
    .filter(({ id }) => /@(c\.us|lid|g\.us)$/.test(text(id)))
    .map((chat) => ({ id: text(chat.id), t: latest(chat) }))
    .filter(({ t }) => t >= since)
    .sort((a, b) => a.t - b.t)
    .map(({ id }) => id);
}

/**
 * Keys of the newest `limit` messages of a chat since then, oldest first; messages that are not in memory are loaded from
 * the page's store. `whole` when none was omitted; `failure` is the error when the page could not read the rest.
 */
export async function keysSince(
  chatId: string,
  since: number,
  limit: number,
): Promise<{ keys: MissedKey[]; whole: boolean; failure: string | null }> {
  const text = (wid: Wid): string => (typeof wid === 'string' ? wid : (wid?._serialized ?? ''));
  const { Chat } = window.require('WAWebCollections') as {
    Chat: { get(id: unknown): FoundChat | undefined };
  };
  const chat = Chat.get(window.require('WAWebWidFactory').createWid(chatId) as PageWid);
  if (!chat?.msgs) return { keys: [], whole: true, failure: null };
  const { loadEarlierMsgs } = window.require('WAWebChatLoadMessages') as {
    loadEarlierMsgs(asked: { chat: FoundChat }): Promise<unknown[] | null | undefined>;
  };
  /** An unreadable time counts as new. */
  const time = (msg: Found): number => {
    try {
      const { t = 0 } = msg;
      return typeof t === 'number' && Number.isFinite(t) ? t : Number.MAX_SAFE_INTEGER;
    } catch {
      return Number.MAX_SAFE_INTEGER;
    }
  };
  const isRevoked = (msg: Found): boolean => {
    try {
      return msg.type === 'revoked';
    } catch {
      return false; // a malformed message is still reported
    }
  };
  type Query = { anchor: unknown; count: number; direction: 'before'; threadId: null };
  /**
   * Asks the page's store whether there are earlier messages. loadEarlierMsgs has the same answer, none, at the start of the
   * chat and when the store could not be read; then it never looks again (WAWebChatLoadMessages, 2026-04-27). The query that
   * it makes rejects (WAWebMsgCollection); a build without it is believed.
   * @throws the store's error
   */
  const hasEarlier = async (): Promise<boolean> => {
    const { Msg } = window.require('WAWebCollections') as {
      Msg?: { loadMessagesQuery?(query: Query): Promise<unknown[]> };
    };
    if (typeof Msg?.loadMessagesQuery !== 'function') return false;
    const anchor = chat.msgs?.getModelsArray()[0]?.id ?? { remote: chat.id };
    const query: Query = { anchor, count: 1, direction: 'before', threadId: null };
    let is = true;
    try {
      const found = await Msg.loadMessagesQuery(query);
      is = Array.isArray(found) && found.length > 0;
    } catch (error) {
      // The oldest message is not in the store (WAWebDBMessageFindLocal, 2026-04-27): nothing can be asked for.
      is = error !== 404;
      if (is) throw error;
    } finally {
      if (is) Object.assign(chat.msgs?.msgLoadState ?? {}, { noEarlierMsgs: false });
    }
    return is;
  };
  let whole = false;
  let failure: string | null = null;
  let found: Found[] = [];
  let isAgain = false;
  for (let before = -1; ; ) {
    const all = chat.msgs.getModelsArray();
    found = all.filter((msg) => time(msg) >= since);
    // An older message is in memory, so all newer ones are, too.
    whole = found.length < all.length;
    if (whole || found.length >= limit || all.length === before) break;
    before = all.length;
    let earlier: unknown[] | null | undefined;
    try {
      earlier = await loadEarlierMsgs({ chat });
      // Once: an earlier read has failed, and this one would not.
      if (!earlier?.length && (await hasEarlier())) {
        if (isAgain) throw new Error('WhatsApp Web does not load the earlier messages that it has');
        isAgain = true;
        before = -1;
        continue;
      }
    } catch (error) {
      failure = String(error);
      break;
    }
    if (!earlier || earlier.length === 0) {
      whole = true;
      found = chat.msgs.getModelsArray().filter((msg) => time(msg) >= since);
      break;
    }
  }
  const keys = found
    .map((msg, place) => ({ msg, place }))
    .sort((a, b) => time(a.msg) - time(b.msg) || a.place - b.place)
    .map(({ msg, msg: { id, ack } }) => ({
      fromMe: id.fromMe,
      remote: text(id.remote),
      id: id.id,
      participant: text(id.participant) || null,
      ack: typeof ack === 'number' ? ack : 0,
      revoked: isRevoked(msg),
    }));
  return { keys: keys.slice(-limit), whole: whole && keys.length <= limit, failure };
}

/** Identifies a message of a chat; in a group several people may have chosen the same id. */
export interface WantedKey {
  readonly id: string;
  readonly fromMe: boolean;
  readonly participant: string | null;
}

/** These messages of a chat as the library's models, without those that are gone meanwhile. */
export function modelsOf(chatId: string, wanted: readonly WantedKey[]): unknown[] {
  const text = (wid: Wid): string => (typeof wid === 'string' ? wid : (wid?._serialized ?? ''));
  const mark = (id: string, fromMe: boolean, participant: string) =>
    JSON.stringify([id, fromMe, participant]);
  const { Chat } = window.require('WAWebCollections') as {
    Chat: { get(id: unknown): FoundChat | undefined };
  };
  const chat = Chat.get(window.require('WAWebWidFactory').createWid(chatId) as PageWid);
  const byMark = new Map<string, Found>();
  for (const msg of chat?.msgs?.getModelsArray() ?? [])
    byMark.set(mark(msg.id.id, msg.id.fromMe, text(msg.id.participant)), msg);
  const { getMessageModel } = window.WWebJS as { getMessageModel(msg: Found): unknown };
  return wanted.flatMap(({ id, fromMe, participant }) => {
    const msg = byMark.get(mark(id, fromMe, participant ?? ''));
    return msg ? [getMessageModel(msg)] : [];
  });
}

/** The acks of our messages that the page has in memory. */
export function acksOf(ids: readonly string[]): MissedKey[] {
  const text = (wid: Wid): string => (typeof wid === 'string' ? wid : (wid?._serialized ?? ''));
  const wanted = new Set(ids);
  const { Msg } = window.require('WAWebCollections') as { Msg: { getModelsArray(): Found[] } };
  return Msg.getModelsArray()
    .filter(({ id }) => id.fromMe && wanted.has(id.id))
    .map(({ id, ack }) => ({
      fromMe: true,
      remote: text(id.remote),
      id: id.id,
      participant: text(id.participant) || null,
      ack: ack ?? 0,
    }));
}
