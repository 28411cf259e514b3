// `wactl groups`: lists groups.
import { command } from '../command.js';
import { LISTING, listing, showList } from '../listing.js';
import { renderGroups } from '../render/group.js';
import { rest } from '../render/table.js';

export const groups = command({
  name: 'groups',
  group: 'Chats and people',
  does: 'list groups, by name',
  args: [],
  options: LISTING,
  examples: [['wactl groups -q team', 'by part of the name']],
  async run({ ask, options, show, note, output }) {
    const query = listing(options);
    const answer = await ask('group.list', query);
    const { groups: found, total } = answer;
    const text = renderGroups(found) + rest(found.length, query.offset ?? 0, total);
    showList({ show, note, output }, answer, text, 'no groups');
    return 0;
  },
});
