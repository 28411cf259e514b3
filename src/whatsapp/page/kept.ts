// Runs in the page: pins messages in their chat, and keeps messages of a chat whose messages disappear.
import type { MessageRef } from '../../protocol/wid.js';
import type { Tools } from './messages.js';
import type { PageWindow } from './page-window.js';

declare const window: PageWindow;

export function makeKept(tools: Tools) {
  const { refuse, answered, confirmed } = tools;
  // Message$PinInChatMessage$Type and WAWebPinMsgConstants.PIN_STATE have the same numbers.
  const PIN = 1;
  const UNPIN = 2;

  return {
    /** @param seconds a day, seven or thirty; null: the pin is removed */
    async pin(ref: MessageRef, seconds: number | null) {
      const msg = await tools.message(ref);
      if (!window.require('WAWebMsgActionCapability').canPinMsg(msg))
        refuse('not_allowed', 'WhatsApp does not let this message be pinned.');
      await tools.refuseClosed(tools.parts(msg).remote);
      const { sendPinInChatMsg } = window.require('WAWebSendPinMessageAction');
      const { getPinExpiryOption } = window.require('WAWebPinMsgConstants');
      const sent = (await answered(
        'outcome_unknown',
        'the pin',
        seconds === null
          ? sendPinInChatMsg(msg, UNPIN)
          : sendPinInChatMsg(msg, PIN, getPinExpiryOption(seconds)),
      )) as { messageSendResult?: unknown } | null;
      const result = sent?.messageSendResult;
      if (result !== 'OK')
        refuse(
          // The stanza may have reached the server.
          result === 'ERROR_NETWORK' ? 'outcome_unknown' : 'page_error',
          `WhatsApp Web did not send the pin (${String(result)}).`,
        );
      return tools.parts(msg);
    },

    async keep(ref: MessageRef, kept: boolean) {
      const msg = await tools.message(ref);
      const { getIsKept } = window.require('WAWebMsgGetters');
      if (Boolean(getIsKept(msg)) === kept) return tools.parts(msg);
      const may = window.require('WAWebKeepInChatMsgUtils');
      if (kept ? !may.canShowKeepOption(msg) : !may.canShowUnkeepOption(msg))
        refuse(
          'not_allowed',
          kept
            ? 'WhatsApp does not let this message be kept: it disappears in no chat, or only admins may keep messages here.'
            : 'WhatsApp does not let this account release this message.',
        );
      const { keepMessage, undoKeepMessage } = window.require('WAWebKeepInChatMsgAction');
      await answered(
        'outcome_unknown',
        'keeping the message',
        kept ? keepMessage(msg) : undoKeepMessage(msg, { deleteExpired: false }),
      );
      await confirmed('the message is as before', () => Boolean(getIsKept(msg)) === kept);
      return tools.parts(msg);
    },
  };
}
