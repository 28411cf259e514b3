/** What the members of a group are told of it, in the forms that the page reads (WAWebHandleGroupNotification). */
import { type Attributes, type Node, node } from '../wire/nodes.js';
import { seconds } from './account.js';
import { nameOf, participantOf } from './addressing.js';
import { messageId } from './content.js';
import type { Group } from './group.js';
import type { World } from './world.js';

/** In a group by LID the number stands beside the LID, in others the LID beside the number. */
export function memberNode(world: World, { addressing }: Group, number: string, role?: string): Node {
  const person = world.numbered(number);
  const names =
    addressing === 'lid'
      ? { jid: person?.lidJid, phone_number: person?.jid }
      : { jid: person?.jid, lid: person?.lidJid };
  return node('participant', { ...names, type: role === 'member' ? undefined : role });
}

/** Subject, with who gave it; `name` is the attribute that the LID or the number is in. */
function owner(world: World, { creator, addressing }: Group, name: string): Attributes {
  const person = world.numbered(creator);
  if (person === undefined) return {};
  return {
    [name]: nameOf(person, addressing),
    [`${name}_pn`]: addressing === 'lid' ? person.jid : undefined,
  };
}

export const subjectOf = (world: World, group: Group): Attributes => ({
  subject: group.subject,
  s_t: String(group.createdAt),
  ...owner(world, group, 's_o'),
});

export function descriptionOf(world: World, group: Group): Node[] {
  const { description, createdAt } = group;
  if (description === undefined) return [];
  const attrs = { id: description.id, t: String(createdAt), ...owner(world, group, 'participant') };
  return [node('description', attrs, [node('body', {}, Buffer.from(description.body))])];
}

/** All of a group (WASmaxInGroupsGroupInfoMixin). */
export function describe(world: World, group: Group): Node {
  const attrs = {
    id: group.id,
    creation: String(group.createdAt),
    ...subjectOf(world, group),
    ...owner(world, group, 'creator'),
    ...{ addressing_mode: group.addressing, size: String(group.members.size) },
  };
  return node('group', attrs, [
    ...descriptionOf(world, group),
    ...(group.announcement ? [node('announcement')] : []),
    ...(group.locked ? [node('locked')] : []),
    ...(group.isCommunity ? [node('parent', { default_membership_approval_mode: 'request_required' })] : []),
    ...(group.parent === undefined ? [] : [node('linked_parent', { jid: group.parent.jid })]),
    ...(group.hasAnnouncements ? [node('default_sub_group')] : []),
    ...[...group.members].map(([number, role]) => memberNode(world, group, number, role)),
  ]);
}

/** Tells the linked devices of these people of a change. @param by number of who made it */
export function tellGroup(
  world: World,
  group: Group,
  by: string,
  change: Node,
  numbers: Iterable<string> = group.members.keys(),
): void {
  const actor = world.numbered(by);
  const attrs = {
    ...{ from: group.jid, type: 'w:gp2', id: messageId(), t: seconds() },
    ...(actor === undefined ? {} : participantOf(actor, group.addressing)),
    notify: actor?.pushname,
  };
  for (const number of numbers)
    for (const device of world.accounts.get(number)?.devices.values() ?? [])
      device.push(node('notification', attrs, [change]));
}

/** WAWebHandleProfilePicNotification. @param by number of who has changed it */
export function tellGroupPicture(
  world: World,
  { jid, picture, addressing, members }: Group,
  by: string,
): void {
  const actor = world.numbered(by);
  const author = actor === undefined ? undefined : nameOf(actor, addressing);
  const what =
    picture === null ? node('delete', { jid, author }) : node('set', { jid, id: picture.id, author });
  const attrs = { from: jid, type: 'picture', id: messageId(), t: seconds(), notify: actor?.pushname };
  for (const number of members.keys())
    for (const device of world.accounts.get(number)?.devices.values() ?? [])
      device.push(node('notification', attrs, [what]));
}
