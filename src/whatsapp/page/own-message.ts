// Runs in the page: finds our own messages by the ids that we gave them, reports their outcome, and sends one again.
import type { FaultKind } from '../../protocol/fault-table.js';
import type { OwnMessage } from '../../session/port.js';
import type { Tools } from './messages.js';
import type { PageMsg, PageWindow } from './page-window.js';
import type { Mended } from './tools.js';

declare const window: PageWindow;

/** Why the page has given a send up; `refused` is a fault of our table. */
export interface Trouble {
  readonly refused: FaultKind | null;
  readonly error: string;
}

export function makeOwn(tools: Tools, _mended: Mended) {
  const WORD_MS = 1_000;
  /** The code of the server's refusal, as it was noted, or as the page has put it on the message. */
  const nackOf = (id: string, msg: PageMsg | null): number | null => {
    const noted = window.__wad?.nacks[id];
    if (noted !== undefined) return noted;
    // WAWebErrorType, 2026-04-27
    return msg?.errorCode === 'UserReachedMaxMonthlyLimitForNewMessages' ? 475 : null;
  };
  const isPost = (chatId: string): boolean => /@(broadcast|newsletter)$/.test(chatId);
  /**
   * In memory or in the page's own store, under either identity of its chat. Keys are looked for as they are
   * (WAWebMsgCollection.getMessagesById, 2026-04-27), so a page that does not know who is who is given the other one.
   */
  const stored = async (chatId: string, id: string, other: string | null = null): Promise<PageMsg | null> => {
    for (const remote of [chatId, other]) {
      if (remote === null) continue;
      const found = await tools.findMessage({ id, place: { fromMe: true, remote, participant: null } });
      if (found !== null) return found;
    }
    return null;
  };

  /**
   * Waits for the page's own word on a send, where it comes soon. By the send's own promise it is here sooner than by the
   * library's listeners, and the next of the chat waits for it.
   * @returns why the page has given it up; null when it has not, as far as is known
   */
  const word = async (id: string): Promise<Trouble | null> => {
    const { words = {}, sends = {} } = window.__wad ?? {};
    const late = new Promise<null>((resolve) => window.setTimeout(() => resolve(null), WORD_MS));
    const said = (await Promise.race([words[id], late])) ?? null;
    delete words[id];
    if (said === null || (said.thrown === null && (said.result === null || said.result === 'OK')))
      return null;
    sends[id] = 'failed';
    const { thrown, result } = said;
    // WAWebContactBlockedErrorAction, 2026-04-27
    if (thrown !== null && /contact is blocked/i.test(thrown))
      return { refused: 'blocked_contact', error: 'This account has blocked the contact.' };
    // The stanza may have got there.
    if (result === 'ERROR_NETWORK') return { refused: 'outcome_unknown', error: result };
    return { refused: null, error: `WhatsApp Web could not send it: ${thrown ?? result}` };
  };

  return {
    word,

    /**
     * What the page has of our message with this id; null when it does not have it. With `giveUp`, a send that has not reached
     * the page's door yet never will, so that null is final.
     * A post is not sent again by the page: one that the server had not confirmed when its document went is on its way no
     * more, so the page does not have it.
     * @throws when the message is through the door and not in the page's store yet: whether it will be is not known
     */
    async find(
      chatId: string,
      id: string,
      giveUp: boolean,
      other: string | null = null,
    ): Promise<OwnMessage | null> {
      const sends = window.__wad?.sends;
      const post = isPost(chatId);
      if (post && sends?.[id] === 'added') return { ack: 1, stranded: false };
      if (post && sends?.[id] === 'entered') throw new Error('WhatsApp Web is posting it');
      const msg = await stored(chatId, id, other);
      // Views of a post are no receipts of it.
      if (msg && post && msg.ack >= 1) return { ack: 1, stranded: false };
      if (msg && !post) {
        const isHere = ['entered', 'added', 'resent'].includes(sends?.[id] ?? '');
        const stranded = msg.ack === 0 && (!isHere || msg.isSendFailure === true);
        return { ack: msg.ack, stranded, ...(msg.ack < 0 && { nack: nackOf(id, msg) }) };
      }
      if (sends?.[id] === 'entered')
        throw new Error('WhatsApp Web has taken the message and not stored it yet');
      if (giveUp && sends && sends[id] === undefined) sends[id] = 'refused';
      return null;
    },

    /** With which code the server has refused our message; null where nobody has said. */
    async nack(chatId: string, id: string): Promise<number | null> {
      return window.__wad?.nacks[id] ?? nackOf(id, await stored(chatId, id));
    },

    /**
     * Sends a message of the page's store again under its id, as the page does with an upload that it takes up again: once a
     * document, and again whenever the page has given it up.
     * @returns why the page has given it up again, if that comes soon
     */
    async resend(chatId: string, id: string): Promise<Trouble | null> {
      const { sends = {}, words = {} } = window.__wad ?? {};
      const msg = await stored(chatId, id);
      if (msg === null) return tools.refuse('no_such_message', `WhatsApp Web has no message ${id}.`);
      if (msg.ack > 0 || (sends[id] === 'resent' && msg.isSendFailure !== true)) return null;
      const { resendMsgToChat } = window.require('WAWebSendMsgChatAction') as {
        resendMsgToChat(chat: unknown, msg: Promise<PageMsg>): Promise<{ messageSendResult?: string } | null>;
      };
      const chat = tools.chat(tools.text(tools.parts(msg).remote));
      sends[id] = 'resent';
      delete window.__wad?.nacks[id];
      // As a person's press on "retry" does it (WAWebMsgModel.resend, 2026-04-27): what was refused is on its way again, also to
      // the next document.
      const fresh = { ack: 0, isSendFailure: false };
      if (msg.ack < 0) await window.require('WAWebDBUpdateMessageTable').updateMessageTable(msg.id, fresh);
      msg.set(msg.ack < 0 ? fresh : { isSendFailure: false });
      words[id] = resendMsgToChat(chat, Promise.resolve(msg)).then(
        (end) => ({ result: end?.messageSendResult ?? null, thrown: null }),
        (error: unknown) => ({ result: null, thrown: String(error) }),
      );
      return word(id);
    },
  };
}

export type Own = ReturnType<typeof makeOwn>;
