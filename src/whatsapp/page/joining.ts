// Runs in the page: joins groups by their links, answers the requests of others to join, and sets pictures of groups.
import type { ParticipantOutcome } from '../../protocol/methods/group.js';
import type { InvitedGroup, JoinRequest } from '../../protocol/methods/group-join.js';
import type { Tools } from './messages.js';
import type { PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** WAWebGroupsQueryApi.parseGroupSmax, 2026-04-27. */
interface Invited {
  readonly id: PageWid;
  readonly subject?: string;
  readonly desc?: string;
  readonly owner?: PageWid;
  readonly creation?: number;
  readonly size?: number;
  readonly announce?: boolean;
  readonly membershipApprovalMode?: boolean;
  readonly participants?: readonly { readonly id: PageWid }[];
}
/** WAWebApiMembershipApprovalRequestStore, 2026-04-27. */
interface Waiting {
  readonly id: PageWid;
  readonly t?: number;
  readonly addedBy?: PageWid;
  readonly requestMethod?: string;
}
interface Answered {
  readonly wid: PageWid;
  readonly phoneNumber?: PageWid;
  readonly error?: { readonly value?: { readonly error?: string | number } };
}

export function makeJoining(tools: Tools) {
  const { text, names, pair, identity, nameOf, createWid, refuse, word } = tools;
  /** The words of WAWebGroupJoinModalUtils for the server's codes. */
  const WHY_NOT: Record<number, string> = {
    401: 'An admin removed this account from the group, so the link does not admit it.',
    405: 'The group does not admit this account by a link.',
    412: 'The community of the group is full.',
    419: 'The group is full.',
    426: 'This version of WhatsApp Web cannot join the group.',
    436: 'The group does not admit new members now.',
  };
  const WHY: Record<number, string> = {
    401: 'cannot be admitted by this account',
    403: 'cannot be admitted by this account',
    404: 'has not asked to join, or not any more',
    408: 'has recently left the group and cannot be admitted yet',
    409: 'is in the group already',
    412: 'cannot be admitted, the community is full',
    419: 'cannot be admitted, the group is full',
    500: 'cannot be admitted, the group is full',
  };
  const WAYS: Record<string, JoinRequest['way']> = {
    InviteLink: 'link',
    LinkedGroupJoin: 'community',
    NonAdminAdd: 'member',
  };
  const codeOf = (error: unknown): number => {
    const { status, statusCode } = (error ?? {}) as { status?: unknown; statusCode?: unknown };
    return Number(statusCode ?? status);
  };
  /** Throws the fault of an invitation that the server refuses; any other error as it is. */
  const refused = (error: unknown): never => {
    const code = codeOf(error);
    if ([400, 404, 406, 410].includes(code))
      refuse('no_such_invite', 'The invitation is not valid, or was revoked.');
    if (WHY_NOT[code]) refuse('not_allowed', WHY_NOT[code] ?? '');
    throw error;
  };
  const isIn = (id: string): boolean => {
    const chat = tools.findChat(id);
    return Boolean(chat?.groupMetadata) && chat !== null && tools.mine(chat) !== null;
  };
  const invited = (code: string): Promise<Invited> =>
    tools
      .answered<Invited>(
        'page_error',
        'the group of the invitation',
        window.require('WAWebGroupQueryJob').queryGroupInvite(code),
      )
      .catch(refused);

  /** Those who wait, oldest first, from the server; the page keeps the answer in its database. */
  const waiting = async (group: PageWid): Promise<Waiting[]> => {
    const job = window.require('WAWebGroupGetMembershipApprovalRequestsJob');
    await tools.answered(
      'page_error',
      'reading the requests to join',
      job.queryAndUpdateGroupMembershipApprovalRequests(group),
    );
    const all: Waiting[] = await window
      .require('WAWebApiMembershipApprovalRequestStore')
      .getMembershipApprovalRequests(group);
    return [...all].sort((a, b) => Number(a.t ?? 0) - Number(b.t ?? 0));
  };
  const show = ({ id, t, addedBy, requestMethod }: Waiting): JoinRequest => ({
    ...identity(id),
    name: nameOf(id),
    requestedAt: tools.instant(t),
    way: WAYS[requestMethod ?? ''] ?? null,
    addedBy: addedBy && !names(text(id)).includes(text(addedBy)) ? text(addedBy) : null,
  });

  return {
    async preview(code: string): Promise<InvitedGroup> {
      const found = await invited(code);
      const id = text(found.id);
      return {
        id,
        name: word(found.subject) ?? '',
        description: word(found.desc),
        owner: text(found.owner) || null,
        createdAt: tools.instant(found.creation),
        size: tools.count(found.size ?? found.participants?.length),
        approveJoins: found.membershipApprovalMode === true,
        onlyAdminsSend: found.announce === true,
        member: isIn(id),
      };
    },

    async join(code: string): Promise<{ group: string; state: 'joined' | 'requested' }> {
      const { id, membershipApprovalMode } = await invited(code);
      const group = text(id);
      if (isIn(group)) return { group, state: 'joined' };
      let asks = membershipApprovalMode === true;
      try {
        const { joinGroupViaInvite: join } = window.require('WAWebGroupInviteJob');
        await tools.answered('outcome_unknown', 'joining the group', join(code, asks));
      } catch (error) {
        const { name, membershipApprovalMode: mode } = (error ?? {}) as Record<string, unknown>;
        // The server accepted; the group changed its setting meanwhile (WAWebBackendErrors).
        if (name === 'UnexpectedJoinGroupViaInviteResponse') asks = mode === true;
        else if (codeOf(error) !== 409) return refused(error);
      }
      // The group is among the chats when the page has handled the server's notice.
      if (!asks) await tools.until(() => isIn(group));
      return { group, state: asks ? 'requested' : 'joined' };
    },

    async requests(
      id: string,
      part: { limit?: number | undefined; offset?: number | undefined },
    ): Promise<{ requests: JoinRequest[]; total: number }> {
      const chat = await tools.ledGroup(id);
      const all = await waiting(chat.id);
      return { requests: tools.part(all, part).map(show), total: all.length };
    },

    async answer(
      id: string,
      action: 'approve' | 'refuse',
      people: readonly string[] | null,
    ): Promise<{ results: ParticipantOutcome[] }> {
      const chat = await tools.ledGroup(id);
      const there = await waiting(chat.id);
      const asked = (people ?? there.map((one) => text(one.id))).map((one) => ({
        one,
        found: there.find((other) => names(text(other.id)).some((name) => names(one).includes(name))),
      }));
      const found = asked.flatMap((one) => one.found ?? []);
      const job = window.require('WAWebGroupMembershipRequestsActionJob');
      const { Approve, Reject } = job.MembershipApprovalRequestAction;
      const whom = found.map((one) => {
        const { pn, lid } = pair(one.id);
        return {
          ...(text(one.id).endsWith('@lid') && lid !== null && { lid: createWid(lid) }),
          ...(pn !== null && { phoneNumber: createWid(pn) }),
        };
      });
      const said: readonly Answered[] =
        found.length === 0
          ? []
          : await tools.answered(
              'outcome_unknown',
              'answering the requests to join',
              job.membershipApprovalRequestAction(chat.id, whom, action === 'approve' ? Approve : Reject),
            );
      const codeFor = (one: Waiting): number => {
        const mine = names(text(one.id));
        const own = said.find(({ wid, phoneNumber }) =>
          [wid, phoneNumber].some((like) => like && mine.includes(text(like))),
        );
        return own ? Number(own.error?.value?.error ?? 200) : 0;
      };
      const results = asked.map(({ one, found }): ParticipantOutcome => {
        const code = found ? codeFor(found) : 404;
        if (code === 200) return { participant: one, done: true, reason: null };
        return { participant: one, done: false, reason: WHY[code] ?? 'WhatsApp did not answer for them' };
      });
      return { results };
    },

    async picture(
      id: string,
      picture: { readonly mimetype: string; readonly base64: string } | null,
    ): Promise<{ picture: boolean }> {
      const chat = await tools.freshGroup(id);
      if (tools.mine(chat) === null) refuse('not_allowed', 'This account is not in the group.');
      if (chat.groupMetadata?.restrict === true && !tools.isAdmin(tools.mine(chat)))
        refuse('not_allowed', 'In this group only admins can change the picture.');
      const bridge = window.require('WAWebContactProfilePicThumbBridge');
      const { cropAndResizeImage: square } = window.WWebJS as {
        cropAndResizeImage(image: object, to: object): Promise<string>;
      };
      if (picture === null) {
        await tools.answered('outcome_unknown', 'removing the picture', bridge.requestDeletePicture(chat.id));
        return { picture: false };
      }
      const image = { mimetype: picture.mimetype, data: picture.base64 };
      const scaled = (size: number): Promise<string> =>
        square(image, { asDataUrl: true, mimetype: 'image/jpeg', size }).catch(() =>
          refuse('media_unusable', 'The browser cannot read the file as a picture.'),
        );
      // The sizes of the page's own editor.
      const [small, full] = [await scaled(96), await scaled(640)];
      await tools.answered(
        'outcome_unknown',
        'setting the picture',
        bridge.sendSetPicture(chat.id, small, full),
      );
      return { picture: true };
    },
  };
}
