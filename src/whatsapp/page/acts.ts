// Runs in the page: reacts to, edits, deletes, forwards and stars messages. The effect is verified if the page shows it.
import type { MessageRef } from '../../protocol/wid.js';
import type { Tools } from './messages.js';
import type { PageChat, PageMsg, PageWindow } from './page-window.js';

declare const window: PageWindow;

export function makeActs(tools: Tools) {
  // Commands on the page's bus have no effect before it shows its main screen (WAWebActionListener): they are tried last.
  const { refuse, confirmed, answered, attempt } = tools;
  const models = () => window.require('WAWebCollections');
  const living = async (ref: MessageRef): Promise<PageMsg> => {
    const msg = await tools.message(ref);
    return msg.type === 'revoked' ? refuse('no_such_message', 'The message was deleted for everybody.') : msg;
  };
  const chatOf = (msg: PageMsg): PageChat => tools.chat(tools.parts(msg).remote);

  /** How long one act of a chat may keep the next of its kind waiting. */
  const TURN_MS = 20_000;
  const turns = new Map<string, Promise<unknown>>();
  /**
   * Runs the acts of one kind in one chat one after another. While the page deletes or stars messages of a chat, it answers
   * another such request with the promise of the first one, whatever its messages are (WAWebChatSendMessages, 2026-04-27).
   */
  const inTurn = async <T>(kind: string, chat: PageChat, act: () => Promise<T>): Promise<T> => {
    const turn = `${kind} ${tools.text(chat.id)}`;
    const earlier = turns.get(turn);
    let end = (): void => undefined;
    const own = new Promise<void>((resolve) => {
      end = resolve;
    });
    const last = Promise.all([earlier, own]);
    turns.set(turn, last);
    try {
      // Nothing was asked of the page yet, so the outcome is known.
      if (earlier) await answered('page_error', 'an earlier request of the same kind in this chat', earlier);
      window.setTimeout(end, TURN_MS);
      return await act();
    } finally {
      end();
      if (turns.get(turn) === last) turns.delete(turn);
    }
  };

  /** The chat for a message; it is created if there is none. */
  const openChat = async (id: string): Promise<PageChat> => {
    await tools.refuseClosed(id);
    const known = tools.findChat(id);
    if (known) return known;
    const wid = tools.createWid(id);
    if (tools.isGroup(id)) return refuse('no_such_chat', `There is no group ${id}.`);
    const found = await window.require('WAWebQueryExistsJob').queryWidExists(wid);
    if (!found?.wid) refuse('not_on_whatsapp', `${id.replace(/@.*$/, '')} is not on WhatsApp.`);
    return (await window.require('WAWebFindChatAction').findOrCreateLatestChat(wid)).chat as PageChat;
  };

  /**
   * True for what this page has forwarded: not for a message of the outbox, and not for one of the phone, which may be a
   * forwarded one as well (WAWebChatForwardMessage and WAWebMediaForwardMediaMsg, 2026-04-27; WAWebMsgModel keeps
   * `forwardedFromWeb` for the document's life, and `isForwarded` is false for some messages that are forwarded).
   */
  const isForward = (msg: PageMsg): boolean =>
    window.__wad?.sends[msg.id.id] === undefined && (msg.forwardedFromWeb ?? msg.isForwarded) === true;

  return {
    async react(ref: MessageRef, emoji: string) {
      const msg = await living(ref);
      const parts = tools.parts(msg);
      const sent = await window.require('WAWebSendReactionMsgAction').sendReactionToMsg(msg, emoji);
      // For a post it never rejects (WAWebSendReactionMsgAction, 2026-04-27).
      if (parts.remote.endsWith('@newsletter') && sent?.messageSendResult !== 'OK')
        refuse('outcome_unknown', 'WhatsApp Web could not confirm the reaction.');
      return parts;
    },

    async edit(ref: MessageRef, text: string) {
      const msg = await living(ref);
      if (!msg.id.fromMe) refuse('not_allowed', 'Only a message of this account can be edited.');
      const can = window.require('WAWebMsgActionCapability');
      if (!can.canEditText(msg) && !can.canEditCaption(msg))
        refuse(
          'not_allowed',
          'WhatsApp does not let this message be edited: only texts and captions can be, for about 15 minutes.',
        );
      await window.require('WAWebSendMessageEditAction').sendMessageEdit(msg, text, { mentionedJidList: [] });
      // The page trims a text (WAWebSendMessageEditAction, 2026-04-27).
      const shown = text.trim();
      await confirmed('the text is unchanged', () => msg.body === shown || msg.caption === shown);
      return tools.parts(msg);
    },

    async remove(ref: MessageRef, everybody: boolean) {
      const msg = await (everybody ? living(ref) : tools.message(ref));
      const parts = tools.parts(msg);
      const key = tools.keyText(msg.id);
      const chat = chatOf(msg);
      const { Cmd } = window.require('WAWebCmd');
      if (!everybody) {
        const own = attempt(() => window.require('WAWebChatSendMessages').sendDeleteMsgs);
        const list = { list: [msg], type: 'message' };
        await inTurn('delete', chat, async () => {
          await answered(
            'outcome_unknown',
            'deleting the message',
            own === null ? Cmd.sendDeleteMsgs(chat, list, true) : own(chat, list, true),
          );
          await confirmed('the message is still there', () => models().Msg.get(key) === undefined);
        });
        return parts;
      }
      const can = window.require('WAWebMsgActionCapability');
      if (!can.canSenderRevokeMsg(msg) && !can.canAdminRevokeMsg(msg))
        refuse('not_allowed', 'WhatsApp does not let this account delete this message for everybody.');
      const own = attempt(() => window.require('WAWebChatSendMessages').sendRevokeMsgs);
      const list = { list: [msg], type: 'message' };
      await inTurn('revoke', chat, async () => {
        await answered(
          'outcome_unknown',
          'deleting the message for everybody',
          own === null
            ? Cmd.sendRevokeMsgs(chat, list, { clearMedia: true })
            : own(chat, list, { clearMedia: true }),
        );
        await confirmed(
          'the message was not deleted',
          () => msg.type === 'revoked' || models().Msg.get(key)?.type !== msg.type,
        );
      });
      return parts;
    },

    /** Returns the key of the new message, or null when the page does not show it in time. */
    async forward(ref: MessageRef, to: string) {
      const msg = await living(ref);
      const chat = await openChat(to);
      const forwards = (): PageMsg[] =>
        chat.msgs.getModelsArray().filter((one) => one.id.fromMe && isForward(one));
      let made: PageMsg | undefined;
      await inTurn('forward', chat, async () => {
        const before = new Set(forwards().map((one) => one.id.id));
        // It catches the errors of messages, and returns the messages that failed, but not those whose file it could not send.
        const left: unknown = await window.require('WAWebChatForwardMessage').forwardMessages({
          chat,
          msgs: [msg],
          multicast: true,
          includeCaption: true,
          appendedText: undefined,
        });
        if (Array.isArray(left) && left.length > 0)
          refuse('page_error', 'WhatsApp Web could not forward the message.');
        await tools.until(() => {
          made = forwards().findLast((one) => !before.has(one.id.id));
          return made !== undefined;
        });
        if (made?.isSendFailure === true || (made?.ack ?? 0) < 0)
          refuse('page_error', 'WhatsApp Web could not send the message that it forwards.');
      });
      return { chatId: tools.text(chat.id), parts: made === undefined ? null : tools.parts(made) };
    },

    async star(ref: MessageRef, starred: boolean) {
      const msg = await living(ref);
      const { Cmd } = window.require('WAWebCmd');
      if (!window.require('WAWebMsgActionCapability').canStarMsg(msg))
        refuse('not_allowed', 'WhatsApp does not let this message be starred.');
      const own = attempt(() => window.require('WAWebChatSendMessages').sendStarMsgs);
      const byCommand = starred ? 'sendStarMsgs' : 'sendUnstarMsgs';
      const chat = chatOf(msg);
      await inTurn('star', chat, async () => {
        await answered(
          'outcome_unknown',
          'the star',
          own === null ? Cmd[byCommand](chat, [msg], false) : own(chat, [msg], starred),
        );
        await confirmed('the star is unchanged', () => Boolean(msg.star) === starred);
      });
      return tools.parts(msg);
    },
  };
}
