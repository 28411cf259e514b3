// `wactl chats`: lists chats.
import { command } from '../command.js';
import { LISTING, listing, showList } from '../listing.js';
import { renderChats } from '../render/chat.js';
import { rest } from '../render/table.js';

export const chats = command({
  name: 'chats',
  group: 'Chats and people',
  does: 'list chats, newest message first',
  args: [],
  options: {
    ...LISTING,
    unread: { type: 'flag', does: 'only chats with unread messages' },
    archived: { type: 'flag', does: 'only archived chats' },
    'with-label': { type: 'text', value: 'LABEL', does: 'only chats with this label: name or id' },
  },
  examples: [
    ['wactl chats --unread', 'unread chats'],
    ["wactl -o json chats | jq -r '.chats[].id'", 'their ids'],
  ],
  async run({ ask, options, show, note, output }) {
    const query = listing(options);
    const { unread, archived, 'with-label': label } = options;
    const answer = await ask('chat.list', {
      ...query,
      ...(unread && { unread }),
      ...(archived && { archived }),
      ...(label !== undefined && { label }),
    });
    const { chats: found, total } = answer;
    const text = renderChats(found) + rest(found.length, query.offset ?? 0, total);
    showList({ show, note, output }, answer, text, 'no chats');
    return 0;
  },
});
