// `wactl delete`: deletes a message.
import { command } from '../command.js';
import { MESSAGE, renderActed } from '../render/acted.js';

export const deleteMessage = command({
  name: 'delete',
  group: 'Messages and events',
  does: 'delete a message for everybody, or for this account only',
  notes:
    'For everybody: own messages, for about two days; an admin of a group can also delete those of others.',
  args: [MESSAGE],
  options: { 'for-me': { type: 'flag', does: 'only on the devices of this account' } },
  examples: [
    ['wactl delete m-1a217f98d0843c316dcd', 'for everybody'],
    ['wactl delete 3EB0C0FFEE0123456789 --for-me', 'for this account'],
  ],
  async run({ ask, args: [id = ''], options, show }) {
    const whom = options['for-me'] ? 'me' : 'all';
    const answer = await ask('message.delete', { id, for: whom }, { writes: true });
    show(answer, () => renderActed(whom === 'me' ? 'deleted for me' : 'deleted for everybody', answer));
    return 0;
  },
});
