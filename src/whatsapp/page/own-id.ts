// Runs in the page: sends a message under the id that we chose. own-message.ts finds it again by that id.
//
// The library makes its own key inside sendMessage. Our id is a tag in the send options' `extra`, which the library spreads
// into the message. The wrapper below builds the key from it, in the one function that all messages pass through. An
// override of WAWebMsgKey.newId would mix up the ids of parallel sends.
import type { PageMsgKey, PageMsgKeyClass, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** The property that carries our id through the library and the page. */
export const ID_TAG = 'wadMessageId';

/** Wraps addAndSendMsgToChat once per document. @param tag name of the property that carries the id */
export function installOwnIds(tag: string): void {
  type Message = Record<string, unknown> & { id: PageMsgKey };
  /** With `more`, the page uploads the file of a message that it forwards (WAWebMediaPrep, 2026-04-27). */
  type Send = ((
    chat: unknown,
    message: Message,
    ...more: unknown[]
  ) => [Promise<unknown>, Promise<unknown>]) & {
    wad?: true;
  };
  const module = window.require('WAWebSendMsgChatAction') as { addAndSendMsgToChat: Send };
  const send = module.addAndSendMsgToChat;
  if (send.wad) return;
  const wrapped: Send = (chat, message, ...more) => {
    const { [tag]: id, ...bare } = message;
    if (typeof id !== 'string') return send.call(module, chat, message, ...more);
    const sends = window.__wad?.sends ?? {};
    // The daemon has given up this send and reported that: it must not be sent any more.
    if (sends[id] === 'refused') throw new Error('wad: this send was abandoned');
    // It was passed again, and the first attempt has entered meanwhile.
    if (sends[id] !== undefined) throw new Error('wad: this send was already made');
    const MsgKey = window.require('WAWebMsgKey') as PageMsgKeyClass;
    const { from, to, participant } = bare as { from?: unknown; to?: unknown; participant?: unknown };
    const key = new MsgKey({
      from,
      to,
      id,
      participant: message.id.participant ?? participant,
      selfDir: 'out',
    });
    const result = send.call(module, chat, { ...bare, id: key }, ...more);
    const [added, taken] = result;
    sends[id] = 'entered';
    if (window.__wad)
      window.__wad.sendReports[id] = Promise.resolve(
        taken as Promise<{ messageSendResult?: string } | null>,
      ).then(
        (end) => ({ result: end?.messageSendResult ?? null, thrown: null }),
        (error: unknown) => ({ result: null, thrown: String(error) }),
      );
    void Promise.resolve(added).then(
      () => {
        if (sends[id] === 'entered') sends[id] = 'added';
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

/**
 * Runs in the page: sends a post, at most once per document, and never after the daemon has given it up.
 * @param run resolves when the server has the post; if it throws, the post may be sent again
 */
export async function withOwnId(id: string, run: () => Promise<void>): Promise<void> {
  const sends = window.__wad?.sends ?? {};
  if (sends[id] === 'refused') throw new Error('wad: this send was abandoned');
  if (sends[id] !== undefined) throw new Error('wad: this send was already made');
  sends[id] = 'entered';
  try {
    await run();
    sends[id] = 'added';
  } catch (error) {
    delete sends[id];
    throw error;
  }
}
