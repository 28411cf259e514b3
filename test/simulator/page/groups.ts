/** Groups: their members and admins, and an admin's actions. */
import type { Json, WireGroup } from '../wire.js';
import { knobs, never } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import { type Chat, Chats } from './chats.js';
import { Collection } from './collection.js';
import { isMe } from './conn.js';
import { Model } from './model.js';
import { storage } from './storage.js';
import { createWid, MinifiedError, type Wid } from './wid.js';

class Participant extends Model {
  declare id: Wid;
  declare isAdmin: boolean;
  declare isSuperAdmin: boolean;
}

export class GroupMetadata extends Model {
  declare id: Wid;
  declare owner: Wid;
  declare subject: string;
  declare desc: string | undefined;
  declare descId: string | undefined;
  declare creation: number;
  declare announce: boolean;
  declare restrict: boolean;
  declare membershipApprovalMode: boolean | number;
  declare memberAddMode: string | number;
  declare isParentGroup: boolean;
  declare parentGroup: Wid | undefined;
  declare defaultSubgroup: boolean;
  declare isLidAddressingMode: boolean;
  declare ephemeralDuration: number;
  declare participants: Collection<Participant>;
}

class GroupMetadataCollection extends Collection<GroupMetadata> {
  async update(id: unknown): Promise<GroupMetadata | undefined> {
    return this.get(id);
  }
  async find(id: unknown): Promise<GroupMetadata | undefined> {
    return this.get(id);
  }
}

export const Groups = new GroupMetadataCollection();

/** Stores a new or changed group from the server. */
export function learnGroup(wire: WireGroup): Chat {
  const participants = new Collection<Participant>();
  for (const { id, admin } of wire.participants) {
    participants.add(new Participant({ id: createWid(id), isAdmin: admin, isSuperAdmin: id === wire.owner }));
  }
  const attributes = {
    owner: createWid(wire.owner),
    subject: wire.subject,
    desc: wire.desc,
    creation: wire.creation,
    announce: wire.announce,
    restrict: wire.restrict ?? false,
    ephemeralDuration: wire.ephemeral ?? 0,
    membershipApprovalMode: wire.approval ?? false,
    memberAddMode: (wire.adminsAdd ?? true) ? 'admin_add' : 'all_member_add',
    isParentGroup: wire.isCommunity ?? false,
    parentGroup: wire.community === undefined ? undefined : createWid(wire.community),
    defaultSubgroup: wire.announcements ?? false,
    isLidAddressingMode: wire.owner.endsWith('@lid'),
    participants,
  };
  const id = createWid(wire.id);
  const metadata = Groups.get(id)?.set(attributes) ?? Groups.add(new GroupMetadata({ id, ...attributes }));
  const chat = Chats.ensure(id, wire.creation);
  chat.set({ groupMetadata: metadata, name: wire.subject });
  void storage.putGroups([wire]);
  return chat;
}

/** Groups whose chat exists and whose metadata have not arrived yet. */
const awaited = new Map<string, WireGroup>();

function learnLate(wire: WireGroup): void {
  const id = createWid(wire.id);
  const participants = new Collection<Participant>();
  const metadata = Groups.add(new GroupMetadata({ id, participants }));
  Chats.ensure(id, wire.creation).set({ groupMetadata: metadata });
  awaited.set(wire.id, wire);
  setTimeout(() => learnAwaited(wire.id), knobs.groupMetadataMs);
}

function learnAwaited(id: string): void {
  const wire = awaited.get(id);
  awaited.delete(id);
  if (wire) learnGroup(wire);
}

export const iAmAdmin = (chat: Chat): boolean =>
  chat.groupMetadata?.participants.some((one) => isMe(one.id) && one.isAdmin) ?? false;

/** The server's answer: the current group, and the people who could not be added. */
type Changed = WireGroup & { refused: string[] };

async function change(group: unknown, what: string, more: { [key: string]: Json }): Promise<string[]> {
  const answer = await chatSocket.request('group-change', { group: String(group), what, ...more });
  const changed = answer as unknown as Changed;
  learnGroup(changed);
  return changed.refused;
}

const ids = (participants: readonly { id: Wid }[]) => participants.map(({ id }) => String(id));

