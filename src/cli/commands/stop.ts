// `wactl stop`: stops the account and keeps its link.
import { command } from '../command.js';

export const stop = command({
  name: 'stop',
  group: 'Account',
  does: 'close the browser and keep the link',
  notes:
    'Works in every state. Messages in flight are sent first; it returns when the browser has ended. The daemon still accepts\n' +
    'messages, and sends them when the account has started again: by `wactl init`, or when the daemon starts.\n\n' +
    '`systemctl stop` ends the daemon, and unlinks the phone. `wactl disconnect` unlinks the phone and removes the session.',
  args: [],
  options: {},
  examples: [
    ['wactl stop', 'no browser runs, and the phone stays linked'],
    ['wactl init', 'start again, without a QR code'],
  ],
  async run({ ask, show }) {
    const answer = await ask('session.stop', {}, { writes: true });
    show(answer, () => `${answer.message}\n`);
    return 0;
  },
});
