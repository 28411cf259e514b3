/** Changes a group, and sends everybody in it the notice: a message of type `gp2`. */
import type { Account } from './account.js';
import type { Group } from './group.js';
import { messageId } from './message-id.js';
import { siblingOf, type World } from './world.js';

export type GroupChange =
  | { what: 'add' | 'remove' | 'promote' | 'demote'; participants: string[] }
  | { what: 'leave' }
  | { what: 'subject' | 'description'; value: string }
  /** after how many seconds new messages disappear */
  | { what: 'ephemeral'; value: number }
  | { what: 'announce' | 'restrict' | 'membership_approval_mode' | 'member_add_mode'; value: boolean };

/** Notices of what is no change of the group's own data. */
type Notice =
  | { what: 'create' | 'picture' | 'sub_group_link' | 'sub_group_unlink' | 'membership_approval_request' }
  | { what: 'invite' | 'created_membership_requests'; participants: string[] };

/** The accounts of this simulator that are in a group. */
export const accountsIn = (world: World, group: Group): Account[] =>
  [...world.accounts.values()].filter(({ me }) => group.has(me.pn, me.lid));

/** Changes the group, and notifies the accounts that are or were in it. `by` is one of its people. */
export function changeGroup(world: World, group: Group, by: string, change: GroupChange): void {
  const before = accountsIn(world, group);
  const { wire } = group;
  const same = (a: string, b: string): boolean => a === b || siblingOf(world, a) === b;
  const named = (id: string): boolean =>
    'participants' in change && change.participants.some((one) => same(one, id));
  switch (change.what) {
    case 'add':
      for (const id of change.participants)
        if (!wire.participants.some((one) => same(one.id, id))) wire.participants.push({ id, admin: false });
      break;
    case 'remove':
      wire.participants = wire.participants.filter(({ id }) => !named(id));
      break;
    case 'leave':
      wire.participants = wire.participants.filter(({ id }) => !same(id, by));
      break;
    case 'promote':
    case 'demote':
      for (const one of wire.participants) if (named(one.id)) one.admin = change.what === 'promote';
      break;
    case 'subject':
      wire.subject = change.value;
      break;
    case 'description':
      wire.desc = change.value;
      break;
    case 'ephemeral':
      wire.ephemeral = change.value;
      break;
    case 'announce':
      wire.announce = change.value;
      break;
    case 'restrict':
      wire.restrict = change.value;
      break;
    case 'membership_approval_mode':
      wire.approval = change.value;
      break;
    case 'member_add_mode':
      wire.adminsAdd = !change.value;
  }
  tellGroup(world, group, by, change, new Set([...before, ...accountsIn(world, group)]));
}

/**
 * Sends every account that is or was in the group its new state, then the notice. Joining by a link is
 * reported as `invite`, and a new group as `create`, with its name (WAWebGroupSystemMsg).
 */
export function tellGroup(
  world: World,
  group: Group,
  by: string,
  change: GroupChange | Notice,
  to: Iterable<Account> = accountsIn(world, group),
): void {
  const recipients = 'participants' in change ? change.participants : change.what === 'leave' ? [by] : [];
  for (const account of to) {
    account.push({ kind: 'group', group: group.wire });
    account.enter({
      id: messageId.ios(),
      chat: group.id,
      from: group.id,
      to: account.me.pn,
      fromMe: account.is(by),
      type: 'gp2',
      t: Math.floor(Date.now() / 1000),
      author: by,
      ...('value' in change && typeof change.value === 'string' ? { body: change.value } : {}),
      ...(change.what === 'create' ? { body: group.wire.subject } : {}),
      extra: { subtype: change.what, recipients },
    });
  }
}
