// Older messages from the phone: implements the port's requests by calling the page. A request belongs to one document.
import type { HistoryPage } from '../../session/page-port.js';
import type { PageRpc } from './page-rpc.js';

export const historyPage = (rpc: PageRpc): HistoryPage => ({
  ask: (chat) => rpc.step('history.fetch', 'history', 'ask', chat),
  answer: (chat, isLast) => rpc.step(null, 'history', 'answer', chat, isLast),
});
