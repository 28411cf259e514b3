// Runs in the page: loads the earlier messages of a chat from the page's store, and tells a store that cannot be read from the
// start of the chat. loadEarlierMsgs has the same answer for both, none, and then never looks again (WAWebChatLoadMessages,
// 2026-04-27).
import type { PageChat, PageMsg, PageWindow } from './page-window.js';
import type { BaseTools } from './tools.js';

declare const window: PageWindow;

export function makeEarlier({ attempt }: BaseTools) {
  const setState = ({ msgs }: PageChat, state: object): void => {
    attempt(() => Object.assign(msgs.msgLoadState ?? {}, state));
  };
  /** Makes loadEarlierMsgs look again. */
  const lookAgain = (chat: PageChat): void => setState(chat, { noEarlierMsgs: false });

  return {
    lookAgain,

    /** Loads up to fifty earlier messages; none at the start of the chat, and when the store could not be read. @throws its error */
    async loadEarlier(chat: PageChat): Promise<readonly PageMsg[]> {
      const { loadEarlierMsgs } = window.require('WAWebChatLoadMessages');
      try {
        return ((await loadEarlierMsgs({ chat })) ?? []) as PageMsg[];
      } catch (error) {
        // It is still "loading": every later call would get this error.
        setState(chat, { isLoadingEarlierMsgs: false });
        throw error;
      }
    },

    /**
     * The next earlier message of the store, if there is one. The query of loadEarlierMsgs rejects (WAWebMsgCollection); a
     * build without it is believed. @throws the store's error
     */
    async readEarlier(chat: PageChat): Promise<readonly PageMsg[]> {
      const { Msg } = window.require('WAWebCollections');
      if (typeof Msg?.loadMessagesQuery !== 'function') return [];
      const anchor = chat.msgs.getModelsArray()[0]?.id ?? { remote: chat.id };
      try {
        const query = { anchor, count: 1, direction: 'before', threadId: null };
        const found = ((await Msg.loadMessagesQuery(query)) ?? []) as PageMsg[];
        if (found.length > 0) lookAgain(chat);
        return found;
      } catch (error) {
        // The oldest message is not in the store (WAWebDBMessageFindLocal, 2026-04-27): nothing can be asked for.
        if (error === 404) return [];
        lookAgain(chat);
        throw error;
      }
    },
  };
}
