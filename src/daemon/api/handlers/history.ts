// history.fetch: reads older messages of a chat.
import type { Handlers } from '../../../protocol/method.js';
import type { historyMethods } from '../../../protocol/methods/history.js';
import { parseRecipient } from '../../../protocol/wid.js';
import type { Store } from '../../../store/store.js';
import type { Account } from '../../account.js';
import { namedMessage } from '../../incoming/message-lookup.js';
import { readyClient } from '../ready-client.js';

const COUNT = 50;

export function historyHandlers(account: Account, store: Store): Handlers<typeof historyMethods> {
  return {
    'history.fetch': async ({ chat, count = COUNT, before }, { signal }) => {
      const { id } = await readyClient(account).chats.get(parseRecipient(chat));
      const edge = before === undefined ? null : namedMessage(store, before).ref;
      const to = parseRecipient(id);
      return { chat: id, ...(await account.incoming.history.fetch(to, count, edge, signal)) };
    },
  };
}
