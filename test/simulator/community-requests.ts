/** The requests of a page about communities. A community is a group, and its groups name it. */
import { Group } from './group.js';
import { changeGroup, tellGroup } from './group-change.js';
import { type Asked, type Questions, Refusal, word, wordsOf } from './request.js';
import type { World } from './world.js';

/** The community, and this account's own id in it. Refuses anyone but an admin. */
function led({ world, connection }: Asked, id: string): { community: Group; me: string } {
  const community = world.groups.get(id);
  const own = connection.device?.account.me;
  const mine = community?.wire.participants.find((one) => one.id === own?.pn || one.id === own?.lid);
  if (!community?.wire.isCommunity) throw new Refusal(404, 'item-not-found');
  if (!mine?.admin) throw new Refusal(403, 'forbidden');
  return { community, me: mine.id };
}

/** Everybody in a group of a community gets its announcements, as WhatsApp's help pages say. */
function admit(world: World, community: string, by: string, people: Group): void {
  const all = [...world.groups.values()];
  const announcements = all.find(({ wire }) => wire.community === community && wire.announcements);
  if (!announcements) return;
  const participants = people.wire.participants.map(({ id }) => id).filter((id) => !announcements.has(id));
  if (participants.length > 0) changeGroup(world, announcements, by, { what: 'add', participants });
}

export const COMMUNITY_QUESTIONS: Questions = {
  'community-create': ({ world, connection }, args) => {
    const me = connection.device?.account.me;
    if (!me) throw new Refusal(401, 'not-authorized');
    const common = { subject: word(args.name), participants: [me.pn], owner: me.pn, announce: true };
    const community = new Group({ ...common, isCommunity: true });
    if (args.desc !== undefined) community.wire.desc = word(args.desc);
    const announcements = new Group({ ...common, community: community.id, announcements: true });
    for (const group of [community, announcements]) {
      world.groups.set(group.id, group);
      tellGroup(world, group, me.pn, { what: 'create' });
    }
    return { ...community.wire };
  },

  'community-query': ({ world }, args) =>
    [...world.groups.values()]
      .filter(({ wire }) => wire.community === word(args.community))
      .map(({ wire }) => ({ ...wire })),

  /** The groups that were refused, with the server's codes. */
  'community-groups': (asked, args) => {
    const { world } = asked;
    const { community, me } = led(asked, word(args.community));
    return wordsOf(args.groups).flatMap((id) => {
      const group = world.groups.get(id);
      if (!group) return [{ jid: id, error: 404 }];
      if (!group.wire.participants.some((one) => one.id === me && one.admin))
        return [{ jid: id, error: 403 }];
      if (args.link === true && group.wire.community !== undefined) return [{ jid: id, error: 409 }];
      if (args.link === true) {
        admit(world, community.id, me, group);
        group.wire.community = community.id;
      } else delete group.wire.community;
      tellGroup(world, group, me, { what: args.link === true ? 'sub_group_link' : 'sub_group_unlink' });
      return [];
    });
  },

  'community-delete': (asked, args) => {
    const { world } = asked;
    const { community, me } = led(asked, word(args.community));
    world.groups.delete(community.id);
    for (const group of world.groups.values())
      if (group.wire.community === community.id) {
        delete group.wire.community;
        tellGroup(world, group, me, { what: 'sub_group_unlink' });
      }
    return null;
  },
};
