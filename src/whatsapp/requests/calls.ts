// Calls: implements the port's requests by calling the page.
import type { CallPage } from '../../session/page-port.js';
import type { PageRpc } from './page-rpc.js';

export const callPage = (rpc: PageRpc): CallPage => ({
  reject: (id) => rpc.act('calls.reject', 'calls', 'reject', id),
});
