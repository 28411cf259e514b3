// Statuses of others: implements the port's requests by calling the page, and translates messages to our types.
import type { StatusPage } from '../../session/page-port.js';
import type { LibraryClient } from '../library/library.js';
import { messagesIn, readMessages } from '../library/readable.js';
import type { PageRpc } from './page-rpc.js';

export const statusPage = (rpc: PageRpc, client: LibraryClient): StatusPage => ({
  list: (part) => rpc.look('status.list', 'statuses', 'list', part),
  async get(contact) {
    const told = await rpc.look('status.list', 'statuses', 'get', contact);
    return { ...told, messages: readMessages(messagesIn(client, told.messages)) };
  },
  see: (contact) => rpc.act('status.see', 'statuses', 'see', contact),
});
