// `wactl vote`: votes in a poll.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { MESSAGE, renderActed } from '../render/acted.js';

export const vote = command({
  name: 'vote',
  group: 'Messages and events',
  does: 'vote in a poll, or take the vote back',
  notes:
    'The options replace an earlier vote of this account. An option is named by its text, or by its place, as #2.',
  args: [MESSAGE],
  options: {
    option: { type: 'list', whole: true, value: 'ANSWER', does: 'an answer to choose (repeat)' },
    none: { type: 'flag', does: 'take the vote back' },
  },
  examples: [
    ['wactl vote 3EB0C0FFEE0123456789 --option now', 'choose one answer'],
    ['wactl vote 3EB0C0FFEE0123456789 --none', 'take the vote back'],
  ],
  async run({ ask, args: [id = ''], options: { option, none }, show }) {
    if ((option === undefined) !== (none === true))
      throw new Fault('usage', {
        reason: 'vote: --option ANSWER or --none is needed',
        hint: 'wactl vote --help',
      });
    const answer = await ask('message.vote', { id, options: [...(option ?? [])] }, { writes: true });
    const what = answer.vote.length === 0 ? 'vote removed' : `voted ${answer.vote.join(', ')}`;
    show(answer, () => renderActed(what, answer));
    return 0;
  },
});
