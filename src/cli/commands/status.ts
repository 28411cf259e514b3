// `wactl status`: prints the state of the account.
import { command } from '../command.js';
import { renderStatus } from '../render/status.js';

export const status = command({
  name: 'status',
  group: 'Account',
  does: 'the state, since when, who is linked, what to do next',
  notes: 'Exits 0 whenever the daemon answered, whatever the state.',
  args: [],
  options: {},
  examples: [
    ['wactl status', 'one screen'],
    ['wactl -o json status | jq -r .status', 'the state alone'],
  ],
  async run({ ask, show, address }) {
    const answer = await ask('session.status', {});
    show(answer, () => renderStatus(answer, address));
    return 0;
  },
});
