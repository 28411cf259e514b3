// Runs in the page: finds a message by its key or by its id. Senders choose the ids, so several messages may have the same
// id.
import type { MessageRef } from '../../protocol/wid.js';
import type { makeEarlier } from './earlier.js';
import type { makeKnownLabels } from './known-labels.js';
import type { makeMembers } from './members.js';
import type { PageMsg, PageWid, PageWindow } from './page-window.js';
import type { BaseTools } from './tools.js';

declare const window: PageWindow;

type WidLike = PageWid | string | null | undefined;

export function makeMessages(tools: BaseTools) {
  const { attempt, refuse, text, createWid, names } = tools;

  /** The whole key as text; its property differs by build (D1). */
  const keyText = (key: object): string => {
    const { _serialized } = key as { _serialized?: unknown };
    return typeof _serialized === 'string' ? _serialized : String(key);
  };

  /** The parts of a key, which every build has. */
  const parts = ({ id }: PageMsg) => ({
    fromMe: id.fromMe,
    remote: text(id.remote as WidLike),
    id: id.id,
    participant: text(id.participant as WidLike) || undefined,
  });

  /** The key in the form of protocol/wid.ts. */
  const ourKey = (msg: PageMsg): string => {
    const { fromMe, remote, id, participant } = parts(msg);
    const safe = id.replace(/%/g, '%25').replace(/_/g, '%5F');
    return [fromMe, remote, safe, ...(participant === undefined ? [] : [participant])].join('_');
  };

  /** The possible authors in a key: in groups and statuses the author is part of it. */
  const authors = ({ fromMe, remote, participant }: NonNullable<MessageRef['place']>) => {
    if (participant !== null) return names(participant);
    if (!fromMe || !/@(g\.us|broadcast)$/.test(remote)) return [undefined];
    const me = window.require('WAWebUserPrefsMeUser');
    return [text(me.getMaybeMePnUser()), text(me.getMaybeMeLidUser()), undefined].filter((id) => id !== '');
  };

  /**
   * Every key under which the page may store what refers to a message, as votes. A group that has changed to LIDs, or back,
   * names the author by the other identity (WAWebLidMigrationUtils.getAlternateMsgKey, 2026-04-27).
   */
  const keysOf = (msg: PageMsg): string[] => {
    const { fromMe, remote, id, participant } = parts(msg);
    const authored = participant === undefined ? [[]] : names(participant).map((author) => [author]);
    return names(remote).flatMap((chat) => authored.map((author) => [fromMe, chat, id, ...author].join('_')));
  };

  /** True when a message is in this place, under either identity of its chat and its author. */
  const isAt = ({ id: key }: PageMsg, place: NonNullable<MessageRef['place']>): boolean => {
    if (key.fromMe !== place.fromMe || !names(place.remote).includes(text(key.remote as WidLike)))
      return false;
    const author = text(key.participant as WidLike);
    return place.participant === null || author === '' || names(place.participant).includes(author);
  };

  /** The only message; refuses several with the same id. */
  const only = (id: string, found: readonly PageMsg[]): PageMsg | null => {
    const one = new Map(found.map((msg) => [keyText(msg.id), msg]));
    if (one.size > 1) {
      const keys = [...one.values()].map(ourKey);
      const why = `${keys.length} messages have the id ${id}; name one by its key: ${keys.join(', ')}.`;
      refuse('ambiguous_message', why, { keys });
    }
    return found.at(-1) ?? null;
  };

  /**
   * Finds a message in memory, or with one query in the page's own store.
   * @param other another identity of its chat, which the page may not know
   */
  const findMessage = async (
    { id, place }: MessageRef,
    other: string | null = null,
  ): Promise<PageMsg | null> => {
    const { Msg } = window.require('WAWebCollections');
    const held = (Msg.getModelsArray() as PageMsg[]).filter((msg) => attempt(() => msg.id.id) === id);
    if (place === null) return only(id, held);
    const there = held.filter((msg) => isAt(msg, place));
    // Others cannot make a message with `fromMe`: an own message with this id is the right one, in any chat.
    const own = place.fromMe && there.length === 0 ? held.filter((msg) => msg.id.fromMe) : there;
    if (own.length > 0) return only(id, own);
    const MsgKey = window.require('WAWebMsgKey');
    const me = window.require('WAWebUserPrefsMeUser');
    const mine = me.getMaybeMePnUser() ?? me.getMaybeMeLidUser();
    const wholes: string[] = [];
    for (const remote of new Set([...names(place.remote), ...(other === null ? [] : names(other))])) {
      const chat = createWid(remote);
      for (const author of authors(place)) {
        const key = new MsgKey({
          ...(place.fromMe
            ? { from: mine, to: chat, selfDir: 'out' }
            : { from: chat, to: mine, selfDir: 'in' }),
          id,
          participant: author === undefined ? undefined : createWid(author),
        }) as object;
        const whole = keyText(key);
        const found = Msg.get(whole) as PageMsg | undefined;
        if (found) return found;
        wholes.push(whole);
      }
    }
    // Those that exist, in the order of the keys (WAWebDBMsgUtils.getMsgsByMsgKey, 2026-04-27).
    const answer = (await Msg.getMessagesById(wholes)) as { messages?: PageMsg[] } | null;
    return answer?.messages?.[0] ?? null;
  };
  const message = async (ref: MessageRef): Promise<PageMsg> =>
    (await findMessage(ref)) ?? refuse('no_such_message', `WhatsApp Web has no message ${ref.id}.`);

  return { keyText, parts, keysOf, findMessage, message };
}

/** The tools that every part of our functions in the page receives. */
export type Tools = BaseTools &
  ReturnType<typeof makeEarlier> &
  ReturnType<typeof makeMessages> &
  ReturnType<typeof makeMembers> &
  ReturnType<typeof makeKnownLabels>;
