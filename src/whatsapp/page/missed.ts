// Run in the page: what it has that came after a moment, out of its own store. `status@broadcast` is never looked at,
// not even to count: on some accounts that gets the link revoked (U2).
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
  readonly msgs?: { getModelsArray(): Found[] };
}

export interface MissedKey {
  readonly fromMe: boolean;
  readonly remote: string;
  readonly id: string;
  readonly participant: string | null;
  readonly ack: number;
}

/**
 * Ids of chats in which something happened since then, the latest last. By what a chat notes of itself and by its
 * messages in memory: a page that died between writing a message and writing its chat left a chat that says less.
 * @param since whole seconds since 1970
 */
export function chatsSince(since: number): string[] {
  const text = (wid: Wid): string => (typeof wid === 'string' ? wid : (wid?._serialized ?? ''));
  const { Chat } = window.require('WAWebCollections') as { Chat: { getModelsArray(): FoundChat[] } };
  const latest = ({ t, msgs }: FoundChat): number =>
    (msgs?.getModelsArray() ?? []).reduce((youngest, msg) => Math.max(youngest, msg.t ?? 0), t ?? 0);
  return Chat.getModelsArray()
    .filter(({ id }) => /@(c\.us|lid|g\.us)$/.test(text(id)))
    .map((chat) => ({ id: text(chat.id), t: latest(chat) }))
    .filter(({ t }) => t >= since)
    .sort((a, b) => a.t - b.t)
    .map(({ id }) => id);
}

/**
 * Keys of the messages of a chat since then, oldest first, the newest so many; what is not in memory is read out of
 * the page's store. `whole` when none was left out.
 */
export async function keysSince(
  chatId: string,
  since: number,
  limit: number,
): Promise<{ keys: MissedKey[]; whole: boolean }> {
  const text = (wid: Wid): string => (typeof wid === 'string' ? wid : (wid?._serialized ?? ''));
  const { Chat } = window.require('WAWebCollections') as {
    Chat: { get(id: unknown): FoundChat | undefined };
  };
  const chat = Chat.get(window.require('WAWebWidFactory').createWid(chatId) as PageWid);
  if (!chat?.msgs) return { keys: [], whole: true };
  const { loadEarlierMsgs } = window.require('WAWebChatLoadMessages') as {
    loadEarlierMsgs(asked: { chat: FoundChat }): Promise<unknown[] | null | undefined>;
  };
  let whole = false;
  let found: Found[] = [];
  for (let before = -1; ; ) {
    const all = chat.msgs.getModelsArray();
    found = all.filter(({ t }) => (t ?? 0) >= since);
    // Something older is in memory, so all that is younger is, too.
    whole = found.length < all.length;
    if (whole || found.length >= limit || all.length === before) break;
    before = all.length;
    const earlier = await loadEarlierMsgs({ chat });
    if (!earlier || earlier.length === 0) {
      whole = true;
      found = chat.msgs.getModelsArray().filter(({ t }) => (t ?? 0) >= since);
      break;
    }
  }
  const keys = found
    .map((msg, place) => ({ msg, place }))
    .sort((a, b) => (a.msg.t ?? 0) - (b.msg.t ?? 0) || a.place - b.place)
    .map(({ msg: { id, ack } }) => ({
      ...{ fromMe: id.fromMe, remote: text(id.remote), id: id.id },
      participant: text(id.participant) || null,
      ack: ack ?? 0,
    }));
  return { keys: keys.slice(-limit), whole: whole && keys.length <= limit };
}

/** The messages of a chat with these ids, as the library hands them out; one that is gone meanwhile is left out. */
export function modelsOf(chatId: string, ids: readonly string[]): unknown[] {
  const { Chat } = window.require('WAWebCollections') as {
    Chat: { get(id: unknown): FoundChat | undefined };
  };
  const chat = Chat.get(window.require('WAWebWidFactory').createWid(chatId) as PageWid);
  const byId = new Map((chat?.msgs?.getModelsArray() ?? []).map((msg) => [msg.id.id, msg]));
  const { getMessageModel } = window.WWebJS as { getMessageModel(msg: Found): unknown };
  return ids.flatMap((id) => {
    const msg = byId.get(id);
    return msg ? [getMessageModel(msg)] : [];
  });
}

/** How far messages of ours have come, as far as the page has them in memory. */
export function acksOf(ids: readonly string[]): MissedKey[] {
  const text = (wid: Wid): string => (typeof wid === 'string' ? wid : (wid?._serialized ?? ''));
  const wanted = new Set(ids);
  const { Msg } = window.require('WAWebCollections') as { Msg: { getModelsArray(): Found[] } };
  return Msg.getModelsArray()
    .filter(({ id }) => id.fromMe && wanted.has(id.id))
    .map(({ id, ack }) => ({
      ...{ fromMe: true, remote: text(id.remote), id: id.id },
      participant: text(id.participant) || null,
      ack: ack ?? 0,
    }));
}
