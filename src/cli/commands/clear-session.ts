// `wactl clear-session`: removes the saved session.
import { command } from '../command.js';
import { showGone } from './disconnect.js';

export const clearSession = command({
  name: 'clear-session',
  group: 'Account',
  does: 'remove the saved session, in any state',
  notes:
    'Does not ask for confirmation. If the account is ready, it also unlinks the phone; otherwise the phone keeps listing\n' +
    'the device: then the exit status is 0, and a warning is printed.',
  args: [],
  options: {},
  examples: [['wactl clear-session && wactl init && wactl qr', 'start again with a new QR code']],
  async run(context) {
    showGone(context, await context.ask('session.clear', {}, { writes: true }));
    return 0;
  },
});
