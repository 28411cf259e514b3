// Runs in the page: sets the timer of disappearing messages, and clears and deletes chats. The page's own actions show a notice
// and wait for a person who may press "undo" (WAWebSendClearChatAction, 2026-04-27); what they call then is called here.
import type { Tools } from './messages.js';
import type { PageChat, PageWindow } from './page-window.js';

declare const window: PageWindow;

export function makeChatChanges(tools: Tools) {
  const { text, answered, attempt, confirmed, isGroup, refuse } = tools;
  /** WAWebChatConstants.ConversationEndOfHistoryTransferModelPropType: the phone has no more. */
  const NO_MORE_ON_PHONE = 1;

  /** The keys of the messages that are loaded, without notices. */
  const loaded = (chat: PageChat, keepStarred: boolean): string[] =>
    chat.msgs
      .getModelsArray()
      .filter((msg) => !tools.isNotice(msg) && !(keepStarred && msg.star === true))
      .map((msg) => tools.keyText(msg.id));
  const hasAny = (chat: PageChat, keys: readonly string[]): boolean => {
    const now = new Set(loaded(chat, false));
    return keys.some((key) => now.has(key));
  };

  /**
   * Whether this account is in the group. WhatsApp is asked where the members in memory do not decide it: a group exists for
   * a moment without them (WAWebGroupCreateJob, 2026-04-27).
   */
  const isMember = async (chat: PageChat): Promise<boolean> => {
    const known = tools.amMember(tools.membersOf(chat));
    if (known !== null) return known;
    const { queryAndUpdateGroupMetadataById: query } = window.require('WAWebGroupQueryJob');
    try {
      await tools.answered('page_error', 'reading the group', query({ id: text(chat.id) }));
    } catch (error) {
      if (tools.isGone(error)) return false;
      throw error;
    }
    return tools.amMember(tools.membersOf(chat)) !== false;
  };

  return {
    async timer(id: string, seconds: number): Promise<void> {
      const chat = tools.chat(id);
      const now = (): number => tools.disappearingS(chat);
      if (now() === seconds) return;
      if (isGroup(text(chat.id)) && tools.mine(chat) === null)
        refuse('not_allowed', 'This account is not in the group.');
      // WAWebChatEphemerality: in some groups only admins may set it, and some businesses do not have it.
      const may = attempt(() => window.require('WAWebChatEphemerality').shouldShowEphemeralSetting(chat));
      if (may === false) refuse('not_allowed', 'This account may not set the timer of this chat.');
      if (tools.names(text(chat.id)).some((name) => tools.isBlocked(name)))
        refuse('not_allowed', 'This account has blocked the person.');
      const { changeEphemeralDuration: change } = window.require('WAWebChangeEphemeralDurationChatAction');
      // WAWebEphemeralityTypes.DisappearingModeTrigger.ChatSettings
      const changed = change(chat, seconds, undefined, 'chat_settings');
      await answered('outcome_unknown', 'setting the timer', Promise.resolve(changed));
      await confirmed('the timer is unchanged', () => now() === seconds);
    },

    async clear(id: string, keepStarred: boolean): Promise<void> {
      const chat = tools.chat(id);
      const before = loaded(chat, keepStarred);
      const { sendClear } = window.require('WAWebChatClearBridge');
      const last = attempt(() => chat.getLastMsgKeyForAction() as unknown) ?? undefined;
      const cleared = await answered<{ result?: unknown } | undefined>(
        'outcome_unknown',
        'clearing the chat',
        sendClear(chat, last, keepStarred),
        30_000,
      );
      Object.assign(chat, { endOfHistoryTransferType: NO_MORE_ON_PHONE });
      // The bridge changes the store only. Its answer has the keys of what is gone.
      if (Array.isArray(cleared?.result)) chat.deleteMessages(cleared.result);
      await confirmed('the messages are still there', () => !hasAny(chat, before));
    },

    async remove(id: string): Promise<{ chat: string; deleted: boolean }> {
      const chat = tools.chat(id);
      const chatId = text(chat.id);
      if (isGroup(chatId) && (await isMember(chat)))
        refuse('not_allowed', 'This account is in the group. Leave it first: wactl group leave.');
      const before = loaded(chat, false);
      const { sendDelete } = window.require('WAWebDeleteChatAction');
      await answered(
        'outcome_unknown',
        'deleting the chat',
        Promise.resolve(sendDelete(chat, false)),
        30_000,
      );
      const isGone = (): boolean => tools.findChat(id) !== chat;
      // A message that arrives meanwhile keeps the chat (WAWebDeleteChatAction).
      const isDone = (): boolean => isGone() || (before.length > 0 && !hasAny(chat, before));
      await confirmed('the chat is still there', isDone);
      return { chat: chatId, deleted: await tools.until(isGone, 1_000) };
    },
  };
}
