/** xmlns `w:g2`: communities, and the groups that belong to them. */
import { children, type Node, node } from '../wire/nodes.js';
import { nameOf } from '../world/addressing.js';
import { endCommunity, linkGroups, subGroups, unlinkGroups } from '../world/community.js';
import type { Group } from '../world/group.js';
import { subjectOf } from '../world/group-notice.js';
import type { World } from '../world/world.js';
import { type Answer, type Asker, type Handler, type Handlers, Refusal } from './request.js';

const NOT_FOUND = new Refusal(404, 'item-not-found');
const FORBIDDEN = new Refusal(403, 'forbidden');

const inCommunity =
  (who: 'member' | 'admin', act: (community: Group, part: Node, asker: Asker) => Answer): Handler =>
  (asker, part, iq) => {
    const community = asker.world.groups.get(iq.attrs.to ?? '');
    if (community?.isCommunity !== true) return NOT_FOUND;
    const role = community.members.get(asker.account.number);
    if (role === undefined || (who === 'admin' && role === 'member')) return FORBIDDEN;
    return act(community, part, asker);
  };

/** The groups that a part names. */
const groupsIn = (world: World, part: Node | undefined): Group[] =>
  children(part, 'group').flatMap(({ attrs: { jid } }) => world.groups.get(jid ?? '') ?? []);
const byJid = (groups: readonly Group[]): Node[] => groups.map(({ jid }) => node('group', { jid }));

export const COMMUNITY_REQUESTS: Handlers = {
  'w:g2 get sub_groups': inCommunity('member', (community, _part, { world }) => [
    node(
      'sub_groups',
      {},
      subGroups(world, community).map((group) =>
        node(
          'group',
          { id: group.id, creation: String(group.createdAt), ...subjectOf(world, group) },
          group.hasAnnouncements ? [node('default_sub_group')] : [],
        ),
      ),
    ),
  ]),
  /** WASmaxInGroupsGetLinkedGroupsParticipantsResponseSuccess */
  'w:g2 get linked_groups_participants': inCommunity('member', (community, _part, { world }) => {
    const numbers = new Set(subGroups(world, community).flatMap(({ members }) => [...members.keys()]));
    const people = [...numbers].flatMap((number) => world.numbered(number) ?? []);
    const { addressing } = community;
    const participants = people.map((person) =>
      node('participant', {
        jid: nameOf(person, addressing),
        phone_number: addressing === 'lid' ? person.jid : undefined,
      }),
    );
    return [node('linked_groups_participants', {}, participants)];
  }),
  /** WASmaxInGroupsLinkSubGroupsResponseSuccess */
  'w:g2 set links': inCommunity('admin', (community, part, { world, account }) => {
    const [link] = children(part, 'link');
    const groups = groupsIn(world, link);
    linkGroups(world, community, groups, account.number);
    return [node('links', {}, [node('link', { link_type: 'sub_group' }, byJid(groups))])];
  }),
  /** WASmaxInGroupsUnlinkGroupsResponseSuccess */
  'w:g2 set unlink': inCommunity('admin', (community, part, { world, account }) => {
    const groups = groupsIn(world, part).filter(({ parent }) => parent === community);
    unlinkGroups(world, community, groups, account.number);
    return [node('unlink', { unlink_type: 'sub_group' }, byJid(groups))];
  }),
  /** WASmaxInGroupsDeleteParentGroupResponseSuccess */
  'w:g2 set delete_parent': inCommunity('admin', (community, _part, { world, account }) => {
    endCommunity(world, community, account.number);
    return [];
  }),
};
