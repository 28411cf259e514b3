// `wactl statuses`: the statuses of others.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { showList } from '../listing.js';
import { namesFor } from '../names.js';
import { renderMessages } from '../render/chat.js';
import { renderStatuses } from '../render/statuses.js';

export const statuses = command({
  name: 'statuses',
  group: 'Chats and people',
  does: 'list who has posted statuses, or the statuses of one person',
  notes:
    'Nothing is marked as seen without --seen. Statuses are not read in the first ten minutes of a link\n' +
    '(`statuses.readAfterMs`). The KEY names one for media.',
  args: [{ name: 'PERSON', required: false, does: 'phone number with country code, or id' }],
  options: { seen: { type: 'flag', does: 'mark the statuses of PERSON as seen' } },
  examples: [
    ['wactl statuses', 'who has posted one'],
    ["wactl statuses '+55 11 90000-0002'", 'the statuses of a person'],
  ],
  async run({ ask, args: [contact], options: { seen }, show, note, output }) {
    if (contact === undefined) {
      if (seen) throw new Fault('usage', { reason: '--seen needs a PERSON', hint: 'wactl statuses --help' });
      const answer = await ask('status.list', { limit: 1_000 });
      showList({ show, note, output }, answer, renderStatuses(answer.statuses), 'no statuses');
      return 0;
    }
    const answer = await ask('status.get', { contact });
    if (seen) await ask('status.see', { contact }, { writes: true });
    const text = renderMessages(answer.messages, await namesFor({ ask, output }));
    showList({ show, note, output }, answer, text, 'no statuses');
    return 0;
  },
});
