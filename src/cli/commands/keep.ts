// `wactl keep`: keeps a message of a chat whose messages disappear, or lets it disappear.
import { command } from '../command.js';
import { MESSAGE, renderActed } from '../render/acted.js';

export const keep = command({
  name: 'keep',
  group: 'Messages and events',
  does: 'keep a message of a chat whose messages disappear',
  args: [MESSAGE],
  options: { remove: { type: 'flag', does: 'let it disappear' } },
  examples: [['wactl keep 3EB0C0FFEE0123456789', 'keep it, for everybody in the chat']],
  async run({ ask, args: [id = ''], options: { remove }, show }) {
    const answer = await ask('message.keep', { id, kept: remove !== true }, { writes: true });
    show(answer, () => renderActed(remove ? 'not kept' : 'kept', answer));
    return 0;
  },
});
