// `wactl status`: prints the state of the account.
import { command } from '../command.js';
import { renderStatus } from '../render/status.js';

export const status = command({
  name: 'status',
  group: 'Account',
  many: { mode: 'at once' },
  does: 'show the state, the linked phone and the next step',
  notes: 'Exits 0 whenever the daemon answers, in any state.',
  args: [],
  options: {},
  examples: [
    ['wactl status', 'one screen'],
    ['wactl -o json status | jq -r .status', 'only the state'],
    ["wactl -a '*' status", 'every account of this machine'],
  ],
  async run({ ask, show, address }) {
    const answer = await ask('session.status', {});
    show(answer, () => renderStatus(answer, address));
    return 0;
  },
});