const act = (what: string) => async (chat: Chat, who: { id: Wid }[]) =>
  knobs.groupChanges === 'led-moved' ? [] : change(chat.id, what, { participants: ids(who) });

/** WAWebModifyParticipantsGroupAction, which the page's own screens call. */
export const ModifyParticipantsGroupAction = {
  removeParticipants: act('remove'),
  promoteParticipants: act('promote'),
  demoteParticipants: act('demote'),
};

const job = (what: string) => (group: Wid, who: Wid[]) =>
  change(group, what, { participants: who.map(String) });

/** WAWebGroupModifyParticipantsJob, which sends their requests to the server. */
export const GroupModifyParticipantsJob = {
  removeGroupParticipants: job('remove'),
  promoteGroupParticipants: job('promote'),
  demoteGroupParticipants: job('demote'),
};

interface Description {
  groupWid: Wid;
  desc: string | undefined;
  newDescId: string;
  prevDescId: string | undefined;
}
const describe = (wid: Wid, text: string | undefined): Promise<string[]> =>
  change(wid.toJid(), 'description', { value: text ?? '' });

export const GroupModifyInfoJob = {
  setGroupSubject: (wid: Wid, subject: string) => change(wid, 'subject', { value: subject }),
  get setGroupDescription() {
    // The number of arguments is the only difference between the builds.
    return knobs.groupDescription === 'named'
      ? async ({ groupWid, desc }: Description) => describe(groupWid, desc)
      : async (wid: Wid, text: string, _newId: string, _prevId: string | undefined) => describe(wid, text);
  },
};

/** WAWebGroupConstants.GROUP_SETTING_TYPE → the name of the change and the attribute of the metadata. */
const PROPERTIES: { readonly [property: string]: readonly [what: string, attribute: string] } = {
  announcement: ['announce', 'announce'],
  restrict: ['restrict', 'restrict'],
  membership_approval_mode: ['membership_approval_mode', 'membershipApprovalMode'],
  member_add_mode: ['member_add_mode', 'memberAddMode'],
};

export const SetPropertyGroupAction = {
  async setGroupProperty(chat: Chat, property: string, value: number): Promise<void> {
    const [what, attribute] = PROPERTIES[property] ?? [];
    if (what === undefined || attribute === undefined) return;
    // Who may add members is set by WAWebMexUpdateGroupPropertyJob.
    if (property === 'member_add_mode' && knobs.mexFault === 'hangs') return never<void>();
    await change(chat.id, what, { value: value === 1 });
    // The page sets the number that it was given; the server's own word comes with the next query.
    if (property === 'member_add_mode') chat.groupMetadata?.set({ [attribute]: value });
  },
};

export const GroupQueryJob = {
  /** Throws the server's error for a group that does not exist, or that this account was never in. */
  queryAndUpdateGroupMetadataById: async ({ id }: { id: unknown }) => {
    learnAwaited(String(id));
    if (!Groups.get(id)) throw Object.assign(new MinifiedError('s'), { status: 404 });
  },
  resetGroupInviteCode: async (group: unknown) => ({
    code: String(await chatSocket.request('group-invite', { group: String(group), reset: true })),
  }),
  async queryGroupInvite(code: string) {
    // WAWebGroupsQueryApi.parseGroupSmax
    const wire = (await chatSocket.request('group-query', { code })) as unknown as WireGroup;
    const { subject, creation, desc, announce, restrict = false, owner, participants } = wire;
    const membershipApprovalMode = wire.approval ?? false;
    return {
      membershipApprovalMode,
      ...{ id: createWid(wire.id), subject, creation, desc, announce, restrict, owner: createWid(owner) },
      size: participants.length,
      participants: participants.map(({ id, admin }) => ({
        id: createWid(id),
        isAdmin: admin,
        isSuperAdmin: id === owner,
      })),
    };
  },
};

/** The server's result for a person who cannot be added. */
const REFUSED = { error: '403', invite_code: 'simulated', invite_code_exp: '0' };

