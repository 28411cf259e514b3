/** A community: a group without messages, whose members are those of its groups. One of them has its announcements. */
import { type Node, node } from '../wire/nodes.js';
import type { Group } from './group.js';
import { changeGroup } from './group-change.js';
import { describe, tellGroup } from './group-notice.js';
import type { World } from './world.js';

export const subGroups = (world: World, community: Group): Group[] =>
  [...world.groups.values()].filter(({ parent }) => parent === community);

/** @param creator number of who makes it, and its group of announcements with it */
export function makeCommunity(world: World, subject: string, creator: string): Group {
  const community = world.addGroup(subject, creator, []);
  community.isCommunity = true;
  const announcements = world.addGroup(subject, creator, []);
  announcements.parent = community;
  announcements.hasAnnouncements = true;
  announcements.announcement = true;
  for (const group of [community, announcements])
    tellGroup(world, group, creator, node('create', { type: 'new' }, [describe(world, group)]));
  return community;
}

/** Groups as a link or its end names them (WAWebHandleGroupNotification). */
const named = (groups: readonly Group[]): Node[] =>
  groups.map(({ jid, subject, createdAt }) => node('group', { jid, subject, s_t: String(createdAt) }));

/** @param by number of the admin */
export function linkGroups(world: World, community: Group, groups: readonly Group[], by: string): void {
  const [announcements] = subGroups(world, community).filter(({ hasAnnouncements }) => hasAnnouncements);
  for (const group of groups) {
    group.parent = community;
    for (const whole of [community, announcements]) {
      const participants = [...group.members.keys()].filter((number) => !whole?.members.has(number));
      if (whole !== undefined && participants.length > 0)
        changeGroup(world, whole, by, { what: 'add', participants });
    }
    tellGroup(world, group, by, node('link', { link_type: 'parent_group' }, named([community])));
  }
  tellGroup(world, community, by, node('link', { link_type: 'sub_group' }, named(groups)));
  world.changes.changed();
}

/** @param by number of the admin */
export function unlinkGroups(world: World, community: Group, groups: readonly Group[], by: string): void {
  for (const group of groups) {
    group.parent = undefined;
    tellGroup(world, group, by, node('unlink', { unlink_type: 'parent_group' }, named([community])));
  }
  tellGroup(world, community, by, node('unlink', { unlink_type: 'sub_group' }, named(groups)));
  world.changes.changed();
}

/** Its groups go on without it. @param by number of the admin */
export function endCommunity(world: World, community: Group, by: string): void {
  const groups = subGroups(world, community);
  const attrs = { unlink_type: 'parent_group', unlink_reason: 'delete_parent' };
  for (const group of groups) {
    group.parent = undefined;
    if (group.hasAnnouncements) world.groups.delete(group.jid);
    else tellGroup(world, group, by, node('unlink', attrs, named([community])));
  }
  const reason = { unlink_type: 'sub_group', unlink_reason: 'delete_parent' };
  tellGroup(world, community, by, node('unlink', reason, named(groups)));
  world.groups.delete(community.jid);
  world.changes.changed();
}
