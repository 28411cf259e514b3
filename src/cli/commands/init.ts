// `wactl init`: connects the account.
import { command } from '../command.js';

export const init = command({
  name: 'init',
  group: 'Account',
  does: 'start the account (a saved session connects without a QR)',
  notes: 'Returns as soon as the start has begun. `wactl wait ready` waits until the account is ready.',
  args: [],
  options: {
    restart: { type: 'flag', does: 'replace the browser, in any state' },
  },
  examples: [
    ['wactl init && wactl wait ready', 'start, and wait until it can send'],
    ['wactl init --restart', 'a new browser, the same session'],
  ],
  async run({ ask, options, show }) {
    const answer = await ask('session.initialize', options.restart ? { restart: true } : {}, {
      writes: true,
    });
    show(answer, () => `${answer.message} (${answer.status})\n`);
    return 0;
  },
});
