// community.*: lists communities, makes and ends them, and changes their groups.
import type { Handlers } from '../../../protocol/method.js';
import type { communityMethods } from '../../../protocol/methods/community.js';
import type { Account } from '../../account.js';
import { readyClient } from '../ready-client.js';
import { parseGroup } from './group.js';

export function communityHandlers(account: Account): Handlers<typeof communityMethods> {
  const communities = () => readyClient(account).communities;
  return {
    'community.list': (part) => communities().list(part),
    'community.get': ({ community }) => communities().get(parseGroup(community)),
    'community.create': ({ name, description }) => communities().create(name, description ?? null),
    'community.groups': async ({ community, action, groups }) => {
      const id = parseGroup(community);
      return { community: id, ...(await communities().groups(id, action, groups.map(parseGroup))) };
    },
    'community.deactivate': async ({ community }) => {
      const id = parseGroup(community);
      await communities().deactivate(id);
      return { community: id, deactivated: true };
    },
  };
}
