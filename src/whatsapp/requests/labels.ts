// Labels: implements the port's requests by calling the page.
import type { LabelPage } from '../../session/page-port.js';
import type { PageRpc } from './page-rpc.js';

export const labelPage = (rpc: PageRpc): LabelPage => ({
  list: (part) => rpc.look('label.list', 'labels', 'list', part),
  create: (of) => rpc.act('label.change', 'labels', 'create', of),
  update: (label, changes) => rpc.act('label.change', 'labels', 'update', label, changes),
  remove: (label) => rpc.act('label.change', 'labels', 'remove', label),
  async assign(label, chat, assigned) {
    await rpc.act('label.assign', 'labels', 'assign', label, chat, assigned);
    return rpc.look('chat.list', 'chats', 'get', chat);
  },
});
