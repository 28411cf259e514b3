// `wactl doctor`: checks this machine, with or without a daemon.
import { command } from '../command.js';
import { handToWad } from '../program.js';

export const doctor = command({
  name: 'doctor',
  group: 'Daemon',
  does: 'check this machine, and suggest what to do',
  notes:
    'Checks browser, sandbox, directories, lock, disk, socket, versions, and what WhatsApp Web lacks. Runs `wad --doctor` for the account. Works with the daemon down.',
  args: [],
  options: {},
  examples: [['wactl doctor', 'what is wrong here, and what to do']],
  async run({ onInterrupt, ...globals }) {
    onInterrupt('ignored');
    return handToWad('doctor', globals);
  },
});
