import { STATES, type StateName } from '../../protocol/state.js';
import { command } from '../command.js';
import { DEFAULT_TIMEOUT_MS } from '../globals.js';

export const wait = command({
  name: 'wait',
  group: 'Account',
  does: 'wait until the account is in a state',
  notes:
    `States: ${STATES.join(', ')}.\n` +
    'Exits 4 when a person must act before the state can come, 8 when --timeout (120 s) has passed.',
  args: [
    {
      name: 'STATE',
      required: true,
      does: 'state, or several with commas between',
      choices: STATES,
      list: true,
    },
  ],
  options: {},
  examples: [
    ['wactl wait ready', 'until it can send'],
    ['wactl --timeout 30 wait linking,ready', 'whichever comes first'],
  ],
  async run({ ask, args: [states = ''], timeoutMs = DEFAULT_TIMEOUT_MS, show }) {
    const answer = await ask(
      'session.wait',
      { states: states.split(',') as StateName[], timeoutMs },
      { timeoutMs: timeoutMs + 5000 },
    );
    show(answer, () => `${answer.status}\n`);
    return 0;
  },
});
