/** xmlns `w:g2`: groups. Every change is notified to the members. */
import { child, children, type Node, node, text } from '../wire/nodes.js';
import type { Account } from '../world/account.js';
import { linkGroups, makeCommunity, subGroups } from '../world/community.js';
import type { Group } from '../world/group.js';
import { changeGroup, type GroupChange, refusalOf } from '../world/group-change.js';
import { describe, memberNode, tellGroup } from '../world/group-notice.js';
import { SERVER } from '../world/jid.js';
import type { World } from '../world/world.js';
import { type Asker, type Handler, type Handlers, Refusal } from './request.js';

const NOT_FOUND = new Refusal(404, 'item-not-found');
const FORBIDDEN = new Refusal(403, 'forbidden');

/** Numbers of the people that a part names. */
const whom = (world: World, part: Node): string[] =>
  children(part, 'participant').flatMap(({ attrs: { jid = '' } }) => world.registered(jid)?.number ?? []);

const isAdmin = ({ members }: Group, { number }: Account): boolean =>
  (members.get(number) ?? 'member') !== 'member';
/** Whether it may change subject and description (WAWebGroupMetadataModel). */
const describes = (group: Group, account: Account): boolean =>
  isAdmin(group, account) ||
  (group.members.has(account.number) && !group.locked && !group.isCommunity && !group.hasAnnouncements);
const byCode = (world: World, code: string): Group | undefined =>
  [...world.groups.values()].find(({ inviteCode }) => inviteCode === code);

const withSubGroups = (world: World, community: Group | undefined): Group[] =>
  community === undefined ? [] : [community, ...subGroups(world, community)];

const by =
  (
    isAllowed: (group: Group, account: Account) => boolean,
    change: (group: Group, part: Node, asker: Asker) => Node[],
  ): Handler =>
  (asker, part, iq) => {
    const group = asker.world.groups.get(iq.attrs.to ?? '');
    if (group === undefined) return NOT_FOUND;
    return isAllowed(group, asker.account) ? change(group, part, asker) : FORBIDDEN;
  };

/** Of each person the answer says whether it was concerned. */
const members = (what: 'add' | 'remove' | 'promote' | 'demote'): Handler =>
  by(isAdmin, (group, part, { world, account }) => {
    const asked = [...new Set(whom(world, part))];
    const refusals = new Map(asked.map((number) => [number, refusalOf(group, what, number)]));
    const participants = asked.filter((number) => refusals.get(number) === undefined);
    if (participants.length > 0) changeGroup(world, group, account.number, { what, participants });
    const answers = asked.map((number) => {
      const named = memberNode(world, group, number);
      return node(named.tag, { ...named.attrs, error: refusals.get(number) });
    });
    return [node(part.tag, {}, answers)];
  });

const change = (
  isAllowed: (group: Group, account: Account) => boolean,
  read: (part: Node) => GroupChange,
): Handler =>
  by(isAllowed, (group, part, { world, account }) => {
    changeGroup(world, group, account.number, read(part));
    return [];
  });
const setting = (what: 'announce' | 'restrict', value: boolean): Handler =>
  change(isAdmin, () => ({ what, value }));

export const GROUP_REQUESTS: Handlers = {
  'w:g2 set create': ({ world, account }, part) => {
    const description = child(child(part, 'description'), 'body');
    const { subject = '', key } = part.attrs;
    const isCommunity = child(part, 'parent') !== undefined;
    const group = isCommunity
      ? makeCommunity(world, subject, account.number)
      : world.addGroup(subject, account.number, whom(world, part));
    if (description !== undefined) group.description = { id: 'D1', body: text(description) };
    const parent = world.groups.get(child(part, 'linked_parent')?.attrs.jid ?? '');
    if (parent !== undefined) linkGroups(world, parent, [group], account.number);
    const described = describe(world, group);
    if (isCommunity) return [described];
    tellGroup(world, group, account.number, node('create', { type: 'new', key }, [described]));
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
  /** Of a code: the group without its members (WASmaxInGroupsGetInviteGroupInfoResponseSuccess). Else the code of a group. */
  'w:g2 get invite': ({ world, account }, { attrs: { code } }, iq) => {
    if (code !== undefined) {
      const invited = byCode(world, code);
      return invited === undefined ? NOT_FOUND : [describe(world, invited)];
    }
    const group = world.groups.get(iq.attrs.to ?? '');
    if (group === undefined) return NOT_FOUND;
    return isAdmin(group, account) ? [node('invite', { code: group.inviteCode })] : FORBIDDEN;
  },
  /** With a code, the account joins; without, the code of a group is renewed (WAWebGroupInviteJob). */
  'w:g2 set invite': ({ world, account }, { attrs: { code } }, iq) => {
    if (code !== undefined) {
      const invited = byCode(world, code);
      if (invited === undefined) return NOT_FOUND;
      // Who is a member stays what it is.
      if (!invited.members.has(account.number))
        changeGroup(world, invited, account.number, { what: 'add', participants: [account.number] });
      return [node('group', { jid: invited.jid })];
    }
    const group = world.groups.get(iq.attrs.to ?? '');
    if (group === undefined) return NOT_FOUND;
    if (!isAdmin(group, account)) return FORBIDDEN;
    group.renewInvite();
    return [node('invite', { code: group.inviteCode })];
  },
  'w:g2 set add': members('add'),
  'w:g2 set remove': members('remove'),
  'w:g2 set promote': members('promote'),
  'w:g2 set demote': members('demote'),
  'w:g2 set subject': change(describes, (part) => ({ what: 'subject', value: text(part) })),
  'w:g2 set description': change(describes, (part) => ({
    what: 'description',
    value: text(child(part, 'body')),
  })),
  'w:g2 set announcement': setting('announce', true),
  'w:g2 set not_announcement': setting('announce', false),
  'w:g2 set locked': setting('restrict', true),
  'w:g2 set unlocked': setting('restrict', false),
  /** The account means to stay in a group that a stranger has put it into (WAWebSendNotSpamJob). */
  'w:g2 set ack': ({ world }, _part, iq) => (world.groups.has(iq.attrs.to ?? '') ? [] : NOT_FOUND),
  /** Groups, and communities with all of theirs (WAWebGroupExitJob). */
  'w:g2 set leave': ({ world, account }, part, iq) => {
    const asked = children(part, 'group');
    const communities = children(part, 'linked_groups').map(({ attrs }) => attrs.parent_group_jid);
    const left = [
      ...asked.map(({ attrs }) => world.groups.get(`${attrs.id}@g.us`) ?? world.groups.get(attrs.id ?? '')),
      ...communities.flatMap((jid) => withSubGroups(world, world.groups.get(jid ?? ''))),
    ];
    for (const group of left)
      if (group?.members.has(account.number)) changeGroup(world, group, account.number, { what: 'leave' });
    return [
      node('leave', { from: iq.attrs.to ?? SERVER }, [
        ...asked.map(({ attrs }) => node('group', { id: attrs.id })),
        ...communities.map((jid) => node('linked_groups', { parent_group_jid: jid })),
      ]),
    ];
  },
};
