// `wactl doctor`: checks this machine, with or without a daemon.
import { command } from '../command.js';
import { askWad, handToWad } from '../program.js';

export const doctor = command({
  name: 'doctor',
  group: 'Daemon',
  many: { mode: 'in turn' },
  does: 'check this machine, and suggest what to do',
  notes:
    'Checks browser, sandbox, directories, lock, disk, socket, versions, and what WhatsApp Web lacks. Runs `wad --doctor` for the account. Works with the daemon down.',
  args: [],
  options: {},
  examples: [
    ['wactl doctor', 'what is wrong here, and what to do'],
    ["wactl -a '*' doctor", 'for every account of this machine'],
  ],
  async run({ onInterrupt, show, ...globals }) {
    onInterrupt('ignored');
    if (globals.output === 'text') return handToWad('doctor', globals);
    const { status, answer } = await askWad('doctor', globals);
    if (answer !== undefined) show(answer, () => '');
    return status;
  },
});
