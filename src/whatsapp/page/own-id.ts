// Run in the page: a message goes out under the id that we chose, and can be asked for by it.
//
// The library makes its own key inside sendMessage. The id travels with the message as a tag in the send options'
// `extra`, which the library spreads into the message, and the wrapper below builds the key from it at the one door
// every message goes through. An override of WAWebMsgKey.newId would give parallel sends each other's ids.
import type { PageMsg, PageMsgKey, PageMsgKeyClass, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** The property that carries our id through the library and the page. */
export const ID_TAG = 'wadMessageId';

/** Wraps addAndSendMsgToChat once per document. @param tag name of the property that carries the id */
export function installOwnIds(tag: string): void {
  type Message = Record<string, unknown> & { id: PageMsgKey };
  type Send = ((chat: unknown, message: Message) => [Promise<unknown>, Promise<unknown>]) & { wad?: true };
  const module = window.require('WAWebSendMsgChatAction') as { addAndSendMsgToChat: Send };
  const send = module.addAndSendMsgToChat;
  if (send.wad) return;
  const wrapped: Send = (chat, message) => {
    const { [tag]: id, ...bare } = message;
    if (typeof id !== 'string') return send.call(module, chat, message);
    const sends = window.__wad?.sends ?? {};
    // The daemon gave this send up and has answered so: it must not go out any more.
    if (sends[id] === 'refused') throw new Error('wad: this send was given up');
    // It was handed over again, and the first has come through meanwhile.
    if (sends[id] !== undefined) throw new Error('wad: this send is through already');
    const MsgKey = window.require('WAWebMsgKey') as PageMsgKeyClass;
    const { from, to, participant } = bare as { from?: unknown; to?: unknown; participant?: unknown };
    const key = new MsgKey({
      from,
      to,
      id,
      participant: message.id.participant ?? participant,
      selfDir: 'out',
    });
    const result = send.call(module, chat, { ...bare, id: key });
    const [added, taken] = result;
    sends[id] = 'entered';
    if (window.__wad) window.__wad.words[id] = Promise.resolve(taken).catch(() => undefined);
    void Promise.resolve(added).then(
      () => {
        sends[id] = 'added';
      },
      () => {
        delete sends[id];
      },
    );
    return result;
  };
  wrapped.wad = true;
  module.addAndSendMsgToChat = wrapped;
}

/** A send that was given up on this document is handed over again. */
export function allowAgain(id: string): void {
  const sends = window.__wad?.sends;
  if (sends?.[id] === 'refused') delete sends[id];
}

/**
 * Takes a post through the page's door: once a document, and not once the daemon has given it up. Runs in the page.
 * @param run settles when the server has it; what it throws ends this send, and another may begin
 */
export async function throughTheDoor(id: string, run: () => Promise<void>): Promise<void> {
  const sends = window.__wad?.sends ?? {};
  if (sends[id] === 'refused') throw new Error('wad: this send was given up');
  if (sends[id] !== undefined) throw new Error('wad: this send is through already');
  sends[id] = 'entered';
  try {
    await run();
    sends[id] = 'added';
  } catch (error) {
    delete sends[id];
    throw error;
  }
}

/**
 * The ack of our own message with this id, or null when the page does not have it. With `giveUp`, a send that has
 * not reached the page's door yet never will, so that null is final.
 * A post is not sent again by the page: one that the server had not confirmed when its document went is on its way no
 * more, so the page does not have it.
 * @throws when the message is through the door and not in the page's store yet: whether it will be, nobody knows
 */
export async function findOwn(chatId: string, id: string, giveUp: boolean): Promise<number | null> {
  const { Msg } = window.require('WAWebCollections') as {
    Msg: {
      get(key: string): PageMsg | undefined;
      getMessagesById(keys: string[]): Promise<{ messages?: PageMsg[] } | null>;
      getModelsArray?(): PageMsg[];
    };
  };
  const sends = window.__wad?.sends;
  const isPost = /@(broadcast|newsletter)$/.test(chatId);
  if (isPost && sends?.[id] === 'added') return 1;
  if (isPost && sends?.[id] === 'entered') throw new Error('WhatsApp Web is posting it');
  /** Views of a post are no receipts of it. */
  const ackOf = ({ ack }: PageMsg): number | null => (!isPost ? ack : ack >= 1 ? 1 : null);
  const held = Msg.getModelsArray?.().findLast((msg) => msg.id.fromMe && msg.id.id === id);
  if (held && ackOf(held) !== null) return ackOf(held);
  // Not in memory: after a reload it may still be in the page's own store, where only the whole key finds it.
  const MsgKey = window.require('WAWebMsgKey') as PageMsgKeyClass;
  const me = window.require('WAWebUserPrefsMeUser');
  const to = window.require('WAWebWidFactory').createWid(chatId) as PageWid;
  // In groups and statuses the author is a part of the key.
  const isGroup = /@(g\.us|broadcast)$/.test(chatId);
  for (const from of [me.getMaybeMePnUser(), me.getMaybeMeLidUser()] as (PageWid | null)[]) {
    if (!from) continue;
    const participant = isGroup ? window.require('WAWebWidFactory').asUserWidOrThrow(from) : undefined;
    const key = new MsgKey({ from, to, id, participant, selfDir: 'out' })._serialized as string | undefined;
    const stored = key && (Msg.get(key) ?? (await Msg.getMessagesById([key]))?.messages?.[0]);
    if (stored && ackOf(stored) !== null) return ackOf(stored);
    if (!isGroup) break;
  }
  if (sends?.[id] === 'entered') throw new Error('WhatsApp Web has taken the message and not stored it yet');
  if (giveUp && sends && sends[id] === undefined) sends[id] = 'refused';
  return null;
}
