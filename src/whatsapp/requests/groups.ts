// Groups: implements the port's requests by calling the page.
import type { GroupPage } from '../../session/page-port.js';
import type { PageRpc } from './page-rpc.js';

export const groupPage = (rpc: PageRpc): GroupPage => ({
  list: (query) => rpc.look('group.list', 'groups', 'list', query),
  get: (group) => rpc.look('group.list', 'groups', 'get', group),
  create: (name, people) => rpc.act('group.create', 'groups', 'create', name, people),
  participants: (group, action, people) =>
    rpc.act('group.admin', 'groups', 'participants', group, action, people),
  update: (group, changes) => rpc.act('group.admin', 'groups', 'update', group, changes),
  invite: (group, reset) => rpc.act('group.invite', 'groups', 'invite', group, reset),
  tag: (group, tag) => rpc.act('group.tag', 'groups', 'tag', group, tag),
  leave: (group) => rpc.act('group.leave', 'groups', 'leave', group),
});
