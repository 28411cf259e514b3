/** A group in GraphQL's form (WAWebMexFetchGroupInfoJob). */
import { nameOf } from '../world/addressing.js';
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

export function groupInfo(world: World, group: Group): object {
  const creator = userOf(world, group, group.creator);
  const at = String(group.createdAt);
  const { description } = group;
  return {
    __typename: 'XWA2Group',
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
      lid_migration_state: { addressing_mode: group.addressing === 'lid' ? 'LID' : 'PHONE_NUMBER' },
      member_add_mode: 'ALL_MEMBER_ADD',
    },
  };
}
