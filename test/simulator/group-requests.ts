/** The requests of a page about joining groups and about their pictures. */
import type { Group } from './group.js';
import { changeGroup, tellGroup } from './group-change.js';
import { type Asked, type Questions, Refusal, word, wordsOf } from './request.js';
import type { Json } from './wire.js';
import { siblingOf, type World } from './world.js';

/** Returns the group of an invitation. */
function invitedTo(world: World, code: string): Group {
  const group = [...world.groups.values()].find((one) => one.inviteCode === code);
  if (!group) throw new Refusal(406, 'not-acceptable');
  return group;
}

/** Records that a person wants to join, and notifies the admins. `by`: the member who wants to add them. */
export function askToJoin(world: World, group: Group, id: string, by?: string): void {
  group.asking.set(id, {
    t: Math.floor(Date.now() / 1000),
    by: by ?? id,
    method: by ? 'NonAdminAdd' : 'InviteLink',
  });
  tellGroup(
    world,
    group,
    by ?? id,
    by
      ? { what: 'created_membership_requests', participants: [id] }
      : { what: 'membership_approval_request' },
  );
}

/** The group, and this account's own id in it. Refuses anyone but an admin. */
function led({ world, connection }: Asked, id: string): { group: Group; me: string } {
  const group = world.groups.get(id);
  const own = connection.device?.account.me;
  const mine = group?.wire.participants.find((one) => one.id === own?.pn || one.id === own?.lid);
  if (!group || !mine) throw new Refusal(404, 'item-not-found');
  if (!mine.admin) throw new Refusal(403, 'forbidden');
  return { group, me: mine.id };
}

export const GROUP_QUESTIONS: Questions = {
  'group-query': ({ world }, args) => ({ ...invitedTo(world, word(args.code)).wire }),

  /** The group, or its id alone when an admin must approve whoever joins. */
  'group-join': ({ world, connection }, args) => {
    const group = invitedTo(world, word(args.code));
    const me = connection.device?.account.me;
    if (!me) throw new Refusal(401, 'not-authorized');
    if (group.wire.approval && !group.has(me.pn, me.lid)) {
      askToJoin(world, group, me.pn);
      return { requested: group.id };
    }
    if (!group.has(me.pn, me.lid)) group.wire.participants.push({ id: me.pn, admin: false });
    tellGroup(world, group, me.pn, { what: 'invite', participants: [me.pn] });
    return { ...group.wire };
  },

  'group-asking': (asked, args) =>
    [...led(asked, word(args.group)).group.asking].map(([id, { t, by, method }]) => ({ id, t, by, method })),

  /** The ids of those who had not asked. */
  'group-answer': (asked, args) => {
    const { world } = asked;
    const { group, me } = led(asked, word(args.group));
    const unknown: Json[] = [];
    const admitted: string[] = [];
    for (const id of wordsOf(args.participants)) {
      const own = [id, siblingOf(world, id)].find((one) => group.asking.delete(one));
      if (own === undefined) unknown.push(id);
      else admitted.push(own);
    }
    if (args.approve === true && admitted.length > 0)
      changeGroup(world, group, me, { what: 'add', participants: admitted });
    return unknown;
  },

  'group-picture': ({ world, connection }, args) => {
    const me = connection.device?.account.me;
    const group = world.groups.get(word(args.group));
    const mine = group?.wire.participants.find(({ id }) => id === me?.pn || id === me?.lid);
    if (!group || !mine) throw new Refusal(404, 'item-not-found');
    if (group.wire.restrict && !mine.admin) throw new Refusal(403, 'forbidden');
    group.picture = args.picture === null ? null : word(args.picture);
    tellGroup(world, group, mine.id, { what: 'picture' });
    return null;
  },
};
