// `wactl doctor`: checks this machine, with or without a daemon.
import { command } from '../command.js';
import { askWad, handToWad } from '../program.js';

export const doctor = command({
  name: 'doctor',
  group: 'Daemon',
  many: { mode: 'in turn' },
  does: 'check this machine, and suggest what to do',
  notes:
    'Checks browser, sandbox, directories, lock, disk, socket, versions, and what WhatsApp Web lacks. Runs `wad --doctor` for the account. Works with the daemon down.\n' +
    'It contacts nothing outside this machine, unless you ask for it by --network.',
  args: [],
  options: {
    network: { type: 'flag', does: 'try the proxy of the account, too, and show its outside address' },
  },
  examples: [
    ['wactl doctor', 'what is wrong here, and what to do'],
    ['wactl doctor --network', 'is the proxy usable'],
    ["wactl -a '*' doctor", 'for every account of this machine'],
  ],
  async run({ onInterrupt, show, options, ...globals }) {
    onInterrupt('ignored');
    const more = options.network ? ['--network'] : [];
    if (globals.output === 'text') return handToWad('doctor', globals, more);
    const { status, answer } = await askWad('doctor', globals, more);
    if (answer !== undefined) show(answer, () => '');
    return status;
  },
});
