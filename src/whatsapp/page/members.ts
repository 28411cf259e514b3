// Runs in the page: finds groups and their members, for our other functions there.
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

  return { membersOf, memberOf, mine, isAdmin, group, freshGroup, ledGroup };
}
