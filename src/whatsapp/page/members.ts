// Runs in the page: finds groups and their members, for our other functions there. The page calls the tag of a member its
// label, keeps it by the group and the member's LID, and reads those of a group when its chat is opened
// (WAWebMemberLabelCollection, WAWebMemberLabelKey, WAWebChat.react; 2026-04-27).
import type { PageChat, PageModel, PageWid, PageWindow } from './page-window.js';
import type { BaseTools } from './tools.js';

declare const window: PageWindow;

export type Member = PageModel & {
  readonly id: PageWid;
  readonly isAdmin?: boolean;
  readonly isSuperAdmin?: boolean;
};

export function makeMembers(tools: BaseTools) {
  const { text, names, refuse, isMe } = tools;

  const membersOf = (chat: PageChat): Member[] =>
    (chat.groupMetadata?.participants.getModelsArray() as Member[] | undefined) ?? [];
  const memberOf = (chat: PageChat, id: string): Member | null => {
    const wanted = names(id);
    return membersOf(chat).find((one) => names(text(one.id)).some((name) => wanted.includes(name))) ?? null;
  };
  const mine = (chat: PageChat): Member | null => membersOf(chat).find((one) => isMe(one.id)) ?? null;
  const isAdmin = (one: Member | null): boolean => one?.isAdmin === true || one?.isSuperAdmin === true;

  const group = (id: string): PageChat => {
    const chat = tools.findChat(id);
    return chat?.groupMetadata ? chat : refuse('no_such_chat', `There is no group ${id}.`);
  };
  /** The group with current metadata from WhatsApp. */
  const freshGroup = async (id: string): Promise<PageChat> => {
    const chat = group(id);
    const { queryAndUpdateGroupMetadataById: query } = window.require('WAWebGroupQueryJob');
    if (query) await tools.answered('page_error', 'reading the group', query({ id }));
    return chat;
  };
  /** The same, where this account is an admin of the group. */
  const ledGroup = async (id: string): Promise<PageChat> => {
    const chat = await freshGroup(id);
    if (mine(chat) === null) refuse('not_allowed', 'This account is not in the group.');
    if (!isAdmin(mine(chat))) refuse('not_allowed', 'This account is not an admin of the group.');
    return chat;
  };

  /** Reads the tags of a group into memory; none on a page that has no tags. */
  const loadTags = async (chat: PageChat): Promise<void> => {
    const reading = tools.attempt(
      () =>
        window.require('WAWebMemberLabelCollection').initializeLabelsForChat(text(chat.id)) as Promise<void>,
    );
    if (reading !== null)
      await tools.answered('page_error', 'the tags', reading, 5_000).catch(() => undefined);
  };
  /** Member (LID) → tag, of the tags in memory. */
  const tagsOf = (chat: PageChat): ReadonlyMap<string, string> => {
    const prefix = `${text(chat.id)}_`;
    const models = tools.attempt(
      () => window.require('WAWebMemberLabelCollection').getModelsArray() as PageModel[],
    );
    return new Map(
      (models ?? []).flatMap(({ id, label }): (readonly [string, string])[] => {
        const key = String(id);
        const tag = typeof label === 'string' ? label.trim().slice(0, 100) : '';
        return key.startsWith(prefix) && tag !== '' ? [[key.slice(prefix.length), tag]] : [];
      }),
    );
  };
  const tagOf = (tags: ReadonlyMap<string, string>, one: Member): string | null =>
    names(text(one.id))
      .map((name) => tags.get(name))
      .find((tag) => tag !== undefined) ?? null;

  return { loadTags, tagsOf, tagOf, membersOf, memberOf, mine, isAdmin, group, freshGroup, ledGroup };
}