export const GroupCreateJob = {
  async createGroup({ title }: { title: string }, participants: { phoneNumber: Wid }[]) {
    const asked = participants.map(({ phoneNumber }) => String(phoneNumber));
    const made = await chatSocket.request('group-create', { subject: title, participants: asked });
    const wire = made as unknown as Changed;
    if (knobs.groupMetadataMs === 0) learnGroup(wire);
    else learnLate(wire);
    return {
      wid: createWid(wire.id),
      subject: wire.subject,
      participants: [
        ...wire.participants.map(({ id }) => ({
          wid: createWid(id),
          type: id === wire.owner ? 'superadmin' : 'participant',
        })),
        ...wire.refused.map((id) => ({ wid: createWid(id), type: 'participant', ...REFUSED })),
      ],
    };
  },
};

export const ExitGroupAction = {
  sendExitGroup: (chat: Chat) => change(chat.id, 'leave', {}),
};

/** WASmaxGroupsAddParticipantsRPC, in the form that whatsapp-web.js reads. */
export const AddParticipantsRPC = {
  async sendAddParticipantsRPC({
    participantArgs,
    iqTo,
  }: {
    participantArgs: { participantJid: string }[];
    iqTo: string;
  }) {
    const participants = participantArgs.map(({ participantJid }) => String(createWid(participantJid)));
    const refused = await change(iqTo, 'add', { participants });
    const mixin = {
      name: 'ParticipantRequestCodeCanBeSent',
      value: { error: '403', addRequestCode: 'simulated', addRequestExpiration: 0 },
    };
    return {
      name: 'AddParticipantsResponseSuccess',
      value: {
        addParticipant: participants.map((id) => ({
          addParticipantsParticipantAddedOrNonRegisteredWaUserParticipantErrorLidResponseMixinGroup: {
            value: { addParticipantsParticipantMixins: refused.includes(id) ? mixin : undefined },
          },
        })),
      },
    };
  },
};

/** WAWebGroupInviteJob.joinGroupViaInvite: `asks` is the kind of answer that the caller expects. */
export async function joinGroupViaInvite(invite: string, asks?: boolean): Promise<{ gid: Wid }> {
  const answer = (await chatSocket.request('group-join', { code: invite })) as unknown as
    | WireGroup
    | { requested: string };
  const requested = 'requested' in answer;
  const gid = createWid('requested' in answer ? answer.requested : answer.id);
  if (!('requested' in answer)) learnGroup(answer);
  if (requested !== (asks ?? false))
    throw Object.assign(new MinifiedError('u'), {
      name: 'UnexpectedJoinGroupViaInviteResponse',
      gid,
      membershipApprovalMode: requested,
    });
  return { gid };
}

interface Waiting {
  id: string;
  t: number;
  by: string;
  method: string;
}
/** The table of WAWebApiMembershipApprovalRequestStore. */
const waiting = new Map<string, Waiting[]>();

export const GroupGetMembershipApprovalRequestsJob = {
  async queryAndUpdateGroupMembershipApprovalRequests(group: Wid): Promise<void> {
    const answer = await chatSocket.request('group-asking', { group: String(group) });
    waiting.set(String(group), answer as unknown as Waiting[]);
  },
};

export const ApiMembershipApprovalRequestStore = {
  getMembershipApprovalRequests: async (group: Wid) =>
    (waiting.get(String(group)) ?? []).map(({ id, t, by, method }) => ({
      id: createWid(id),
      t,
      addedBy: createWid(by),
      requestMethod: method,
      parentGroupId: undefined,
    })),
};

export const GroupMembershipRequestsActionJob = {
  MembershipApprovalRequestAction: { Approve: 'Approve', Reject: 'Reject' },
  async membershipApprovalRequestAction(
    group: Wid,
    people: { lid?: Wid; phoneNumber?: Wid }[],
    action: 'Approve' | 'Reject',
  ) {
    const participants = people.map(({ lid, phoneNumber }) => String(lid ?? phoneNumber));
    const unknown = (await chatSocket.request('group-answer', {
      group: String(group),
      participants,
      approve: action === 'Approve',
    })) as string[];
    return participants.map((id) => ({
      wid: createWid(id),
      error: unknown.includes(id)
        ? { name: 'ParticipantRequestNotFound', value: { error: '404' } }
        : undefined,
    }));
  },
};
