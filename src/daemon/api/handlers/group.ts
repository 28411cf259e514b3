// group.*: lists, creates and changes groups.
import { Fault } from '../../../protocol/fault.js';
import { inviteLink } from '../../../protocol/invite.js';
import type { Handlers } from '../../../protocol/method.js';
import type { groupMethods } from '../../../protocol/methods/group.js';
import { type ChatId, isGroupId, parseRecipient } from '../../../protocol/wid.js';
import type { Account } from '../../account.js';
import { parsePerson } from '../parse-person.js';
import { readyClient } from '../ready-client.js';

/** @throws Fault invalid_recipient */
export function parseGroup(text: string): ChatId {
  const id = parseRecipient(text);
  if (isGroupId(id)) return id;
  throw new Fault('invalid_recipient', {
    reason: `${id} is not a group: the id of a group ends in @g.us.`,
    hint: 'wactl groups',
  });
}

export function groupHandlers(account: Account): Handlers<typeof groupMethods> {
  const groups = () => readyClient(account).groups;
  return {
    'group.list': (query) => groups().list(query),
    'group.get': ({ group }) => groups().get(parseGroup(group)),
    'group.create': ({ name, participants }) => groups().create(name, participants.map(parsePerson)),
    'group.participants': ({ group, action, participants }) =>
      groups().participants(parseGroup(group), action, participants.map(parsePerson)),
    'group.update': ({ group, ...changes }) => groups().update(parseGroup(group), changes),
    'group.invite': async ({ group, reset = false }) => {
      const id = parseGroup(group);
      const { code } = await groups().invite(id, reset);
      return { group: id, code, link: inviteLink('group', code) };
    },
    'group.tag': async ({ group, tag }) => {
      const id = parseGroup(group);
      return { group: id, ...(await groups().tag(id, tag)) };
    },
    'group.leave': async ({ group }) => {
      const id = parseGroup(group);
      return { group: id, ...(await groups().leave(id)) };
    },
  };
}
