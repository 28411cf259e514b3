// Runs in the page: reads the messages after a given time from its memory and store. `status@broadcast` is never read, not
// even counted: on some accounts that revokes the link (U2).
import type { Tools } from './messages.js';
import type { PageChat, PageMsg, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

type WidLike = PageWid | string | null | undefined;

export interface MissedKey {
  readonly fromMe: boolean;
  readonly remote: string;
  readonly id: string;
  readonly participant: string | null;
  readonly ack: number;
  readonly revoked?: boolean;
}

/** Identifies a message of a chat; in a group several people may have chosen the same id. */
export interface WantedKey {
  readonly id: string;
  readonly fromMe: boolean;
  readonly participant: string | null;
}

export function makeMissed(tools: Tools) {
  const { text } = tools;
  /** An unreadable time counts as new. */
  const seconds = (get: () => unknown): number => {
    try {
      const t = get();
      return typeof t === 'number' && Number.isFinite(t) ? t : Number.MAX_SAFE_INTEGER;
    } catch {
      return Number.MAX_SAFE_INTEGER;
    }
  };
  const time = (msg: PageMsg): number => seconds(() => (msg.t === undefined ? 0 : msg.t));
  /** A malformed message is still reported. */
  const isRevoked = (msg: PageMsg): boolean => tools.attempt(() => msg.type === 'revoked') === true;
  const keyOf = ({ id, ack }: PageMsg): MissedKey => ({
    fromMe: id.fromMe,
    remote: text(id.remote as WidLike),
    id: id.id,
    participant: text(id.participant as WidLike) || null,
    ack: typeof ack === 'number' ? ack : 0,
  });
  const chatOf = (id: string): PageChat | undefined =>
    window.require('WAWebCollections').Chat.get(tools.createWid(id));

  return {
    /**
     * Ids of the chats with activity since then, latest last, by the time of the chat and of its messages in memory: a page
     * that died between storing a message and storing its chat has left an older time in the chat.
     * @param since whole seconds since 1970
     */
    chatsSince(since: number): string[] {
      const latest = (chat: PageChat): number =>
        (chat.msgs?.getModelsArray() ?? []).reduce(
          (youngest, msg) => Math.max(youngest, time(msg)),
          seconds(() => chat.t ?? 0),
        );
      return (window.require('WAWebCollections').Chat.getModelsArray() as PageChat[])
        .filter(({ id }) => tools.isPerson(text(id)) || tools.isGroup(text(id)))
        .map((chat) => ({ id: text(chat.id), t: latest(chat) }))
        .filter(({ t }) => t >= since)
        .sort((a, b) => a.t - b.t)
        .map(({ id }) => id);
    },

    /**
     * Keys of the newest `limit` messages of a chat since then, oldest first; messages that are not in memory are loaded from
     * the page's store. `whole` when none was omitted; `failure` is the error when the page could not read the rest.
     */
    async keysSince(
      chatId: string,
      since: number,
      limit: number,
    ): Promise<{ keys: MissedKey[]; whole: boolean; failure: string | null }> {
      const chat = chatOf(chatId);
      if (!chat?.msgs) return { keys: [], whole: true, failure: null };
      let whole = false;
      let failure: string | null = null;
      let found: PageMsg[] = [];
      let isAgain = false;
      for (let before = -1; ; ) {
        const all = chat.msgs.getModelsArray();
        found = all.filter((msg) => time(msg) >= since);
        // An older message is in memory, so all newer ones are, too.
        whole = found.length < all.length;
        if (whole || found.length >= limit || all.length === before) break;
        before = all.length;
        let earlier: readonly PageMsg[];
        try {
          earlier = await tools.loadEarlier(chat);
          // Once: an earlier read has failed, and this one would not.
          if (earlier.length === 0 && (await tools.readEarlier(chat)).length > 0) {
            if (isAgain) throw new Error('WhatsApp Web does not load the earlier messages that it has');
            isAgain = true;
            before = -1;
            continue;
          }
        } catch (error) {
          failure = String(error);
          break;
        }
        if (earlier.length === 0) {
          whole = true;
          found = chat.msgs.getModelsArray().filter((msg) => time(msg) >= since);
          break;
        }
      }
      const keys = found
        .map((msg, place) => ({ msg, place }))
        .sort((a, b) => time(a.msg) - time(b.msg) || a.place - b.place)
        .map(({ msg }) => ({ ...keyOf(msg), revoked: isRevoked(msg) }));
      return { keys: keys.slice(-limit), whole: whole && keys.length <= limit, failure };
    },

    /** These messages of a chat as the library's models, without those that are gone meanwhile. */
    modelsOf(chatId: string, wanted: readonly WantedKey[]): unknown[] {
      const mark = (id: string, fromMe: boolean, participant: string) =>
        JSON.stringify([id, fromMe, participant]);
      const byMark = new Map<string, PageMsg>();
      for (const msg of chatOf(chatId)?.msgs?.getModelsArray() ?? [])
        byMark.set(mark(msg.id.id, msg.id.fromMe, text(msg.id.participant as WidLike)), msg);
      const { getMessageModel } = window.WWebJS as { getMessageModel(msg: PageMsg): unknown };
      return wanted.flatMap(({ id, fromMe, participant }) => {
        const msg = byMark.get(mark(id, fromMe, participant ?? ''));
        return msg ? [getMessageModel(msg)] : [];
      });
    },

    /** The acks of our messages that the page has in memory. */
    acksOf(ids: readonly string[]): MissedKey[] {
      const wanted = new Set(ids);
      return (window.require('WAWebCollections').Msg.getModelsArray() as PageMsg[])
        .filter(({ id }) => id.fromMe && wanted.has(id.id))
        .map(keyOf);
    },
  };
}
