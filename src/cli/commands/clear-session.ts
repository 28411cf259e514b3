// `wactl clear-session`: removes the saved session.
import { command } from '../command.js';
import { showGone } from './disconnect.js';

export const clearSession = command({
  name: 'clear-session',
  group: 'Account',
  does: 'remove the saved session, in whatever state it is',
  notes:
    'Asks no question. Unlinks the phone too where the account is ready, else leaves the link to the phone:\n' +
    'then the exit status is 0 and a warning says so.',
  args: [],
  options: {},
  examples: [['wactl clear-session && wactl init && wactl qr', 'start again with a fresh QR']],
  async run(context) {
    showGone(context, await context.ask('session.clear', {}, { writes: true }));
    return 0;
  },
});
