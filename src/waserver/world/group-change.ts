/** Changes a group, and tells everybody who was in it before or is now. */
import { type Node, node } from '../wire/nodes.js';
import { messageId } from './content.js';
import type { Group } from './group.js';
import { descriptionOf, memberNode, subjectOf, tellGroup } from './group-notice.js';
import type { World } from './world.js';

export type GroupChange =
  /** numbers */
  | { readonly what: 'add' | 'remove' | 'promote' | 'demote'; readonly participants: readonly string[] }
  | { readonly what: 'leave' }
  | { readonly what: 'subject' | 'description'; readonly value: string }
  | { readonly what: 'announce' | 'restrict'; readonly value: boolean };

/**
 * Why a change does not concern a person: 409 for a member who is added, 404 for others who are no members, 406 for the one who has made
 * the group (WASmaxInGroupsParticipantConflictMixin, WASmaxInGroupsParticipantNotInGroupMixin,
 * WASmaxInGroupsPromoteDemoteResponseSuccessDemote).
 */
export function refusalOf(
  { members }: Group,
  what: 'add' | 'remove' | 'promote' | 'demote',
  number: string,
): '404' | '406' | '409' | undefined {
  const role = members.get(number);
  if (what === 'add') return role === undefined ? undefined : '409';
  if (role === undefined) return '404';
  return role === 'superadmin' ? '406' : undefined;
}

/** Makes the change. @returns the notice of it */
function apply(world: World, group: Group, by: string, change: GroupChange): Node {
  const { members } = group;
  const notice = (tag: string, numbers: readonly string[]): Node =>
    node(
      tag,
      {},
      numbers.map((number) => memberNode(world, group, number)),
    );
  switch (change.what) {
    case 'add':
    case 'demote':
      for (const number of change.participants) members.set(number, 'member');
      return notice(change.what, change.participants);
    case 'promote':
      for (const number of change.participants) members.set(number, 'admin');
      return notice('promote', change.participants);
    case 'remove':
      for (const number of change.participants) members.delete(number);
      return notice('remove', change.participants);
    case 'leave':
      members.delete(by);
      return notice('remove', [by]);
    case 'subject':
      group.subject = change.value;
      return node('subject', subjectOf(world, group));
    case 'description': {
      const id = messageId();
      group.description = change.value === '' ? undefined : { id, body: change.value };
      return descriptionOf(world, group)[0] ?? node('description', { id }, [node('delete')]);
    }
    case 'announce':
      group.announcement = change.value;
      return node(change.value ? 'announcement' : 'not_announcement');
    case 'restrict':
      group.locked = change.value;
      return node(change.value ? 'locked' : 'unlocked');
  }
}

/** @param by number of who makes it */
export function changeGroup(world: World, group: Group, by: string, change: GroupChange): void {
  const before = [...group.members.keys()];
  const notice = apply(world, group, by, change);
  tellGroup(world, group, by, notice, new Set([...before, ...group.members.keys()]));
  world.changes.changed();
}
