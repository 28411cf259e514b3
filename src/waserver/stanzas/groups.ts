/** xmlns `w:g2`: groups. Every change is notified to the members. */
import { bytes, child, children, type Node, node, text } from '../wire/nodes.js';
import { seconds } from '../world/account.js';
import { nameOf, participantOf } from '../world/addressing.js';
import { messageId } from '../world/content.js';
import type { Group } from '../world/group.js';
import { SERVER } from '../world/jid.js';
import type { World } from '../world/world.js';
import { type Answer, type Asker, type Handler, type Handlers, Refusal } from './request.js';

const NOT_FOUND = new Refusal(404, 'item-not-found');
const FORBIDDEN = new Refusal(403, 'forbidden');

/** In a group by LID the number stands beside the LID, in others the LID beside the number (WAWebHandleGroupNotification). */
function memberNode(world: World, { addressing }: Group, number: string, role?: string): Node {
  const person = world.numbered(number);
  const names =
    addressing === 'lid'
      ? { jid: person?.lidJid, phone_number: person?.jid }
      : { jid: person?.jid, lid: person?.lidJid };
  return node('participant', { ...names, type: role === 'member' ? undefined : role });
}

function describe(world: World, group: Group): Node {
  const { addressing } = group;
  const creator = world.numbered(group.creator);
  const name = creator === undefined ? undefined : nameOf(creator, addressing);
  const number = addressing === 'lid' ? creator?.jid : undefined;
  const at = String(group.createdAt);
  const attrs = {
    ...{ id: group.id, subject: group.subject, creation: at, creator: name, creator_pn: number },
    ...{ s_t: at, s_o: name, s_o_pn: number },
    ...{ addressing_mode: addressing, size: String(group.members.size) },
  };
  const { description } = group;
  return node('group', attrs, [
    ...(description === undefined
      ? []
      : [
          node('description', { id: 'D1', t: at, participant: name, participant_pn: number }, [
            node('body', {}, Buffer.from(description)),
          ]),
        ]),
    ...(group.announcement ? [node('announcement')] : []),
    ...(group.locked ? [node('locked')] : []),
    ...[...group.members].map(([number, role]) => memberNode(world, group, number, role)),
  ]);
}

/** Tells the linked devices of these people of a change. @param by number of who made it */
function tell(world: World, group: Group, by: string, change: Node, numbers: Iterable<string>): void {
  const actor = world.numbered(by);
  const attrs = {
    from: group.jid,
    type: 'w:gp2',
    id: messageId(),
    t: seconds(),
    ...(actor === undefined ? {} : participantOf(actor, group.addressing)),
    notify: actor?.pushname,
  };
  for (const number of numbers)
    for (const device of world.accounts.get(number)?.devices.values() ?? [])
      device.push(node('notification', attrs, [change]));
}

/** Numbers of the people that a part names. */
const whom = (world: World, part: Node): string[] =>
  children(part, 'participant').flatMap(({ attrs: { jid = '' } }) => world.registered(jid)?.number ?? []);

type Change = (group: Group, part: Node, asker: Asker) => Answer;

/** A change that only admins make. Everybody who was in the group before, or is now, is notified. */
const byAdmin =
  (change: Change): Handler =>
  (asker, part, iq) => {
    const { world, account } = asker;
    const group = world.groups.get(iq.attrs.to ?? '');
    if (group === undefined) return NOT_FOUND;
    if ((group.members.get(account.number) ?? 'member') === 'member') return FORBIDDEN;
    const before = [...group.members.keys()];
    const answer = change(group, part, asker);
    tell(world, group, account.number, node(part.tag, part.attrs, part.content), [
      ...new Set([...before, ...group.members.keys()]),
    ]);
    world.changes.changed();
    return answer;
  };

const members =
  (change: (group: Group, number: string) => void): Change =>
  (group, part, { world }) => {
    const numbers = whom(world, part);
    for (const number of numbers) change(group, number);
    return [
      node(
        part.tag,
        {},
        numbers.map((number) => memberNode(world, group, number)),
      ),
    ];
  };

const setting = (change: (group: Group) => void): Handler =>
  byAdmin((group) => {
    change(group);
    return [];
  });

export const GROUP_REQUESTS: Handlers = {
  'w:g2 set create': ({ world, account }, part) => {
    const group = world.addGroup(part.attrs.subject ?? '', account.number, whom(world, part));
    const description = child(child(part, 'description'), 'body');
    if (description !== undefined) group.description = text(description);
    const described = describe(world, group);
    const created = node('create', { type: 'new', key: part.attrs.key }, [described]);
    tell(world, group, account.number, created, group.members.keys());
    return [described];
  },
  'w:g2 get query': ({ world, account }, _part, iq) => {
    const group = world.groups.get(iq.attrs.to ?? '');
    if (group === undefined) return NOT_FOUND;
    return group.members.has(account.number) ? [describe(world, group)] : FORBIDDEN;
  },
  'w:g2 get participating': ({ world, account }) => {
    const mine = [...world.groups.values()].filter(({ members: all }) => all.has(account.number));
    return [
      node(
        'groups',
        {},
        mine.map((group) => describe(world, group)),
      ),
    ];
  },
  'w:g2 set add': byAdmin(members((group, number) => group.members.set(number, 'member'))),
  'w:g2 set remove': byAdmin(members((group, number) => group.members.delete(number))),
  'w:g2 set promote': byAdmin(members((group, number) => group.members.set(number, 'admin'))),
  'w:g2 set demote': byAdmin(members((group, number) => group.members.set(number, 'member'))),
  'w:g2 set subject': byAdmin((group, part) => {
    group.subject = text(part);
    return [];
  }),
  'w:g2 set description': byAdmin((group, part) => {
    const body = child(part, 'body');
    group.description = body === undefined ? undefined : bytes(body).toString();
    return [];
  }),
  'w:g2 set announcement': setting((group) => {
    group.announcement = true;
  }),
  'w:g2 set not_announcement': setting((group) => {
    group.announcement = false;
  }),
  'w:g2 set locked': setting((group) => {
    group.locked = true;
  }),
  'w:g2 set unlocked': setting((group) => {
    group.locked = false;
  }),
  'w:g2 set leave': ({ world, account }, part, iq) => {
    const asked = children(part, 'group');
    for (const { attrs } of asked) {
      const group = world.groups.get(`${attrs.id}@g.us`) ?? world.groups.get(attrs.id ?? '');
      if (group === undefined) continue;
      const left = node('remove', {}, [memberNode(world, group, account.number)]);
      tell(world, group, account.number, left, group.members.keys());
      group.members.delete(account.number);
    }
    world.changes.changed();
    return [
      node(
        'leave',
        { from: iq.attrs.to ?? SERVER },
        asked.map(({ attrs }) => node('group', { id: attrs.id })),
      ),
    ];
  },
};
