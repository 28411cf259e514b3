// Runs in the page: finds messages by their words with the page's own search, in everything that the page has stored. What it
// does, and when, was read in WAWebMsgCollection, WAWebDBMessageFindLocal and WAFtsV3Finder (2026-04-27).
import type { Tools } from './messages.js';
import type { PageMsg, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** `MsgCollection.search` of the page. `canceled`: another search took its place. */
type Search = (
  words: string,
  page: number,
  count: number,
  chat: PageWid | undefined,
) => Promise<{ messages: PageMsg[]; eof: boolean; canceled?: boolean }>;

export function makeSearches(tools: Tools) {
  const { attempt, text, isPerson, isGroup } = tools;
  /**
   * The page keeps its first answer to the same words over all chats for a minute, whatever number was asked for, so the number
   * is always the same one: that of the page.
   */
  const COUNT = 50;
  const NOTHING_FOUND = 404;

  return {
    /**
     * One page of what is found, the newest first, as the library's models.
     * @param chat null: every chat
     * @param page from 1
     * @returns `edited`: the parts of the keys of those whose text was changed
     */
    async messages(words: string, chat: string | null, page: number) {
      const none = { messages: [] as unknown[], edited: [] as ReturnType<typeof tools.parts>[], more: false };
      const remote = chat === null ? undefined : tools.chat(chat).id;
      const { Msg } = window.require('WAWebCollections') as { Msg: { search: Search } };
      let found: Awaited<ReturnType<Search>>;
      try {
        found = await Msg.search(words, page, COUNT, remote);
      } catch (error) {
        if (Number((error as { status?: unknown } | null)?.status) === NOTHING_FOUND) return none;
        throw error;
      }
      if (found.canceled === true)
        tools.refuse('page_error', 'WhatsApp Web gave the search up for another one. Repeat it.');
      // A status is never read (U2), and a post of a channel is no message of a chat.
      const shown = found.messages.filter((msg) => {
        const id = text(attempt(() => msg.id.remote as PageWid));
        return isPerson(id) || isGroup(id);
      });
      const { getMessageModel } = window.WWebJS as { getMessageModel(msg: PageMsg): unknown };
      const isEdited = (msg: PageMsg): boolean =>
        attempt(() => (msg as { latestEditMsgKey?: unknown }).latestEditMsgKey) !== null;
      return {
        messages: shown.map(getMessageModel),
        edited: shown.filter(isEdited).flatMap((msg) => attempt(() => tools.parts(msg)) ?? []),
        more: found.eof !== true,
      };
    },
  };
}
