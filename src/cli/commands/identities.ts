// `wactl identities`: lists number and LID of people.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { LISTING, listing, showList } from '../listing.js';
import { renderIdentities } from '../render/contact.js';
import { rest } from '../render/table.js';

export const identities = command({
  name: 'identities',
  group: 'Chats and people',
  does: 'list number and LID of people',
  notes:
    'Every person on WhatsApp has a number and a LID, and may write from either. Lists what WhatsApp Web knows, without\n' +
    'asking WhatsApp; `wactl contact check` asks.',
  args: [
    {
      name: 'CONTACT',
      required: false,
      rest: true,
      does: 'phone number with country code, ...@c.us or ...@lid; everybody when left out',
    },
  ],
  options: { limit: LISTING.limit, offset: LISTING.offset },
  examples: [
    ['wactl identities', 'everybody, by number'],
    ['wactl identities 91000015550002222@lid', 'who is it?'],
  ],
  async run({ ask, args, options, show, note, output }) {
    if (args.length > 1000)
      throw new Fault('usage', {
        reason: 'identities: 1000 people at most',
        hint: 'wactl identities --help',
      });
    const part = listing(options);
    const answer = await ask('contact.identities', {
      ...(args.length > 0 && { contacts: [...args], limit: args.length }),
      ...part,
    });
    const { people, total } = answer;
    const text = renderIdentities(people) + rest(people.length, part.offset ?? 0, total);
    showList({ show, note, output }, answer, text, 'nobody');
    return 0;
  },
});
