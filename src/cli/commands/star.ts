// `wactl star`: stars a message, or removes the star.
import { command } from '../command.js';
import { MESSAGE, renderActed } from '../render/acted.js';

export const star = command({
  name: 'star',
  group: 'Messages and events',
  does: 'star a message, or remove the star',
  args: [MESSAGE],
  options: { remove: { type: 'flag', does: 'remove the star' } },
  examples: [['wactl star 3EB0C0FFEE0123456789', 'star']],
  async run({ ask, args: [id = ''], options: { remove }, show }) {
    const answer = await ask('message.star', { id, starred: remove !== true }, { writes: true });
    show(answer, () => renderActed(remove ? 'not starred' : 'starred', answer));
    return 0;
  },
});
