/** A group in GraphQL's form (WAWebMexFetchGroupInfoJob). */
import { nameOf } from '../world/addressing.js';
import { subGroups } from '../world/community.js';
import type { Group, Role } from '../world/group.js';
import type { World } from '../world/world.js';

const ROLES: Readonly<Record<Role, string>> = {
  member: 'MEMBER',
  admin: 'ADMIN_MEMBER',
  superadmin: 'SUPERADMIN_MEMBER',
};

function userOf(world: World, { addressing }: Group, number: string): object | null {
  const person = world.numbered(number);
  if (person === undefined) return null;
  const other = addressing === 'lid' ? { pn: person.jid } : { lid: person.lidJid };
  return { id: nameOf(person, addressing), ...other, display_name: null };
}

function typeOf({ isCommunity, hasAnnouncements, parent }: Group): string {
  if (isCommunity) return 'XWA2CommunityGroup';
  if (hasAnnouncements) return 'XWA2CommunityDefaultSubGroup';
  return parent === undefined ? 'XWA2Group' : 'XWA2CommunitySubGroup';
}

/** The groups of a community (WAWebMexFetchAllSubgroupsJob). */
export function subGroupInfo(world: World, community: Group): object {
  const all = subGroups(world, community).map((group) => ({
    __typename: typeOf(group),
    id: group.jid,
    subject: { value: group.subject, creation_time: String(group.createdAt) },
    properties: { general_chat: false, hidden_group: false, membership_approval_mode_enabled: false },
    membership_approval_requests: { total_count: 0 },
    isDefault: group.hasAnnouncements,
  }));
  return {
    id: community.jid,
    default_sub_group: all.find(({ isDefault }) => isDefault) ?? null,
    sub_groups: { edges: all.filter(({ isDefault }) => !isDefault).map((node) => ({ node })) },
  };
}

export function groupInfo(world: World, group: Group): object {
  const creator = userOf(world, group, group.creator);
  const at = String(group.createdAt);
  const { description } = group;
  return {
    __typename: typeOf(group),
    id: group.jid,
    creation_time: at,
    creator,
    subject: { value: group.subject, creation_time: at, creator },
    description:
      description === undefined
        ? null
        : { id: description.id, value: description.body, creation_time: at, creator },
    participants: {
      edges: [...group.members].flatMap(([number, role]) => {
        const node = userOf(world, group, number);
        return node === null ? [] : [{ node, role: ROLES[role] }];
      }),
      participants_phash_match: false,
    },
    state: 'ACTIVE',
    total_participants_count: group.members.size,
    missing_participant_identification: false,
    properties: {
      announcement: group.announcement,
      locked: group.locked,
      parent_group_jid: group.parent?.jid ?? null,
      lid_migration_state: { addressing_mode: group.addressing === 'lid' ? 'LID' : 'PHONE_NUMBER' },
      member_add_mode: 'ALL_MEMBER_ADD',
    },
  };
}
