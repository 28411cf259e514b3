// Runs in the page: reads groups, and changes their members and settings. Each change is verified afterwards, because a
// call may succeed and change nothing (D6).
import type { Group, GroupBrief, Participant, ParticipantOutcome } from '../../protocol/methods/group.js';
import type { Tools } from './messages.js';
import type { PageChat, PageWid, PageWindow } from './page-window.js';
import type { Mended } from './tools.js';

declare const window: PageWindow;

type Query = {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly query?: string | undefined;
};
type Changes = {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly onlyAdminsSend?: boolean | undefined;
  readonly onlyAdminsEdit?: boolean | undefined;
  readonly onlyAdminsAdd?: boolean | undefined;
  readonly approveJoins?: boolean | undefined;
};
export function makeGroups(tools: Tools, mended: Mended) {
  const { text, identity, names, nameOf, createWid, refuse, confirmed, attempt, word } = tools;
  const { membersOf: members, memberOf: member, mine, isAdmin, group } = tools;
  const { freshGroup: fresh, ledGroup: led } = tools;
  const WHY: Record<number, string> = {
    401: 'has blocked this account',
    403: 'lets nobody add them; send them the invitation link (wactl group invite)',
    404: 'is not on WhatsApp',
    408: 'has recently left the group and cannot be added yet',
    409: 'is in the group already',
    417: 'can only join by the invitation link',
    419: 'cannot be added, the group is full',
  };

  const brief = (chat: PageChat): GroupBrief => ({
    id: text(chat.id),
    name: word(chat.groupMetadata?.subject) ?? word(chat.name) ?? word(chat.formattedTitle) ?? '',
    size: members(chat).length,
    admin: isAdmin(mine(chat)),
    member: mine(chat) !== null,
  });
  /** A group that cannot be read is still listed. */
  const listed = (chat: PageChat): GroupBrief =>
    attempt(() => brief(chat)) ?? { id: text(chat.id), name: '', size: 0, admin: false, member: false };
  /** The server's word, or the number that the page sets after its own change (WAWebSetPropertyGroupAction). */
  const addedByAdmins = (chat: PageChat): boolean =>
    ['admin_add', 0, false].includes(chat.groupMetadata?.memberAddMode as string);
  const show = (chat: PageChat): Group => {
    const meta = chat.groupMetadata;
    const tags = tools.tagsOf(chat);
    return {
      ...brief(chat),
      description: word(meta?.desc),
      owner: text(meta?.owner) || null,
      createdAt: tools.instant(meta?.creation),
      onlyAdminsSend: meta?.announce === true,
      onlyAdminsEdit: meta?.restrict === true,
      onlyAdminsAdd: addedByAdmins(chat),
      approveJoins: Boolean(meta?.membershipApprovalMode),
      community: text(meta?.parentGroup) || null,
      isAnnouncement: meta?.defaultSubgroup === true,
      participants: members(chat).map(
        (one): Participant => ({
          ...identity(one.id),
          name: nameOf(one.id),
          admin: isAdmin(one),
          owner: one.isSuperAdmin === true || text(one.id) === text(meta?.owner),
          tag: tools.tagOf(tags, one),
        }),
      ),
    };
  };
  /**
   * Waits for the metadata of a new group. The group is among the chats before they arrive, by themselves or
   * on request.
   */
  const described = async (id: string): Promise<void> => {
    const isDescribed = (): boolean => {
      const { groupMetadata: meta } = group(id);
      return (
        word(meta?.subject) !== null &&
        tools.instant(meta?.creation) !== null &&
        members(group(id)).length > 0
      );
    };
    if (await tools.until(isDescribed, 1_000)) return;
    void fresh(id).catch(() => undefined); // the group exists, even without metadata
    await tools.until(isDescribed);
  };
  const outcome = (participant: string, code: number): ParticipantOutcome => ({
    participant,
    done: code === 200,
    reason: code === 200 ? null : (WHY[code] ?? `WhatsApp refused with ${code}`),
  });
  const exists = async (id: string): Promise<boolean> =>
    Boolean((await window.require('WAWebQueryExistsJob').queryWidExists(createWid(id)))?.wid);

  return {
    list({ query, ...part }: Query) {
      const { Chat } = window.require('WAWebCollections');
      const found = (Chat.getModelsArray() as PageChat[])
        .filter((chat) => tools.isGroup(text(chat.id)) && chat.groupMetadata)
        .map(listed)
        .filter(({ name }) => tools.matches(query, name, null))
        .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
      return { groups: tools.part(found, part), total: found.length };
    },

    async get(id: string): Promise<Group> {
      const chat = await fresh(id);
      await tools.loadTags(chat);
      return show(chat);
    },

    async create(name: string, people: readonly string[]) {
      const there: string[] = [];
      const results: ParticipantOutcome[] = [];
      for (const id of people) {
        if (await exists(id)) there.push(id);
        else results.push(outcome(id, 404));
      }
      if (there.length === 0) refuse('not_on_whatsapp', 'None of these people is on WhatsApp.');
      const made = await window.require('WAWebGroupCreateJob').createGroup(
        {
          addressingModeOverride: 'lid',
          memberAddMode: false,
          membershipApprovalMode: false,
          announce: false,
          restrict: false,
          ephemeralDuration: 0,
          parentGroupId: undefined,
          title: name,
        },
        there.map((id) => ({ phoneNumber: createWid(id) })),
      );
      const said = made.participants as { wid: PageWid; error?: string | number }[];
      for (const id of there) {
        const own = said.find(({ wid }) => names(text(wid)).some((one) => names(id).includes(one)));
        results.push(outcome(id, Number(own?.error ?? 200)));
      }
      const id = text(made.wid as PageWid);
      await confirmed('the group is not among the chats', () => Boolean(tools.findChat(id)?.groupMetadata));
      await described(id);
      const shown = show(group(id));
      return { group: { ...shown, name: shown.name || name }, results };
    },

    async participants(
      id: string,
      action: 'add' | 'remove' | 'promote' | 'demote',
      people: readonly string[],
    ) {
      const chat = await led(id);
      const results: ParticipantOutcome[] = [];
      if (action === 'add') {
        const { getAddParticipantsRpcResult: add } = window.WWebJS as {
          getAddParticipantsRpcResult(group: PageWid, who: PageWid): Promise<{ code?: number }>;
        };
        for (const one of people) {
          if (member(chat, one)) results.push(outcome(one, 409));
          else if (!(await exists(one))) results.push(outcome(one, 404));
          else {
            const { code = 400 } = await add(chat.id, createWid(tools.pair(one).pn ?? one));
            const there = code !== 200 || (await tools.until(() => member(chat, one) !== null));
            results.push(
              there
                ? outcome(one, code)
                : { participant: one, done: false, reason: 'is not in the group yet' },
            );
          }
        }
        return { group: show(chat), results };
      }
      const found = people.flatMap((one) => member(chat, one) ?? []);
      const isDone = (one: string): boolean => {
        const now = member(chat, one);
        if (action === 'remove') return now === null;
        return isAdmin(now) === (action === 'promote');
      };
      const present = people.filter((one) =>
        found.some((model) => names(text(model.id)).some((n) => names(one).includes(n))),
      );
      if (found.length > 0)
        await mended.changePeople(action, chat, found, () => tools.until(() => present.every(isDone)));
      for (const one of people) {
        const reason = !present.includes(one)
          ? 'is not in the group'
          : isDone(one)
            ? null
            : 'WhatsApp changed nothing';
        results.push({ participant: one, done: reason === null, reason });
      }
      return { group: show(chat), results };
    },

    async update(id: string, changes: Changes): Promise<Group> {
      const { name, description, onlyAdminsSend, onlyAdminsEdit, onlyAdminsAdd, approveJoins } = changes;
      const chat = await fresh(id);
      if (mine(chat) === null) refuse('not_allowed', 'This account is not in the group.');
      const settings = [onlyAdminsSend, onlyAdminsEdit, onlyAdminsAdd, approveJoins];
      const needsAdmin = settings.some((one) => one !== undefined);
      if ((needsAdmin || chat.groupMetadata?.restrict === true) && !isAdmin(mine(chat)))
        refuse('not_allowed', 'This account is not an admin of the group.');
      const info = window.require('WAWebGroupModifyInfoJob');
      if (name !== undefined && name !== brief(chat).name) {
        await info.setGroupSubject(chat.id, name);
        await confirmed('the name is unchanged', () => brief(chat).name === name);
      }
      if (description !== undefined && description !== (chat.groupMetadata?.desc ?? '')) {
        await mended.describeGroup(chat, description, await window.require('WAWebMsgKey').newId());
        await confirmed(
          'the description is unchanged',
          () => (chat.groupMetadata?.desc ?? '') === description,
        );
      }
      const { setGroupProperty } = window.require('WAWebSetPropertyGroupAction');
      /** Sets one property. `onValue`: what the page calls the setting when it is true. */
      const set = async (
        property: string,
        what: string,
        wanted: boolean | undefined,
        onValue: 0 | 1,
        now: () => boolean,
      ): Promise<void> => {
        if (wanted === undefined || now() === wanted) return;
        // Who may add members is a GraphQL request, which may never be answered.
        const change = Promise.resolve(setGroupProperty(chat, property, wanted ? onValue : 1 - onValue));
        await tools.answered('outcome_unknown', `setting ${what}`, change);
        await confirmed(`the setting of ${what} is unchanged`, () => now() === wanted);
      };
      const meta = () => chat.groupMetadata;
      await set('announcement', 'who may send', onlyAdminsSend, 1, () => meta()?.announce === true);
      await set('restrict', 'who may edit', onlyAdminsEdit, 1, () => meta()?.restrict === true);
      await set('member_add_mode', 'who may add members', onlyAdminsAdd, 0, () => addedByAdmins(chat));
      await set('membership_approval_mode', 'who approves new members', approveJoins, 1, () =>
        Boolean(meta()?.membershipApprovalMode),
      );
      return show(chat);
    },

    async invite(id: string, reset: boolean) {
      const chat = await led(id);
      const module = (name: string) => tools.attempt(() => window.require(name));
      let answer: string | { code?: string } | undefined;
      if (reset) {
        const owner = [module('WAWebGroupQueryJob'), module('WAWebGroupInviteJob')].find(
          (one) => one?.resetGroupInviteCode,
        );
        answer = await tools.answered(
          'outcome_unknown',
          'creating a new invitation',
          Promise.resolve(owner?.resetGroupInviteCode(chat.id)),
        );
      } else
        answer = await tools.answered<string | { code?: string }>(
          'page_error',
          'the invitation',
          window.require('WAWebMexFetchGroupInviteCodeJob').fetchMexGroupInviteCode(id),
        );
      const code = typeof answer === 'string' ? answer : answer?.code;
      return code ? { code } : refuse('page_error', 'WhatsApp gave no invitation.');
    },

    async tag(id: string, tag: string): Promise<{ tag: string | null }> {
      const chat = group(id);
      const me = mine(chat);
      if (me === null) return refuse('not_allowed', 'This account is not in the group.');
      const may = attempt(() => window.require('WAWebMemberLabelGating').isMemberLabelSenderEnabled());
      if (may === false) refuse('not_allowed', 'WhatsApp has not switched on tags for this account.');
      const isValid = attempt(() => window.require('WAWebMemberLabelCommonUtils').isMemberLabelStrValid(tag));
      if (isValid === false)
        refuse('invalid_params', 'WhatsApp does not take this tag: it has 2 to 30 characters, and no link.');
      await tools.loadTags(chat);
      const now = (): string | null => tools.tagOf(tools.tagsOf(chat), me);
      const wanted = tag === '' ? null : tag;
      if (now() === wanted) return { tag: wanted };
      const { sendMemberLabelMsg } = window.require('WAWebSendMemberLabelAction');
      await tools.answered('outcome_unknown', 'the tag', Promise.resolve(sendMemberLabelMsg(chat, tag)));
      // A refusal and a lost answer look the same.
      if (!(await tools.until(() => now() === wanted)))
        refuse('outcome_unknown', 'WhatsApp Web could not confirm the tag.');
      return { tag: wanted };
    },

    async leave(id: string) {
      const chat = group(id);
      if (mine(chat) === null) return { left: false };
      await window.require('WAWebExitGroupAction').sendExitGroup(chat);
      await confirmed('this account is still in the group', () => mine(chat) === null);
      return { left: true };
    },
  };
}
