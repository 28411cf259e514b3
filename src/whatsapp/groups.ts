// Groups: the port's questions, put to the page.
import type { GroupPage } from '../session/page-port.js';
import type { Kit } from './kit.js';

export const groupPage = (kit: Kit): GroupPage => ({
  list: (query) => kit.look('group.list', 'groups', 'list', query),
  get: (group) => kit.look('group.list', 'groups', 'get', group),
  create: (name, people) => kit.act('group.create', 'groups', 'create', name, people),
  participants: (group, action, people) =>
    kit.act('group.admin', 'groups', 'participants', group, action, people),
  update: (group, changes) => kit.act('group.admin', 'groups', 'update', group, changes),
  invite: (group, reset) => kit.act('group.invite', 'groups', 'invite', group, reset),
  leave: (group) => kit.act('group.leave', 'groups', 'leave', group),
});
