// Communities: implements the port's requests by calling the page.
import type { CommunityPage } from '../../session/page-port.js';
import type { PageRpc } from './page-rpc.js';

export const communityPage = (rpc: PageRpc): CommunityPage => ({
  list: (part) => rpc.look('community.list', 'communities', 'list', part),
  get: (community) => rpc.look('community.list', 'communities', 'get', community),
  create: (name, description) => rpc.act('community.admin', 'communities', 'create', name, description),
  groups: (community, action, groups) =>
    rpc.act('community.admin', 'communities', 'groups', community, action, groups),
  deactivate: (community) => rpc.act('community.admin', 'communities', 'deactivate', community),
});
