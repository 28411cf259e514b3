// Joining groups, requests to join and pictures of groups: implements the port's requests by calling the page.
import type { GroupJoinPage } from '../../session/page-port.js';
import type { PageRpc } from './page-rpc.js';

export const groupJoinPage = (rpc: PageRpc): GroupJoinPage => ({
  preview: (code) => rpc.look('group.join', 'joining', 'preview', code),
  join: (code) => rpc.act('group.join', 'joining', 'join', code),
  requests: (group, part) => rpc.look('group.requests', 'joining', 'requests', group, part),
  answer: (group, action, people) => rpc.act('group.requests', 'joining', 'answer', group, action, people),
  picture: (group, picture) => rpc.act('group.picture', 'joining', 'picture', group, picture),
});
