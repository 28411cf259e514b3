// Runs in the page: reads communities, makes and ends them, and changes which groups belong to them.
import type { Community, CommunityGroup, CommunityOutcome } from '../../protocol/methods/community.js';
import type { Tools } from './messages.js';
import type { PageChat, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** WAWebMexFetchAllSubgroupsJob, 2026-04-27. */
interface Subgroup {
  readonly id: PageWid;
  readonly subject?: string;
  readonly defaultSubgroup?: boolean;
}

export function makeCommunities(tools: Tools) {
  const { text, refuse, word } = tools;
  /** Codes of the server for a group (WAWebLinkSubgroupsAction, WAWebUnlinkSubgroupsAction). */
  const WHY: Record<number, string> = {
    401: 'this account is not an admin of the group',
    403: 'this account is not an admin of the group',
    404: 'there is no such group',
    406: 'the community is full',
    409: 'the group is in a community already',
    530: 'it was taken out, but not all of its members were',
  };

  const all = (): PageChat[] => window.require('WAWebCollections').Chat.getModelsArray();
  const nameOf = (chat: PageChat): string => word(chat.groupMetadata?.subject) ?? word(chat.name) ?? '';
  const community = (id: string): PageChat => {
    const chat = tools.findChat(id);
    return chat?.groupMetadata?.isParentGroup === true
      ? chat
      : refuse('no_such_chat', `There is no community ${id}.`);
  };
  const led = (id: string): PageChat => {
    const chat = community(id);
    if (!tools.isAdmin(tools.mine(chat)))
      refuse('not_allowed', 'This account is not an admin of the community.');
    return chat;
  };
  const joined = (id: string): CommunityGroup[] =>
    all()
      .filter((chat) => text(chat.groupMetadata?.parentGroup) === id)
      .map((chat) => ({
        id: text(chat.id),
        name: nameOf(chat),
        announcements: chat.groupMetadata?.defaultSubgroup === true,
        member: tools.mine(chat) !== null,
      }));
  const sorted = (groups: CommunityGroup[]): CommunityGroup[] =>
    groups.sort((a, b) => Number(b.announcements) - Number(a.announcements) || a.name.localeCompare(b.name));

  return {
    list(part: { readonly limit?: number | undefined; readonly offset?: number | undefined }) {
      const found = all()
        .filter((chat) => chat.groupMetadata?.isParentGroup === true)
        .map((chat) => ({
          id: text(chat.id),
          name: nameOf(chat),
          groups: joined(text(chat.id)).filter(({ member }) => member).length,
          admin: tools.isAdmin(tools.mine(chat)),
        }))
        .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
      return { communities: tools.part(found, part), total: found.length };
    },

    async get(id: string): Promise<Community> {
      const chat = community(id);
      const own = joined(id);
      // All groups come by GraphQL, which may never be answered (F22). Without an answer, the joined ones are known.
      const query = window.require('WAWebMexFetchAllSubgroupsJob').mexFetchAllSubgroups;
      const told: readonly Subgroup[] | null = await tools
        .answered<readonly Subgroup[]>(
          'page_error',
          'the groups',
          query(chat.id, undefined, 'INTERACTIVE'),
          8_000,
        )
        .catch(() => null);
      const others = (told ?? [])
        .filter((one) => !own.some((mine) => mine.id === text(one.id)))
        .map((one) => ({
          id: text(one.id),
          name: word(one.subject) ?? '',
          announcements: one.defaultSubgroup === true,
          member: false,
        }));
      const groups = sorted([...own, ...others]);
      const meta = chat.groupMetadata;
      return {
        id,
        name: nameOf(chat),
        description: word(meta?.desc),
        owner: text(meta?.owner) || null,
        createdAt: tools.instant(meta?.creation),
        admin: tools.isAdmin(tools.mine(chat)),
        announcements: groups.find(({ announcements }) => announcements)?.id ?? null,
        groups,
        complete: told !== null,
      };
    },

    async create(name: string, description: string | null): Promise<{ community: string }> {
      const made = await tools.answered<{ wid: PageWid }>(
        'outcome_unknown',
        'creating the community',
        // The settings of the page's own form (WAWebCreateCommunityAction).
        window.require('WAWebGroupCommunityJob').sendCreateCommunity({
          name,
          desc: description ?? undefined,
          closed: true,
          hasAllowNonAdminSubGroupCreation: true,
          shouldCreateGeneralChat: false,
        }),
      );
      const id = text(made.wid);
      await tools.until(() => tools.findChat(id)?.groupMetadata?.isParentGroup === true);
      return { community: id };
    },

    async groups(
      id: string,
      action: 'link' | 'unlink',
      groups: readonly string[],
    ): Promise<{ results: CommunityOutcome[] }> {
      const chat = led(id);
      const job = window.require('WAWebGroupCommunityJob');
      const asked = {
        parentGroupId: chat.id,
        subgroupIds: groups.map((one) => tools.group(one).id),
      };
      const { failedGroups } = await tools.answered<{
        failedGroups: readonly { jid: PageWid | string; error: number }[];
      }>(
        'outcome_unknown',
        `${action}ing the groups`,
        action === 'link' ? job.sendLinkSubgroups(asked) : job.sendUnlinkSubgroups(asked),
      );
      const results = groups.map((group): CommunityOutcome => {
        const failed = failedGroups.find(({ jid }) => (text(jid) || String(jid)) === group);
        const reason = failed ? (WHY[failed.error] ?? `WhatsApp refused with ${failed.error}`) : null;
        return { group, done: reason === null, reason };
      });
      // The notices of the groups follow the answer.
      const isSo = ({ group, done }: CommunityOutcome): boolean =>
        !done || (text(tools.group(group).groupMetadata?.parentGroup) === id) === (action === 'link');
      await tools.until(() => results.every(isSo));
      return { results };
    },

    async deactivate(id: string): Promise<void> {
      const { id: parentGroupId } = led(id);
      await tools.answered(
        'outcome_unknown',
        'deactivating the community',
        window.require('WAWebGroupCommunityJob').sendDeactivateCommunity({ parentGroupId }),
      );
    },
  };
}
