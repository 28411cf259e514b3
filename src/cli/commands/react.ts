// `wactl react`: reacts to a message.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { MESSAGE, renderActed } from '../render/acted.js';

export const react = command({
  name: 'react',
  group: 'Messages and events',
  does: 'react to a message with an emoji, or remove the reaction',
  args: [MESSAGE, { name: 'EMOJI', required: false, does: 'the emoji' }],
  options: { remove: { type: 'flag', does: 'remove the reaction' } },
  examples: [
    ['wactl react 3EB0C0FFEE0123456789 👍', 'by the id that an event or `messages` shows'],
    ['wactl react 3EB0C0FFEE0123456789 --remove', 'remove the reaction'],
  ],
  async run({ ask, args: [id = '', emoji], options: { remove }, show }) {
    if ((emoji === undefined) !== (remove === true))
      throw new Fault('usage', {
        reason: 'react: an EMOJI or --remove is needed',
        hint: 'wactl react --help',
      });
    const answer = await ask('message.react', { id, emoji: emoji ?? '' }, { writes: true });
    show(answer, () => renderActed(remove ? 'reaction removed' : 'reacted', answer));
    return 0;
  },
});
