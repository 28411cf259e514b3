// Runs in the page: finds our own messages by the ids that we chose, reports their outcome, and resends one.
import type { FaultKind } from '../../protocol/fault-table.js';
import type { OwnMessage } from '../../session/port.js';
import type { Tools } from './messages.js';
import type { PageMsg, PageWindow } from './page-window.js';
import type { Mended } from './tools.js';

declare const window: PageWindow;

/** Why the page has given up a send; `refused` is a fault of our table. */
export interface Trouble {
  readonly refused: FaultKind | null;
  readonly error: string;
}

export function makeOwn(tools: Tools, _mended: Mended) {
  const WORD_MS = 1_000;
  /** The code of the server's refusal: the noted one, or the one in the message. */
  const nackOf = (id: string, msg: PageMsg | null): number | null => {
    const noted = window.__wad?.nacks[id];
    if (noted !== undefined) return noted;
    // WAWebErrorType, 2026-04-27
    return msg?.errorCode === 'UserReachedMaxMonthlyLimitForNewMessages' ? 475 : null;
  };
  const isPost = (chatId: string): boolean => /@(broadcast|newsletter)$/.test(chatId);
  /**
   * Finds a message in memory or in the page's store, under either identity of its chat. Keys are compared literally
   * (WAWebMsgCollection.getMessagesById, 2026-04-27), so the caller passes the other identity, which the page may not know.
   */
  const stored = (chatId: string, id: string, other: string | null = null): Promise<PageMsg | null> =>
    tools.findMessage({ id, place: { fromMe: true, remote: chatId, participant: null } }, other);

  /**
   * Waits a short time for the result of the page's own send. Its promise settles sooner than the library's
   * listeners are called, and the next message of the chat waits for it.
   * @returns why the page has given the send up; null when that is not known
   */
  const failureOf = async (id: string): Promise<Trouble | null> => {
    const { sendReports = {}, sends = {} } = window.__wad ?? {};
    const late = new Promise<null>((resolve) => window.setTimeout(() => resolve(null), WORD_MS));
    const said = (await Promise.race([sendReports[id], late])) ?? null;
    delete sendReports[id];
    if (said === null || (said.thrown === null && (said.result === null || said.result === 'OK')))
      return null;
    sends[id] = 'failed';
    const { thrown, result } = said;
    // WAWebContactBlockedErrorAction, 2026-04-27
    if (thrown !== null && /contact is blocked/i.test(thrown))
      return { refused: 'blocked_contact', error: 'This account has blocked the contact.' };
    // The stanza may have reached the server.
    if (result === 'ERROR_NETWORK') return { refused: 'outcome_unknown', error: result };
    return { refused: null, error: `WhatsApp Web could not send it: ${thrown ?? result}` };
  };

  return {
    failureOf,

    /**
     * The state of our message with this id in the page; null when the page does not have it. With `giveUp`,
     * a send that has not entered the page's send function yet is blocked, so null is final. The page does
     * not resend a post: if the server had not confirmed it when its document ended, it is lost, and the page
     * does not have it.
     * @throws when the message has entered the send function and is not in the page's store yet: its outcome
     * is unknown
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
      // Views of a post do not count as receipts.
      if (msg && post && msg.ack >= 1) return { ack: 1, stranded: false };
      if (msg && !post) {
        const isHere = ['entered', 'added', 'resent'].includes(sends?.[id] ?? '');
        const stranded = msg.ack === 0 && (!isHere || msg.isSendFailure === true);
        return { ack: msg.ack, stranded, ...(msg.ack < 0 && { nack: nackOf(id, msg) }) };
      }
      if (sends?.[id] === 'entered')
        throw new Error('WhatsApp Web has accepted the message but not stored it yet');
      if (giveUp && sends && sends[id] === undefined) sends[id] = 'refused';
      return null;
    },

    /** Allows a send to be made again that this document had abandoned. */
    allowAgain(id: string): void {
      const sends = window.__wad?.sends;
      if (sends?.[id] === 'refused') delete sends[id];
    },

    /** The code with which the server has refused our message; null when unknown. */
    async nack(chatId: string, id: string): Promise<number | null> {
      return window.__wad?.nacks[id] ?? nackOf(id, await stored(chatId, id));
    },

    /**
     * Resends a message of the page's store under its id, as the page does with an upload that it resumes: once per document,
     * and again whenever the page has given it up.
     * @returns why the page has given it up again, if that happens soon
     */
    async resend(chatId: string, id: string, other: string | null = null): Promise<Trouble | null> {
      const { sends = {}, sendReports = {} } = window.__wad ?? {};
      const msg = await stored(chatId, id, other);
      if (msg === null) return tools.refuse('no_such_message', `WhatsApp Web has no message ${id}.`);
      if (msg.ack > 0 || (sends[id] === 'resent' && msg.isSendFailure !== true)) return null;
      const { resendMsgToChat } = window.require('WAWebSendMsgChatAction') as {
        resendMsgToChat(chat: unknown, msg: Promise<PageMsg>): Promise<{ messageSendResult?: string } | null>;
      };
      const chat = tools.chat(tools.text(tools.parts(msg).remote));
      sends[id] = 'resent';
      delete window.__wad?.nacks[id];
      // The same as the button "retry" (WAWebMsgModel.resend, 2026-04-27): a refused message becomes pending again, also for
      // the next document.
      const fresh = { ack: 0, isSendFailure: false };
      if (msg.ack < 0) await window.require('WAWebDBUpdateMessageTable').updateMessageTable(msg.id, fresh);
      msg.set(msg.ack < 0 ? fresh : { isSendFailure: false });
      sendReports[id] = resendMsgToChat(chat, Promise.resolve(msg)).then(
        (end) => ({ result: end?.messageSendResult ?? null, thrown: null }),
        (error: unknown) => ({ result: null, thrown: String(error) }),
      );
      return failureOf(id);
    },
  };
}

export type Own = ReturnType<typeof makeOwn>;
