// `wactl contacts`: lists people.
import { command } from '../command.js';
import { LISTING, listing, showList } from '../listing.js';
import { renderContacts } from '../render/contact.js';
import { rest } from '../render/table.js';

export const contacts = command({
  name: 'contacts',
  group: 'Chats and people',
  does: 'list saved people, by name',
  args: [],
  options: {
    ...LISTING,
    all: { type: 'flag', does: 'also people who are not saved' },
    blocked: { type: 'flag', does: 'only blocked people' },
  },
  examples: [
    ['wactl contacts -q ana', 'by part of a name'],
    ['wactl contacts --blocked', 'blocked people'],
  ],
  async run({ ask, options, show, note, output }) {
    const query = listing(options);
    const { all, blocked } = options;
    const answer = await ask('contact.list', { ...query, ...(all && { all }), ...(blocked && { blocked }) });
    const { contacts: found, total } = answer;
    const text = renderContacts(found) + rest(found.length, query.offset ?? 0, total);
    showList({ show, note, output }, answer, text, 'no contacts');
    return 0;
  },
});
